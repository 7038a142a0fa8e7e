"""What a number may be sent: none any more once it has said so, and so many a day, with a provider of the test's own."""
import json
import sys
import unittest
import urllib.parse

from hub import event, wait_until
from sms_hub import PHONE, SmsHub
from sms_provider import TOKEN


class Texts(unittest.TestCase):
    def begin(self, **settings):
        self.s = SmsHub()
        self.addCleanup(self.s.close)
        self.s.start(**settings)

    def reply(self, text, phone=PHONE):
        """As Kannel passes on what a phone has written; the hub's status."""
        fields = urllib.parse.urlencode({"t": TOKEN, "from": "86" + phone, "to": "10690000", "text": text, "ts": "1"})
        return self.s.hub.request("GET", f"/api/v1/connectors/sms1/reply?{fields}").status

    def kill(self):
        self.s.hub.kill()
        self.s.hub.launch()
        self.s.hub.wait_ready()

    def test_a_number_that_wants_no_texts(self):
        self.begin()
        nobody = self.s.hub.request("GET", f"/api/v1/connectors/sms1/reply?t={TOKEN}&text=TD")
        self.assertEqual((nobody.status, [e["pointer"] for e in nobody.json["errors"]]), (422, [""]))
        first = self.s.take("before")
        self.s.wait_state(first, "accepted")
        self.assertEqual(self.reply("TD"), 200)
        stopped = self.s.take("stopped")
        delivery = self.s.wait_state(stopped, "failed")
        self.assertEqual((delivery["detail"], delivery["attempts"]), ("wants no texts any more", 0))
        self.assertRegex(self.s.redis.ask("HGETALL", "tdm:{371300}:optouts"), r"^[0-9a-f]{32}\n\d{13}$")
        # Nobody forgets it: neither a hub that is killed nor another number's word.
        self.kill()
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


    def told(self, number, *states):
        """The applicant's delivery of an event, once it is in one of the states."""
        def look():
            (delivery,) = self.s.hub.get(f"/cases/TEST{number}", "spj").json["events"][0]["applicant_told"]["deliveries"]
            return delivery if delivery["state"] in states else None
        return wait_until(look, what=f"{number} being {states}")

    def take(self, number, **more):
        self.assertEqual(self.s.hub.submit(event(number, applicant={"kind": "entity", "name": "测试企业", "phone": "13900139003"},
                                                 **more)).status, 201)

    def test_so_many_texts_a_day(self):
        self.begin(per_day=2)
        self.take("1")
        self.told("1", "accepted")
        self.kill()
        self.take("2")
        self.told("2", "accepted")
        self.take("3")
        wait_until(lambda: self.told("3", "waiting")["detail"], what="the reason")
        self.assertEqual(self.told("3", "waiting")["detail"], "waits for the next morning: the number has had its texts of the day")
        self.kill()
        self.take("4")
        wait_until(lambda: self.told("4", "waiting")["detail"], what="the reason")
        self.s.wait_state(self.s.take("another-number"), "accepted")
        self.assertEqual(sum(self.s.provider.posts.values()), 3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
