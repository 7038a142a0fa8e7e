"""The feed from outside: what a reader missed comes whole and once, however far back it is and however slowly it reads."""
import asyncio
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import websockets

from hub import LIMIT_S, Hub, event, wait_until
from redis_box import Redis

BODY = "wjw-371300"


class Reader:
    """Follows one body until it has heard of what it waits for; keeps every frame it got, by cursor."""

    def __init__(self, hub, since=None, body=BODY):
        self.hub, self.since, self.body = hub, since, body
        self.cases, self.cursors, self.opened, self.closed = [], [], None, None

    async def read(self, until, opened=None):
        url, options = self.hub.socket_url("wjw")
        async with websockets.connect(url, **options) as c:
            params = {"body": self.body, **({"since": self.since} if self.since else {})}
            await c.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "inbox.open", "params": params}))
            while not until(self):
                try:
                    m = json.loads(await asyncio.wait_for(c.recv(), LIMIT_S))
                except websockets.ConnectionClosed as closed:
                    self.closed = closed.code
                    return self
                if m.get("id") == 1:
                    self.opened = m["result"]
                    if opened:
                        await asyncio.get_running_loop().run_in_executor(None, opened)
                elif m["method"] == "notice":
                    if not m["params"]["notice"]["case"].startswith("DEMO"): # the demo's own trickle
                        self.cases.append(m["params"]["notice"]["case"])
                    self.cursors.append(m["params"]["cursor"])
        return self


def submit(hub, name, count, batch=500):
    """Events in batches; gives the names of their cases."""
    names = [f"{name}{i}" for i in range(count)]
    for first in range(0, count, batch):
        body = json.dumps([event(n) for n in names[first:first + batch]]).encode()
        answer = hub.request("POST", "/api/v1/events", body, {"Content-Type": "application/cloudevents-batch+json"}, "spj")
        assert [r["status"] for r in answer.json["results"]] == [201] * len(names[first:first + batch]), answer.body[:300]
    return [f"TEST{n}" for n in names]


class Feed(unittest.TestCase):
    def first(self, hub):
        """A place in the feed: the cursor of a frame just read."""
        reader = Reader(hub)
        asyncio.run(reader.read(lambda r: r.cases, lambda: submit(hub, "first", 1)))
        return reader.cursors[-1]

    def caught_up(self, hub, since, cases):
        reader = Reader(hub, since)
        asyncio.run(reader.read(lambda r: r.opened and (len(r.cases) >= len(cases) or not r.opened["recovered"])))
        self.assertIsNone(reader.closed, f"closed after {len(reader.cases)} of {len(cases)} frames")
        self.assertTrue(reader.opened["recovered"])
        self.assertEqual(reader.cases, cases)

    def test_catching_up_goes_as_fast_as_the_reader_reads(self):
        with Hub(environment={"TANDEM_CONNECTION_QUEUE": "8KiB"}) as hub:
            hub.sign_in("spj", "wjw")
            since = self.first(hub)
            cases = submit(hub, "many", 3000)
            self.caught_up(hub, since, cases)
            connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=LIMIT_S)
            connection.request("GET", f"/api/v1/stream?body={BODY}", headers={"Cookie": hub.cookies["wjw"],
                                                                              "Last-Event-ID": since})
            response, seen = connection.getresponse(), []
            while len(seen) < len(cases):
                line = response.readline()
                self.assertTrue(line, f"the stream ended after {len(seen)} of {len(cases)} messages")
                if line.startswith(b'data: {"cursor"') and b'"notice":{' in line and b'"case":"DEMO' not in line:
                    seen.append(json.loads(line[6:])["notice"]["case"])
            self.assertEqual(seen, cases)
            connection.close()

    def test_further_back_than_the_ring(self):
        with Hub(environment={"TANDEM_FEED_RING": "16"}) as hub:
            hub.sign_in("spj", "wjw")
            since = self.first(hub)
            cases = submit(hub, "old", 700, 50)
            self.caught_up(hub, since, cases)

    def test_from_the_very_beginning_after_a_restart(self):
        with Hub() as hub:
            hub.sign_in("spj", "wjw")
            cases = submit(hub, "begin", 20)
            hub.kill()
            hub.start()
            hub.sign_in("spj", "wjw")
            self.caught_up(hub, "0-0.0.0", cases)

    def test_what_is_gone_from_the_store_is_said(self):
        with Hub(environment={"TANDEM_FEED_RING": "16"}) as hub:
            hub.sign_in("spj", "wjw")
            since = self.first(hub)
            submit(hub, "gone", 40, 1)
            subprocess.run(["redis-cli", "-s", hub.redis_socket(), "XTRIM", "tdm:{371300}:feed", "MAXLEN", "30"],
                           check=True, stdout=subprocess.DEVNULL)
            for lost in (since, "0-0.0.0", "99999999999999-0.0"):
                reader = Reader(hub, lost)
                asyncio.run(reader.read(lambda r: r.opened))
                self.assertFalse(reader.opened["recovered"], lost)

    def test_more_at_once_than_the_ring_holds(self):
        """A live reader the ring has overtaken goes on from the store: nothing is passed over."""
        with Hub(environment={"TANDEM_FEED_RING": "16", "TANDEM_CONNECTION_QUEUE": "8MiB"}) as hub:
            hub.sign_in("spj", "wjw")
            reader, expected = Reader(hub), []
            asyncio.run(reader.read(lambda r: expected and len(r.cases) >= len(expected),
                                    lambda: expected.extend(submit(hub, "burst", 1000, 1000))))
            self.assertEqual(reader.cases, expected)

    def test_redis_is_away_while_somebody_catches_up(self):
        """What cannot be read just then is given when it can: a hub that lives through a Redis that dies."""
        for ring in ("65536", "16"):
            with self.subTest(ring=ring):
                self.catch_up_through_an_outage(ring)

    def catch_up_through_an_outage(self, ring):
        with tempfile.TemporaryDirectory(prefix="tdm-", dir="/tmp") as folder:
            redis = Redis(folder)
            with redis, Hub(redis_url=redis.url, environment={"TANDEM_FEED_RING": ring, "TANDEM_REDIS_TIMEOUT": "10s"}) as hub:
                hub.sign_in("spj", "wjw")
                since = self.first(hub)
                cases = submit(hub, "away", 3000)
                hub.kill()  # so that nothing is in its cache
                hub.start()
                hub.sign_in("wjw")

                def outage():
                    redis.process.send_signal(signal.SIGSTOP)
                    wait_until(lambda: hub.request("GET", "/readyz").status == 503, what="the hub to notice")
                    redis.kill()
                    redis.start()
                reader = Reader(hub, since)
                asyncio.run(reader.read(lambda r: len(r.cases) >= len(cases), outage))
                self.assertTrue(reader.opened["recovered"])
                self.assertEqual(reader.cases, cases)


