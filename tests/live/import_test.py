"""tandem import from outside: what it prints is decided and accepted as it is; sent to a hub, sent again, and to hubs that falter."""
import http.server
import json
import os
import subprocess
import tempfile
import threading
import unittest

from hub import BIN, LIMIT_S, Hub

PACK = "rules/packs/linyi"
HEADER = "XK_XDR_MC,XK_XDR_SHXYM,XK_WSH,XK_JDRQ,XK_YXQZI,XK_XKZS,XK_XKJGDM,XK_ZT\n"
ROW = "示例公司{n},91320105780688132K,示许〔2026〕{n}号,2026/11/23,2099/12/31,食品经营许可证,11371302MB2855918W,1\n"


def run(*arguments, environment=None, stdin=None):
    return subprocess.run([BIN, "import", *arguments], input=stdin, capture_output=True, timeout=120,
                          env=dict(os.environ, **(environment or {})), check=False)


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="tdm-")
        self.addCleanup(self.folder.cleanup)

    def file(self, name, text, encoding="utf-8"):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding=encoding, newline="") as f:
            f.write(text)
        return path


class Printed(Folder):
    def test_every_encoding_gives_the_same_events_and_explain_takes_them(self):
        text = HEADER + "".join(ROW.format(n=n) for n in range(5))
        answers = [run("permits", self.file(f"{e}.csv", text, e), "--items", PACK)
                   for e in ("utf-8", "utf-8-sig", "gb18030", "utf-16")]
        # What Excel calls Unicode text.
        answers.append(run("permits", self.file("tabs.txt", text.replace(",", "\t"), "utf-16"), "--items", PACK))
        for answer in answers:
            self.assertEqual(answer.returncode, 0, answer.stderr.decode())
            self.assertEqual(answer.stdout, answers[0].stdout)
        explained = subprocess.run([BIN, "policy", "explain", PACK], input=answers[0].stdout, capture_output=True,
                                   timeout=LIMIT_S, check=False)
        self.assertEqual(explained.returncode, 0, explained.stderr.decode())
        decisions = [json.loads(line) for line in explained.stdout.splitlines()]
        self.assertEqual([d["item"]["code"] for d in decisions], ["000131012000"] * 5)
        self.assertEqual(len({d["event"]["id"] for d in decisions}), 5)

    def test_rejected_rows_are_kept_beside_and_for_their_owner_only(self):
        path = self.file("p.csv", HEADER + ROW.format(n=1) + ROW.format(n=2).replace("2026/11/23", "x"))
        answer = run("permits", path, "--items", PACK)
        self.assertEqual(answer.returncode, 1)
        self.assertIn(f"{path}:3: XK_JDRQ: not a date that can be read", answer.stderr.decode())
        self.assertEqual(len(answer.stdout.splitlines()), 1)
        kept = path + ".rejected.csv"
        self.assertEqual(os.stat(kept).st_mode & 0o777, 0o600)
        with open(kept, encoding="utf-8") as f:
            lines = f.readlines()
        self.assertEqual((len(lines), lines[0][0]), (2, "\ufeff"), "a spreadsheet takes it for GBK without the mark")
        self.assertIn("not a date that can be read", lines[1])
        mended = self.file("mended.csv", "".join(lines)[1:].replace(",x,", ",2026/11/23,", 1))
        self.assertEqual(run("permits", mended, "--items", PACK).returncode, 0)
        elsewhere = os.path.join(self.folder.name, "elsewhere.csv")
        os.remove(kept)
        run("permits", path, "--items", PACK, "--rejected", elsewhere)
        self.assertTrue(os.path.exists(elsewhere) and not os.path.exists(kept))

    def test_rejected_rows_between_tabs_can_be_mended_too(self):
        text = (HEADER + ROW.format(n=1) + ROW.format(n=2).replace("2026/11/23", "x")).replace(",", "\t")
        path = self.file("t.txt", text)
        self.assertEqual(run("permits", path, "--items", PACK).returncode, 1)
        with open(path + ".rejected.csv", encoding="utf-8") as f:
            mended = self.file("m.txt", f.read().replace("\tx\t", "\t2026/11/23\t"))
        answer = run("permits", mended, "--items", PACK)
        self.assertEqual((answer.returncode, len(answer.stdout.splitlines())), (0, 1), answer.stderr)

    def test_a_workbook_is_told_as_one(self):
        for name, content in (("new", b"PK\3\4\x14\0\6\0"), ("old", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64))):
            path = os.path.join(self.folder.name, name)
            with open(path, "wb") as f:
                f.write(content)
            for words in (("permits", path), ("items", path)):
                answer = run(*words)
                self.assertEqual(answer.returncode, 2)
                self.assertIn("a workbook; save its sheet as CSV", answer.stderr.decode())

    def document(self, status, *words, **more):
        answer = run(*words, "--json", **more)
        self.assertEqual((answer.returncode, answer.stderr), (status, b""))
        return json.loads(answer.stdout)

    def test_one_document(self):
        path = self.file("p.csv", HEADER + "".join(ROW.format(n=n) for n in range(3)) + ROW.format(n=7).replace("2026/11/23", "x"))
        plain = [json.loads(line) for line in run("permits", path, "--items", PACK).stdout.splitlines()]
        found = self.document(1, "permits", path, "--items", PACK)
        self.assertEqual(found["events"], plain)
        self.assertEqual((found["file"], found["kind"], found["rows"], found["made"], found["rejected"]), (path, "permits", 4, 3, 1))
        self.assertEqual(found["rejected_file"], path + ".rejected.csv")
        self.assertEqual([f["where"] for f in found["faults"]], [f"{path}:5"] * found["fault_count"])
        self.assertIn("not a date", found["faults"][0]["what"])
        good = self.document(0, "permits", self.file("q.csv", HEADER + ROW.format(n=1)), "--items", PACK)
        self.assertEqual((good["rejected_file"], good["faults"], len(good["events"])), (None, [], 1))
        none = self.document(2, "permits", self.file("no.csv", "a,b\n1,2\n"))
        self.assertEqual((none["events"], none["rows"]), ([], 0))
        self.assertGreater(none["fault_count"], 0)

    def test_one_document_of_every_kind(self):
        cases = self.document(1, "cases", self.file("c.json", '[{"no":"such"}]'))
        self.assertEqual((cases["kind"], cases["events"], cases["rejected"]), ("cases", [], 1))
        self.assertEqual(cases["fault_count"], len(cases["faults"]))
        sheet = self.file("items.csv", "事项编码,事项名称,主管领域\n370123020001,示例,卫生健康\n12,短,卫生健康\n")
        plain = run("items", sheet)
        items = self.document(plain.returncode, "items", sheet)
        self.assertEqual((items["text"], items["made"]), (plain.stdout.decode(), 1))
        told = plain.stderr.decode()
        self.assertTrue(items["faults"] and all(f"{f['where']}: {f['what']}\n" in told for f in items["faults"]), told)

    def test_unreadable_and_wrong_usage_are_2(self):
        for words in (["permits"], ["permits", "a", "b"], ["frob", "a"], ["permits", "no/such"], ["items", "x", "--to", "y"],
                      ["permits", self.file("no.csv", "a,b\n1,2\n")],
                      ["permits", self.file("p.csv", HEADER), "--items", "no/such"]):
            self.assertEqual(run(*words).returncode, 2, words)


