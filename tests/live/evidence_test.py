"""The audit log as a file that shows what was done to it: exported, checked without a hub, changed in the file and where the hub keeps it."""
import json
import os
import random
import re
import subprocess
import tempfile
import unittest

import documents
from hub import BIN, LIMIT_S, OneHub, event, wait_until


def verify(path, *more):
    return subprocess.run([os.path.abspath(BIN), "evidence", "verify", path, *more], capture_output=True, text=True, timeout=LIMIT_S)


class Evidence(OneHub):
    """The hub is started twice: a hub seals what there is soon after its start, and then once a minute."""

    people = ("spj", "wjw", "sjj", "lxhy")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for i in range(8):
            answer = cls.hub.submit(event(f"e{i}"))
            assert answer.status == 201, answer.body
            notice = next(n["id"] for n in answer.json["notices"] if n["role"] == "lead")
            assert cls.hub.post(f"/notices/{notice}/claim", "wjw").status == 200
        person = event("person", applicant={"kind": "person", "name": "欧阳示例", "phone": "13900001234"})
        broken = json.dumps(person, ensure_ascii=False, indent=1).replace("\n", "\r\n").encode()  # a document of many lines
        sent = cls.hub.request("POST", "/api/v1/events", broken, {"Content-Type": "application/cloudevents+json"}, user="spj")
        assert sent.status == 201, sent.body
        cls.hub.stop()
        cls.hub.start()
        wait_until(cls.seals, what="a seal")

    @classmethod
    def seals(cls):
        return re.findall(r"sealed up to line (\d+): ([0-9a-f]{64})", cls.hub.log_text())

    @classmethod
    def redis(cls, *words):
        answer = subprocess.run(["redis-cli", "-s", cls.hub.redis_socket(), *words], capture_output=True, text=True, check=True)
        return answer.stdout.removesuffix("\n")

    def export(self, user="sjj", query=""):
        self.hub.sign_in(user)
        answer = self.hub.get("/audit.ndjson" + query, user)
        documents.hold_answer("GET", "/api/v1/audit.ndjson" + query, answer)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.body

    def check(self, content, *more):
        """Status and the document that --json gives."""
        with tempfile.NamedTemporaryFile() as f:
            f.write(content)
            f.flush()
            answer = verify(f.name, "--json", *more)
            return answer.returncode, json.loads(answer.stdout)

    def test_as_it_was_written(self):
        content = self.export()
        lines = [json.loads(line) for line in content.splitlines()]
        self.assertEqual(lines[0]["tandem"], "audit-log")
        entries = [line["entry"] for line in lines if "entry" in line]
        self.assertEqual(sum(e["act"] == "claim" for e in entries), 8)
        status, found = self.check(content)
        self.assertEqual((status, found["good"], found["fault_count"], found["hidden"]), (0, True, 0, 0))
        self.assertGreaterEqual(found["seals"], 1)
        self.assertEqual(found["hash"], lines[-1]["hash"])
        newest = self.hub.get("/audit?act=export", "sjj").json["items"][0]
        self.assertEqual(newest["detail"], f"audit.ndjson, lines 1-{found['to']}, {found['hash']}")
        self.assertEqual(newest["who"], "sjj")

    def test_a_hash_kept_elsewhere(self):
        content = self.export()
        line, sealed = self.seals()[0]
        # The next seal, a minute on, may come between the two.
        wait_until(lambda: f"tandem_audit_sealed {self.seals()[-1][0]}\n" in self.hub.request("GET", "/metrics").body.decode(), what="the figure of the seal")
        status, found = self.check(content, "--head", sealed)
        self.assertEqual((status, found["head_at"]), (0, int(line)))
        status, found = self.check(content, "--head", "0" * 63 + "1")
        self.assertEqual((status, found["faults"][0]["code"]), (1, "evidence-head"))

    def test_in_pieces(self):
        whole = [json.loads(line) for line in self.export().splitlines()]
        later = self.export(query="?from=4")
        head = json.loads(later.splitlines()[0])
        self.assertEqual((head["from"], head["before"]), (4, next(l["hash"] for l in whole if l.get("n") == 3)))
        self.assertEqual(self.check(later, "--head", head["before"])[0], 0)
        for bad, status in (("0", 422), ("x", 422), ("-1", 422), ("1x", 422), ("1000000", 404)):
            self.assertEqual(self.hub.get("/audit.ndjson?from=" + bad, "sjj").status, status, bad)

    def test_changes_in_the_file(self):
        content = self.export()
        chance = random.Random(20261129)
        for _ in range(24):
            lines = content.splitlines(keepends=True)
            at = chance.randrange(1, len(lines))
            how = chance.choice(("drop", "twice", "swap", "byte"))
            if how == "drop":
                del lines[at]
            elif how == "twice":
                lines.insert(at, lines[at])
            elif how == "swap":
                lines[at], lines[at - 1] = lines[at - 1], lines[at]
            else:
                spot = chance.randrange(len(lines[at]) - 1)
                lines[at] = lines[at][:spot] + bytes([lines[at][spot] ^ 1]) + lines[at][spot + 1:]
            status, _ = self.check(b"".join(lines))
            self.assertIn(status, (1, 2), (how, at))
        self.assertEqual(self.check(content)[0], 0)

    def test_changes_where_the_hub_keeps_it(self):
        key = "tdm:{371300}:audit"
        line = self.redis("LINDEX", key, "1")
        self.redis("LSET", key, "1", line.replace('"who":"', '"who":"x'))
        try:
            status, found = self.check(self.export())
        finally:
            self.redis("LSET", key, "1", line)
        self.assertEqual((status, {f["code"] for f in found["faults"]}), (1, {"evidence-seal"}))
        self.assertEqual(self.check(self.export())[0], 0)

    def case(self, user, case="TESTe3"):
        self.hub.sign_in(user)
        answer = self.hub.get(f"/cases/{case}/evidence", user)
        documents.hold_answer("GET", f"/api/v1/cases/{case}/evidence", answer)
        return answer

    def test_a_case(self):
        given = self.case("spj")
        self.assertEqual(given.status, 200, given.body)
        entries = [json.loads(line).get("entry", {}) for line in given.body.splitlines()[1:-1]]
        of = {what: [e for e in entries if e["what"] == what] for what in {e["what"] for e in entries}}
        whole = self.hub.get("/cases/TESTe3", "spj").json["events"][0]
        self.assertEqual([(e["case"], e["by"]) for e in of["export"]], [("TESTe3", "spj")])
        self.assertEqual([(e["masked"], e["document"]["id"]) for e in of["document"]], [(False, event("e3")["id"])])
        self.assertEqual([e["id"] for e in of["notice"]], [n["id"] for n in whole["notices"]])
        for notice in whole["notices"]:
            told = [(e["kind"], e["at"], e["by"]) for e in of["receipt"] if e["notice"] == notice["id"]]
            self.assertEqual(told, [(r["kind"], r["at"], r["by"]) for r in notice["receipts"]])
        self.assertIn("claimed", [e["kind"] for e in of["receipt"]])
        self.assertEqual(len(of.get("delivery", [])), sum(len(n["deliveries"]) for n in whole["notices"]) +
                         len((whole["applicant_told"] or {"deliveries": []})["deliveries"]))
        self.assertEqual([e["version"].split("@")[1] for e in of["policy"]], [e["sha256"][:8] for e in of["policy"]])
        status, found = self.check(given.body)
        self.assertEqual((status, found["kind"], found["about"]), (0, "case", "TESTe3"))
        self.assertEqual(self.check(given.body.replace(b"wjw", b"zjj", 1))[0], 1)

    def test_a_case_and_the_log(self):
        given, log = self.case("spj").body, self.export()
        with tempfile.NamedTemporaryFile() as f:
            f.write(log)
            f.flush()
            status, found = self.check(given, "--log", f.name, "--head", self.seals()[0][1])
            self.assertEqual((status, found["given"]["who"], found["given"]["act"]), (0, "spj", "evidence"))
            self.assertEqual(found["head_at"], int(self.seals()[0][0]))
            later = self.case("spj").body  # this one is not in that log yet
            status, found = self.check(later, "--log", f.name)
            self.assertEqual((status, found["given"]), (1, None))

    def test_a_case_as_it_is_seen(self):
        full, masked = self.case("wjw", "TESTperson").body, self.case("sjj", "TESTperson").body
        self.assertEqual(self.check(full)[0], 0)
        for secret in ("欧阳示例", "13900001234"):
            self.assertIn(secret.encode(), full)
            self.assertNotIn(secret.encode(), masked)
        self.assertIn(b'"masked":true', masked)
        self.assertEqual(self.check(masked)[0], 0)
        self.assertEqual((self.case("admin").status, self.case("zjj").status), (403, 404))
        self.assertEqual(self.case("spj", "none").status, 404)

    def test_who_may_have_it(self):
        for user, status in (("wjw", 403), ("lxhy", 403)):
            self.hub.sign_in(user)
            self.assertEqual(self.hub.get("/audit.ndjson", user).status, status)

    def test_what_is_hidden_keeps_its_place(self):
        """An auditor of one county sees its lines; those of another are a hash each."""
        made = subprocess.run([os.path.abspath(BIN), "user", "add", "county", "--role", "auditor", "--body", "spj-371302", "--data",
                               self.hub.data], input="county\n", capture_output=True, text=True, timeout=LIMIT_S)
        self.assertEqual(made.returncode, 0, made.stderr)
        other = self.hub.submit(event("elsewhere", region="371311", accepted_in="371311"))
        self.assertEqual(other.status, 201, other.body)
        self.export()  # its line bears the city's region
        content = self.export("county")
        status, found = self.check(content)
        self.assertEqual(status, 0, found)
        self.assertGreater(found["hidden"], 0)
        self.assertNotIn(b"sjj", content)
        self.assertEqual(self.check(content, "--head", self.seals()[0][1])[0], 0)


class Usage(unittest.TestCase):
    def test_what_cannot_be_read(self):
        for path in ("/dev/null", "/no/such/file"):
            self.assertEqual(verify(path).returncode, 2)
        self.assertEqual(verify("/dev/null", "--head", "abc").returncode, 2)
        self.assertEqual(subprocess.run([os.path.abspath(BIN), "evidence"], capture_output=True, check=False).returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
