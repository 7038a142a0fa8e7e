"""Contract section 2 and 3.5: the commands as they are documented, with their exit statuses, beside no hub at all."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import documents
from hub import BIN, LIMIT_S, Hub

ROOT = os.path.abspath(documents.ROOT)
CASES = os.path.join(ROOT, "tests", "cases", "mini")
LINYI = os.path.join(ROOT, "rules", "packs", "linyi")


def run(*words, stdin="", environment=None, cwd=ROOT):
    return subprocess.run([os.path.abspath(BIN), *words], input=stdin, capture_output=True, text=True, timeout=LIMIT_S, cwd=cwd,
                          env=dict(os.environ, **(environment or {})))


def read(name):
    with open(os.path.join(CASES, name), encoding="utf-8") as f:
        return f.read()


class Explain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="tdm-")
        cls.events = [json.loads(line) for line in read("events.ndjson").splitlines()]
        cls.decisions = [json.loads(line) for line in read("decisions.ndjson").splitlines()]

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def file(self, text):
        path = os.path.join(self.folder, "events")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def explained(self, *words, **more):
        answer = run("policy", "explain", CASES, *words, **more)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return [json.loads(line) for line in answer.stdout.splitlines()]

    def decided(self, *words, **more):
        """Without the policy's version, which the worked decisions leave out."""
        decisions = self.explained(*words, **more)
        self.assertTrue(all(d.pop("policy").startswith("mini@") for d in decisions))
        return decisions

    def test_the_worked_cases_in_every_form_and_by_every_way(self):
        lines, array = read("events.ndjson"), json.dumps(self.events, ensure_ascii=False, indent=1)
        for text in (lines, array, "\n" + lines.replace("\n", "\r\n") + "\n\n"):
            self.assertEqual(self.decided(self.file(text)), self.decisions)
            self.assertEqual(self.decided(stdin=text), self.decisions)
            self.assertEqual(self.decided("-", stdin=text), self.decisions)
        one = json.dumps(self.events[4], indent=2)
        self.assertEqual(self.decided(self.file(one)), [self.decisions[4]])
        self.assertEqual(self.decided("-", stdin=one), [self.decisions[4]])
        self.assertEqual(self.decided(stdin=""), [])

    def test_a_decision_is_as_the_document_says(self):
        schema = documents.OPENAPI["components"]["schemas"]["Decision"]
        for decision in self.explained(stdin=read("events.ndjson")):
            documents.hold(schema, decision, "a decision")
            self.assertEqual(list(decision), ["event", "policy", "item", "notices", "applicant", "problems"])

    def test_at_moves_the_clocks(self):
        one = json.dumps(self.events[0])
        self.assertEqual(self.decided("--at", "2026-02-14T09:00:00+08:00", stdin=one)[0]["notices"][0]["due"],
                         "2026-02-25T23:59:59+08:00")
        self.assertEqual(self.decided("--at", "2026-12-31", stdin=one)[0]["notices"][0]["due"][:10], "2027-01-05")
        self.assertEqual(run("policy", "explain", CASES, "--at", "soon", stdin=one).returncode, 2)

    def test_why_and_why_not(self):
        one = json.dumps(self.events[0])
        told = run("policy", "explain", CASES, "--body", "wjw-371300", stdin=one)
        self.assertEqual(told.returncode, 0)
        self.assertIn("wjw-371300 is told as lead", told.stdout)
        not_told = run("policy", "explain", CASES, "--body", "zjj-371302", "--json", stdin=one)
        documents.hold(documents.OPENAPI["components"]["schemas"]["Reasons"], json.loads(not_told.stdout), "reasons")
        self.assertIsNone(json.loads(not_told.stdout)["role"])
        self.assertEqual(run("policy", "explain", CASES, "--body", "no-such", stdin=one).returncode, 2)

    def test_what_cannot_be_read(self):
        bad = read("events.ndjson").splitlines()
        bad[1] = '{"specversion":"1.0"}'
        answer = run("policy", "explain", CASES, stdin="\n".join(bad))
        self.assertEqual((answer.returncode, len(answer.stdout.splitlines())), (2, len(bad) - 1))
        self.assertIn("event 2: /data: is missing", answer.stderr)
        for text in ("{", "nonsense", "[1"):
            answer = run("policy", "explain", CASES, stdin=text)
            self.assertEqual((answer.returncode, answer.stdout), (2, ""), text)
            self.assertTrue(answer.stderr)
        self.assertRegex(answer.stderr, "^standard input: .")
        path = self.file("[1")
        self.assertRegex(run("policy", "explain", CASES, path).stderr, f"^{path}: .")
        self.assertEqual(run("policy", "explain", CASES, "/no/such/file").returncode, 2)
        self.assertEqual(run("policy", "explain", "/no/such/pack", stdin="").returncode, 2)
        self.assertEqual(run("policy", "explain").returncode, 2)
        self.assertEqual(run("policy", "explain", CASES, "--frobnicate", "x").returncode, 2)

    def test_a_pack_with_faults_is_1_with_their_places(self):
        pack = os.path.join(self.folder, "pack")
        shutil.copytree(CASES, pack)
        with open(os.path.join(pack, "rules.csv"), "a", encoding="utf-8") as f:
            f.write("X1,,,eaten,,,,,,,lead,body:nobody,2xx,,push,,x,\n")
        for words in (["policy", "explain", pack], ["policy", "check", pack]):
            answer = run(*words)
            self.assertEqual(answer.returncode, 1, words)
            self.assertRegex(answer.stdout + answer.stderr, r"rules\.csv:\d+")
        faults = json.loads(run("policy", "check", pack, "--json").stdout)["faults"]
        self.assertEqual({f["what"]: f["zh"] for f in faults if f["code"] == "event-unknown"}, {"not a type of event": "没有这种办件类型"})
        self.assertEqual(json.loads(run("policy", "check", CASES, "--json").stdout)["policy"][:5], "mini@")
        for words in (["explain", pack], ["diff", pack, CASES], ["diff", CASES, pack]):
            answer = run("policy", *words, "--json")
            self.assertEqual(answer.returncode, 1, words)
            self.assertEqual(json.loads(answer.stdout), {"pack": pack, "fault_count": len(faults), "faults": faults}, words)
        for words in (["check", "/no/such"], ["explain", "/no/such"], ["diff", CASES, "/no/such"]):
            answer = run("policy", *words, "--json")
            self.assertEqual((answer.returncode, json.loads(answer.stdout)["pack"]), (2, "/no/such"), words)


