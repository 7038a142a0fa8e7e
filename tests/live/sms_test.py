"""The SMS leg of the whole road, with a real Kannel: an event in by HTTP, Chinese texts on phones, delivery reports, and
replies that acknowledge. Nobody plays the provider here: bearerbox, smsbox and the simulated carrier are Debian's.
"""
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

import kannel_box
from hub import BIN, LIMIT_S, Hub, event, free_port, wait_until
from kannel_box import NUMBER, TOKEN, KannelBox

LI, WANG, APPLICANT, FOREIGN = "8613800138001", "8613800138002", "8613900139003", "8613700137004"
PACK = "tests/cases/mini"
WIDE = str.maketrans({c: c + 0xfee0 for c in range(0x21, 0x7f)})


def test_pack(folder):
    """The small pack of the cases, its ladder as short as the pack's format allows."""
    shutil.copytree(PACK, folder)
    path = os.path.join(folder, "pack.json")
    with open(path, encoding="utf-8") as f:
        pack = json.load(f)
    pack.update(sms_after="1m", sms_sign="审管联动")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(pack, f, ensure_ascii=False)
    return folder


def urgent(number, **more):
    """The text goes out at once: the rule's channels begin with sms."""
    return event(f"sms-{number}", item="000117051000", attributes={"area_m2": 1200, "risk": "high"},
                 applicant={"kind": "entity", "name": "测试企业", "phone": "+86 139-0013-9003"}, **more)


def pushed(number):
    """The text goes out only when the push has not been acknowledged in the pack's time."""
    return event(f"push-{number}", item="000123011000")


