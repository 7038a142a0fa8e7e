"""The files of feedback, from outside: known by content, on disk before the answer, reached only through a notice that one sees."""
import contextlib
import hashlib
import io
import os
import re
import shutil
import socket
import tempfile
import unittest
import zipfile
from urllib.parse import quote, unquote

import redis

import documents
from hub import Hub, OneHub, event, wait_until

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0" + bytes(40)
LEAD = "wjw-371302"
FOUND = {"result": "mostly", "disposal": "rectify", "checked_on": "2026-11-25", "rectify_by": "2026-12-25"}
MAX = 20 << 20


def zip_of(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name in names:
            z.writestr(name, "<x/>")
    return out.getvalue()


class Files(OneHub):
    people = ("wjw", "zjj", "spj", "lxhy", "sjj", "admin")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.serial = 0

    def notice(self, claimed=True):
        type(self).serial += 1
        answer = self.hub.submit(event(f"file{self.serial}"))
        lead = next(n["id"] for n in answer.json["notices"] if n["body"] == LEAD)
        if claimed:
            self.assertEqual(self.hub.post(f"/notices/{lead}/claim", "wjw").status, 200)
        return lead

    def put(self, notice, content, user="wjw", name="现场 记录.pdf", header=None):
        path = f"/notices/{notice}/files"
        said = header if header is not None else "attachment; filename*=UTF-8''" + quote(name, safe="")
        answer = self.hub.post(path, user, content, headers={"Content-Disposition": said, "Content-Type": "application/octet-stream"})
        documents.hold_answer("POST", "/api/v1" + path, answer)
        return answer

    def fetch(self, notice, digest, user="wjw"):
        answer = self.hub.get(f"/notices/{notice}/files/{digest}", user)
        documents.hold_answer("GET", f"/api/v1/notices/{notice}/files/{digest}", answer)
        return answer

    def feed_back(self, notice, files, user="wjw", **said):
        answer = self.hub.post(f"/notices/{notice}/feedback", user, {**FOUND, "files": files, **said})
        documents.hold_answer("POST", f"/api/v1/notices/{notice}/feedback", answer)
        return answer

    def path_of(self, digest):
        return os.path.join(self.hub.data, "files", digest[:2], digest)

    def test_put_named_and_read_by_the_bureau(self):
        notice = self.notice()
        version = self.hub.get(f"/notices/{notice}", "wjw").json["notice"]["version"]
        put = self.put(notice, PDF)
        digest = hashlib.sha256(PDF).hexdigest()
        self.assertEqual(put.status, 200, put.body)
        self.assertEqual(put.json["file"], {"file": digest, "name": "现场 记录.pdf", "type": "application/pdf", "bytes": len(PDF)})
        self.assertEqual(put.json["version"], version)
        with open(self.path_of(digest), "rb") as f:
            self.assertEqual(f.read(), PDF)
        self.assertEqual(os.stat(self.path_of(digest)).st_mode & 0o077, 0)
        self.assertEqual(self.fetch(notice, digest).body, PDF)
        self.assertEqual(self.fetch(notice, digest, "spj").status, 404, "not before feedback names it")
        self.assertEqual(self.feed_back(notice, [digest]).status, 200)
        shown = self.hub.get(f"/notices/{notice}", "spj")
        documents.hold_answer("GET", f"/api/v1/notices/{notice}", shown)
        self.assertEqual(shown.json["notice"]["feedback"][0]["files"], [put.json["file"]])
        got = self.fetch(notice, digest, "spj")
        self.assertEqual((got.status, got.body, got.headers["Content-Type"]), (200, PDF, "application/pdf"))
        self.assertEqual(unquote(got.headers["Content-Disposition"]), "attachment; filename*=UTF-8''现场 记录.pdf")
        self.assertEqual(got.headers["X-Content-Type-Options"], "nosniff")

    def test_known_by_content(self):
        notice = self.notice()
        for content, kind in ((PNG, "image/png"), (JPEG, "image/jpeg"), (zip_of("OFD.xml", "Doc_0/Document.xml"), "application/ofd")):
            put = self.put(notice, content, name="x.exe")
            self.assertEqual((put.status, put.json["file"]["type"]), (200, kind))
            self.assertEqual(self.fetch(notice, put.json["file"]["file"]).headers["Content-Type"], kind)
        for content in (b"<html><script>1</script>", b"MZ" + bytes(60), zip_of("word/document.xml"), zip_of("xOFD.xml"), b"PK\x03\x04", b" ", PDF[1:]):
            self.assertEqual(self.put(notice, content, name="x.pdf").status, 415, content[:20])
            self.assertFalse(os.path.exists(self.path_of(hashlib.sha256(content).hexdigest())))

    def test_twenty_megabytes_and_not_one_byte_more(self):
        notice = self.notice()
        self.assertEqual(self.put(notice, b"%PDF-" + bytes(MAX - 5)).status, 200)
        self.assertEqual(self.fetch(notice, hashlib.sha256(b"%PDF-" + bytes(MAX - 5)).hexdigest()).body[-1:], b"\0")
        try:
            answer = self.put(notice, b"%PDF-" + bytes(MAX - 4))
        except (BrokenPipeError, ConnectionResetError):
            return  # refused while it was still coming
        self.assertEqual(answer.status, 413)

    def test_a_name_is_needed_and_no_path(self):
        notice = self.notice()
        for header in ("", "attachment", 'attachment; filename="x.pdf"', "attachment; filename*=UTF-8''", "attachment; filename*=UTF-8''a%2Fb.pdf",
                       "attachment; filename*=UTF-8''a%5Cb", "attachment; filename*=UTF-8''a%00b", "attachment; filename*=UTF-8''%FF",
                       "attachment; filename*=UTF-8''a%0D%0Ab", "attachment; filename*=UTF-8''a%4", "attachment; filename*=UTF-8''" + "a" * 129):
            self.assertEqual(self.put(notice, PDF, header=header).status, 422, header)

    def test_only_who_may_report_or_write_a_letter_puts_one(self):
        notice, content = self.notice(), PDF + b"theirs"
        missing = self.put("n999999.0", content)
        foreign = self.put(notice, content, "zjj")
        self.assertEqual((foreign.status, foreign.body), (404, missing.body))
        self.assertEqual(self.put(notice, content, "lxhy").status, 403)
        self.assertFalse(os.path.exists(self.path_of(hashlib.sha256(content).hexdigest())), "nothing is left on the disk")

    def test_what_an_event_has_no_room_for_leaves_nothing_on_the_disk(self):
        notice = self.notice()
        for i in range(100):
            self.assertEqual(self.put(notice, PDF + b"%d" % i).status, 200)
        full = self.put(notice, PDF + b"one more")
        self.assertEqual((full.status, full.json["detail"]), (409, "The event has as many files as it can have"))
        self.assertFalse(os.path.exists(self.path_of(hashlib.sha256(PDF + b"one more").hexdigest())))
        self.assertEqual(self.put(notice, PDF + b"0").status, 200, "what it has is its answer again")

    def test_what_a_record_has_no_room_for_leaves_nothing_on_the_disk(self):
        notice = self.notice()
        self.assertEqual(self.put(notice, PDF + b"before").status, 200)
        number = int(notice[1:].split(".")[0])
        with redis.Redis(unix_socket_path=self.hub.redis_socket()) as store:
            records = f"tdm:{{371300}}:r:{number // 16}"
            record = store.hget(records, number)
            store.hset(records, number, record + b"R\t0\t0\t-1\t1\tx\tx\t" + b"x" * (3 << 18) + b"\n")
            full = self.put(notice, PDF + b"after")
            self.assertEqual(full.status, 409, full.body)
            self.assertFalse(os.path.exists(self.path_of(hashlib.sha256(PDF + b"after").hexdigest())))
            store.hset(records, number, record)
        self.assertEqual(self.put(notice, PDF + b"after").status, 200)

    def test_reached_only_through_a_notice_that_one_sees(self):
        mine, other, content = self.notice(), self.notice(), PDF + b"scope"
        digest = self.put(mine, content).json["file"]["file"]
        self.assertEqual(self.feed_back(mine, [digest]).status, 200)
        missing = self.fetch(mine, "0" * 64)
        self.assertEqual(missing.status, 404)
        for notice, name, user in ((other, digest, "wjw"), (mine, digest, "zjj"), (mine, digest, "lxhy"), (mine, digest, "sjj"),
                                   (mine, digest[:63], "wjw"), (mine, digest.upper(), "wjw"), ("n999999.0", digest, "wjw")):
            answer = self.fetch(notice, name, user)
            self.assertEqual((answer.status, answer.body), (404, missing.body), (notice, name, user))
        self.assertEqual(self.fetch(mine, digest, "admin").status, 403)
        for user in ("lxhy", "sjj"):
            self.assertEqual([f["name"] for f in self.hub.get(f"/notices/{mine}", user).json["notice"]["feedback"][0]["files"]], [None])

    def test_feedback_names_files_of_its_notice_only_and_once(self):
        mine, other = self.notice(), self.notice()
        digest = self.put(mine, PDF + b"named").json["file"]["file"]
        for files, place in (([digest, "0" * 64], "/files/1"), (["../x"], "/files/0"), ([7], "/files/0"), ("x", "/files"), ([digest] * 21, "/files")):
            answer = self.feed_back(mine, files)
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, place), files)
        self.assertEqual(self.feed_back(other, [digest]).status, 422)
        self.assertNotIn("feedback", self.hub.get(f"/notices/{mine}", "wjw").json["notice"])
        first = self.feed_back(mine, [digest, digest])
        again = self.feed_back(mine, [digest])
        self.assertEqual((first.status, again.json), (200, first.json), "the same feedback twice is the same answer")
        self.assertEqual(self.feed_back(mine, []).status, 200, "without the file it is another")
        self.assertEqual(self.feed_back(mine, [digest], remark="复查").status, 200, "a file can be named twice")
        told = self.hub.get(f"/notices/{mine}", "wjw").json["notice"]["feedback"]
        self.assertEqual([len(f.get("files", [])) for f in told], [1, 0, 1])

    def test_no_more_than_so_many_are_on_their_way(self):
        notice = self.notice()
        digest = self.put(notice, b"%PDF-" + bytes(MAX - 6)).json["file"]["file"]  # more than the sockets hold
        request = f"GET /api/v1/notices/{notice}/files/{digest} HTTP/1.1\r\nHost: x\r\nCookie: {self.hub.cookies['wjw']}\r\n\r\n".encode()
        with contextlib.ExitStack() as slow:
            for _ in range(64):
                sock = slow.enter_context(contextlib.closing(socket.socket()))
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
                sock.connect(("127.0.0.1", self.hub.port))
                sock.sendall(request)
                self.assertTrue(sock.recv(100).startswith(b"HTTP/1.1 200"))
            self.assertEqual(self.fetch(notice, digest).status, 503)
        wait_until(lambda: self.fetch(notice, digest).status == 200, what="room again")

    def test_the_same_file_again_is_the_same_answer(self):
        notice = self.notice()
        first, second = self.put(notice, PNG, name="a.png"), self.put(notice, PNG, name="a.png")
        self.assertEqual((second.status, second.body), (200, first.body))
        line = self.hub.get(f"/audit?act=attach&about={notice}", "sjj").json["items"]
        self.assertEqual([(x["who"], x["notice"]) for x in line], [("wjw", notice)])
        self.assertEqual([n for n in os.listdir(os.path.dirname(self.path_of(first.json["file"]["file"]))) if n.startswith("draft")], [])

    def test_of_several_names_the_last_is_shown_and_given_out(self):
        notice = self.notice()
        digest = [self.put(notice, PNG, name=name).json["file"]["file"] for name in ("a.png", "乙.png")][0]
        self.assertEqual(self.feed_back(notice, [digest]).status, 200)
        shown = self.hub.get(f"/notices/{notice}", "spj").json["notice"]["feedback"][0]["files"]
        given = unquote(self.fetch(notice, digest, "spj").headers["Content-Disposition"])
        self.assertEqual(([f["name"] for f in shown], given), (["乙.png"], "attachment; filename*=UTF-8''乙.png"))
        self.assertEqual(unquote(self.fetch(notice, digest).headers["Content-Disposition"]), given, "to its own body, too")


