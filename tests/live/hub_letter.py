"""Bad input against the whole hub: JSON by POST, bodies and types HTTP refuses, what stands before a session. A clear answer that
names the place, nothing stored, and the hub as quick as before.
"""
import json
import os
import signal
import socket
import sys
import threading
import time
import unittest

from http_peer import Client
from hub import LIMIT_S, Hub, OneHub, event, wait_until

ONE = "application/cloudevents+json"
MANY = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"
PROBLEM = "application/problem+json"
GOOD = json.dumps(event("never"), ensure_ascii=False).encode()


def answers(hub):
    try:
        return hub.request("GET", "/healthz").status == 200
    except OSError:
        return False


def inside(text):
    """The good event with one more member of its data, which makes it bad."""
    return GOOD[:-2] + b"," + text + b"}}"


def number(text):
    return inside(b'"attributes":{"a":' + text + b"}")


REMARK, NUMBER, DEPTH = "/data/remark", "/data/attributes/a", "/data/x" + "/0" * 30
OUTSIDE = "outside plus or minus 2^53"
# name, body, status, pointer of the first fault, what its detail says
SINGLE = [
    ("nothing", b"", 400, "", "line 1, column 1"),
    ("broken off", b'{"specversion":', 400, "/specversion", "line 1, column 16"),
    ("broken in a line", b'{\n "specversion": "1.0",\n "type": oops}', 400, "/type", "line 3, column 10"),
    ("byte order mark", b"\xef\xbb\xbf" + GOOD, 400, "", "line 1, column 1"),
    ("text behind", GOOD + b"x", 400, "", "not well-formed"),
    ("a second one behind", GOOD + GOOD, 400, "", "not well-formed"),
    ("NUL behind", GOOD + b"\0", 400, "", "not well-formed"),
    ("single quotes", GOOD.replace(b'"', b"'"), 400, "", "not well-formed"),
    ("a comment", b"/**/" + GOOD, 400, "", "not well-formed"),
    ("NaN", number(b"NaN"), 400, NUMBER, "not well-formed"),
    ("leading zero", number(b"012"), 400, NUMBER, "not well-formed"),
    ("raw line feed in a text", inside(b'"remark":"a\nb"'), 400, REMARK, "not well-formed"),
    ("depth 33", inside(b'"x":' + b"[" * 31 + b"]" * 31), 422, DEPTH, "32"),
    ("depth 100,000", b"[" * 100000, 422, "/0" * 32, "32"),
    ("depth 50,000 of objects", b'{"a":' * 50000, 422, "/a" * 32, "32"),
    ("twice", GOOD[:-1] + b',"id":"again"}', 422, "/id", "twice"),
    ("twice inside", inside(b'"case":"X"'), 422, "/data/case", "twice"),
    ("twice, spelled otherwise", GOOD[:-1] + b',"\\u0069d":"again"}', 422, "/id", "twice"),
    ("twice, both spelled", inside(b'"a\\u002fb":1,"\\u0061/b":2'), 422, "/data/a~1b", "twice"),
    ("2^53 + 1", number(b"9007199254740993"), 422, NUMBER, OUTSIDE),
    ("-2^53 - 1", number(b"-9007199254740993"), 422, NUMBER, OUTSIDE),
    ("1e16", number(b"1e16"), 422, NUMBER, OUTSIDE),
    ("1e999", number(b"1e999"), 422, NUMBER, OUTSIDE),
    ("-1e999", number(b"-1e999"), 422, NUMBER, OUTSIDE),
    ("400 digits", number(b"9" * 400), 422, NUMBER, "64 characters"),
    ("not UTF-8", inside(b'"remark":"\xff"'), 422, REMARK, "UTF-8"),
    ("overlong", inside(b'"remark":"\xc0\xaf"'), 422, REMARK, "UTF-8"),
    ("raw surrogate", inside(b'"remark":"\xed\xa0\x80"'), 422, REMARK, "UTF-8"),
    ("lone surrogate", inside(b'"remark":"\\ud800"'), 422, REMARK, "surrogate"),
    ("surrogates turned round", inside(b'"remark":"\\udc00\\ud800"'), 422, REMARK, "surrogate"),
    ("NUL", inside(b'"remark":"\\u0000"'), 422, REMARK, "NUL"),
    ("raw NUL", inside(b'"remark":"a\0b"'), 422, REMARK, "NUL"),
    ("a list", b"[1]", 422, "", "object"),
    ("a number", b"1", 422, "", "object"),
    ("null", b"null", 422, "", "object"),
    ("too many members", GOOD[:-1] + b"," + b",".join(b'"m%d":1' % i for i in range(60)) + b"}", 422, "", "64"),
    ("a long text", inside(b'"x":"' + b"y" * 8193 + b'"'), 422, "/data/x", "8192"),
    ("a long remark", inside(('"remark":"' + "字" * 501 + '"').encode()), 422, REMARK, "500"),
    ("a long id", GOOD.replace(b"t-never", b"i" * 129), 422, "/id", "128"),
    ("an event over its limit", inside(b'"x":[' + b",".join([b'"y"'] * 70000) + b"]"), 413, "", "262144"),
]
# name, body, type, status, detail of the problem
BATCHES = [
    ("not JSON", b"[1,", MANY, 400, "nothing was stored"),
    ("broken off inside", b"[" + GOOD + b",[1]", MANY, 400, "nothing was stored"),
    ("deep", b"[" * (16 << 20), MANY, 400, "nothing was stored"),
    ("10,001 events", b"[" + b",".join([b"{}"] * 10001) + b"]", MANY, 413, "nothing was stored"),
    ("16 MiB of {}", b"[" + b",".join([b"{}"] * 5500000) + b"]", MANY, 413, "nothing was stored"),
    ("10,001 lines", b"{}\n" * 10001, LINES, 413, "nothing was stored"),
    ("plain text", GOOD, "text/plain", 415, "cloudevents+json"),
    ("no type", GOOD, "", 415, "cloudevents+json"),
    ("another charset", GOOD, ONE + "; charset=gbk", 415, "cloudevents+json"),
    ("17 MiB", b" " * (17 << 20), ONE, 413, "larger than the limit"),
]


