"""What a number may be sent: no texts any more once it has said so, with a provider of the test's own."""
import json
import sys
import unittest
import urllib.parse

from sms_hub import PHONE, SmsHub
from sms_provider import TOKEN


class Texts(unittest.TestCase):
    def setUp(self):
        self.s = SmsHub().start()
        self.addCleanup(self.s.close)

    def reply(self, text, phone=PHONE):
        """As Kannel passes on what a phone has written; the hub's status."""
        fields = urllib.parse.urlencode({"t": TOKEN, "from": "86" + phone, "to": "10690000", "text": text, "ts": "1"})
        return self.s.hub.request("GET", f"/api/v1/connectors/sms1/reply?{fields}").status

    def test_a_number_that_wants_no_texts(self):
        first = self.s.take("before")
        self.s.wait_state(first, "accepted")
        self.assertEqual(self.reply("TD"), 200)
        stopped = self.s.take("stopped")
        delivery = self.s.wait_state(stopped, "failed")
        self.assertEqual((delivery["detail"], delivery["attempts"]), ("wants no texts any more", 0))
        self.assertRegex(self.s.redis.ask("HGETALL", "tdm:{371300}:optouts"), r"^[0-9a-f]{32}\n\d{13}$")
        # Nobody forgets it: neither a hub that is killed nor another number's word.
        self.s.hub.kill()
        self.s.hub.launch()
        self.s.hub.wait_ready()
        self.assertEqual(self.reply("START", "13700137004"), 200)
        self.s.wait_state(self.s.take("still"), "failed")
        self.assertEqual(self.reply("START"), 200)
        self.s.wait_state(self.s.take("again"), "accepted")
        self.assertEqual(sum(self.s.provider.posts.values()), 2)
        self.assertEqual(self.s.redis.ask("HGETALL", "tdm:{371300}:optouts"), "")
        lines = map(json.loads, self.s.redis.ask("LRANGE", "tdm:{371300}:audit", "0", "-1").splitlines())
        self.assertEqual([(x["act"], x.get("body")) for x in lines if x["act"].startswith("opt-")],
                         [("opt-out", "yjj-371300"), ("opt-in", "yjj-371300")])
        self.assertNotIn(PHONE, self.s.hub.log_text())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