class Kept(unittest.TestCase):
    @staticmethod
    def put(hub, content):
        lead = next(n["id"] for n in hub.submit(event("kept")).json["notices"] if n["body"] == LEAD)
        hub.post(f"/notices/{lead}/claim", "wjw")
        said = {"Content-Disposition": "attachment; filename*=UTF-8''a.pdf"}
        return lead, hub.post(f"/notices/{lead}/files", "wjw", content, headers=said).json["file"]["file"]

    def test_what_was_answered_survives_the_end_of_the_hub(self):
        with Hub() as hub:
            hub.sign_in("wjw", "spj")
            lead, digest = self.put(hub, PDF)
            hub.kill()
            hub.end_redis()
            hub.start()
            hub.sign_in("wjw")
            self.assertEqual(hub.get(f"/notices/{lead}/files/{digest}", "wjw").body, PDF)
            os.unlink(os.path.join(hub.data, "files", digest[:2], digest))
            gone = hub.get(f"/notices/{lead}/files/{digest}", "wjw")
            self.assertEqual(gone.status, 503)

    def test_a_client_that_reads_no_further_is_given_up(self):
        with Hub() as hub:
            hub.sign_in("wjw", "spj")
            lead, digest = self.put(hub, b"%PDF-" + bytes(MAX - 6))
            hub.stop()
            hub.arguments += ["--request_timeout", "10s"]  # it is short for putting such a file, too
            hub.start()
            hub.sign_in("wjw")
            with contextlib.closing(socket.socket()) as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
                sock.connect(("127.0.0.1", hub.port))
                sock.sendall(f"GET /api/v1/notices/{lead}/files/{digest} HTTP/1.1\r\nHost: x\r\n"
                             f"Cookie: {hub.cookies['wjw']}\r\n\r\n".encode())
                self.assertTrue(sock.recv(100).startswith(b"HTTP/1.1 200"))
                self.assertTrue(any(path.endswith(digest) for path in hub.open_files()))
                wait_until(lambda: not any(path.endswith(digest) for path in hub.open_files()), what="the file being let go")

    def test_it_is_on_disk_before_the_answer(self):
        folder = tempfile.mkdtemp(prefix="tdm-", dir="/tmp")
        self.addCleanup(shutil.rmtree, folder, True)
        seen = os.path.join(folder, "seen")
        witness = os.path.join(os.environ["TANDEM_BUILD"], "tests", "live", "libdisk_witness.so")
        with Hub(environment={"LD_PRELOAD": witness, "DISK_WITNESS": seen, "ASAN_OPTIONS": "verify_asan_link_order=0"}) as hub:
            hub.sign_in("wjw", "spj")
            lead = next(n["id"] for n in hub.submit(event("witness")).json["notices"] if n["body"] == LEAD)
            hub.post(f"/notices/{lead}/claim", "wjw")
            digest = hub.post(f"/notices/{lead}/files", "wjw", PDF, headers={"Content-Disposition": "attachment; filename*=UTF-8''a.pdf"}).json["file"]["file"]
            with open(seen) as f:
                lines = [re.sub(r"draft-\w+", "draft", line.strip().replace(hub.data, "")) for line in f if "files" in line]
            place = f"/files/{digest[:2]}"
            self.assertEqual(lines, [f"fsync {place}/draft", f"rename {place}/draft {place}/{digest}", f"fsync {place}", "fsync /files"])


if __name__ == "__main__":
    unittest.main()