class Base(OneHub):
    settings = {}
    people = ("spj", "wjw")

    @classmethod
    def make_hub(cls):
        return Hub(environment=cls.settings)

    def events(self, body, kind=ONE, **more):
        headers = dict({"Content-Type": kind} if kind else {}, **more)
        return self.hub.request("POST", "/api/v1/events", body, headers, "spj", timeout=LIMIT_S)

    def nothing_stored(self):
        self.assertEqual(self.hub.get("/cases/TESTnever", "spj").status, 404)

    def dial(self):
        return Client(socket.create_connection(("127.0.0.1", self.hub.port)))

    def head(self):
        """Of a POST, up to what says how long its body is."""
        return (b"POST /api/v1/events HTTP/1.1\r\nHost: a\r\nCookie: " + self.hub.cookies["spj"].encode() +
                b"\r\nContent-Type: " + ONE.encode() + b"\r\n")

    def refused(self, fields, body, status):
        with self.subTest(fields), self.dial() as c:
            c.send(self.head() + fields + b"\r\n" + body)
            answer = c.answer()
            self.assertEqual((answer.status, answer.get("Content-Type"), answer.get("Connection")), (status, PROBLEM, "close"))
            self.assertTrue(c.is_closed())


class Letter(Base):
    def test_single_events(self):
        for name, body, status, pointer, says in SINGLE:
            with self.subTest(name):
                answer = self.events(body)
                self.assertEqual((answer.status, answer.headers["Content-Type"]), (status, PROBLEM))
                first = answer.json["errors"][0]
                self.assertEqual(first["pointer"], pointer)
                self.assertIn(says, first["detail"])
                self.assertLess(len(answer.body), 4096)
        self.nothing_stored()

    def test_batches_and_types(self):
        for name, body, kind, status, says in BATCHES:
            with self.subTest(name):
                answer = self.events(body, kind)
                self.assertEqual((answer.status, answer.headers["Content-Type"]), (status, PROBLEM))
                self.assertIn(says, answer.json["detail"])
        self.nothing_stored()

    def test_one_of_a_batch(self):
        """Each event stands for itself: what is wrong with one does not touch the others."""
        answer = self.events(b"[%s,[1},{\"a\":1,\"a\":2},%s]" % (json.dumps(event("one")).encode(), json.dumps(event("two")).encode()), MANY)
        self.assertEqual([r["status"] for r in answer.json["results"]], [201, 400, 422, 201])
        self.assertEqual(answer.json["results"][2]["errors"][0]["pointer"], "/a")

    def test_many_faults(self):
        """10,000 faults in one event: many are named, the answer is bounded, and says so in the order of the text."""
        for text in (b"9007199254740993", b'"\\u0000"', b'"\\ud800"', b"1e999"):
            answer = self.events(inside(b'"x":[' + b",".join([text] * 10000) + b"]"))
            self.assertEqual(answer.status, 422)
            pointers = [e["pointer"] for e in answer.json["errors"]]
            self.assertGreaterEqual(len(pointers), 100)
            self.assertEqual(pointers[:100], [f"/data/x/{i}" for i in range(100)])
            self.assertLess(len(answer.body), 200000)

    def test_a_batch_full_of_faults(self):
        """Small bodies name many faults: the answer to a whole batch of them is bounded and whole, and others have their turn."""
        bad = b'{"x":[' + b",".join([b"1e99"] * 990) + b"]}"
        count = 1000
        done = threading.Event()
        turns = []

        def others():
            while not done.is_set():
                turns.append(self.hub.request("GET", "/healthz").status)
        thread = threading.Thread(target=others)
        thread.start()
        try:
            body = b"[" + b",".join([bad] * count) + b"]"
            answers = [self.events(body, MANY, **more) for more in ({}, {"Idempotency-Key": "k"}, {"Idempotency-Key": "k"})]
        finally:
            done.set()
            thread.join()
        for answer in answers:
            self.assertEqual(answer.status, 200)
            self.assertEqual([r["status"] for r in answer.json["results"]], [422] * count)
            self.assertGreater(len(answer.json["results"][0]["errors"]), 100)
            self.assertEqual([e["pointer"] for e in answer.json["results"][-1]["errors"]], [""])
            self.assertLess(len(answer.body), 8 << 20)
        # Were the batch taken in one turn, one or two questions at most would be answered meanwhile.
        self.assertGreater(len(turns), 20)
        self.assertEqual(set(turns), {200})

    def test_lengths_and_expectations(self):
        for fields, body, status in ((b"", b"", 411), (b"Content-Length: 17825792\r\n", b"", 413), (b"Content-Length: -1\r\n", b"", 400),
                                     (b"Content-Length: 5, 5\r\n", b"", 400), (b"Transfer-Encoding: gzip\r\n", b"", 501),
                                     (b"Content-Length: 17825792\r\nExpect: 100-continue\r\n", b"", 413),
                                     (b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", b"", 400),
                                     (b"Content-Length: 2\r\nExpect: the-best\r\n", b"", 417)):
            self.refused(fields, body, status)
        with self.dial() as c:
            c.send(self.head() + b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
            self.assertEqual(c.answer().status, 100)
            c.send(b"1\r\n{\r\n0\r\n\r\n")
            answer = c.answer()
            self.assertEqual((answer.status, answer.get("Connection")), (400, None), "the connection goes on")
            c.send(self.head().replace(b"POST", b"BREW") + b"\r\n")
            self.assertEqual(c.answer().status, 501)
        self.nothing_stored()

    def test_methods_and_paths(self):
        for method, path, status in (("PUT", "/api/v1/events", 405), ("DELETE", "/api/v1/notices/n1.0", 405), ("PATCH", "/healthz", 405),
                                     ("GET", "/api/v1/nothing", 404), ("POST", "/nothing", 404), ("GET", "/api/v1/events/", 404),
                                     ("OPTIONS", "/api/v1/events", 405)):
            answer = self.hub.request(method, path, b"" if method != "GET" else None, user="spj")
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (status, PROBLEM), (method, path))
            self.assertEqual("Allow" in answer.headers, status == 405)
        answer = self.hub.request("HEAD", "/healthz")
        self.assertEqual((answer.status, answer.body), (200, b""))

    def test_cross_origin_and_strangers(self):
        answer = self.events(GOOD, Origin="http://evil.example")
        self.assertEqual(answer.status, 403)
        self.assertEqual(self.hub.request("POST", "/api/v1/events", GOOD, {"Content-Type": ONE}).status, 401)
        self.assertEqual(self.hub.request("POST", "/api/v1/events", GOOD, {"Content-Type": ONE}, "wjw").status, 403)
        self.assertEqual(self.hub.request("POST", "/api/v1/events", GOOD, {"Content-Type": ONE, "Authorization": "Bearer tdm_x"}).status, 401)
        self.nothing_stored()

    def test_key_used_for_another_body(self):
        first = self.events(b"{}", **{"Idempotency-Key": "again"})
        self.assertEqual((first.status, self.events(b"{}", **{"Idempotency-Key": "again"}).body), (422, first.body))
        self.assertEqual(self.events(b"[]", **{"Idempotency-Key": "again"}).status, 422)
        self.assertEqual(self.events(b"{}", **{"Idempotency-Key": "k" * 256}).status, 422)

    def test_client_gone_before_its_answer(self):
        for i in range(5):
            with self.dial() as c:
                body = json.dumps(event(f"gone{i}")).encode()
                c.send(b"POST /api/v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\nCookie: %s\r\nContent-Length: %d\r\n\r\n%s" %
                       (ONE.encode(), self.hub.cookies["spj"].encode(), len(body), body))
        for i in range(5):
            wait_until(lambda n=i: self.hub.get(f"/cases/TESTgone{n}", "spj").status == 200, what="what was sent is kept")

    def test_redis_never_there(self):
        """Who somebody is, is not known then: it is not said that the password is wrong, and nothing counts against the name."""
        away = Hub(demo=False, redis_url="unix:/tmp/no-such-redis.sock")
        self.addCleanup(away.__exit__, None, None, None)
        away.launch()
        wait_until(lambda: answers(away), what="a hub without Redis")
        for _ in range(7):
            answer = away.request("POST", "/api/v1/session", {"user": "spj", "password": "spj"})
            self.assertEqual(answer.status, 503, answer.body)
            self.assertTrue(int(answer.headers["Retry-After"]) > 0)
        self.assertEqual(away.request("GET", "/api/v1/me", headers={"Authorization": "Bearer tdm_x"}).status, 503)
        self.assertEqual(away.request("GET", "/readyz").status, 503)

class Limits(Base):
    """On a hub that waits for nobody long."""
    settings = {"TANDEM_REQUEST_TIMEOUT": "10s", "TANDEM_REDIS_TIMEOUT": "10s"}

    def test_what_does_not_come_whole(self):
        self.refused(b"Content-Length: 9\r\n", b"{", 408)
        self.refused(b"Transfer-Encoding: chunked\r\n", b"5\r\n{", 408)
        self.nothing_stored()

    def test_redis_away(self):
        os.kill(self.hub.redis_pid(), signal.SIGSTOP)
        try:
            answer = self.events(json.dumps(event("away")).encode())
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (503, PROBLEM))
            self.assertTrue(int(answer.headers["Retry-After"]) > 0)
            wait_until(lambda: self.hub.request("GET", "/readyz").status == 503, what="the hub to know")
            self.assertEqual(self.hub.request("GET", "/healthz").status, 200)
        finally:
            os.kill(self.hub.redis_pid(), signal.SIGCONT)
        wait_until(self.hub.is_ready, what="readiness")
        wait_until(lambda: self.events(json.dumps(event("away")).encode()).status in (200, 201), what="the same event taken")


if __name__ == "__main__":
    began = time.monotonic()
    result = unittest.main(exit=False, verbosity=1).result
    print(f"{result.testsRun} tests in {time.monotonic() - began:.1f} s")
    sys.exit(not result.wasSuccessful())
