"""Random lives of notices while two hubs and their Redis are killed with -9: whoever asks again as a client does gets an answer, what was answered
holds, and at the end lists, totals, figures and the command that counts anew say the same.

LIVES_SEED chooses other lives, LIVES_KILLS how many die.
"""
import http.client
import os
import random
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))

import lives_test  # noqa: E402
from hub import LIMIT_S, Hub, wait_until  # noqa: E402
from redis_box import Redis  # noqa: E402

KILLS = int(os.environ.get("LIVES_KILLS", "20"))
PEOPLE = 6


class Patient:
    """Asks a hub that is away, or that says it cannot now, the same again."""

    def __init__(self, hub):
        self.hub = hub

    def again(self, ask):
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            try:
                answer = ask()
                if answer.status != 503:
                    return answer
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.02)
        raise AssertionError("no answer")

    def get(self, *words, **more):
        return self.again(lambda: self.hub.get(*words, **more))

    def post(self, *words, **more):
        return self.again(lambda: self.hub.post(*words, **more))

    def submit(self, *words, **more):
        return self.again(lambda: self.hub.submit(*words, **more))


class Killed(lives_test.Agreement):
    def kill_one(self, r, hubs, redis):
        victim = r.choice((*hubs, *hubs, redis))
        victim.kill()
        if victim is redis:
            redis.start()
        else:
            victim.launch()
            wait_until(victim.is_ready, what="the hub to be back")

    def test_what_was_answered_holds(self):
        r = random.Random(lives_test.SEED)
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="tdm-", dir="/tmp"))
        with Redis(folder) as redis, Hub(redis_url=redis.url) as first, Hub(redis_url=redis.url) as second:
            hubs = (first, second)
            for hub in hubs:
                hub.sign_in(*lives_test.USERS)
            lives = lives_test.Lives(tuple(Patient(h) for h in hubs), "killed")
            ending, broken = threading.Event(), []

            def live(person):
                try:
                    for part in range(10**6):
                        if ending.is_set():
                            return
                        lives.go(f"{lives_test.SEED}-{person}-{part}", 10)
                except BaseException as e:  # noqa: B902
                    broken.append(e)
            people = [threading.Thread(target=live, args=(i,)) for i in range(PEOPLE)]
            for t in people:
                t.start()
            for _ in range(KILLS):
                enough = sum(lives.statuses.values()) + r.randint(20, 60)
                wait_until(lambda n=enough: broken or sum(lives.statuses.values()) >= n, what="lives to go on")
                self.kill_one(r, hubs, redis)
            ending.set()
            for t in people:
                t.join(LIMIT_S)
            print(f"{KILLS} kills, {len(lives.events)} events, {dict(lives.statuses)}", flush=True)
            self.assertEqual((broken, lives.faults), ([], []))
            self.check_answered(lives)
            self.check_lists(hubs)
            self.check_figures(hubs, redis.url)
            self.assertEqual((second.stop(), first.stop()), (0, 0))


if __name__ == "__main__":
    unittest.main(verbosity=2)
