"""Events and acknowledgements while the hub and its Redis are killed with -9 at random, and a checker that counts afterwards.

kill.py [--events N] [--kills N] [--seed N]. Promises checked at the end:
  kept    every event that was answered 201 or 200 is there
  once    under one identity there is one event, and each of its notices is in its body's list once
  held    every acknowledgement that was answered 200 still holds, with the time first answered
  order   each body's frames came in the order of its list, and a resumed connection got exactly what it missed
"""
import argparse
import asyncio
import http.client
import json
import os
import random
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "live"))
import websockets  # noqa: E402

from hub import Hub, event, wait_until  # noqa: E402

BATCH = 50
BODIES = ("wjw-371300", "wjw-371302")


class Client:
    """One keep-alive connection that tries again until it is answered: what a source system does."""

    def __init__(self, hub, user):
        self.hub, self.user, self.connection = hub, user, None

    def call(self, method, path, body, kind="application/json"):
        while True:
            try:
                if not self.connection:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=20)
                self.connection.request(method, "/api/v1" + path, body,
                                        {"Content-Type": kind, "Cookie": self.hub.cookies[self.user]})
                response = self.connection.getresponse()
                data = response.read()
                if response.status not in (503, 401):
                    return response.status, json.loads(data)
            except (OSError, http.client.HTTPException, ValueError):
                pass
            self.connection = None
            self.hub.up.wait(30)
            time.sleep(0.02)


