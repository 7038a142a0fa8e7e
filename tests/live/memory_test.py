"""A Redis that comes near its maxmemory: told first, then no events are taken, then nothing new at all; what is kept can be read all the time."""
import asyncio
import json
import re
import tempfile
import unittest

import websockets

from hub import LIMIT_S, Hub, event, wait_until
from redis_box import Redis

INTAKE = "tdm:{371300}:intake"
AUDIT = "tdm:{371300}:audit"
BALLAST_BYTES = 64 << 20  # so that what a connection or a reply takes is no percent


class Memory(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="tdm-", dir="/tmp"))
        self.redis = self.enterContext(Redis(self.folder))
        self.redis.ask("SETRANGE", "ballast", str(BALLAST_BYTES), "x")
        self.hub = self.enterContext(Hub(redis_url=self.redis.url))
        self.hub.sign_in("wjw", "spj", "sjj")

    def metric(self, name):
        found = re.search(rf"^tandem_{name} (-?\d+)$", self.hub.request("GET", "/metrics").body.decode(), re.M)
        return found and int(found.group(1))

    def fill(self, percent):
        """The limit moves, the content stays; waits until the hub has seen it."""
        used = int(re.search(r"used_memory:(\d+)", self.redis.ask("INFO", "memory")).group(1))
        self.redis.ask("CONFIG", "SET", "maxmemory", str(used * 100 // percent) if percent else "0")
        wait_until(lambda: (seen := self.metric("store_memory_percent")) is not None and abs(seen - percent) <= 1, what=f"{percent} %")

    def notice(self, name):
        answer = self.hub.submit(event(name))
        self.assertEqual(answer.status, 201, answer.body)
        return next(n["id"] for n in answer.json["notices"] if n["role"] == "lead")

    def assert_full(self, answer):
        self.assertEqual(answer.status, 503, answer.body)
        self.assertTrue(answer.headers["Retry-After"])
        self.assertIn("memory", answer.json["detail"])

    def assert_reads(self, notice):
        for user, path in (("wjw", f"/notices/{notice}"), ("wjw", "/notices"), ("spj", "/cases?q=TEST"), ("sjj", "/audit"), ("wjw", "/board"),
                           ("wjw", "/me")):
            answer = self.hub.get(path, user)
            self.assertEqual(answer.status, 200, path)

    def over_socket(self, user, method, params):
        async def ask():
            url, options = self.hub.socket_url(user)
            async with websockets.connect(url, **options) as c:
                await c.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
                return json.loads(await asyncio.wait_for(c.recv(), LIMIT_S))
        return asyncio.run(ask())

    def test_by_steps(self):
        notices = [self.notice(f"m{i}") for i in range(4)]
        self.fill(50)
        self.assertEqual(self.hub.request("GET", "/readyz").json, {"status": "ready"})

        with self.subTest("from 70 % it is told, and all goes on"):
            self.fill(75)
            ready = self.hub.request("GET", "/readyz")
            self.assertEqual(ready.status, 200)
            self.assertIn("memory", ready.json["hint"])
            self.assertEqual(self.metric("store_intake_closed"), 0)
            self.assertIn("70 %", self.hub.log_text())
            self.notice("m10")

        with self.subTest("from 85 % no events are taken, by none of the ways, and what is there goes on"):
            self.fill(89)
            self.assertEqual(self.metric("store_intake_closed"), 1)
            self.assert_full(self.hub.submit(event("m11")))
            batch = self.hub.request("POST", "/api/v1/events", [event("m12"), event("m13")],
                                     {"Content-Type": "application/cloudevents-batch+json"}, "spj")
            self.assertEqual([r["status"] for r in batch.json["results"]], [503, 503])
            refused = self.over_socket("spj", "event.submit", event("m14"))
            self.assertEqual(refused["error"]["code"], 503)
            self.assertIn("memory", refused["error"]["data"]["detail"])
            self.redis.ask("XADD", INTAKE, "*", "event", json.dumps(event("m15")))
            self.assertEqual(self.hub.post(f"/notices/{notices[0]}/acknowledge", "wjw").status, 200)
            self.assertEqual(self.over_socket("wjw", "notice.claim", {"notice": notices[0]})["result"]["state"], "claimed")
            self.hub.sign_in("wjw")
            self.assert_reads(notices[0])
            self.assertEqual(self.redis.ask("XLEN", INTAKE), "1")

        with self.subTest("what was taken before has its answer"):
            again = self.hub.submit(event("m10"))
            self.assertEqual((again.status, again.json["case"]), (200, "TESTm10"))
            self.assertEqual(self.hub.submit(event("m10", case="OTHER")).status, 409)
            batch = self.hub.request("POST", "/api/v1/events", [event("m1"), event("m12")],
                                     {"Content-Type": "application/cloudevents-batch+json"}, "spj")
            self.assertEqual([r["status"] for r in batch.json["results"]], [200, 503])
            self.assertEqual(self.over_socket("spj", "event.submit", event("m2"))["result"]["case"], "TESTm2")

        with self.subTest("from 95 % nothing new is begun, and whoever wants to read may sign in"):
            self.fill(97)
            self.assert_full(self.hub.post(f"/notices/{notices[1]}/acknowledge", "wjw"))
            self.assert_full(self.hub.post("/notices/acknowledge", "wjw", {"notices": [notices[1]]}))
            refused = self.over_socket("wjw", "notice.acknowledge", {"notice": notices[1]})
            self.assertEqual(refused["error"]["code"], 503)
            self.assertIn("memory", refused["error"]["data"]["detail"])
            self.assert_full(self.hub.submit(event("m16")))
            self.hub.sign_in("wjw")
            self.assertEqual(self.hub.post("/policy/explain", "wjw", event("m17")).status, 200)
            self.assert_reads(notices[1])

        with self.subTest("when there is room again, all goes on, and what waited in the stream is taken"):
            self.fill(0)
            self.assertEqual(self.metric("store_intake_closed"), 0)
            self.assertEqual(self.hub.request("GET", "/readyz").json, {"status": "ready"})
            self.assertEqual(self.hub.post(f"/notices/{notices[1]}/acknowledge", "wjw").status, 200)
            self.notice("m11")
            wait_until(lambda: self.redis.ask("XLEN", INTAKE) == "0", what="the stream's entry")
            self.assertEqual(len(self.hub.get("/cases?q=TESTm15", "spj").json["items"]), 1)
            for name in ("m12", "m13", "m14", "m16"):
                self.assertEqual(self.hub.get(f"/cases?q=TEST{name}", "spj").json["items"], [], name)

    def test_at_the_limit(self):
        """What Redis itself refuses changes nothing; a hub that is started anew reads, too, and who has read what is written down."""
        notice = self.notice("l1")
        self.redis.ask("CONFIG", "SET", "maxmemory", "1")
        self.assertEqual(self.hub.post(f"/notices/{notice}/acknowledge", "wjw").status, 503)
        self.assertEqual(self.hub.submit(event("l2")).status, 503)
        self.assert_reads(notice)
        wait_until(lambda: self.metric("store_intake_closed") == 1)
        self.assertEqual(self.metric("store_up"), 1)
        self.assertEqual(self.hub.get(f"/notices/{notice}", "wjw").json["notice"]["state"], "open")
        self.hub.stop()
        self.hub.launch()
        wait_until(self.hub.is_ready, what="a hub that starts now")
        lines = int(self.redis.ask("LLEN", AUDIT))
        self.assert_reads(notice)
        self.assertEqual(self.hub.get("/cases.csv", "sjj").status, 200)
        self.assertGreater(int(self.redis.ask("LLEN", AUDIT)), lines)
        self.fill(0)
        self.assertEqual(self.hub.post(f"/notices/{notice}/acknowledge", "wjw").status, 200)
        self.notice("l2")

    def test_settings_changed_under_way(self):
        """A Redis that may lose what was answered is left at once, without its connection being lost, and taken again when that is over."""
        for name, bad, good in (("maxmemory-policy", "allkeys-lru", "noeviction"), ("appendfsync", "everysec", "always"),
                                ("no-appendfsync-on-rewrite", "yes", "no"), ("appendonly", "no", "yes")):
            with self.subTest(name):
                self.redis.ask("CONFIG", "SET", name, bad)
                wait_until(lambda: self.hub.request("GET", "/readyz").status == 503, what="the hub to notice")
                self.assertEqual(self.hub.submit(event(f"p-{name}")).status, 503)
                self.assertEqual(self.metric("store_up"), 0)
                wait_until(lambda: f"Redis must be set to {name} {good}" in self.hub.log_text())
                self.redis.ask("CONFIG", "SET", name, good)
                wait_until(lambda: self.hub.request("GET", "/readyz").status == 200, what="the hub to come back")
                self.notice(f"p-{name}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
