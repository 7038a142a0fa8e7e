"""The commands from outside: exit statuses, settings, people and keys, beside a running hub and without one."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from hub import BIN, LIMIT_S, Hub, event, wait_until


def run(*arguments, stdin="", environment=None, **more):
    return subprocess.run([os.path.abspath(BIN), *arguments], input=stdin, capture_output=True, text=True, timeout=LIMIT_S,
                          env=dict(os.environ, **(environment or {})), **more)


class Usage(unittest.TestCase):
    def test_help_and_version(self):
        answer = run("--help")
        self.assertEqual(answer.returncode, 0)
        for name in ("serve", "config", "policy", "calendar", "import", "user", "key", "evidence", "backup", "restore", "figures", "doctor"):
            self.assertRegex(answer.stdout, rf"(?m)^  {name}\b")
        self.assertEqual(run("user", "--help").returncode, 0)
        self.assertRegex(run("--version").stdout, r"^tandem \d+\.\d+\.\d+\n$")

    def test_wrong_usage_is_2_and_lists_the_commands(self):
        answer = run("frobnicate")
        self.assertEqual(answer.returncode, 2)
        self.assertIn("serve config policy", answer.stderr)
        self.assertEqual(run().returncode, 2)
        for words in (["user"], ["user", "add"], ["user", "add", "a b"], ["key", "add"], ["config", "frob"],
                      ["serve", "word"], ["serve", "--port"], ["serve", "--port", "x"], ["serve", "--no-such", "1"],
                      ["serve", "--listen", "0.0.0.0:1", "--demo"]):
            self.assertEqual(run(*words).returncode, 2, words)


    def test_a_comparison_on_events_that_cannot_be_read_says_nothing_of_them(self):
        pack = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../rules/packs/linyi"))
        for words in ([], ["--json"]):
            answer = run("policy", "diff", pack, pack, "/no/such/events", *words)
            self.assertEqual((answer.returncode, answer.stdout), (2, ""))
            self.assertIn("/no/such/events", answer.stderr)


class Settings(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tdm-")
        self.file = os.path.join(self.folder, "tandem.conf")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def write(self, text):
        with open(self.file, "w", encoding="utf-8") as f:
            f.write(text)

    def test_every_fault_with_file_and_line(self):
        self.write("listen = 127.0.0.1:1\nsesion = 1h\nping = 5\n")
        answer = run("config", "check", self.file)
        self.assertEqual(answer.returncode, 1)
        self.assertIn(f"{self.file}:2: unknown setting sesion; did you mean session?", answer.stderr)
        self.assertIn(f"{self.file}:3: ping must be a whole number with its unit", answer.stderr)

    def test_faults_of_connectors_and_policy_stand_beside_those_of_the_settings(self):
        self.write("sesion = 1h\nconnector.a.kind = pigeon\nconnector.b.url = http://127.0.0.1:1\npolicy = /no/such\n"
                   "connector.c.kind = kannel\nconnector.c.frobs = 1\n")
        answer = run("config", "check", self.file)
        self.assertEqual(answer.returncode, 1)
        for line, what in ((1, "unknown setting sesion"), (2, "connector.a.kind: no such kind of connector"), (3, "connector.b.kind: is missing"),
                           (4, "there is no such folder"), (5, "connector.c.url: must be given"), (6, "connector.c.frobs: is not a setting")):
            self.assertIn(f"{self.file}:{line}: {what}", answer.stderr)

    def test_the_readme_lists_them_as_the_program_does(self):
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "README.md"), encoding="utf-8") as f:
            readme = f.read()
        answer = run("config", "markdown")
        self.assertEqual(answer.returncode, 0)
        self.assertIn("| setting |", answer.stdout)
        self.assertIn(answer.stdout, readme)

    def test_well_and_not_there(self):
        self.write("listen = 127.0.0.1:1\n")
        self.assertEqual(run("config", "check", self.file).returncode, 0)
        self.assertEqual(run("config", "check", self.file + ".no").returncode, 2)

    def test_the_policy_has_to_be_there_and_load(self):
        pack = os.path.join(self.folder, "pack")
        self.write(f"listen = 127.0.0.1:1\npolicy = {pack}\n")
        answer = run("config", "check", self.file)
        self.assertEqual((answer.returncode, answer.stderr), (1, f"{self.file}:2: there is no such folder\n"))
        shutil.copytree("rules/packs/linyi", pack)
        self.assertEqual(run("config", "check", self.file).returncode, 0)
        with open(os.path.join(pack, "rules.csv"), "a", encoding="utf-8") as f:
            f.write("X\nY\n")
        with open(os.path.join(pack, "rules.csv"), encoding="utf-8") as f:
            last = len(f.readlines())
        answer = run("config", "check", self.file)
        self.assertEqual(answer.returncode, 1)
        for line in (last - 1, last):
            self.assertRegex(answer.stderr, rf"(?m)^{re.escape(pack)}/rules\.csv:{line}:\d+: the row has 1 cells")
        faults = json.loads(run("config", "check", self.file, "--json").stdout)["faults"]
        self.assertTrue(faults[0]["where"].startswith(pack + "/rules.csv:"))
        answer = run("config", "check", environment={"TANDEM_POLICY": "no/such"})
        self.assertEqual((answer.returncode, answer.stderr), (1, "TANDEM_POLICY: there is no such folder\n"))

    def test_show_is_what_is_in_force(self):
        self.write("session = 2h\n")
        answer = run("config", "show", "--config", self.file, environment={"TANDEM_PING": "7s"})
        self.assertEqual(answer.returncode, 0)
        self.assertIn("\nsession = 2h\n", answer.stdout)
        self.assertIn("\nping = 7s\n", answer.stdout)
        self.assertRegex(answer.stdout, r"# how long a sign-in lasts\. Default: 12h\.")

    def pack_with(self, name, change):
        """The shipped pack with one file of it changed; what explain says to it."""
        pack = os.path.join(self.folder, "pack")
        shutil.copytree("rules/packs/linyi", pack)
        path = os.path.join(pack, name)
        with open(path, encoding="utf-8-sig") as f:
            text = f.read()
        changed, line = change(text)
        self.assertNotEqual(text, changed)
        with open(path, "w", encoding="utf-8") as f:
            f.write(changed)
        event = os.path.join(self.folder, "event.json")
        with open(event, "w", encoding="utf-8") as f:
            f.write("{}")
        for command in (["policy", "explain", pack, event], ["policy", "check", pack]):
            answer = run(*command)
            self.assertIn(answer.returncode, (1, 2), answer)
            self.assertIn(f"{name}:{line}:", answer.stdout + answer.stderr)
            self.assertNotIn('"notices"', answer.stdout, "nothing is decided by half a pack")
        return answer.stdout + answer.stderr

    def test_a_pack_whose_regions_go_round(self):
        def change(text):
            lines = text.split("\n")
            at = next(i for i, row in enumerate(lines) if row.startswith("371300,"))
            lines[at] = lines[at].replace(",370000", ",371302")
            return "\n".join(lines), at + 1
        self.assertIn("go round in a circle", self.pack_with("regions.csv", change))

    def test_a_calendar_with_a_day_twice(self):
        def change(text):
            day = re.search(r'"\d{4}-\d\d-\d\d"', text)
            return text[:day.end()] + ", " + day.group() + text[day.end():], text.count("\n", 0, day.end()) + 1
        self.assertIn("twice", self.pack_with("calendar.json", change))

    def test_a_hub_does_not_start_with_faults(self):
        with open(os.path.join(self.folder, "rules.csv"), "w", encoding="utf-8") as f:
            f.write("id,role\nX\n")
        answer = run("serve", "--policy", self.folder)
        self.assertEqual(answer.returncode, 2, answer.stderr)
        self.assertIn("The policy pack has faults:\n", answer.stderr)
        self.assertNotIn("leak", answer.stderr)

    def test_the_pack_is_found_from_anywhere(self):
        if not os.path.isdir(os.path.join(os.path.dirname(os.path.abspath(BIN)), "..", "rules")):
            self.skipTest("the build folder does not lie in the repository")
        answer = run("config", "show", cwd=self.folder)
        self.assertRegex(answer.stdout, r"(?m)^policy = /.*rules/packs/linyi$")


class People(unittest.TestCase):
    """Without a hub: the private Redis is started for the moment, and what was written is there the next time."""

    def setUp(self):
        self.data = tempfile.mkdtemp(prefix="tdm-", dir="/tmp")

    def tearDown(self):
        shutil.rmtree(self.data)

    def user(self, *words, stdin=""):
        return run("user", *words, "--data", self.data, stdin=stdin)

    def listed(self):
        answer = self.user("list", "--json")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return {u["name"]: u for u in json.loads(answer.stdout)}

    def test_a_person_comes_and_goes(self):
        answer = self.user("add", "li", "--role", "supervisor", "--body", "wjw-371302", "--phone", "13900000000", stdin="first\n")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(self.user("add", "li", "--role", "supervisor", "--body", "wjw-371300").returncode, 0)
        self.assertEqual(self.user("add", "li", "--role", "approver", "--body", "spj-371302", stdin="other\n").returncode, 2)
        li = self.listed()["li"]
        self.assertEqual([g["body"] for g in li["grants"]], ["wjw-371302", "wjw-371300"])
        self.assertEqual(li["phone"], "+8613900000000")
        self.assertNotIn("password", li)
        self.assertEqual(self.user("disable", "li").returncode, 0)
        self.assertTrue(self.listed()["li"]["disabled"])
        self.assertIn("disabled", self.user("list").stdout)

    def test_a_name_stays_with_the_person_who_had_it(self):
        self.assertEqual(self.user("add", "li", "--role", "supervisor", "--body", "wjw-371302", stdin="first\n").returncode, 0)
        self.assertEqual(self.user("disable", "li").returncode, 0)
        before = self.listed()
        for stdin in ("first\n", "\n", "another\n"):
            answer = self.user("add", "li", "--role", "supervisor", "--body", "wjw-371302", stdin=stdin)
            self.assertEqual(answer.returncode, 1)
            self.assertIn("tandem user enable li", answer.stderr)
        self.assertEqual(self.listed(), before)
        self.assertEqual(self.user("enable", "li").returncode, 0)
        self.assertEqual(self.listed(), {"li": {**before["li"], "disabled": False}})
        self.assertEqual(self.user("enable", "nobody").returncode, 1)

    @unittest.skipIf(os.geteuid(), "only root could")
    def test_root_leaves_nothing_in_a_folder_of_the_service(self):
        os.chown(self.data, 65534, 65534)
        answer = self.user("add", "chief", "--role", "admin", stdin="first\n")
        self.assertEqual(answer.returncode, 3, answer.stderr)
        self.assertIn(f"{self.data}: the folder is nobody's and not root's: do this as its owner", answer.stderr)
        self.assertEqual(os.listdir(self.data), [])

    def test_the_last_who_runs_the_hub_is_not_shut_out(self):
        for name, *body in (("boss", ), ("deputy", ), ("local", "--body", "spj-371302")):
            self.assertEqual(self.user("add", name, "--role", "admin", *body, stdin="first\n").returncode, 0)
        self.assertEqual(self.user("disable", "boss").returncode, 0)
        answer = self.user("disable", "deputy")
        self.assertEqual(answer.returncode, 1, "who runs one body only runs no hub, nor does who is disabled")
        self.assertIn("deputy is the last who runs the hub", answer.stderr)
        self.assertEqual(self.user("disable", "local").returncode, 0)
        self.assertEqual([name for name, u in self.listed().items() if not u["disabled"]], ["deputy"])
        self.assertEqual(self.user("enable", "boss").returncode, 0)
        self.assertEqual(self.user("disable", "deputy").returncode, 0)

    def test_what_is_refused(self):
        for words in (["--role", "king", "--body", "wjw-371302"], ["--role", "system", "--body", "wjw-371302"],
                      ["--role", "supervisor", "--body", "no-such"], ["--role", "supervisor"],
                      ["--role", "supervisor", "--body", "wjw-371302", "--phone", "12"]):
            self.assertEqual(self.user("add", "li", *words, stdin="x\n").returncode, 2, words)
        self.assertEqual(self.user("add", "li", "--role", "admin", stdin="\n").returncode, 2)
        self.assertEqual(self.user("disable", "li").returncode, 1)
        self.assertEqual(self.listed(), {})


class BesideAHub(unittest.TestCase):
    def test_a_person_and_a_key_work_at_once_and_end_at_once(self):
        with Hub(demo=False) as hub:
            def call(*words, stdin=""):
                answer = run(*words, "--data", hub.data, stdin=stdin)
                self.assertEqual(answer.returncode, 0, answer.stderr)
                return answer.stdout

            call("user", "add", "li", "--role", "supervisor", "--body", "wjw-371302", stdin="pass word\n")
            wait_until(lambda: hub.try_sign_in("li", "pass word"), what="the new person's sign-in")
            self.assertEqual(hub.get("/me", "li").status, 200)

            key = call("key", "add", "spj-system", "--body", "spj-371302", "--source", "/sources/test").strip()
            self.assertRegex(key, r"^tdm_[A-Za-z0-9_-]{43}$")
            self.assertNotIn(key, call("key", "list"))
            self.assertEqual(run("key", "add", "spj-system", "--body", "spj-371302", "--data", hub.data).returncode, 1)
            bearer = {"Authorization": "Bearer " + key, "Content-Type": "application/cloudevents+json"}

            def submit(number):
                return hub.request("POST", "/api/v1/events", json.dumps(event(number)), headers=bearer).status

            wait_until(lambda: submit(1) in (200, 201), what="the key's first event")
            call("key", "revoke", "spj-system")
            wait_until(lambda: submit(2) == 401, what="the end of the key")
            call("user", "disable", "li")
            wait_until(lambda: hub.get("/me", "li").status == 401, what="the end of the session")
            self.assertIsNone(hub.try_sign_in("li", "pass word"))
            self.assertNotRegex(hub.log_text(), re.escape(key) + "|pass word")

    def test_doctor(self):
        with Hub(demo=False) as hub:
            answer = run("doctor", "--data", hub.data)
            self.assertRegex(answer.stdout, r"(?m)^ok   Redis ")
            self.assertRegex(answer.stdout, r"(?m)^ok   WebSockets ")
        self.assertEqual(run("doctor", "--policy", "/nowhere").returncode, 1)


if __name__ == "__main__":
    unittest.main()