class Pools(unittest.TestCase):
    def test_whoever_oversees_many_regions_is_told_of_every_pool(self):
        """Villages are regions, too: a city has thousands, each with a pool of its own."""
        with tempfile.TemporaryDirectory(prefix="tdm-") as folder:
            pack = shutil.copytree("rules/packs/linyi", os.path.join(folder, "pack"))
            with open(os.path.join(pack, "regions.csv"), "a", encoding="utf-8") as f:
                f.writelines(f"3713020{i:05d},第{i}村,village,371302,\n" for i in range(1200))
            with Hub(environment={"TANDEM_POLICY": pack}) as hub:
                hub.sign_in("spj", "lxhy")
                self.reads_all(hub)

    def reads_all(self, hub):
        villages, told = [0, 255, 256, 511, 512, 700, 1199], []

        async def listen():
            url, options = hub.socket_url("lxhy")
            async with websockets.connect(url, **options) as c:
                await c.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "inbox.open", "params": {}}))
                while len(told) < len(villages):
                    m = json.loads(await asyncio.wait_for(c.recv(), LIMIT_S))
                    if m.get("id") == 1:
                        for i in villages:
                            answer = hub.submit(event(f"village{i}", item="999999999999", region=f"3713020{i:05d}"))
                            self.assertEqual(answer.json["notices"][0]["body"], f"pool:3713020{i:05d}")
                        hub.submit(event("village-last", item="999999999999"))
                    elif m["params"].get("notice", {}).get("case") == "TESTvillage-last":
                        return
                    elif "case" in m["params"].get("notice", {}):
                        told.append(m["params"]["notice"]["case"])
        asyncio.run(listen())
        cases = [f"TESTvillage{i}" for i in villages]
        self.assertEqual(told, cases)
        listed, cursor = [], ""
        while cursor is not None:
            page = hub.get("/pool?limit=3&cursor=" + cursor, "lxhy").json
            listed, cursor = listed + [n["case"] for n in page["items"]], page["next"]
        self.assertEqual([c for c in listed if "village" in c], ["TESTvillage-last"] + cases[::-1])


if __name__ == "__main__":
    os.environ.setdefault("TANDEM_BIN", os.path.join(os.environ.get("TANDEM_BUILD", "build"), "tandem"))
    sys.exit(unittest.main(verbosity=2))
