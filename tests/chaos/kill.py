"""Events and acknowledgements while the hub, its Redis or both are killed with -9, and a checker that counts afterwards.

kill.py [--events N] [--kills N] [--stream N] [--seed N]. Promises checked at the end:
  kept    every event that was answered 201 or 200 is there
  once    under one identity there is one event, and each of its notices is in its body's list once
  held    every acknowledgement that was answered 200 still holds, with the time first answered
  order   each body's frames came in the order of its list
  told    every listener got every frame of its body once, by cursor, and one for each acknowledgement, over all reconnections
  intake  every entry of the intake stream that Redis took was answered once, and its event is there
Kills fall at numbers of answered events drawn from the seed, so the same seed kills at the same places.
"""
import argparse
import asyncio
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import redis  # noqa: E402
import websockets  # noqa: E402

from hub import BIN, Hub, end_group, event, wait_until  # noqa: E402
from redis_box import Redis  # noqa: E402

BATCH = 50
BODIES = ("wjw-371300", "wjw-371302")
PEOPLE = (("spj", "approver", "spj-371302"), ("spj", "approver", "spj-371300"),
          ("wjw", "supervisor", "wjw-371302"), ("wjw", "supervisor", "wjw-371300"))
KINDS = ("hub", "redis", "both")
CELL = "tdm:{371300}:"
QUIET_LIMIT_S = 120  # nothing at all happened for so long: it hangs


class Client:
    """One keep-alive connection that tries again until it is answered: what a source system does."""

    def __init__(self, run, user):
        self.run, self.user, self.connection = run, user, None

    def call(self, method, path, body, kind="application/json"):
        hub = self.run.hub
        while not self.run.stopped.is_set():
            try:
                if not self.connection:
                    self.connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=20)
                self.connection.request(method, "/api/v1" + path, body,
                                        {"Content-Type": kind, "Cookie": hub.cookies[self.user]})
                response = self.connection.getresponse()
                data = response.read()
                if response.status == 200:
                    return json.loads(data)
                if response.status not in (503, 401):
                    raise AssertionError(f"{path} answered {response.status}: {data[:300]}")
            except (OSError, http.client.HTTPException):
                pass
            self.connection = None
            self.run.up.wait(1)
        raise Stopped


class Stopped(Exception):
    """The run has failed elsewhere."""


class Listener:
    """Follows one body over all reconnections."""

    def __init__(self, run, body):
        self.run, self.body = run, body
        self.cursor, self.notices, self.changes, self.connections = None, [], {}, 0
        self.opened = threading.Event()

    async def follow(self):
        while True:
            try:
                url, options = self.run.hub.socket_url("wjw")
                async with websockets.connect(url, max_queue=None, **options) as c:
                    self.connections += 1
                    params = {"body": self.body, **({"since": self.cursor} if self.cursor else {})}
                    await c.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "inbox.open", "params": params}))
                    async for text in c:
                        self.take(json.loads(text))
            except (OSError, websockets.WebSocketException, asyncio.TimeoutError):
                await asyncio.sleep(0.05)

    def take(self, m):
        if m.get("id") == 1 and "error" in m:
            raise ConnectionError("Redis is away: try again")
        if m.get("id") == 1:
            if not m["result"]["recovered"]:
                self.run.violation(f"{self.body}: not recovered from {self.cursor}")
            self.cursor = self.cursor or m["result"]["cursor"]
            self.opened.set()
            return
        p = m["params"]
        if self.place(p["cursor"]) <= self.place(self.cursor):
            self.run.violation(f"{self.body}: {p['cursor']} came after {self.cursor}")
        self.cursor = p["cursor"]
        if m["method"] == "notice":
            self.notices.append(p["notice"]["id"])
        else:
            self.changes[p["notice"]] = self.changes.get(p["notice"], 0) + 1
        self.run.progress()

    @staticmethod
    def place(cursor):
        return tuple(int(x) for x in cursor.replace("-", ".").split("."))


