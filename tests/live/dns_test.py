"""A name server that takes every question and answers none: whoever asks it waits, and nobody else does.

Its address stands in a resolv.conf that only the hub sees, in a mount namespace of its own: that needs root, which tests/run has.
"""
import contextlib
import os
import shlex
import socket
import statistics
import tempfile
import threading
import time
import unittest

import hub as hub_module
from hub import BIN, Hub, wait_until
from redis_group import ALONE, Server, end_all
from sms_hub import SmsHub

HANG_S = 30  # the resolver's own patience, the most it has; a loop that waited for it would stand as long
SOON_S = 20  # on a busy machine too
NAME = "never.tandem.test"


class SilentServer:
    """Takes questions on a loopback address of its own and keeps them."""
    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.address = f"127.77.{os.getpid() >> 8 & 255}.{os.getpid() & 255 or 1}"
        self.socket.bind((self.address, 53))
        self.asked = []
        self.thread = threading.Thread(target=self.take)
        self.thread.start()
        return self

    def __exit__(self, *_):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"", (self.address, 53))
        self.thread.join()
        self.socket.close()

    def take(self):
        while question := self.socket.recvfrom(512)[0]:
            self.asked.append(question)

    def count(self, name=NAME):
        """Questions of an own number each: the resolver's two, for either kind of address, and its repetitions."""
        wire = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
        return len({question[:2] for question in self.asked if wire in question})


class HangingNames(unittest.TestCase):
    def setUp(self):
        if os.geteuid():
            self.skipTest("a name server of the hub's own takes root")
        folder = self.folder()
        self.server = self.enterContext(SilentServer())
        with open(f"{folder}/resolv.conf", "w", encoding="utf-8") as f:
            f.write(f"nameserver {self.server.address}\noptions timeout:{HANG_S} attempts:1\n")
        mount = f"mount --bind {folder}/resolv.conf /etc/resolv.conf && exec {shlex.quote(os.path.abspath(BIN))} \"$@\""
        with open(f"{folder}/tandem", "w", encoding="utf-8") as f:
            f.write(f"#!/bin/sh\nexec unshare -m sh -c {shlex.quote(mount)} tandem \"$@\"\n")
        os.chmod(f"{folder}/tandem", 0o755)
        hub_module.BIN = f"{folder}/tandem"
        self.addCleanup(setattr, hub_module, "BIN", BIN)

    def assert_answers(self, hub, until, path="/healthz"):
        """Asks one after the other until that is so; none may wait for the resolver."""
        took = []
        while not until() or len(took) < 50:
            start = time.monotonic()
            answer = hub.request("GET", path)
            took.append(time.monotonic() - start)
            self.assertEqual(answer.status, 200, answer.body)
            self.assertLess(sum(took), HANG_S * 4, "what is waited for does not come")
        print(f"{path}: {len(took)} answers, median {statistics.median(took) * 1000:.1f} ms, longest {max(took) * 1000:.1f} ms", flush=True)
        self.assertLess(min(took), 0.02)
        self.assertLess(max(took), SOON_S)

    def test_a_provider(self):
        """Also at the moment in which the call is given up and its resolver is not."""
        with SmsHub() as sms:
            settings = sms.provider.hub_settings
            def by_name(*words):
                path = settings(*words)
                with open(path, encoding="utf-8") as f:
                    text = f.read()
                with open(path, "w", encoding="utf-8") as f:
                    f.write(text.replace("127.0.0.1", NAME))
                return path
            sms.provider.hub_settings = by_name
            sms.start()
            notice = sms.take(1)
            wait_until(self.server.count, what="the question for the provider's name")
            self.assert_answers(sms.hub, lambda: sms.delivery(notice)["state"] != "sending")
            start = time.monotonic()
            self.assertEqual(sms.hub.kill(15), 0)
            self.assertLess(time.monotonic() - start, SOON_S, "the end waited for the resolver")

    def test_redis(self):
        """The page comes, too, though Redis' name and what reads files wait on the same threads."""
        hub = Hub(demo=False, data=self.folder(), redis_url=f"redis://{NAME}:6379", environment={"TANDEM_REDIS_TIMEOUT": "200ms"})
        hub.launch()
        self.addCleanup(hub.log.close)
        self.addCleanup(hub.process.wait)
        self.addCleanup(hub.process.kill)
        wait_until(lambda: self.server.count() and self.is_alive(hub), SOON_S, "the hub, which cannot have heard from the resolver")
        self.assert_answers(hub, lambda: self.server.count() >= 3)
        self.assertEqual(hub.request("GET", "/readyz").status, 503)
        start = time.monotonic()
        self.assertEqual(hub.kill(15), 0)
        self.assertLess(time.monotonic() - start, SOON_S, "the end waited for the resolver")

    def test_addresses_beside_names(self):
        """Two of three sentinels have names that nobody knows, and hold every thread that look-ups may take; what needs none goes on."""
        folder = self.folder()
        master = Server(folder, *ALONE)
        self.addCleanup(end_all, [master])
        wait_until(master.answers, what="the master")
        sentinel = Server(folder, "--sentinel", settings=f"sentinel monitor city 127.0.0.1 {master.port} 1\n")
        self.addCleanup(end_all, [sentinel])
        wait_until(sentinel.answers, what="the sentinel")
        url = f"sentinel://{NAME}:1,also-{NAME}:2,127.0.0.1:{sentinel.port}/city"
        with Hub(demo=False, data=folder, redis_url=url, environment={"TANDEM_REDIS_TIMEOUT": "1s"}) as hub:
            self.assertTrue(self.server.count())
            self.assertTrue(self.server.count(f"also-{NAME}"))
            self.assert_answers(hub, lambda: hub.is_ready())

    def folder(self):
        """Removed behind all that is cleaned up of what was begun after this, and wrote into it."""
        return self.enterContext(tempfile.TemporaryDirectory(prefix="tdm-", dir="/tmp"))

    def is_alive(self, hub):
        with contextlib.suppress(ConnectionRefusedError):
            return hub.request("GET", "/healthz").status == 200


if __name__ == "__main__":
    unittest.main(verbosity=2)
