"""A delivery survives a crash at any step: never lost, never silently twice. Real hub, real Redis, a provider that counts."""
import os
import signal
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))

from hub import wait_until  # noqa: E402
from sms_hub import SmsHub  # noqa: E402
from sms_provider import ACCEPTED, LATER  # noqa: E402

DELIVERED, FAILED, BY_CARRIER = 1, 2, 8


class Deliver(unittest.TestCase):
    def test_the_hub_dies_at_every_step(self):
        """Five deliveries, each at another step, at the moment of one kill."""
        with SmsHub(answer=lambda m: LATER if m.endswith("-1") and m == turned_down[0] else ACCEPTED) as s:
            turned_down = [""]
            s.start(connections=3)
            hub, provider = s.hub, s.provider
            first = s.take("whole")
            s.wait_state(first, "accepted")

            provider.hold()
            notices = {}
            for name in ("turned-down", "answered", "asked"):
                notices[name] = s.take(name)
            ids = {name: self.message(s, n) for name, n in notices.items()}
            wait_until(lambda: set(ids.values()) <= set(provider.posts), what="three requests at the provider")
            turned_down[0] = ids["turned-down"]
            queued = s.take("queued")  # no connection is free for it, so it is not even begun
            self.assertEqual(s.delivery(queued)["state"], "waiting")

            # The provider answers, and the hub, stopped, never reads it; one more is never answered.
            hub.process.send_signal(signal.SIGSTOP)
            held = ids["asked"]
            provider.answer_only(lambda m: m != held)
            wait_until(lambda: ids["answered"] in provider.given and ids["turned-down"] in provider.given, what="the answers")
            hub.kill()
            provider.answer_only(lambda m: True)
            before = dict(provider.posts)
            hub.start()

            for name in notices:
                doubt = s.wait_state(notices[name], "unknown")
                self.assertEqual(doubt["attempts"], 1, name)
                self.assertIn("in doubt", doubt["detail"])
            s.wait_state(queued, "accepted")
            before[self.message(s, queued)] = 1
            self.assertEqual(provider.posts, before, "something was sent again")
            self.assertEqual(set(before.values()), {1})

            # Their receipts settle them, early, late and twice; what has none becomes overdue before its body.
            for _ in range(2):
                self.assertEqual(provider.report(ids["asked"], DELIVERED), 200)
                self.assertEqual(provider.report(ids["asked"], BY_CARRIER), 200)
                self.assertEqual(provider.report(ids["answered"], BY_CARRIER), 200)
                self.assertEqual(provider.report(ids["turned-down"], FAILED), 200)
            for name, state in (("asked", "delivered"), ("answered", "accepted"), ("turned-down", "failed")):
                self.assertEqual(s.delivery(notices[name])["state"], state, name)
            kinds = [r["kind"] for r in s.whole(notices["asked"])["receipts"] if r["delivery"]]
            self.assertEqual(kinds, ["delivered"])
            wait_until(lambda: self.is_overdue(s, queued), what="the one nobody acknowledged to be overdue")
            self.assertEqual(provider.posts, before, "something was sent again")

    def test_turned_down_and_then_the_hub_dies(self):
        """What the provider has certainly not taken is sent again, once, by the next hub."""
        status, text, _ = LATER
        not_soon = (status, text, {"Retry-After": "15"})
        with SmsHub(answer=lambda m: not_soon if m.endswith("-1") else ACCEPTED) as s:
            s.start()
            notice = s.take("later")
            wait_until(lambda: self.is_turned_down(s, notice), what="the answer to be written down")
            s.hub.kill()
            s.hub.start()
            done = s.wait_state(notice, "accepted")
            self.assertEqual(done["attempts"], 2)
            self.assertEqual(sorted(s.provider.posts.values()), [1, 1])

    def test_redis_is_away_when_the_answer_comes(self):
        """The hub knows for certain; it must not forget it, nor send what it knows was taken."""
        with SmsHub(answer=lambda m: LATER if m == turned_down[0] else ACCEPTED) as s:
            turned_down = [""]
            s.start()
            s.provider.hold()
            taken, later = s.take("taken"), s.take("later")
            turned_down[0] = self.message(s, later)
            wait_until(lambda: len(s.provider.posts) == 2, what="two requests at the provider")
            s.redis.kill()
            s.provider.let_go()
            wait_until(lambda: s.hub.log_text().count(" outcome=") == 2, what="the hub to have read both answers")
            s.redis.start()
            s.hub.wait_ready()
            self.assertEqual(s.wait_state(taken, "accepted")["attempts"], 1)
            self.assertEqual(s.wait_state(later, "accepted")["attempts"], 2)
            self.assertEqual(set(s.provider.posts.values()), {1})
            kinds = [r["kind"] for r in s.whole(taken)["receipts"] if r["delivery"]]
            self.assertEqual(kinds, ["handed-over"])

    def test_one_text_for_several_and_then_the_hub_dies(self):
        """Each of them is in doubt, none is sent again, and the report about the one message settles them all."""
        with SmsHub() as s:
            s.start(due="10m", join="1m")
            s.provider.hold()
            notices = [s.take(f"joined-{n}") for n in range(3)]
            wait_until(lambda: s.provider.posts, what="the one text")
            self.assertEqual([s.delivery(n)["state"] for n in notices], ["sending"] * 3)
            s.hub.kill()
            s.provider.let_go()
            s.hub.start()
            for notice in notices:
                self.assertEqual(s.wait_state(notice, "unknown")["attempts"], 1)
            ((message, posts),) = s.provider.posts.items()
            self.assertEqual(posts, 1)
            for _ in range(2):
                self.assertEqual(s.provider.report(message, DELIVERED), 200)
            for notice in notices:
                self.assertEqual(s.delivery(notice)["state"], "delivered")
                self.assertEqual([r["kind"] for r in s.whole(notice)["receipts"] if r["delivery"]], ["delivered"])

    @staticmethod
    def is_turned_down(s, notice):
        delivery = s.delivery(notice)
        return (delivery["state"], delivery["attempts"]) == ("waiting", 1)

    @staticmethod
    def message(s, notice):
        return s.delivery(notice)["id"] + "-1"

    @staticmethod
    def is_overdue(s, notice):
        listed = s.hub.get("/notices?body=yjj-371300&due=overdue", "li").json["items"]
        return notice in [n["id"] for n in listed]


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