class Sms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="tdm-", dir="/tmp")
        cls.pack = test_pack(os.path.join(cls.folder, "pack"))
        port = free_port()
        cls.base = "/api/v1/connectors/sms1"
        cls.box = KannelBox(f"http://127.0.0.1:{port}{cls.base}")
        settings = os.path.join(cls.folder, "tandem.conf")
        with open(settings, "w", encoding="utf-8") as f:
            f.write(cls.box.hub_settings("sms1"))
        cls.hub = Hub("--config", settings, "--policy", cls.pack, demo=False, port=port)
        try:
            cls.box.start()
            cls.hub.start()
            cls.people()
        except BaseException:
            cls.end()
            raise
        cls.late = cls.take(pushed("late"))
        cls.done = cls.take(pushed("done"))
        cls.acknowledge(cls.notice(cls.done, "wjw-371302"), "wang")

    @classmethod
    def people(cls):
        cls.command("user", "add", "li", "--role", "supervisor", "--body", "yjj-371300", "--phone", "13800138001")
        cls.command("user", "add", "wang", "--role", "supervisor", "--body", "wjw-371302", "--phone", "+8613800138002")
        cls.command("user", "add", "spj", "--role", "approver", "--body", "spj-371302")
        wait_until(lambda: cls.hub.try_sign_in("spj", "pass word"), what="the people")
        for user in ("li", "wang"):
            wait_until(lambda user=user: cls.hub.try_sign_in(user, "pass word"), what=user)

    @classmethod
    def command(cls, *words):
        subprocess.run([os.path.abspath(BIN), *words, "--data", cls.hub.data, "--policy", cls.pack], input="pass word\n",
                       text=True, check=True, capture_output=True, timeout=LIMIT_S)

    @classmethod
    def end(cls):
        if cls.hub.log:
            cls.hub.__exit__(*sys.exc_info())
        cls.box.stop()
        shutil.rmtree(cls.folder, ignore_errors=True)

    @classmethod
    def tearDownClass(cls):
        status = cls.hub.stop()
        log = cls.hub.log_text()
        cls.end()
        assert status == 0, f"the hub ended with {status}: {log[-6000:]}"
        log = re.sub(r"[0-9a-f]{64}|127\.0\.0\.1:\d+|port \d+", "", log)  # may have any digits
        for secret in (TOKEN, kannel_box.PASSWORD, "13800138001", "8002", "139003", "测试企业", "审管联动"):
            assert secret not in log, "personal data or a secret in the log"

    # --- what the tests say ---

    @classmethod
    def take(cls, document):
        answer = cls.hub.submit(document)
        assert answer.status == 201, answer.body
        return answer.json

    @staticmethod
    def notice(taken, body):
        return next(n["id"] for n in taken["notices"] if n["body"] == body)

    @classmethod
    def acknowledge(cls, notice, user):
        answer = cls.hub.post(f"/notices/{notice}/acknowledge", user)
        assert answer.status == 200, answer.body

    def whole(self, notice, user="li"):
        return self.hub.get("/notices/" + notice, user).json

    def state(self, notice, user="li"):
        return self.whole(notice, user)["notice"]["state"]

    def texts(self, phone, about=""):
        return [text for sender, to, text in self.box.phone_messages() if to == phone and sender == NUMBER and about in text]

    def delivered(self, notice, user="li"):
        """The delivery of a notice once its report has come, with the notice."""
        def look():
            whole = self.whole(notice, user)
            return whole if [d["state"] for d in whole["deliveries"]] == ["delivered"] else None
        return wait_until(look, what=f"the delivery of {notice}")

    def texted(self, number):
        """An urgent event whose text has been delivered: its notice and its short code."""
        before = set(self.texts(LI))
        notice = self.notice(self.take(urgent(number)), "yjj-371300")
        self.delivered(notice)
        text = wait_until(lambda: set(self.texts(LI)) - before, what="the phone").pop()
        return notice, re.search(r"编号([2-9A-Y]{6,})", text).group(1)

    def reply(self, text, sender=LI):
        """A reply from a phone; back once the hub has answered it."""
        before = len(self.box.replies_answered())
        self.box.send_mo(sender, NUMBER, text)
        wait_until(lambda: len(self.box.replies_answered()) > before, what="the reply's answer")
        self.assertEqual(self.box.replies_answered()[-1], 200)

    def callback(self, what, **fields):
        """What Kannel would call, from somebody who may not be Kannel."""
        return self.hub.request("GET", f"{self.base}/{what}?" + urllib.parse.urlencode(fields)).status

    # --- the tests ---

    def test_text_delivery_and_reply(self):
        before = len(self.texts(LI))
        taken = self.take(urgent("road"))
        notice = self.notice(taken, "yjj-371300")
        whole = self.delivered(notice)
        text = wait_until(lambda: self.texts(LI)[before:], what="the phone")
        self.assertEqual(len(text), 1)
        self.assertRegex(text[0], r"^【审管联动】.*特殊建设工程消防设计审查.*兰山区.*编号[2-9A-Y]{6,}")
        self.assertEqual({r["kind"] for r in whole["receipts"]}, {"accepted", "handed-over", "delivered"})
        self.assertEqual(whole["notice"]["state"], "open")
        self.assertIsNone(whole["notice"]["acknowledged"])

        started = datetime.datetime.now().astimezone() - datetime.timedelta(seconds=1)
        code = re.search(r"编号([2-9A-Y]+)", text[0]).group(1)
        self.reply("收到 " + code)
        whole = self.whole(notice)
        stamp = whole["notice"]["acknowledged"]
        self.assertEqual((whole["notice"]["state"], stamp["by"], stamp["channel"]), ("acknowledged", "li", "sms"))
        self.assertLessEqual(started, datetime.datetime.fromisoformat(stamp["at"]))
        self.assertLessEqual(datetime.datetime.fromisoformat(stamp["at"]), datetime.datetime.now().astimezone())
        self.assertEqual([r["kind"] for r in whole["receipts"] if r["kind"] == "claimed"], [])

        # A reply that comes again changes nothing: not the state, not the person, not the evidence.
        other, _ = self.texted("again")
        self.reply("收到 " + code)
        again = self.whole(notice)
        self.assertEqual(again["notice"]["version"], whole["notice"]["version"])
        self.assertEqual(again["notice"]["acknowledged"], stamp)
        self.assertEqual(self.state(other), "open")

    def test_case_page_has_the_chain_in_time_order(self):
        document = urgent("chain")
        notice, code = self.texted("chain")
        self.acknowledge(notice, "li")
        self.reply(code)
        entry = next(n for n in self.hub.get("/cases/" + document["data"]["case"], "spj").json["events"][0]["notices"]
                     if n["id"] == notice)
        kinds = [r["kind"] for r in entry["receipts"]]
        self.assertEqual(kinds[0], "accepted")
        self.assertLessEqual({"handed-over", "delivered", "acknowledged", "reply"}, set(kinds))
        self.assertLess(kinds.index("delivered"), kinds.index("acknowledged"))
        self.assertLess(kinds.index("acknowledged"), kinds.index("reply"))
        self.assertEqual([r["at"] for r in entry["receipts"]], sorted(r["at"] for r in entry["receipts"]))
        self.assertEqual(entry["acknowledged"]["channel"], "http")
        for receipt in entry["receipts"]:
            if receipt["kind"] in ("handed-over", "delivered"):
                self.assertEqual((receipt["channel"], receipt["delivery"]), ("sms", entry["deliveries"][0]["id"]))

    def test_codes_as_people_type_them(self):
        for number, shape in enumerate((
                str.lower, lambda c: c.translate(WIDE), lambda c: f" {c[:3]} {c[3:]} ", lambda c: f"{c[:3]}-{c[3:]}",
                lambda c: f"收到　{c[:2]} {c[2:]}".lower(), lambda c: f"已收到，{c}。谢谢", lambda c: f"编号{c.translate(WIDE).lower()}")):
            notice, code = self.texted(f"typed-{number}")
            with self.subTest(shape(code)):
                self.reply(shape(code))
                self.assertEqual(self.state(notice), "acknowledged")

    def test_word_without_code_is_the_newest(self):
        older, _ = self.texted("word-1")
        newer, _ = self.texted("word-2")
        self.reply("收到！")
        self.assertEqual((self.state(older), self.state(newer)), ("open", "acknowledged"))

    def test_replies_that_acknowledge_nothing(self):
        notice, code = self.texted("foreign")
        wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
        for text, sender in ((code, FOREIGN), (code, WANG), ("收到", FOREIGN), (wrong, LI), ("收到 " + wrong, LI),
                             ("不是我们的", LI), ("好的 12", LI), ("1234", LI)):
            with self.subTest(text=text, sender=sender):
                self.reply(text, sender)
                whole = self.whole(notice)
                self.assertEqual(whole["notice"]["state"], "open")
                self.assertNotIn("reply", [r["kind"] for r in whole["receipts"]])
        self.reply(code)
        self.assertEqual(self.state(notice), "acknowledged")

    def test_applicant_is_told(self):
        before = len(self.texts(APPLICANT))
        document = urgent("applicant")
        self.take(document)

        def told():
            applicant = self.hub.get("/cases/" + document["data"]["case"], "spj").json["events"][0]["applicant_told"]
            return applicant if [d["state"] for d in applicant["deliveries"]] == ["delivered"] else None
        applicant = wait_until(told, what="the applicant's delivery")
        text = wait_until(lambda: self.texts(APPLICANT)[before:], what="the applicant's phone")
        self.assertRegex(text[0], "^【审管联动】您的特殊建设工程消防设计审查")
        self.assertLessEqual({"accepted", "handed-over", "delivered"}, {r["kind"] for r in applicant["receipts"]})
        # The applicant's code is no notice's: a reply with it acknowledges nothing.
        notice, _ = self.texted("applicant-reply")
        self.reply("收到 " + re.search(r"编号([2-9A-Y]+)", text[0]).group(1), APPLICANT)
        self.assertEqual(self.state(notice), "open")

    def test_forged_callbacks_change_nothing(self):
        self.box.phone_off()
        try:
            notice = self.notice(self.take(urgent("forged")), "yjj-371300")

            def handed():
                whole = self.whole(notice)
                return whole if [d["state"] for d in whole["deliveries"]] == ["accepted"] else None
            whole = wait_until(handed, what="the gateway's acceptance")
            delivery = whole["deliveries"][0]["id"] + "-1"
            receipt = {"id": delivery, "d": 1, "f": "x", "a": "", "to": LI}
            self.assertEqual(self.callback("receipt", **receipt), 404)
            self.assertEqual(self.callback("receipt", t=TOKEN[:-1], **receipt), 404)
            self.assertEqual(self.callback("receipt", t=TOKEN + "x", **receipt), 404)
            self.assertEqual(self.callback("reply", t="guess", **{"from": LI, "to": NUMBER, "text": "收到"}), 404)
            other = self.hub.request("GET", f"/api/v1/connectors/sms2/receipt?t={TOKEN}&id={delivery}&d=1")
            self.assertEqual(other.status, 404)
            # Even with the word: a receipt about another phone, or about a delivery nobody knows, is not ours.
            self.assertEqual(self.callback("receipt", t=TOKEN, **dict(receipt, to=FOREIGN)), 200)
            self.assertEqual(self.callback("receipt", t=TOKEN, **dict(receipt, id="d99999.0-1")), 200)
            self.assertEqual(self.callback("receipt", t=TOKEN, **dict(receipt, id=delivery.replace(".", ".6"))), 200)
            self.assertEqual(self.callback("receipt", t=TOKEN, **dict(receipt, id="rubbish")), 200)
            self.assertEqual(self.callback("receipt", t=TOKEN, d=1), 422)
            self.assertEqual(self.whole(notice), whole)
        finally:
            self.box.phone_on()
        whole = self.delivered(notice)
        self.assertEqual(len([r for r in whole["receipts"] if r["kind"] == "delivered"]), 1)
        # The true one come again is not counted twice, and what is delivered does not fail any more.
        for mask in (1, 8, 2):
            self.assertEqual(self.callback("receipt", t=TOKEN, **dict(receipt, d=mask)), 200)
        again = self.whole(notice)
        self.assertEqual([d["state"] for d in again["deliveries"]], ["delivered"])
        self.assertEqual(len([r for r in again["receipts"] if r["kind"] == "delivered"]), 1)

    def test_reports_in_odd_order(self):
        """What failed by one report and was delivered by a later one is delivered, and says nothing of a failure any more."""
        before = len(self.texts(LI))
        self.box.phone_off()
        try:
            notice = self.notice(self.take(urgent("order")), "yjj-371300")
            delivery = wait_until(lambda: next((d for d in self.whole(notice)["deliveries"] if d["state"] == "accepted"), None),
                                  what="the gateway's acceptance")

            def told(mask, answer):
                about = {"t": TOKEN, "id": delivery["id"] + "-1", "d": mask, "f": "x", "a": answer, "to": LI}
                self.assertEqual(self.callback("receipt", **about), 200)
                (only,) = self.whole(notice)["deliveries"]
                return only["state"], only["detail"]
            self.assertEqual(told(8, ""), ("accepted", None))
            self.assertEqual(told(2, "NACK/11"), ("failed", "11"))
            self.assertEqual(told(8, ""), ("failed", "11"))
            self.assertEqual(told(1, ""), ("delivered", None))
            self.assertEqual(told(2, "NACK/11"), ("delivered", None))
            self.assertEqual(told(2, "NACK/12"), ("delivered", None))
            kinds = [r["kind"] for r in self.whole(notice)["receipts"]]
            self.assertEqual((kinds.count("failed"), kinds.count("delivered")), (2, 1))
        finally:
            self.box.phone_on()
        wait_until(lambda: len(self.texts(LI)) > before, what="the text itself")

    def test_push_that_nobody_acknowledged_is_texted(self):
        """Begun in setUpClass, so that the ladder's minute passes while the other tests run."""
        notice = self.notice(self.late, "wjw-371302")
        self.assertEqual(self.whole(notice, "wang")["notice"]["via"], ["push", "sms"])
        wait_until(lambda: self.texts(WANG), what="the text after the push")
        whole = self.delivered(notice, "wang")
        times = {r["kind"]: datetime.datetime.fromisoformat(r["at"]) for r in whole["receipts"]}
        self.assertGreaterEqual(times["handed-over"] - times["accepted"], datetime.timedelta(seconds=60))
        self.assertEqual(whole["notice"]["state"], "open")
        # The one that was acknowledged in time is left alone.
        self.assertEqual(self.whole(self.notice(self.done, "wjw-371302"), "wang")["deliveries"], [])
        self.assertEqual(len(self.texts(WANG)), 1)
        self.reply("收到", WANG)
        stamp = self.whole(notice, "wang")["notice"]["acknowledged"]
        self.assertEqual((stamp["by"], stamp["channel"]), ("wang", "sms"))


if __name__ == "__main__":
    if not kannel_box.available():
        sys.exit("kannel and kannel-extras are not installed")
    unittest.main()
