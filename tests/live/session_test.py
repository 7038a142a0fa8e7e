"""Sessions and the guessing of passwords, where only the store or several at once show it."""
import asyncio
import datetime
import http.client
import json
import os
import re
import resource
import signal
import socket
import subprocess
import unittest

import redis
import websockets

import documents
from hub import BIN, LIMIT_S, Hub, wait_until

KEY = "tdm:{371300}:"

class Sessions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hub = Hub()
        cls.hub.start()

    @classmethod
    def tearDownClass(cls):
        status = cls.hub.stop()
        cls.hub.__exit__(None, None, None)
        assert status == 0, f"the hub ended with {status}"

    def redis(self, *words):
        return subprocess.run(["redis-cli", "-s", self.hub.redis_socket(), *words], capture_output=True, text=True, check=True).stdout.split()

    def tandem(self, *words, said=""):
        return subprocess.run([os.path.abspath(BIN), *words, "--data", self.hub.data], input=said, capture_output=True, text=True,
                              check=True, timeout=LIMIT_S).stdout

    def add_key(self, name):
        key = re.search(r"tdm_\S+", self.tandem("key", "add", name, "--body", "spj-371302")).group(0)
        wait_until(lambda: self.hub.request("GET", "/api/v1/me", headers={"Authorization": "Bearer " + key}).status == 200, what=name)
        return key

    def add_user(self, name):
        self.tandem("user", "add", name, "--role", "supervisor", "--body", "wjw-371302", said="pass word\n")
        wait_until(lambda: self.hub.try_sign_in(name, "pass word"), what=name)

    def records(self, table):
        with redis.Redis(unix_socket_path=self.hub.redis_socket(), decode_responses=True) as store:
            return {name: json.loads(value) for name, value in store.hgetall(KEY + table).items()}

    def sessions_of(self, user):
        return [name for name in self.redis("--scan", "--pattern", "*x:session:*") if self.redis("GET", name)[2:] == [user]]

    def test_a_session_that_the_store_has_dropped_ends_on_a_hub_that_remembers_it(self):
        self.hub.sign_in("wjw")
        self.assertEqual(self.hub.get("/me", "wjw").status, 200)
        names = self.redis("--scan", "--pattern", "*x:session:*")
        self.assertTrue(names)
        for name in names:
            self.redis("DEL", name)
        wait_until(lambda: self.hub.get("/me", "wjw").status == 401, what="the end of the session")

    def test_nobody_is_told_to_be_signed_out_whose_session_lives_on(self):
        """Redis dies before the session can be ended there: 503, and the cookie is gone all the same; then again, with the cookie that was kept."""
        with Hub() as hub:
            hub.sign_in("wjw")
            os.kill(hub.redis_pid(), signal.SIGKILL)
            out = hub.request("DELETE", "/api/v1/session", user="wjw")
            documents.hold_answer("DELETE", "/api/v1/session", out)
            self.assertEqual(out.status, 503)
            self.assertIn("Max-Age=0", out.headers["Set-Cookie"])
            wait_until(hub.is_ready, what="Redis")
            self.assertEqual(hub.get("/me", "wjw").status, 200)
            self.assertEqual(hub.request("DELETE", "/api/v1/session", user="wjw").status, 204)
            self.assertEqual(hub.get("/me", "wjw").status, 401)

    def test_what_is_open_ends_with_its_session_though_no_feed_tells_of_it(self):
        self.hub.sign_in("wjw", "spj")

        async def ends():
            (url, how), (other_url, other_how) = self.hub.socket_url("wjw"), self.hub.socket_url("spj")
            async with websockets.connect(url, **how) as ended, websockets.connect(other_url, **other_how) as other:
                for name in self.sessions_of("wjw"):
                    self.redis("DEL", name)
                await asyncio.wait_for(ended.wait_closed(), LIMIT_S)
                self.assertEqual(ended.close_code, 4003)
                await asyncio.wait_for(await other.ping(), LIMIT_S)

        asyncio.run(ends())

    def test_a_stream_ends_with_its_session_though_no_feed_tells_of_it(self):
        self.hub.sign_in("wjw")
        stream = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=LIMIT_S)
        stream.request("GET", "/api/v1/stream", headers={"Cookie": self.hub.cookies["wjw"]})
        answer = stream.getresponse()
        self.assertEqual(answer.status, 200)
        for name in self.sessions_of("wjw"):
            self.redis("PEXPIRE", name, "1")
        while answer.readline():
            pass
        stream.close()

    def test_what_is_open_ends_with_its_key_or_user_though_no_feed_tells_of_it(self):
        kept, revoked = (self.add_key(name) for name in ("kept", "revoked"))
        self.add_user("leaver")
        (name, _), = [(n, v) for n, v in self.records("keys").items() if v["name"] == "revoked"]

        def with_key(key):
            return websockets.connect(self.hub.socket_url("leaver")[0], subprotocols=["tandem.v1", f"bearer.{key}"], ping_interval=None, open_timeout=LIMIT_S)

        async def ends():
            url, how = self.hub.socket_url("leaver")
            async with with_key(revoked) as ended, with_key(kept) as other, websockets.connect(url, **how) as left:
                self.redis("HDEL", KEY + "keys", name)
                self.redis("HSET", KEY + "users", "leaver", json.dumps({**self.records("users")["leaver"], "disabled": True}))
                for connection in (ended, left):
                    await asyncio.wait_for(connection.wait_closed(), LIMIT_S)
                    self.assertEqual(connection.close_code, 4003)
                await asyncio.wait_for(await other.ping(), LIMIT_S)

        asyncio.run(ends())
        for key, status in ((revoked, 401), (kept, 200)):
            self.assertEqual(self.hub.request("GET", "/api/v1/me", headers={"Authorization": "Bearer " + key}).status, status)
        self.assertEqual(self.hub.get("/me", "leaver").status, 401)

    def until(self, answer):
        self.assertEqual(answer.status, 200)
        return datetime.datetime.fromisoformat(answer.json["until"])

    def test_a_session_says_when_it_ends_and_lasts_longer_when_asked(self):
        self.hub.sign_in("wjw")
        first = self.until(self.hub.get("/me", "wjw"))
        name, = self.sessions_of("wjw")
        left = datetime.timedelta(milliseconds=int(self.redis("PTTL", name)[0]))
        now = datetime.datetime.now(datetime.timezone.utc)
        self.assertLess(abs(now + left - first), datetime.timedelta(seconds=30))
        longer = self.hub.post("/session/extend", "wjw")
        self.assertGreater(self.until(longer), first)
        cookie, *attributes = longer.headers["Set-Cookie"].split("; ")
        self.assertEqual(cookie, self.hub.cookies["wjw"])
        self.assertEqual(set(attributes), {"Path=/", "HttpOnly", "SameSite=Strict", "Max-Age=43200"})
        self.assertEqual(longer.headers["Cache-Control"], "no-store")
        self.assertEqual(self.hub.get("/me", "wjw").json, longer.json)

    def test_no_session_is_extended_for_good(self):
        self.hub.sign_in("wjw")
        now = int(datetime.datetime.now().timestamp())
        begun = now - 10 * 12 * 3600 - 6 * 3600
        for name in self.sessions_of("wjw"):
            self.redis("SET", name, f"{begun}000 {now + 60}000 wjw", "PX", "60000")
        with Hub(demo=False, redis_url="unix:" + self.hub.redis_socket()) as other:
            other.cookies = self.hub.cookies
            wait_until(lambda: other.get("/me", "wjw").status == 200, what="the people, at the other hub")
            self.assertEqual(self.until(other.get("/me", "wjw")).timestamp(), now + 60)
            self.assertEqual(self.until(other.post("/session/extend", "wjw")).timestamp(), begun + 11 * 12 * 3600)

    def test_the_page_is_told_whether_to_show_who_looks_at_it(self):
        self.hub.sign_in("wjw")
        self.assertIs(self.hub.get("/me", "wjw").json["watermark"], True)
        with Hub(demo=False, redis_url="unix:" + self.hub.redis_socket(), environment={"TANDEM_WATERMARK": "no"}) as other:
            other.cookies = self.hub.cookies
            wait_until(lambda: other.get("/me", "wjw").status == 200, what="the people, at the other hub")
            answer = other.get("/me", "wjw")
            documents.hold_answer("GET", "/api/v1/me", answer)
            self.assertIs(answer.json["watermark"], False)

    def test_what_has_ended_is_not_extended_though_it_is_remembered(self):
        self.hub.sign_in("wjw")
        self.assertEqual(self.hub.get("/me", "wjw").status, 200)
        names = self.sessions_of("wjw")
        self.redis("DEL", *names)
        self.assertEqual(self.hub.post("/session/extend", "wjw").status, 401)
        self.assertEqual(self.sessions_of("wjw"), [])

    def test_only_a_session_is_extended_and_only_by_our_own_page(self):
        self.hub.sign_in("wjw")
        key = self.add_key("lasting")
        self.assertIsNone(self.hub.request("GET", "/api/v1/me", headers={"Authorization": "Bearer " + key}).json["until"])
        for headers, user, status in (({"Authorization": "Bearer " + key}, None, 403), ({"Origin": "http://elsewhere.example"}, "wjw", 403), ({}, None, 401)):
            self.assertEqual(self.hub.request("POST", "/api/v1/session/extend", headers=headers, user=user).status, status)

    def extend_and_ask(self, head, body):
        """What an extension with that body is answered, and the request behind it in the same bytes: status, and whether a session is in it."""
        line = f"Host: 127.0.0.1:{self.hub.port}\r\nCookie: {self.hub.cookies['scjg']}\r\n"
        with socket.create_connection(("127.0.0.1", self.hub.port), LIMIT_S) as s:
            s.sendall(f"POST /api/v1/session/extend HTTP/1.1\r\n{line}{head}\r\n".encode() + body +
                      f"GET /api/v1/policy HTTP/1.1\r\n{line}Connection: close\r\n\r\n".encode())
            answers = s.makefile("rb").read().split(b"HTTP/1.1 ")[1:]
        return [(int(a[:3]), b'"until"' in a) for a in answers]

    def test_a_body_that_an_extension_does_not_need_is_read_as_anywhere_else(self):
        self.hub.sign_in("scjg")
        request = f"POST /api/v1/session/extend HTTP/1.1\r\nHost: x\r\nCookie: {self.hub.cookies['scjg']}\r\n\r\n".encode()
        good, next_one, last = (200, True), (200, False), 64 << 10
        for body, status in ((b"", good), (b"{}", good), (b'{"harmless":"x"}', good), (b'{"x":"' + b"x" * 8000 + b'"}', good), (b"nonsense", (400, False)),
                             (request, (400, False)), (b"[]", (422, False)), (b'{"a":1,"a":2}', (422, False)), (b"\0" * 64, (400, False)), (b" " * last, (400, False))):
            chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 999]), body[i:i + 999]) for i in range(0, len(body), 999)) + b"0\r\n\r\n"
            for head, sent in ((f"Content-Length: {len(body)}\r\n", body), ("Transfer-Encoding: chunked\r\n", chunks)):
                self.assertEqual(self.extend_and_ask(head, sent), [status, next_one], body[:50])
        self.assertEqual(self.extend_and_ask("", b""), [good, next_one])
        too_long = b" " * (last + 1)
        for head, sent in ((f"Content-Length: {last + 1}\r\n", too_long), ("Transfer-Encoding: chunked\r\n", b"%x\r\n%s\r\n0\r\n\r\n" % (last + 1, too_long))):
            self.assertEqual(self.extend_and_ask(head, sent), [(413, False)])

    def test_many_guesses_at_once_are_no_more_than_five(self):
        guesses = [http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=LIMIT_S) for _ in range(20)]
        for g in guesses:
            g.connect()
        for g in guesses:
            g.request("POST", "/api/v1/session", '{"user":"zjj","password":"x"}', {"Content-Type": "application/json"})
        statuses = [g.getresponse().status for g in guesses]
        for g in guesses:
            g.close()
        self.assertEqual(sorted(statuses), [401] * 5 + [429] * 15)

    def test_guesses_at_several_hubs_are_counted_together(self):
        def status(hub, password="x"):
            return hub.request("POST", "/api/v1/session", {"user": "lxhy", "password": password}).status
        with Hub(demo=False, redis_url="unix:" + self.hub.redis_socket()) as other:
            wait_until(lambda: other.try_sign_in("sjj"), what="the people, at the other hub")
            self.assertEqual([status(hub) for _ in range(3) for hub in (self.hub, other)], [401] * 5 + [429])
            self.assertEqual([status(hub, "lxhy") for hub in (self.hub, other)], [429, 429])
        counts = self.redis("--scan", "--pattern", "*x:wrong:*")
        self.assertTrue(counts)
        for name in counts:
            self.assertRegex(name, r":[0-9a-f]{32}$", "no name that somebody typed")
            self.assertIn(int(self.redis("PTTL", name)[0]), range(1, 900001))

    def test_where_there_is_no_memory_to_check_a_password_nothing_is_counted(self):
        def limit(most):
            resource.prlimit(self.hub.process.pid, resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))

        def status():  # of nobody's password: hashing it takes 64 MiB
            return self.hub.request("POST", "/api/v1/session", {"user": "nobody-here", "password": "x"}).status
        with open(f"/proc/{self.hub.process.pid}/statm") as f:
            used = int(f.read().split()[0]) * resource.getpagesize()
        limit(used + (40 << 20))
        try:
            self.assertEqual([status() for _ in range(6)], [503] * 6)
        finally:
            limit(resource.RLIM_INFINITY)
        self.assertEqual([status() for _ in range(6)], [401] * 5 + [429])

    def test_a_request_counts_once(self):
        self.hub.sign_in("spj")
        def count():
            text = self.hub.request("GET", "/metrics").body.decode()
            return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("tandem_http_requests_total"))
        before = count()
        for _ in range(5):
            self.hub.get("/me", "spj")
        self.assertEqual(count() - before, 6)


if __name__ == "__main__":
    unittest.main()
