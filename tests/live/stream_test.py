"""Server-sent events by curl, and the ends of sessions and keys: over HTTP, WebSockets and streams, on every hub of one Redis."""
import asyncio
import json
import os
import subprocess
import unittest

import websockets

from hub import BIN, LIMIT_S, Hub, event, wait_until


class Curl:
    """curl reading the stream: what it gets is kept as (event, id, data)."""

    def __init__(self, hub, user, *more, query=""):
        self.process = subprocess.Popen(
            ["curl", "-sN", "--max-time", str(LIMIT_S), "-H", "Cookie: " + hub.cookies[user], *more,
             f"http://127.0.0.1:{hub.port}/api/v1/stream{query}"], stdout=subprocess.PIPE)
        self.last = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.stdout.close()
        self.process.wait()

    def next(self):
        """The next message, comments left out; None at the end."""
        message = {}
        for line in self.process.stdout:
            line = line.decode().rstrip("\n")
            if not line and message:
                self.last = message.get("id", self.last)
                return message["event"], json.loads(message["data"])
            name, _, value = line.partition(": ")
            if name:
                message[name] = value
        return None

    def opened(self):
        kind, data = self.next()
        assert kind == "open", (kind, data)
        return data

    def cases(self, count):
        """The cases of the next notices, changes left out."""
        found = []
        while len(found) < count:
            kind, data = self.next()
            if kind == "notice":
                found.append(data["notice"]["case"])
        return found


def command(hub, *words):
    return subprocess.run([os.path.abspath(BIN), *words, "--data", hub.data], input="pass word\n", text=True, check=True,
                          capture_output=True, timeout=LIMIT_S).stdout


def hire(hub, name, role, body):
    """One more person of a body, signed in when this returns."""
    command(hub, "user", "add", name, "--role", role, "--body", body)
    wait_until(lambda: hub.try_sign_in(name, "pass word"), what=name)


def beside(hub):
    """Another hub on the same Redis, with the same people."""
    return Hub(data=hub.data, demo=False, environment={"TANDEM_REDIS_URL": "unix:" + hub.redis_socket()}).start()