class Calendar(unittest.TestCase):
    VECTORS = (("2025-01-24", 2, "2025-01-27"), ("2025-01-27", 3, "2025-02-07"), ("2025-09-30", 5, "2025-10-14"),
               ("2025-12-31", 2, "2026-01-05"), ("2026-02-14", 5, "2026-02-28"), ("2026-04-30", 2, "2026-05-07"),
               ("2026-09-30", 10, "2026-10-20"), ("2024-02-08", 2, "2024-02-18"))

    def test_the_vectors_of_the_contract(self):
        for start, days, end in self.VECTORS:
            for pack in (CASES, LINYI):
                answer = run("calendar", "due", pack, start, f"{days}wd")
                self.assertEqual((answer.returncode, answer.stdout), (0, f"{end}T23:59:59+08:00\n"), start)
            days_counted = run("calendar", "due", CASES, start, f"{days}wd", "--explain").stdout.splitlines()
            self.assertEqual(days_counted[-1], f"{end}T23:59:59+08:00")
            working = [line for line in days_counted[:-1] if " working " in line]
            self.assertEqual(len(working), days)
            self.assertTrue(working[-1].startswith(end))

    def test_other_durations(self):
        for duration, due in (("7d", "2026-11-30T23:59:59+08:00"), ("24h", "2026-11-24T10:15:00+08:00"),
                              ("30m", "2026-11-23T10:45:00+08:00")):
            self.assertEqual(run("calendar", "due", CASES, "2026-11-23T10:15:00+08:00", duration).stdout, due + "\n")
        answer = run("calendar", "due", CASES, "2031-12-30", "5wd")
        self.assertIn("provisional", answer.stderr)

    def test_usage(self):
        for words in (["due"], ["due", CASES, "2026-01-01"], ["due", CASES, "now", "2wd"], ["due", CASES, "2026-01-01", "2w"],
                      ["due", CASES, "2026-01-01", "-2wd"], ["do", CASES, "2026-01-01", "2wd"], ["due", "/no/pack", "2026-01-01", "2wd"]):
            self.assertEqual(run("calendar", *words).returncode, 2, words)


