"""Policies change while requests go on: none of them waits for it, and none is lost."""
import http.client
import itertools
import json
import statistics
import threading
import time
import unittest

from hub import LIMIT_S, Hub, event, wait_until
from policy_test import CLINIC, Base, with_row


class Asker(threading.Thread):
    """Asks one thing after the other on one connection, and remembers when it asked, what came, and how long the hub's loop worked meanwhile.

    How long the answer took is not asked: on a busy machine the loop, we and whoever the loop waits for are kept from running.
    """

    def __init__(self, hub, ask):
        super().__init__(daemon=True)
        self.hub, self.ask, self.over, self.heard = hub, ask, threading.Event(), []

    def worked(self):
        """Seconds of the loop's thread on a processor."""
        pid = self.hub.process.pid
        with open(f"/proc/{pid}/task/{pid}/schedstat", encoding="ascii") as f:
            return int(f.read().split()[0]) / 1e9

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=LIMIT_S)
        while not self.over.is_set():
            before, start = self.worked(), time.monotonic()
            connection.request(*self.ask())
            response = connection.getresponse()
            body = response.read()
            end = time.monotonic()
            self.heard.append((start, end, self.worked() - before, response.status, body))
        connection.close()

    def longest(self, start, end):
        return max((h[2] for h in self.heard if h[1] > start and h[0] < end), default=0)


class Swap(Base):
    ROUNDS, WINDOWS, LATE = 3, 8, 0.005

    def post(self, hub):
        numbers = itertools.count()
        headers = {"Content-Type": "application/cloudevents+json", "Cookie": hub.cookies["spj"]}
        return lambda: ("POST", "/api/v1/events", json.dumps(event(f"swap{next(numbers)}", item=CLINIC)).encode(), headers)

    def window(self, work):
        start = time.monotonic()
        work()
        return start, time.monotonic()

    def late(self, hub, pair, probe):
        """How much more work stands before the slowest answer while policies change than in as long a time when they do not; the median."""
        changing, plain = [], []
        for n in range(self.WINDOWS):
            changing.append(self.window(lambda: self.activate(hub, pair[(n + 1) % 2])))
            end = time.monotonic() + changing[-1][1] - changing[-1][0]
            plain.append(self.window(lambda: wait_until(lambda: time.monotonic() > end)))
        slowest = [statistics.median(probe.longest(*w) for w in windows) for windows in (changing, plain)]
        return slowest[0] - slowest[1]

    def test_no_request_waits_for_a_swap_and_none_is_lost(self):
        with Hub() as hub:
            hub.sign_in("lxhy", "admin", "spj")
            pair = [self.in_force(hub), self.approved(hub, with_row(8))]
            self.call(hub, "POST", f"/policy/versions/{pair[0]}/approve", "admin")
            # What only the loop answers shows what the loop was at.
            posting, probe = Asker(hub, self.post(hub)), Asker(hub, lambda: ("GET", "/healthz"))
            posting.start()
            probe.start()
            # What is late for the policy's sake is late in every round.
            late = next((x for x in (self.late(hub, pair, probe) for _ in range(self.ROUNDS)) if x <= self.LATE), None)
            for asker in (posting, probe):
                asker.over.set()
                asker.join()
            self.assertIsNotNone(late, "each round was late")
            self.assertEqual({h[3] for h in posting.heard}, {201})
            self.assertEqual({json.loads(h[4])["policy"] for h in posting.heard}, set(pair))
            taken = next(line for line in hub.request("GET", "/metrics").body.decode().splitlines()
                         if line.startswith("tandem_events_accepted_total "))
            self.assertGreaterEqual(int(taken.split()[1]), len(posting.heard))


if __name__ == "__main__":
    unittest.main()
