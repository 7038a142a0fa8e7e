"""Redis goes away just when something is read that the hub needs to know: it is read again, whether at the start or under way."""
import json
import shutil
import subprocess
import tempfile
import unittest

from hub import BIN, Hub, end_group, event, wait_until
from redis_box import Blink, Redis


class Test(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tdm-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.redis = Redis(self.folder).start()
        self.addCleanup(self.redis.log.close)
        self.addCleanup(end_group, self.redis.process)
        with Hub(data=self.folder, redis_url=self.redis.url):
            pass  # the demo people are in Redis now
        self.blink = Blink(f"{self.folder}/blink.sock", f"{self.folder}/redis.sock")
        self.addCleanup(self.blink.door.close)

    def hub(self):
        return Hub(data=self.folder, demo=False, redis_url=f"unix:{self.folder}/blink.sock")

    def command(self, *words):
        subprocess.run([BIN, *words, "--data", self.folder, "--redis.url", self.redis.url], check=True, stdout=subprocess.DEVNULL)

    def test_what_the_start_reads(self):
        """Cut at the first of it, and at the key without which no clock runs."""
        for word in (b"HGETALL", b"cellkey"):
            with self.subTest(word=word):
                self.blink.word, before = word, self.blink.cuts
                with self.hub() as hub:
                    self.assertEqual(self.blink.cuts, before + 1)
                    wait_until(lambda: hub.try_sign_in("spj"), what="that people are known")
                    hub.sign_in("lxhy")
                    listed = len(hub.get("/disputes", "lxhy").json["items"])
                    made = hub.submit(event(f"blink-{word.decode()}", item="000999000000"))
                    self.assertEqual(made.status, 201, made.body)
                    wait_until(lambda: len(hub.get("/disputes", "lxhy").json["items"]) > listed, what="what the clock lists")

    def test_who_was_disabled_meanwhile(self):
        """The line that says so has come; the people are asked for, and the answer does not come."""
        with self.hub() as hub:
            hub.sign_in("wjw")
            self.blink.word = b"HGETALL"
            self.command("user", "disable", "wjw")
            wait_until(lambda: self.blink.cuts == 1, what="the cut")
            wait_until(hub.is_ready, what="Redis again")
            wait_until(lambda: hub.get("/me", "wjw").status == 401, what="that the hub hears of it")

    def test_who_was_disabled_while_the_feed_was_trimmed(self):
        """The line that said so is gone before the hub is back."""
        with self.hub() as hub:
            hub.sign_in("wjw")
            self.blink.hold()
            wait_until(lambda: not hub.is_ready(), what="that Redis is missed")
            self.command("user", "disable", "wjw")
            self.redis.ask("XTRIM", "tdm:{371300}:feed", "MAXLEN", "0")
            self.blink.held = False
            wait_until(hub.is_ready, what="Redis again")
            wait_until(lambda: hub.get("/me", "wjw").status == 401, what="that the hub hears of it")

    def test_a_key_whose_work_was_cut_off(self):
        """Neither the work's answer nor that the key is free again reached Redis. Whoever asks again does not wait for what has ended."""
        with self.hub() as hub:
            hub.sign_in("spj")
            headers = {"Content-Type": "application/cloudevents+json", "Idempotency-Key": "cut"}

            def send():
                return hub.request("POST", "/api/v1/events", json.dumps(event("keyed")).encode(), headers, "spj")
            self.blink.word = b"TESTkeyed"
            self.assertEqual(send().status, 503)
            self.assertEqual(self.blink.cuts, 1)
            wait_until(hub.is_ready, what="Redis again")
            first = send()
            self.assertIn(first.status, (200, 201), first.body)
            self.assertEqual(send().body, first.body)


if __name__ == "__main__":
    unittest.main()