class Settings(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tdm-")
        self.file = os.path.join(self.folder, "t.conf")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def check(self, text):
        with open(self.file, "w", encoding="utf-8") as f:
            f.write(text)
        return run("config", "check", self.file)

    def test_faults_are_errors_with_file_and_line_and_all_at_once(self):
        for line, word in (("colour = green", "colour"), ("listen = nowhere", "listen"), ("ping = 25", "unit"), ("session = 12", "unit"),
                           ("event_size = 256", "unit"), ("workers = many", "workers"), ("redis.url = http://x", "redis.url"),
                           ("redis.wait_replicas = -1", "wait_replicas"), ("insecure_listen = perhaps", "insecure_listen"),
                           ("just words", "="), ("listen = 127.0.0.1:1\nlisten = 127.0.0.1:2", "listen")):
            answer = self.check("# a comment\n\n" + line + "\n")
            number = 3 + line.count("\n")
            self.assertEqual(answer.returncode, 1, line)
            self.assertIn(f"{self.file}:{number}: ", answer.stderr, line)
            self.assertIn(word, answer.stderr)
        answer = self.check("a = 1\nb = 2\nping = x\n")
        self.assertEqual([f"{self.file}:{n}:" in answer.stderr for n in (1, 2, 3)], [True] * 3)

    def test_a_connectors_settings_are_looked_at_too(self):
        for lines, number, words in ((["connector.a.kind = pigeon"], 1, ["connector.a.kind", "no such kind"]),
                                     (["connector.a.kind = sandbox", "connector.a.colour = green"], 2, ["connector.a.colour"]),
                                     (["connector.a.kind = sandbox", "# why", "connector.a.answer_ms = soon"], 3, ["connector.a.answer_ms"]),
                                     (["connector.a.kind = sandbox", "connector.a.token_file = /no/such/file"], 2, ["cannot be read"]),
                                     (["connector.a.kind = kannel"], 1, ["connector.a.url", "connector.a.password_file"])):
            answer = self.check("\n".join(lines) + "\n")
            self.assertEqual(answer.returncode, 1, lines)
            for word in words:
                self.assertRegex(answer.stderr, rf"(?m)^{re.escape(self.file)}:{number}: .*{re.escape(word)}", lines)
            answer = run("serve", "--config", self.file)
            self.assertEqual(answer.returncode, 2)
            self.assertIn(f"{self.file}:{number}: ", answer.stderr)
        self.assertEqual(self.check("connector.a.kind = sandbox\nconnector.a.answer_ms = 5\n").returncode, 0)

    def test_a_hub_does_not_start_with_a_fault(self):
        self.check("colour = green\n")
        answer = run("serve", "--config", self.file)
        self.assertEqual(answer.returncode, 2)
        self.assertIn(f"{self.file}:1: ", answer.stderr)
        self.assertEqual(run("serve", "--config", self.file + ".no").returncode, 2)
        answer = run("serve", environment={"TANDEM_COLOUR": "green"})
        self.assertEqual(answer.returncode, 2)
        self.assertIn("TANDEM_COLOUR", answer.stderr)
        self.assertEqual(run("serve", "--listen", "0.0.0.0:1").returncode, 2)

    def test_well(self):
        self.assertEqual(self.check("# all well\nlisten = [::1]:80 # here\nredis.url = unix:/x.sock\npolicy = rules/packs/linyi\n").returncode, 0)
        self.assertEqual(self.check("").returncode, 0)

    def test_show_names_every_setting_with_default_and_meaning(self):
        answer = run("config", "show", environment={"TANDEM_LISTEN": "127.0.0.1:9", "TANDEM_REDIS_URL": "redis://h:1"})
        self.assertEqual(answer.returncode, 0)
        for name in ("listen = 127.0.0.1:9", "redis.url = redis://h:1", "data = var", "workers = 1", "insecure_listen = no",
                     "redis.wait_replicas = 0"):
            self.assertIn(f"\n{name}\n", "\n" + answer.stdout)
        lines = answer.stdout.splitlines()
        for i, line in enumerate(lines):
            if line and not line.startswith("#"):
                self.assertRegex(lines[i - 1], r"^# .*Default: ", line)

    def test_the_stronger_says_it(self):
        self.check("ping = 5s\npong = 6s\nsession = 7h\n")
        out = run("config", "show", "--config", self.file, "--ping", "9s", environment={"TANDEM_PING": "8s", "TANDEM_PONG": "8s"}).stdout
        for line in ("ping = 9s", "pong = 8s", "session = 7h"):
            self.assertIn(f"\n{line}\n", out)

    def test_with_json_the_same_is_one_document(self):
        self.check("ping = 5s\nconnector.k.kind = sandbox\nconnector.k.answer_ms = 5\n")
        shown = json.loads(run("config", "show", "--config", self.file, "--json").stdout)
        lines = run("config", "show", "--config", self.file).stdout.splitlines()
        self.assertEqual([f"{x['name']} = {x['value']}" for x in shown["settings"]],
                         [x for x in lines if x and not x.startswith(("#", "connector."))])
        self.assertTrue(all(x["meaning"] for x in shown["settings"]))
        self.assertEqual(shown["connectors"], [{"name": "k", "kind": "sandbox", "answer_ms": "5"}])
        answer = run("config", "check", self.file, "--json")
        self.assertEqual((answer.returncode, json.loads(answer.stdout)), (0, {"file": self.file, "fault_count": 0, "faults": []}))
        self.check("a = 1\nping = x\n")
        answer = run("config", "check", self.file, "--json")
        self.assertEqual(answer.returncode, 1)
        self.assertEqual([f["where"] for f in json.loads(answer.stdout)["faults"]], [f"{self.file}:1", f"{self.file}:2"])

    def test_secrets_come_from_a_file_or_the_environment(self):
        secret = os.path.join(self.folder, "secret")
        with open(secret, "w", encoding="utf-8") as f:
            f.write("hush-hush\n")
        self.check(f"connector.k.kind = kannel\nconnector.k.password_file = {secret}\n")
        out = run("config", "show", "--config", self.file).stdout
        self.assertNotIn("hush-hush", out)


class Usage(unittest.TestCase):
    def test_an_address_that_is_taken_is_3(self):
        with Hub(demo=False) as hub, tempfile.TemporaryDirectory(dir="/tmp") as data:
            for more in ([], ["--workers", "2"]):
                answer = run("serve", "--port", str(hub.port), "--data", data, *more)
                self.assertEqual(answer.returncode, 3, answer.stderr)
                # Whoever starts it twice is told where, and what to do.
                self.assertIn(f"cannot listen on 127.0.0.1:{hub.port}: Address already in use", answer.stderr)
                self.assertIn("--port", answer.stderr)

    def test_json_is_one_document(self):
        def said(*words, status=0):
            answer = run(*words)
            self.assertEqual(answer.returncode, status, answer.stderr)
            return json.loads(answer.stdout)
        day = said("calendar", "due", LINYI, "2026-02-14", "5wd", "--json")
        self.assertEqual(day, {"due": "2026-02-28T23:59:59+08:00", "provisional": False})
        day = said("calendar", "due", LINYI, "2030-04-30", "1wd", "--json", "--explain")
        self.assertEqual((day["due"], day["provisional"]), ("2030-05-03T23:59:59+08:00", True))
        self.assertEqual([d.split()[0] for d in day["days"]], ["2030-04-30", "2030-05-01", "2030-05-02", "2030-05-03"])
        checks = said("doctor", "--dashboard", "/no/such", "--json", status=1)["checks"]
        self.assertIn({"name": "page", "good": False, "found": "/no/such/index.html"}, [{k: c[k] for k in ("name", "good", "found")} for c in checks])
        self.assertTrue(next(c for c in checks if c["name"] == "policy")["good"])
        cases = os.path.join(CASES, "events.ndjson")
        with open(cases, encoding="utf-8") as f:
            events = f.read().splitlines()
        decisions = said("policy", "explain", CASES, cases, "--json")
        self.assertEqual([d["event"]["id"] for d in decisions], [json.loads(e)["id"] for e in events])
        with tempfile.NamedTemporaryFile("w", encoding="utf-8-sig") as f:  # a text editor's mark of UTF-8 is no fault
            f.write(events[0])
            f.flush()
            self.assertEqual(said("policy", "explain", CASES, f.name, "--json"), decisions[0])

    def test_statuses(self):
        for words, status in (([], 2), (["nothing"], 2), (["--help"], 0), (["--version"], 0), (["policy"], 2), (["calendar"], 2),
                              (["config"], 2), (["user"], 2), (["key"], 2), (["config", "show", "more"], 2)):
            answer = run(*words)
            self.assertEqual(answer.returncode, status, words)
            self.assertTrue(answer.stdout if status == 0 else answer.stderr, words)

    def test_an_unknown_option_is_named_wherever_it_stands(self):
        for words in (["serve"], ["policy", "check", CASES], ["user", "list"], ["calendar", "due", CASES, "2026-01-01", "1wd"], ["config", "show"]):
            for more in (["--frob"], ["--frob", "1"]):
                answer = run(*words, *more)
                self.assertEqual((answer.returncode, answer.stdout), (2, ""), words)
                self.assertRegex(answer.stderr, "^tandem: --frob: there is no such option", words)
        self.assertIn("; there are --explain --json\n", run("calendar", "due", "--frob").stderr)
        self.assertEqual(run("serve", "--port").stderr, "tandem: --port: needs a value\n")


if __name__ == "__main__":
    os.chdir(ROOT)
    unittest.main()