def key_for(hub, name):
    made = subprocess.run([BIN, "key", "add", name, "--body", "spj-371302", "--source", "/sources/permits", "--data",
                           hub.data], capture_output=True, text=True, timeout=LIMIT_S, check=True)
    return made.stdout.strip()


class Sent(Folder):
    def test_to_a_hub_and_again(self):
        path = self.file("p.csv", HEADER + "".join(ROW.format(n=n) for n in range(450)))
        with Hub() as hub:
            url, key = f"http://127.0.0.1:{hub.port}", key_for(hub, "importer")
            key_file = self.file("key", key + "\n")
            first = run("permits", path, "--items", PACK, "--to", url, "--key-file", key_file)
            self.assertEqual(first.returncode, 0, first.stderr.decode())
            self.assertIn("450 taken, 0 known already, 0 refused", first.stderr.decode())
            self.assertEqual(first.stdout, b"")
            again = run("permits", path, "--items", PACK, "--to", url + "/", environment={"TANDEM_KEY": key})
            self.assertEqual(again.returncode, 0, again.stderr.decode())
            self.assertIn("0 taken, 450 known already, 0 refused", again.stderr.decode())
            document = json.loads(run("permits", path, "--items", PACK, "--to", url, "--key-file", key_file, "--json").stdout)
            self.assertEqual(document["sent"], {"to": url, "taken": 0, "known": 450, "refused": 0})
            self.assertNotIn("events", document)
            changed = self.file("q.csv", HEADER + ROW.format(n=1).replace("示例公司", "改名公司"))
            other = run("permits", changed, "--items", PACK, "--to", url, "--key", key)
            self.assertEqual(other.returncode, 1)
            self.assertIn(f"{changed}:2: the hub says 409", other.stderr.decode())
            other = run("permits", changed, "--items", PACK, "--to", url, "--key", key, "--json")
            self.assertEqual((other.returncode, json.loads(other.stdout)["faults"][0]["where"]), (1, f"{changed}:2"))
            foreign = run("permits", path, "--items", PACK, "--to", url, "--key", key, "--source", "/sources/else")
            self.assertEqual(foreign.returncode, 1)
            self.assertIn("0 taken, 0 known already, 450 refused", foreign.stderr.decode())
            bad = run("permits", path, "--items", PACK, "--to", url, "--key", "tdm_no")
            self.assertEqual(bad.returncode, 3)
            self.assertNotIn("tdm_no", bad.stderr.decode())

    def test_nobody_there_and_no_key(self):
        path = self.file("p.csv", HEADER + ROW.format(n=1))
        refused = run("permits", path, "--items", PACK, "--to", "http://127.0.0.1:1", environment={"TANDEM_KEY": "k"})
        self.assertEqual(refused.returncode, 3)
        self.assertIn("1 of 1 events are not sent", refused.stderr.decode())
        bare = {k: v for k, v in os.environ.items() if k != "TANDEM_KEY"}
        answer = subprocess.run([BIN, "import", "permits", path, "--items", PACK, "--to", "http://127.0.0.1:1"],
                                capture_output=True, timeout=LIMIT_S, env=bare, check=False)
        self.assertEqual(answer.returncode, 2)


