"""A copy of all that a hub keeps, made while it works, and a hub on the copy after the first was killed."""
import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
import unittest
from datetime import datetime
from urllib.parse import quote

from hub import BIN, Hub, event, wait_until
from redis_box import Redis

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
FOUND = {"result": "mostly", "disposal": "rectify", "checked_on": "2026-11-25", "rectify_by": "2026-12-25"}
FILE = {"Content-Disposition": "attachment; filename*=UTF-8''r.pdf", "Content-Type": "application/octet-stream"}


def run(*words, environment=None):
    return subprocess.run([os.path.abspath(BIN), *words], capture_output=True, text=True, timeout=300,
                          env=dict(os.environ, **(environment or {})))


def lead_of(answer):
    return next(n["id"] for n in answer.json["notices"] if n["role"] == "lead")


class Copied(unittest.TestCase):
    """One hub that works on while it is copied, then is killed; the tests look at the copy, and at what was made of it."""

    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="tdm-", dir="/tmp")
        cls.copy = os.path.join(cls.top, "copy")
        cls.answered, cls.stop_sending = [], False
        with Hub() as first:
            first.sign_in("spj", "wjw", "sjj")
            cls.claimed = lead_of(first.submit(event("claimed")))
            assert first.post(f"/notices/{cls.claimed}/claim", "wjw").status == 200
            put = first.post(f"/notices/{cls.claimed}/files", "wjw", PDF, headers=FILE)
            assert put.status == 200, put.body
            cls.file = put.json["file"]["file"]
            fed = first.post(f"/notices/{cls.claimed}/feedback", "wjw", {**FOUND, "files": [cls.file]})
            assert fed.status == 200, fed.body
            first.stop()  # a hub seals the audit log soon after its start
            first.start()
            wait_until(lambda: "sealed up to line" in first.log_text(), what="a seal")
            sender = threading.Thread(target=cls.send, args=(first,))
            sender.start()
            wait_until(lambda: len(cls.answered) > 20, what="events")
            cls.made = run("backup", cls.copy, "--data", first.data, "--json")
            cls.busy = run("restore", cls.copy, "--data", first.data)
            cls.stop_sending = True
            sender.join()
            first.kill()
            os.kill(first.redis_pid(), signal.SIGKILL)
        assert cls.made.returncode == 0, cls.made.stderr
        cls.document = json.loads(cls.made.stdout)

    @classmethod
    def send(cls, hub):
        number = 0
        while not cls.stop_sending:
            sent = event(f"b{number}")
            answer = hub.submit(sent)
            if answer.status == 201:
                cls.answered.append((time.time(), sent, answer.json["event"]))
            number += 1

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.top)

    def fresh(self, name):
        path = os.path.join(self.top, name)
        self.addCleanup(shutil.rmtree, path, True)
        return path

    def damaged(self):
        path = self.fresh("damaged")
        shutil.copytree(self.copy, path)
        return path

    def test_a_hub_on_the_copy(self):
        data = self.fresh("data")
        answer = run("restore", self.copy, "--data", data, "--json")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertTrue(json.loads(answer.stdout)["good"])
        moment = datetime.fromisoformat(self.document["moment"]).timestamp()
        before = [(sent, number) for at, sent, number in self.answered if at < moment]
        self.assertGreater(len(before), 20)
        self.assertLess(len(before), len(self.answered), "events came while it was copied")
        with Hub(demo=False, data=data) as second:
            second.sign_in("spj", "wjw", "sjj")  # the people are in the copy
            for sent, number in before:
                kept = second.get(f"/events/{number}", "spj")
                self.assertEqual((kept.status, kept.json["document"]["id"]), (200, sent["id"]))
            again = second.submit(before[-1][0])
            self.assertEqual((again.status, again.json["event"]), (200, before[-1][1]))
            self.assertEqual(second.get(f"/notices/{self.claimed}", "wjw").json["notice"]["state"], "claimed")
            self.assertEqual(second.get(f"/notices/{self.claimed}/files/{self.file}", "wjw").body, PDF)
            self.goes_on(second)
            self.the_log_is_whole(second)

    def goes_on(self, second):
        """What came after the copy is not there; its sources send it again, and it gets numbers that nothing has."""
        newest = max(int(second.submit(sent).json["event"][1:]) for _, sent, _ in self.answered)
        fresh = second.submit(event("fresh"))
        self.assertEqual((fresh.status, fresh.json["event"]), (201, f"e{newest + 1}"))
        numbers = [second.submit(sent).json["event"] for _, sent, _ in self.answered]
        self.assertEqual(len(set(numbers)), len(numbers))
        self.assertEqual(second.post(f"/notices/{lead_of(fresh)}/claim", "wjw").status, 200)

    def the_log_is_whole(self, second):
        who = quote("command line: " + pwd.getpwuid(os.getuid()).pw_name)
        acts = [line["act"] for line in second.get(f"/audit?who={who}", "sjj").json["items"]]
        self.assertEqual(acts, ["restore", "backup"])
        with tempfile.NamedTemporaryFile() as f:
            f.write(second.get("/audit.ndjson", "sjj").body)
            f.flush()
            answer = run("evidence", "verify", f.name, "--head", self.document["audit_hash"], "--json")
        self.assertEqual(answer.returncode, 0, answer.stdout)
        self.assertEqual(json.loads(answer.stdout)["head_at"], self.document["audit_sealed"])

    def test_what_the_copy_says_of_itself(self):
        with open(os.path.join(self.copy, "manifest.json"), encoding="utf-8") as f:
            manifest = json.load(f)
        self.assertEqual([f["name"] for f in manifest["files"]], ["redis.rdb", f"files/{self.file[:2]}/{self.file}"])
        self.assertEqual((manifest["cell"], manifest["redis"][:2]), ("371300", "7."))
        self.assertGreaterEqual(manifest["events"], 20)
        self.assertGreater(manifest["audit_sealed"], 0)
        for folder, folders, files in os.walk(self.copy):
            for name, mode in [(n, 0o600) for n in files] + [(n, 0o700) for n in folders + ["."]]:
                self.assertEqual(stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode), mode, name)

    def test_what_is_refused(self):
        self.assertEqual(self.busy.returncode, 3)
        self.assertIn("a hub runs on this folder", self.busy.stderr)
        self.assertEqual(run("backup", self.copy, "--data", self.fresh("other")).returncode, 2)
        full = self.fresh("full")
        os.makedirs(os.path.join(full, "files", "ab"))
        self.assertEqual(run("restore", self.copy, "--data", full).returncode, 2)
        answer = run("restore", self.copy, "--data", self.fresh("none"), "--redis.url", "redis://127.0.0.1:1")
        self.assertEqual(answer.returncode, 2)
        self.assertIn("FOLDER/redis/appendonlydir", answer.stderr)
        for words in (["backup"], ["restore"], ["backup", "a", "b"], ["restore", "/no/such", "--data", self.fresh("none")]):
            self.assertEqual(run(*words).returncode, 2, words)

    def test_a_copy_that_was_damaged(self):
        for name in ("redis.rdb", f"files/{self.file[:2]}/{self.file}"):
            copy, data = self.damaged(), self.fresh("data2")
            with open(os.path.join(copy, name), "r+b") as f:
                f.seek(12)
                byte = f.read(1)
                f.seek(12)
                f.write(bytes([byte[0] ^ 1]))
            answer = run("restore", copy, "--data", data)
            self.assertEqual((answer.returncode, os.path.exists(data)), (1, False), name)
            self.assertIn(f"{name}: not as it was written", answer.stderr)
            shutil.rmtree(copy)

    def test_a_copy_that_is_not_whole(self):
        copy, data = self.damaged(), self.fresh("data3")
        os.remove(os.path.join(copy, "manifest.json"))
        answer = run("restore", copy, "--data", data)
        self.assertEqual((answer.returncode, os.path.exists(data)), (2, False))
        self.assertIn("no whole backup", answer.stderr)

    def test_a_manifest_that_names_what_no_backup_would(self):
        def with_file(name):
            return lambda m: m["files"][1].update(name=name)

        for change in (with_file("../../x"), with_file("/etc/x"), with_file(f"files/00/{self.file}"), lambda m: m["files"].reverse(),
                       lambda m: m.update(moment='2026-11-29T10:00:00+08:00","good":true,"x":"'), lambda m: m.update(made_by="\x1b[31m")):
            copy, data = self.damaged(), self.fresh("data4")
            with open(os.path.join(copy, "manifest.json"), "r+", encoding="utf-8") as f:
                manifest = json.load(f)
                change(manifest)
                f.seek(0)
                json.dump(manifest, f)
                f.truncate()
            answer = run("restore", copy, "--data", data)
            self.assertEqual((answer.returncode, os.path.exists(data)), (2, False), manifest)
            self.assertIn("not what a backup has written", answer.stderr)
            shutil.rmtree(copy)


class Elsewhere(unittest.TestCase):
    def test_another_redis_is_copied_too(self):
        with tempfile.TemporaryDirectory(prefix="tdm-", dir="/tmp") as top:
            os.mkdir(os.path.join(top, "redis"))
            with Redis(os.path.join(top, "redis")) as redis:
                settings = {"TANDEM_REDIS_URL": redis.url}
                with Hub(redis_url=redis.url) as hub:
                    hub.sign_in("spj")
                    number = hub.submit(event("one")).json["event"]
                    made = run("backup", os.path.join(top, "copy"), "--data", hub.data, environment=settings)
                    self.assertEqual(made.returncode, 0, made.stderr)
            data = os.path.join(top, "data")
            answer = run("restore", os.path.join(top, "copy"), "--data", data)
            self.assertEqual(answer.returncode, 0, answer.stderr)
            with Hub(demo=False, data=data) as second:
                second.sign_in("spj")
                self.assertEqual(second.get(f"/events/{number}", "spj").status, 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