class Run:
    def __init__(self, arguments):
        self.a = arguments
        self.random = random.Random(arguments.seed)
        self.answered, self.acked, self.frames = {}, {}, {}
        self.lock = threading.Lock()
        self.to_ack = []
        self.done = threading.Event()
        self.violations = []
        self.opened = set()
        self.kills = 0

    def produce(self, hub, worker, workers):
        client = Client(hub, "spj")
        for first in range(worker * BATCH, self.a.events, workers * BATCH):
            numbers = range(first, min(first + BATCH, self.a.events))
            body = json.dumps([event(f"c{n}") for n in numbers]).encode()
            while True:
                status, answer = client.call("POST", "/events", body, "application/cloudevents-batch+json")
                assert status == 200, answer
                results = answer["results"]
                with self.lock:
                    for n, r in zip(numbers, results):
                        if r["status"] in (200, 201):
                            before = self.answered.setdefault(n, r["event"])
                            if before != r["event"]:
                                self.violations.append(f"event {n} answered as {before} and {r['event']}")
                            self.to_ack += [x["id"] for x in r["notices"] if x["body"].startswith("wjw-")]
                        elif r["status"] != 503:
                            self.violations.append(f"event {n} answered {r}")
                if all(r["status"] != 503 for r in results):
                    break

    def acknowledge(self, hub):
        client = Client(hub, "wjw")
        while not self.done.is_set() or self.to_ack:
            with self.lock:
                ids, self.to_ack[:200] = self.to_ack[:200], []
            if not ids:
                time.sleep(0.01)
                continue
            status, answer = client.call("POST", "/notices/acknowledge", json.dumps({"notices": ids}).encode())
            assert status == 200, answer
            with self.lock:
                for i, r in zip(ids, answer["results"]):
                    if r["status"] == 200:
                        at = r["acknowledged"]["at"]
                        if self.acked.setdefault(i, at) != at:
                            self.violations.append(f"{i} acknowledged at two times")
                    elif r["status"] == 503:
                        self.to_ack.append(i)
                    else:
                        self.violations.append(f"{i} acknowledged with {r}")

    async def listen(self, hub, body):
        cursor, got = None, self.frames.setdefault(body, [])
        while not self.listened.is_set():
            try:
                url, options = hub.socket_url("wjw")
                async with websockets.connect(url, **options) as c:
                    params = {"body": body, **({"since": cursor} if cursor else {})}
                    await c.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "inbox.open", "params": params}))
                    while not self.listened.is_set():
                        try:
                            m = json.loads(await asyncio.wait_for(c.recv(), 0.5))
                        except asyncio.TimeoutError:
                            continue
                        if m.get("id") == 1:
                            if not m["result"]["recovered"]:
                                self.violations.append(f"{body}: not recovered from {cursor}")
                            cursor = cursor or m["result"]["cursor"]
                            self.opened.add(body)
                        elif m["method"] == "notice":
                            cursor = m["params"]["cursor"]
                            got.append(m["params"]["notice"]["id"])
                        elif m["method"] == "change":
                            cursor = m["params"]["cursor"]
            except (OSError, websockets.WebSocketException):
                await asyncio.sleep(0.05)

    async def listen_all(self, hub):
        await asyncio.gather(*(self.listen(hub, body) for body in BODIES))

    def kill_at_random(self, hub):
        while self.kills < self.a.kills:
            time.sleep(self.random.uniform(0.2, 1.5))
            hub.up.clear()
            which = self.random.choice(["hub", "redis", "both"])
            if which != "redis":
                hub.kill()
            if which != "hub":
                os.kill(hub.redis_pid(), signal.SIGKILL)
                if which == "redis":
                    hub.kill(signal.SIGKILL)
            hub.start()
            self.kills += 1
            hub.up.set()

    def check(self, hub):
        for body in list(self.frames):
            listed, cursor = [], ""
            while cursor is not None:
                answer = hub.get(f"/notices?body={body}&limit=200&cursor={cursor}", "wjw").json
                listed += [n["id"] for n in answer["items"]]
                for n in answer["items"]:
                    at = self.acked.get(n["id"])
                    if at and (not n["acknowledged"] or n["acknowledged"]["at"] != at):
                        self.violations.append(f"{n['id']} lost its acknowledgement")
                cursor = answer["next"]
            if len(listed) != len(set(listed)):
                self.violations.append(f"{body}: a notice is listed twice")
            expected = {f"n{e[1:]}" for e in self.answered.values()}
            if {n.split(".")[0] for n in listed} != expected:
                self.violations.append(f"{body}: {len(expected)} events answered, {len(listed)} listed")
            if self.frames[body] != listed[::-1]:
                self.violations.append(f"{body}: {len(self.frames[body])} frames, {len(listed)} listed, or not in order")
        if len(set(self.answered.values())) != self.a.events:
            self.violations.append("two events share an id")

    def go(self):
        # The listeners are slow Python: a ring that holds the whole run lets every gap be healed, so every gap is a fault.
        hub = Hub(environment={"TANDEM_FEED_RING": "400000"})
        hub.up = threading.Event()
        hub.start()
        hub.up.set()
        hub.sign_in("spj", "wjw")
        self.listened = threading.Event()
        listening = threading.Thread(target=lambda: asyncio.run(self.listen_all(hub)))
        listening.start()
        wait_until(lambda: len(self.opened) == len(BODIES), 10, "the inboxes")
        workers = [threading.Thread(target=self.produce, args=(hub, i, 4)) for i in range(4)]
        ackers = [threading.Thread(target=self.acknowledge, args=(hub,)) for _ in range(2)]
        killer = threading.Thread(target=self.kill_at_random, args=(hub,))
        for t in workers + ackers + [killer]:
            t.start()
        for t in workers + [killer]:
            t.join()
        self.done.set()
        for t in ackers:
            t.join()
        wait_until(lambda: all(len(f) >= self.a.events for f in self.frames.values()) or self.violations, 60, "all frames")
        self.listened.set()
        listening.join()
        self.check(hub)
        hub.__exit__(None, None, None)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--events", type=int, default=50000)
    p.add_argument("--kills", type=int, default=20)
    p.add_argument("--seed", type=int, default=int(time.time()))
    run = Run(p.parse_args())
    run.go()
    print(f"seed {run.a.seed}: {len(run.answered)} events answered, {len(run.acked)} acknowledgements, {run.kills} kills, "
          f"{sum(map(len, run.frames.values()))} frames")
    for v in run.violations[:20]:
        print("VIOLATION", v)
    print(f"{len(run.violations)} violations")
    return 1 if run.violations else 0


if __name__ == "__main__":
    sys.exit(main())