class Run:
    def __init__(self, arguments, folder):
        self.a = arguments
        self.random = random.Random(arguments.seed)
        self.redis = Redis(folder)
        self.hub = Hub(demo=False, data=folder, environment={"TANDEM_REDIS_URL": self.redis.url})
        self.answered, self.acked, self.to_ack = {}, {}, []
        self.entries, self.outcomes, self.outcomes_from = {}, {}, "-"
        self.lock = threading.Lock()
        self.up, self.produced, self.stopped = threading.Event(), threading.Event(), threading.Event()
        self.violations, self.failure = [], None
        self.kills = dict.fromkeys(KINDS, 0)
        self.last_progress = time.monotonic()
        self.listeners = [Listener(self, body) for body in BODIES]

    def violation(self, text):
        with self.lock:
            self.violations.append(text)

    def progress(self):
        self.last_progress = time.monotonic()

    def thread(self, work, *arguments):
        """A thread whose failure ends the run instead of only itself."""
        def guarded():
            try:
                work(*arguments)
            except Stopped:
                pass
            except BaseException as e:  # noqa: B902
                self.failure = self.failure or e
                self.stopped.set()
        t = threading.Thread(target=guarded, daemon=True)
        t.start()
        return t

    def wait(self, question, what):
        """Until it is true; fails when the run has failed, or when nothing moves any more."""
        self.progress()
        while not question():
            if self.stopped.wait(0.01):
                raise AssertionError(f"while waiting for {what}") from self.failure
            if time.monotonic() - self.last_progress > QUIET_LIMIT_S:
                raise AssertionError(f"nothing moves, and still not: {what}")

    # --- what goes in ---

    def produce(self, worker, workers):
        client = Client(self, "spj")
        for first in range(worker * BATCH, self.a.events, workers * BATCH):
            numbers = range(first, min(first + BATCH, self.a.events))
            body = json.dumps([event(f"c{n}") for n in numbers]).encode()
            while not self.taken(numbers, client.call("POST", "/events", body, "application/cloudevents-batch+json")["results"]):
                pass

    def taken(self, numbers, results):
        whole = True
        with self.lock:
            for n, r in zip(numbers, results):
                if r["status"] in (200, 201):
                    before = self.answered.setdefault(n, r["event"])
                    if before != r["event"]:
                        self.violations.append(f"event {n} answered as {before} and {r['event']}")
                    self.to_ack += [x["id"] for x in r["notices"] if x["body"] in BODIES]
                elif r["status"] == 503:
                    whole = False
                else:
                    self.violations.append(f"event {n} answered {r}")
        self.progress()
        return whole

    def acknowledge(self):
        client = Client(self, "wjw")
        while not self.produced.is_set() or self.to_ack:
            with self.lock:
                ids, self.to_ack[:200] = self.to_ack[:200], []
            if not ids:
                self.produced.wait(0.01)
                continue
            results = client.call("POST", "/notices/acknowledge", json.dumps({"notices": ids}).encode())["results"]
            with self.lock:
                for i, r in zip(ids, results):
                    if r["status"] == 200:
                        at = r["acknowledged"]["at"]
                        if self.acked.setdefault(i, at) != at:
                            self.violations.append(f"{i} acknowledged at two times")
                    elif r["status"] == 503:
                        self.to_ack.append(i)
                    else:
                        self.violations.append(f"{i} acknowledged with {r}")
            self.progress()

    def stream(self):
        """Into the intake stream, as a system that speaks Redis does: what Redis did not answer is sent again."""
        client = redis.Redis(unix_socket_path=self.redis.url[len("unix:"):], socket_timeout=20)
        for n in range(self.a.stream):
            text = json.dumps(event(f"s{n}"))
            while True:
                try:
                    self.entries[client.xadd(CELL + "intake", {"event": text}).decode()] = n
                    break
                except redis.RedisError:
                    if self.stopped.is_set():
                        raise Stopped from None
                    self.up.wait(1)
            self.progress()
            if n % 16 == 0:  # spread over the run
                self.wait(lambda n=n: len(self.answered) >= n * self.a.events * 0.8 / self.a.stream, "the other events")

    def read_outcomes(self):
        client = redis.Redis(unix_socket_path=self.redis.url[len("unix:"):], socket_timeout=20)
        for at, fields in client.xrange(CELL + "intake:done", self.outcomes_from):
            self.outcomes_from = "(" + at.decode()
            self.outcomes.setdefault(fields[b"entry"].decode(), []).append(json.loads(fields[b"outcome"]))
            self.progress()
        return set(self.entries) <= set(self.outcomes)

    # --- kills ---

    def kill(self, kind):
        self.up.clear()
        if kind != "redis":
            self.hub.kill()
        if kind != "hub":
            self.redis.kill()
            self.redis.launch()
        if kind != "redis":
            self.hub.launch()
        wait_until(self.redis.answers, what="Redis")
        self.hub.wait_ready(QUIET_LIMIT_S)
        self.kills[kind] += 1
        self.up.set()

    def kill_all_along(self):
        kinds = [KINDS[i % len(KINDS)] for i in range(self.a.kills)]
        self.random.shuffle(kinds)
        for kind, after in zip(kinds, sorted(self.random.sample(range(1, self.a.events), self.a.kills))):
            self.wait(lambda after=after: len(self.answered) >= after, f"{after} events")
            self.kill(kind)

    # --- what must be true ---

    def is_all_told(self):
        return all(len(x.notices) >= self.a.events + self.a.stream and len(x.changes) >= self.a.events for x in self.listeners)

    def check_body(self, listener, expected):
        listed, cursor, body = [], "", listener.body
        while cursor is not None:
            answer = self.hub.get(f"/notices?body={body}&limit=200&cursor={cursor}", "wjw").json
            listed += [n["id"] for n in answer["items"]]
            for n in answer["items"]:
                at = self.acked.get(n["id"])
                if at and (not n["acknowledged"] or n["acknowledged"]["at"] != at):
                    self.violation(f"{n['id']} lost its acknowledgement")
            cursor = answer["next"]
        if len(listed) != len(set(listed)):
            self.violation(f"{body}: a notice is listed twice")
        if {n.split(".")[0] for n in listed} != expected:
            self.violation(f"{body}: {len(expected)} events answered, {len(listed)} listed")
        if listener.notices != listed[::-1]:
            self.violation(f"{body}: {len(listener.notices)} frames, {len(listed)} listed, or not in order")
        told = set(listed) & set(self.acked)
        if set(listener.changes) != told or any(k != 1 for k in listener.changes.values()):
            self.violation(f"{body}: {len(told)} acknowledged, {sum(listener.changes.values())} changes told")

    def check(self):
        events = set(self.answered.values())
        if len(events) != self.a.events:
            self.violation("two events share an id")
        for entry, number in self.entries.items():
            outcomes = self.outcomes.get(entry, [])
            if len(outcomes) != 1 or outcomes[0]["status"] not in (200, 201):
                self.violation(f"entry {entry} of the intake was answered {outcomes}")
            else:
                events.add(outcomes[0]["answer"]["event"])
        if len(events) != self.a.events + self.a.stream:
            self.violation(f"{len(events)} events for {self.a.events} and {self.a.stream} of the stream")
        for listener in self.listeners:
            self.check_body(listener, {f"n{e[1:]}" for e in events})

    def add_people(self):
        for name, role, body in PEOPLE:
            subprocess.run([BIN, "user", "add", name, "--role", role, "--body", body], input=f"{name}\n{name}\n".encode(),
                           env=self.hub.environment, check=True, stdout=subprocess.DEVNULL)

    def go(self):
        self.redis.start()
        self.add_people()
        self.hub.start()
        self.hub.sign_in("spj", "wjw")
        self.up.set()

        async def listen():
            await asyncio.gather(*(x.follow() for x in self.listeners))
        self.thread(asyncio.run, listen())
        for x in self.listeners:
            self.wait(x.opened.is_set, "the inboxes")
        workers = [self.thread(self.produce, i, 4) for i in range(4)] + [self.thread(self.stream)]
        ackers = [self.thread(self.acknowledge) for _ in range(2)]
        self.kill_all_along()
        self.wait(lambda: not any(t.is_alive() for t in workers), "the producers")
        self.produced.set()
        self.wait(lambda: not any(t.is_alive() for t in ackers), "the acknowledgements")
        self.wait(self.read_outcomes, "the intake's outcomes")
        self.wait(self.is_all_told, "the frames")
        self.check()

    def end(self):
        self.stopped.set()
        for process in (self.hub.process, self.redis.process):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        if self.redis.process:
            end_group(self.redis.process)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--events", type=int, default=50000)
    p.add_argument("--kills", type=int, default=24)
    p.add_argument("--stream", type=int, default=2000)
    p.add_argument("--seed", type=int, default=int(time.time()))
    arguments = p.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tdm-", dir="/tmp") as folder:
        run = Run(arguments, folder)
        try:
            run.go()
        except BaseException:
            print(run.hub.log_text()[-4000:])
            print(f"{len(run.answered)} events answered, {len(run.acked)} acknowledged, {run.kills}, "
                  f"{[(len(x.notices), len(x.changes), x.connections) for x in run.listeners]}, {run.violations[:20]}")
            raise
        finally:
            run.end()
    print(f"{len(run.answered)} events answered, {len(run.acked)} acknowledgements, {len(run.entries)} entries of the stream, "
          f"{sum(run.kills.values())} kills {run.kills}, {sum(len(x.notices) + len(x.changes) for x in run.listeners)} frames over "
          f"{sum(x.connections for x in run.listeners)} connections, {time.monotonic() - began:.0f} s")
    for v in run.violations[:20]:
        print("VIOLATION", v)
    print(f"{len(run.violations)} violations")
    return 1 if run.violations else 0


if __name__ == "__main__":
    sys.exit(main())