class TwoHubs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.one = Hub(demo=False).start()
        for name, role, body in (("spj", "approver", "spj-371302"), ("wjw", "supervisor", "wjw-371300")):
            cls.add(name, role, body)
        cls.two = beside(cls.one)
        cls.sign_in("spj", "wjw")

    @classmethod
    def add(cls, name, role, body):
        command(cls.one, "user", "add", name, "--role", role, "--body", body)

    @classmethod
    def sign_in(cls, *users):
        for user in users:
            wait_until(lambda user=user: cls.one.try_sign_in(user, "pass word"), what=user)
            cls.two.cookies[user] = cls.one.cookies[user]
            wait_until(lambda user=user: cls.two.get("/me", user).status == 200, what=f"{user} on the other hub")

    @classmethod
    def tearDownClass(cls):
        status = cls.two.stop(), cls.one.stop()
        cls.two.log.close()
        cls.one.__exit__(None, None, None)
        assert status == (0, 0), f"the hubs ended with {status}"

    def take(self, *numbers, hub=None):
        for number in numbers:
            self.assertEqual((hub or self.one).submit(event(number)).status, 201)
        return [f"TEST{number}" for number in numbers]

    # --- the stream ---

    def test_resumes_where_it_was(self):
        with Curl(self.one, "wjw") as curl:
            self.assertTrue(curl.opened()["recovered"])
            self.assertEqual(curl.cases(1) if self.take("s0") else [], ["TESTs0"])
        last = curl.last
        missed = self.take("s1", "s2", "s3")
        for more, query in ((("-H", "Last-Event-ID: " + last), ""), ((), "?since=" + last),
                            (("-H", "Last-Event-ID: " + last), "?since=0-0.0.0")):
            with self.subTest(more=more, query=query), Curl(self.one, "wjw", *more, query=query) as curl:
                opened = curl.opened()
                self.assertEqual((opened["recovered"], opened["cursor"]), (True, last))
                self.assertEqual(curl.cases(len(missed)), missed)
                again = self.take(f"s-live-{len(more)}-{len(query)}")
                self.assertEqual(curl.cases(1), again)
                missed += again

    def test_a_place_that_cannot_be_known(self):
        for place in ("nonsense", "99999999999999-0.0.0"):
            with self.subTest(place), Curl(self.one, "wjw", "-H", "Last-Event-ID: " + place) as curl:
                self.assertFalse(curl.opened()["recovered"])

    def test_every_hub_streams_and_knows_the_place(self):
        with Curl(self.two, "wjw") as curl:
            curl.opened()
            self.assertEqual(self.take("two-1", hub=self.one), curl.cases(1))
            self.assertEqual(self.take("two-2", hub=self.two), curl.cases(1))
        missed = self.take("two-3", hub=self.two) + self.take("two-4", hub=self.one)
        with Curl(self.one, "wjw", "-H", "Last-Event-ID: " + curl.last) as other:
            self.assertTrue(other.opened()["recovered"])
            self.assertEqual(other.cases(2), missed)

    def test_a_change_comes_too(self):
        with Curl(self.two, "wjw") as curl:
            curl.opened()
            self.take("change")
            notice = curl.next()[1]["notice"]["id"]
            self.assertEqual(self.one.post(f"/notices/{notice}/acknowledge", "wjw").status, 200)
            kind, data = curl.next()
            self.assertEqual((kind, data["notice"], data["state"], data["by"]), ("change", notice, "acknowledged", "wjw"))

    def test_whose_body_it_is_not(self):
        answer = self.one.get("/stream?body=wjw-371302", "wjw")
        self.assertEqual(answer.status, 404)
        self.assertEqual(self.one.request("GET", "/api/v1/stream").status, 401)

    # --- the ends ---

    async def closed_with(self, connection):
        with self.assertRaises(websockets.ConnectionClosed) as closed:
            while True:
                await asyncio.wait_for(connection.recv(), LIMIT_S)
        return closed.exception.code

    def test_disabled_person(self):
        self.add("li", "supervisor", "wjw-371302")
        self.sign_in("li")

        async def run():
            connections = []
            for hub, user in ((self.one, "li"), (self.two, "li"), (self.one, "wjw")):
                url, options = hub.socket_url(user)
                connections.append(await websockets.connect(url, **options))
            with Curl(self.one, "li") as first, Curl(self.two, "li") as second:
                first.opened(), second.opened()
                command(self.one, "user", "disable", "li")
                codes = await asyncio.gather(*(self.closed_with(c) for c in connections[:2]))
                self.assertEqual(codes, [4003, 4003])
                self.assertIsNone(first.next())
                self.assertIsNone(second.next())
            await connections[2].send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "inbox.open", "params": {}}))
            self.assertIn("result", json.loads(await asyncio.wait_for(connections[2].recv(), LIMIT_S)))
            await connections[2].close()
        asyncio.run(run())
        for hub in (self.one, self.two):
            wait_until(lambda hub=hub: hub.get("/me", "li").status == 401, what="the end of the session")
            self.assertIsNone(hub.try_sign_in("li", "pass word"))
            self.assertEqual(hub.get("/me", "wjw").status, 200)
        listed = {user["name"]: user for user in json.loads(command(self.one, "user", "list", "--json"))}
        self.assertTrue(listed["li"]["disabled"])
        self.assertFalse(listed["wjw"].get("disabled"))
        self.assertNotIn("argon2", json.dumps(listed))

    def test_revoked_key(self):
        keys = {name: command(self.one, "key", "add", name, "--body", "spj-371302").strip() for name in ("old", "kept")}

        def bearer(hub, name):
            return hub.request("GET", "/api/v1/me", headers={"Authorization": "Bearer " + keys[name]}).status

        for hub in (self.one, self.two):
            for name in keys:
                wait_until(lambda hub=hub, name=name: bearer(hub, name) == 200, what=f"the key {name}")

        async def run():
            connections = [await websockets.connect(f"ws://127.0.0.1:{hub.port}/api/v1/ws", origin=f"http://127.0.0.1:{hub.port}",
                                                    subprotocols=["tandem.v1", "bearer." + keys[name]], ping_interval=None, open_timeout=LIMIT_S)
                           for hub, name in ((self.one, "old"), (self.two, "old"), (self.two, "kept"))]
            command(self.one, "key", "revoke", "old")
            codes = await asyncio.gather(*(self.closed_with(c) for c in connections[:2]))
            self.assertEqual(codes, [4003, 4003])
            await connections[2].send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "event.submit", "params": event("by-key")}))
            self.assertIn("result", json.loads(await asyncio.wait_for(connections[2].recv(), LIMIT_S)))
            await connections[2].close()
        asyncio.run(run())
        for hub in (self.one, self.two):
            wait_until(lambda hub=hub: bearer(hub, "old") == 401, what="the end of the key")
            self.assertEqual(bearer(hub, "kept"), 200)
        self.assertNotIn(keys["kept"], command(self.one, "key", "list"))


if __name__ == "__main__":
    unittest.main()
