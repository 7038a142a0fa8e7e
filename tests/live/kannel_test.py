#!/usr/bin/env python3
"""The kannel connector against a real Kannel: texts out, delivery reports and replies in, and what goes wrong between.

Runs connector_drive (from TANDEM_BUILD, or the first argument's folder) as the hub would run the connector, and is itself the
hub's front door for Kannel's callbacks.
"""
import http.server
import os
import queue
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kannel_box  # noqa: E402
from hub import LIMIT_S, free_port, wait_until  # noqa: E402
from kannel_box import NUMBER, KannelBox  # noqa: E402

PHONE = "8613800138000"


def find_drive():
    for top, _, files in os.walk(os.environ.get("TANDEM_BUILD", "build")):
        if "connector_drive" in files:
            return os.path.join(top, "connector_drive")
    raise FileNotFoundError("connector_drive is not built")


class FrontDoor:
    """Takes Kannel's calls; the handler decides the status to answer."""

    def __init__(self):
        door = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path, _, query = self.path.partition("?")
                self.send_response(door.take(path.rsplit("/", 1)[1], query))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.refuse_next = 0  # replies
        self.seen = []
        self.driver = None
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = "http://127.0.0.1:%d/api/v1/connectors/sms1" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, what, query):
        self.seen.append((what, query))
        if what == "reply" and self.refuse_next > 0:
            self.refuse_next -= 1
            return 500
        try:
            self.driver.say("%s %s" % (what, query))
        except (BrokenPipeError, ValueError):  # between two tests: Kannel asks again
            return 503
        return 200

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Driver:
    def __init__(self, base, settings):
        self.process = subprocess.Popen(
            [find_drive(), "kannel", base] + ["%s=%s" % pair for pair in settings.items()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lines, self.lock, self.kept = queue.Queue(), threading.Lock(), []
        threading.Thread(target=self.read, daemon=True).start()
        self.wait("ready")

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.decode("utf-8").rstrip("\n"))

    def say(self, line):
        with self.lock:
            self.process.stdin.write(line.encode("utf-8") + b"\n")
            self.process.stdin.flush()

    def wait(self, *words):
        """The first line, past or to come, that begins with these words, as a list of its words. It is used up."""
        while True:
            for line in self.kept:
                if line.split(" ")[:len(words)] == list(words):
                    self.kept.remove(line)
                    return line.split(" ")
            self.kept.append(self.lines.get(timeout=LIMIT_S))

    def close(self):
        self.say("quit")
        self.process.stdin.close()
        status = self.process.wait(LIMIT_S)
        self.process.stdout.close()
        return status


class KannelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.door = FrontDoor()
        cls.box = KannelBox(cls.door.base)
        try:
            cls.box.start()
        except BaseException:
            cls.box.stop()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.box.stop()
        cls.door.close()

    def setUp(self):
        self.door.driver = self.driver = Driver(self.door.base, self.box.settings())

    def tearDown(self):
        self.assertEqual(self.driver.close(), 0)

    def send(self, name, text, outcome):
        self.driver.say("send %s +%s %s" % (name, PHONE, text))
        words = self.driver.wait("done", name)
        self.assertEqual(words[2], outcome, words)
        return int(words[4])

    def got(self, text):
        return [m for m in self.box.phone_messages() if m == (NUMBER, PHONE, text)]

    def got_once(self, text):
        """The simulated carrier reports a delivery before the phone has shown it."""
        wait_until(lambda: self.got(text), what="the phone")
        self.assertEqual(len(self.got(text)), 1)

    def wait_delivered(self, name):
        for kind in ("handed-over", "delivered"):
            words = self.driver.wait("report", kind, name)
            self.assertEqual(words[4], "+" + PHONE)

    def test_text_is_delivered(self):
        text = "【市应急管理局】台风“梅花”今晚登陆,请勿外出。回复 A7K3F2 确认收到 \U0001F600"
        self.assertEqual(self.send("d1.0-1", text, "accepted"), 1)
        self.wait_delivered("d1.0-1")
        self.got_once(text)

    def test_long_text_is_one_message(self):
        text = "长文" * 75
        self.assertEqual(self.send("d2.0-1", text, "accepted"), 3)
        self.wait_delivered("d2.0-1")
        self.got_once(text)

    def test_replies(self):
        self.box.send_mo(PHONE, NUMBER, "收到 Ａ７Ｋ３Ｆ２！")
        words = self.driver.wait("report", "reply")
        self.assertEqual(words[3:5], ["+" + PHONE, NUMBER])
        self.assertEqual(words[6:], ["收到", "A7K3F2!"])

    def test_refused_callback_comes_again_and_is_the_same(self):
        self.door.refuse_next = 1
        def replies():
            return [seen for seen in self.door.seen if seen[0] == "reply"]  # a report may come late
        before = len(replies())
        self.box.send_mo(PHONE, NUMBER, "1")
        self.driver.wait("report", "reply")
        self.assertEqual(len(set(replies()[before:])), 1)
        self.assertEqual(len(replies()[before:]), 2)
        self.driver.say("reply " + replies()[-1][1])
        first, again = self.driver.wait("answer", "200"), self.driver.wait("report", "reply")
        self.assertEqual(first, ["answer", "200"])
        self.assertTrue(again[5].startswith("reply:"))

    def test_link_down_is_accepted_and_sent_later(self):
        self.box.phone_off()
        wait_until(lambda: not self.box.phone_is_on(), what="the link to go down")
        try:
            self.send("d3.0-1", "稍后送达", "accepted")
        finally:
            self.box.phone_on()
        self.wait_delivered("d3.0-1")
        self.got_once("稍后送达")

    def test_wrong_account_is_the_channel(self):
        wrong = dict(self.box.settings(), username="nobody")
        driver = Driver(self.door.base, wrong)
        driver.say("send d4.0-1 +%s 您好" % PHONE)
        self.assertEqual(driver.wait("done", "d4.0-1")[2:4], ["channel-down", "403"])
        self.assertEqual(driver.close(), 0)

    def test_nobody_there_is_not_sent(self):
        port = free_port()
        driver = Driver(self.door.base, dict(self.box.settings(), url="http://127.0.0.1:%d/" % port))
        driver.say("send d5.0-1 +%s 您好" % PHONE)
        self.assertEqual(driver.wait("done", "d5.0-1")[2], "not-sent")
        self.assertEqual(driver.close(), 0)

    def test_neither_text_nor_password_in_addresses(self):
        self.send("d6.0-1", "不入日志", "accepted")
        self.wait_delivered("d6.0-1")
        with open(os.path.join(self.box.folder, "smsbox.log"), encoding="utf-8", errors="replace") as f:
            requests = [line for line in f if "Got HTTP request" in line]
        self.assertTrue(requests)
        self.assertTrue(all("</cgi-bin/sendsms>" in line for line in requests))


if __name__ == "__main__":
    if not kannel_box.available():
        sys.exit("kannel and kannel-extras are not installed")
    unittest.main(verbosity=2)
