"""Texts while the hub, its Redis or both are killed with -9 at random, and a provider that does not always take them.

kill_sms.py [--events N] [--kills N] [--seed N]. Promises checked at the end:
  once   every delivery reached the provider at most once for each time the provider said it had not taken it, and once more
  never  every notice that a text carries has its delivery, settled or named as in doubt; none is left on its way
  doubt  a hub that dies leaves no more in doubt than its connector was handing over; whatever else was due goes out
Kills fall at numbers of requests the provider has had, drawn from the seed.
"""
import argparse
import os
import random
import sys
import threading
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))

from hub import wait_until  # noqa: E402
from sms_hub import SmsHub, urgent  # noqa: E402
from sms_provider import ACCEPTED, DROP, LATER  # noqa: E402

SETTLED = ("accepted", "delivered", "failed", "unknown", "cancelled")
KINDS = ("hub", "redis", "both")
CONNECTIONS = 4
QUIET_LIMIT_S = 120  # nothing at all happened for so long: it hangs


def answer_for(seed):
    """Some are turned down for now, of some nobody knows; the same for the same message."""
    def answer(message_id):
        dice = zlib.crc32(f"{seed} {message_id}".encode()) % 100
        return LATER if dice < 15 else DROP if dice < 22 else ACCEPTED
    return answer


class Run:
    def __init__(self, arguments, s):
        self.a, self.s = arguments, s
        self.random = random.Random(arguments.seed)
        self.notices, self.left, self.failure = {}, None, None
        self.hub_kills = 0
        self.up = threading.Event()

    def produce(self):
        """Each event until it is answered, whatever dies meanwhile."""
        try:
            for n in range(self.a.events):
                while n not in self.notices:
                    self.submit(n)
        except BaseException as e:  # noqa: B902
            self.failure = e

    def submit(self, n):
        self.up.wait(60)
        try:
            answer = self.s.hub.submit(urgent(f"s{n}"))
        except OSError:
            return
        if answer.status in (200, 201):
            self.notices[n] = next(x["id"] for x in answer.json["notices"] if x["body"] == "yjj-371300")
        elif answer.status != 503:
            raise AssertionError(f"event {n} answered {answer.status}: {answer.body[:300]}")

    def kill(self, kind):
        self.up.clear()
        if kind != "redis":
            self.s.hub.kill()
            self.hub_kills += 1
        if kind != "hub":
            self.s.redis.kill()
            self.s.redis.launch()
        if kind != "redis":
            self.s.hub.launch()
        wait_until(self.s.redis.answers, what="Redis")
        self.s.hub.wait_ready(QUIET_LIMIT_S)
        self.up.set()

    def wait(self, question, what):
        """Until it is true; fails when nothing moves any more. How long it takes is the machine's affair."""
        moved, seen = time.monotonic(), None
        while not question():
            now = (len(self.notices), len(self.s.provider.posts), self.left)
            if now != seen:
                moved, seen = time.monotonic(), now
            elif time.monotonic() - moved > QUIET_LIMIT_S:
                raise AssertionError(f"nothing moves, and still not: {what}")
            time.sleep(0.02)

    def kill_all_along(self):
        kinds = [KINDS[i % len(KINDS)] for i in range(self.a.kills)]
        self.random.shuffle(kinds)
        for kind, after in zip(kinds, sorted(self.random.sample(range(1, int(self.a.events * 0.8)), self.a.kills))):
            self.wait(lambda after=after: len(self.s.provider.posts) >= after or self.failure, f"{after} texts")
            self.kill(kind)

    def unsettled(self, left):
        """Asks again about those that were not settled before."""
        for notice in list(left):
            deliveries = self.s.whole(notice)["deliveries"]
            if len(deliveries) == 1 and deliveries[0]["state"] in SETTLED:
                del left[notice]
        self.left = len(left)
        return left

    def check(self):
        violations, left = [], dict.fromkeys(self.notices.values())
        self.wait(lambda: not self.unsettled(left), "every delivery to be settled or in doubt")
        taken = {}
        for message_id, count in self.s.provider.posts.items():
            delivery = message_id.rsplit("-", 1)[0]
            if count != 1:
                violations.append(f"{message_id} was sent {count} times")
            if self.s.provider.given.get(message_id) != LATER:
                taken[delivery] = taken.get(delivery, 0) + 1
        violations += [f"{d} was perhaps taken {n} times" for d, n in taken.items() if n > 1]
        states = self.summary(taken)
        may_be = sum(answer is DROP for answer in self.s.provider.given.values()) + CONNECTIONS * self.hub_kills
        if states.get("unknown", 0) > may_be:
            violations.append(f"{states['unknown']} are in doubt, and only {may_be} can be")
        return violations, states

    def summary(self, taken):
        states = {}
        for notice in self.notices.values():
            (d,) = self.s.whole(notice)["deliveries"]
            states[d["state"]] = states.get(d["state"], 0) + 1
            if d["state"] == "accepted" and d["id"] not in taken:
                raise AssertionError(f"{d['id']} is said to be accepted, and the provider has never had it")
        return states


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--events", type=int, default=1500)
    p.add_argument("--kills", type=int, default=15)
    p.add_argument("--seed", type=int, default=int(time.time()))
    arguments = p.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    with SmsHub(answer=answer_for(arguments.seed)) as s:
        s.start(CONNECTIONS)
        run = Run(arguments, s)
        run.up.set()
        producer = threading.Thread(target=run.produce, daemon=True)
        producer.start()
        run.kill_all_along()
        run.wait(lambda: not producer.is_alive(), "the last event")
        assert not run.failure, run.failure
        violations, states = run.check()
        print(f"{len(run.notices)} notices, {len(s.provider.posts)} requests, {arguments.kills} kills, deliveries {states}")
    for v in violations[:20]:
        print("VIOLATION", v)
    print(f"{len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