class Falters(http.server.BaseHTTPRequestHandler):
    """Busy, then unfit inside the answer, then well: what was asked stands in `asked`."""
    plan, asked = [], []

    def do_POST(self):
        lines = self.rfile.read(int(self.headers["Content-Length"])).splitlines()
        status, inner = self.plan.pop(0) if self.plan else (200, 201)
        self.asked.append((len(lines), status, self.headers["Authorization"]))
        body = json.dumps({"results": [{"status": inner, "event": "e1"} for _ in lines]}).encode() if status == 200 else b"{}"
        self.send_response(status)
        if status in (429, 503):
            self.send_header("Retry-After", "1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Patience(Folder):
    def serve(self, plan):
        handler = type("Planned", (Falters,), {"plan": list(plan), "asked": []})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return handler, f"http://127.0.0.1:{server.server_port}"

    def test_busy_unfit_and_too_large(self):
        handler, url = self.serve([(429, 0), (503, 0), (200, 503), (413, 0)])
        path = self.file("p.csv", HEADER + "".join(ROW.format(n=n) for n in range(10)))
        answer = run("permits", path, "--items", PACK, "--to", url, "--key", "k")
        self.assertEqual(answer.returncode, 0, answer.stderr.decode())
        self.assertIn("10 taken", answer.stderr.decode())
        self.assertEqual([(n, s) for n, s, _ in handler.asked], [(10, 429), (10, 503), (10, 200), (10, 413), (5, 200), (5, 200)])
        self.assertEqual({a for _, _, a in handler.asked}, {"Bearer k"})

    def test_no_hub_at_all(self):
        _, url = self.serve([(404, 0)])
        path = self.file("p.csv", HEADER + ROW.format(n=1))
        answer = run("permits", path, "--items", PACK, "--to", url, "--key", "k")
        self.assertEqual(answer.returncode, 3)
        self.assertIn("answers 404", answer.stderr.decode())


if __name__ == "__main__":
    unittest.main()
