"""What bureau and supervisor write to each other about a permit, from outside: whose it is, whose turn, and that it is told."""
import asyncio
import unittest

import websockets

import documents
from hub import OneHub, event, wait_until
from road_test import Rpc
from stream_test import hire

LEAD, BUREAU, OTHER = "wjw-371302", "spj-371302", "spj-371300"
SAID = {"kind": "change-opinion", "to": BUREAU, "subject": "建议核减诊疗科目", "text": "现场核查面积不足，建议变更许可", "due": "3wd"}
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
STRANGERS = {"zjj": 404, "scjg": 404, "spjs": 404, "admin": 403}


class Letters(OneHub):
    number = 0
    people = ("wjw", "zjj", "spj", "scjg", "lxhy", "sjj", "admin")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Somebody of each of the case's two bureaus alone: the letter is with one of them, and nobody of the other sees it.
        for name, body in (("spjq", BUREAU), ("spjs", OTHER)):
            hire(cls.hub, name, "approver", body)

    def lead(self, **data):
        Letters.number += 1
        taken = self.hub.submit(event(f"letter{Letters.number}", **data))
        self.assertEqual(taken.status, 201, taken.body)
        return next(n["id"] for n in taken.json["notices"] if n["body"] == LEAD)

    def ask(self, notice, act, user, body=None, **more):
        answer = self.hub.post(f"/notices/{notice}/{act}", user, body, **more)
        documents.hold_answer("POST", f"/api/v1/notices/{notice}/{act}", answer)
        return answer

    def done(self, notice, act, user, body=None):
        answer = self.ask(notice, act, user, body)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def whole(self, notice, user):
        answer = self.hub.get("/notices/" + notice, user)
        documents.hold_answer("GET", "/api/v1/notices/" + notice, answer)
        return answer.json

    def written(self, **said):
        notice = self.lead()
        return notice, self.done(notice, "letters", "wjw", dict(SAID, **said))["made"]

    def put(self, notice, content, user):
        answer = self.hub.post(f"/notices/{notice}/files", user, content, headers={
            "Content-Disposition": "attachment; filename*=UTF-8''a.pdf", "Content-Type": "application/octet-stream"})
        documents.hold_answer("POST", f"/api/v1/notices/{notice}/files", answer)
        return answer

    def test_files_go_with_a_letter_and_with_its_answer(self):
        notice = self.lead()
        first = self.put(notice, PDF, "wjw").json["file"]
        said = dict(SAID, files=[first["file"]])
        self.assertEqual(self.ask(notice, "letters", "wjw", dict(SAID, files=["0" * 64])).json["errors"][0]["pointer"], "/files/0")
        letter = self.done(notice, "letters", "wjw", said)["made"]
        self.assertEqual(self.done(notice, "letters", "wjw", said)["made"], letter)
        self.assertNotEqual(self.done(notice, "letters", "wjw", SAID)["made"], letter)  # without the file it is another
        self.assertEqual(self.whole(letter, "spjq")["notice"]["letter"]["messages"][0]["files"], [first])
        for user, status in dict(STRANGERS, wjw=200, spjq=200, lxhy=404, spjs=404).items():
            self.assertEqual(self.hub.get(f"/notices/{letter}/files/{first['file']}", user).status, status, user)
        self.assertEqual(self.hub.get(f"/notices/{letter}/files/{first['file']}", "spjq").body, PDF)
        for user, status in STRANGERS.items():
            self.assertEqual(self.put(letter, PDF, user).status, status, user)
        second = self.put(letter, PDF + b"2", "spjq").json["file"]
        self.done(letter, "reply", "spjq", {"text": "同意", "files": [second["file"]]})
        messages = self.whole(letter, "wjw")["notice"]["letter"]["messages"]
        self.assertEqual([m["files"] for m in messages], [[first], [second]])
        self.assertEqual(self.hub.get(f"/notices/{letter}/files/{second['file']}", "wjw").body, PDF + b"2")
        self.done(letter, "close", "wjw")
        self.assertEqual(self.put(letter, PDF, "wjw").status, 409)
        # A bureau writes from the notice of another body: what it put there goes along, and its own body has not read it.
        third = self.put(notice, PDF + b"3", "spjq").json["file"]
        asked = self.done(notice, "letters", "spjq", dict(SAID, to=LEAD, files=[third["file"]]))["made"]
        self.assertEqual(self.whole(asked, "wjw")["notice"]["letter"]["messages"][0]["files"], [third])
        self.assertEqual(self.hub.get(f"/notices/{notice}/files/{third['file']}", "wjw").status, 404)

    def test_a_letter_is_answered_asked_again_and_closed(self):
        notice, letter = self.written()
        seen = self.whole(letter, "spjq")["notice"]
        self.assertEqual((seen["body"], seen["state"], seen["cause"], seen["from"]), (BUREAU, "open", "letter", notice))
        self.assertEqual((seen["letter"]["kind"], seen["letter"]["from"], seen["letter"]["subject"]), (SAID["kind"], LEAD, SAID["subject"]))
        self.assertEqual([(m["body"], m["by"], m["text"]) for m in seen["letter"]["messages"]], [(LEAD, "wjw", SAID["text"])])
        self.assertIsNotNone(seen["due"])
        self.assertEqual(seen["allowed"], ["acknowledge", "reply"])
        self.assertEqual(self.whole(letter, "wjw")["notice"]["allowed"], ["close", "remind", "reply"])
        self.assertIn(letter, [n["id"] for n in self.hub.get("/notices?cause=letter&state=todo", "spjq").json["items"]])
        self.assertEqual(self.done(letter, "acknowledge", "spjq")["state"], "acknowledged")
        self.assertEqual(self.done(letter, "reply", "spjq", {"text": "同意，已发起变更"})["state"], "claimed")
        self.assertNotIn(letter, [n["id"] for n in self.hub.get("/notices?cause=letter&state=todo", "spjq").json["items"]])
        self.assertEqual(self.done(letter, "reply", "wjw", {"text": "何时办结？", "due": "1wd"})["state"], "acknowledged")
        again = self.whole(letter, "spjq")["notice"]
        self.assertLess(again["due"], seen["due"])
        self.assertIsNone(again["claimed"])
        self.assertEqual(self.done(letter, "reply", "spjq", {"text": "已办结"})["state"], "claimed")
        self.assertEqual(self.done(letter, "close", "wjw", {"remark": "谢谢"})["state"], "closed")
        self.assertEqual(self.done(letter, "close", "wjw")["state"], "closed")
        last = self.whole(letter, "wjw")
        self.assertEqual([m["text"] for m in last["notice"]["letter"]["messages"]], [SAID["text"], "同意，已发起变更", "何时办结？", "已办结"])
        self.assertEqual([r["kind"] for r in last["receipts"] if r["kind"] in ("written", "closed")], ["written"] * 4 + ["closed"])
        self.assertEqual(last["notice"]["allowed"], [])
        for user in ("wjw", "spjq"):
            self.assertEqual(self.ask(letter, "reply", user, {"text": "x"}).status, 409)
        self.assertEqual(self.whole(notice, "wjw")["notice"]["state"], "open", "the notice it was written from stays where it is")

    def sent(self, user, query=""):
        answer = self.hub.get("/notices?written=true&limit=200" + query, user)
        documents.hold_answer("GET", "/api/v1/notices", answer)
        self.assertEqual(answer.status, 200, answer.body)
        return [n["id"] for n in answer.json["items"]]

    def test_who_wrote_has_a_list_of_it(self):
        notice, letter = self.written()
        self.assertIn(letter, self.sent("wjw", "&state=todo"))
        self.assertIn(letter, self.sent("lxhy", "&body=" + LEAD))
        for user in ("spjq", "spjs", "zjj", "scjg"):
            self.assertNotIn(letter, self.sent(user), user)
        self.assertEqual(self.hub.get("/notices?written=true&body=" + LEAD, "zjj").status, 404)
        for path in ("/notices?written=yes", "/notices.csv?written=yes"):
            self.assertEqual(self.hub.get(path, "wjw").status, 422)
        sheet = self.hub.get("/notices.csv?cause=letter&written=true", "wjw").body.decode()
        self.assertIn(letter, sheet)
        self.assertIn("written=true", sheet)
        self.done(letter, "reply", "spjq", {"text": "同意"})
        self.assertNotIn(letter, self.sent("wjw", "&state=todo"))
        self.assertIn(letter, self.sent("wjw", "&state=claimed"))
        self.done(letter, "close", "wjw")
        self.assertNotIn(letter, self.sent("wjw", "&state=claimed"))
        self.assertIn(letter, self.sent("wjw"))

    def test_both_and_who_oversees_see_it_and_nobody_else(self):
        notice, letter = self.written()
        case = self.whole(letter, "wjw")["notice"]["case"]

        def in_case(user):
            answer = self.hub.get("/cases/" + case, user)
            return answer.status == 200 and letter in [n["id"] for n in answer.json["events"][0]["notices"]]
        for user in ("wjw", "spjq", "lxhy", "sjj"):
            self.assertEqual(self.hub.get("/notices/" + letter, user).status, 200, user)
            self.assertTrue(in_case(user), user)
        before = self.whole(letter, "wjw")
        for user, status in STRANGERS.items():
            self.assertEqual(self.hub.get("/notices/" + letter, user).status, status, user)
            self.assertFalse(in_case(user), user)
            for act, body in (("reply", {"text": "x"}), ("close", {}), ("acknowledge", {}), ("shown", {}), ("return", {"reason": "other"})):
                self.assertEqual(self.ask(letter, act, user, body).status, status, (user, act))
        self.assertEqual(self.hub.get(f"/notices?body={BUREAU}&cause=letter", "spjs").json["items"], [])
        for user in ("lxhy", "sjj"):
            self.assertEqual(self.ask(letter, "reply", user, {"text": "x"}).status, 403)
        self.assertEqual(self.whole(letter, "wjw"), before)

    def test_each_side_does_its_own_part_only(self):
        notice, letter = self.written()
        before = self.whole(letter, "wjw")
        cells = [("close", "spjq", {}, 409), ("acknowledge", "wjw", {}, 409), ("shown", "wjw", {}, 403), ("claim", "spjq", {}, 409),
                 ("return", "spjq", {"reason": "not-our-remit"}, 409), ("transfer", "spjq", {"to": "zjj-371302"}, 409),
                 ("feedback", "spjq", {"result": "conforms", "disposal": "pass", "checked_on": "2026-11-25"}, 409),
                 ("undo", "spjq", {}, 409), ("pause", "spjq", {"reason": "x"}, 409), ("pause", "lxhy", {"reason": "x"}, 403),
                 ("remind", "spjq", {}, 409), ("letters", "spjq", SAID, 409), ("reply", "spjq", {"text": "x", "due": "2wd"}, 422)]
        for act, user, body, status in cells:
            with self.subTest(act=act, user=user):
                self.assertEqual(self.ask(letter, act, user, body).status, status)
        self.assertEqual(self.whole(letter, "wjw"), before)
        self.assertEqual(self.done(letter, "remind", "wjw")["state"], "open")
        self.assertEqual(self.ask(letter, "remind", "lxhy").status, 429)
        self.assertEqual(self.done(letter, "close", "wjw")["state"], "closed", "unanswered, because it is not wanted any more")

    def test_who_may_be_written_to(self):
        notice = self.lead()
        case = self.whole(notice, "wjw")["notice"]["case"]
        before = self.hub.get("/cases/" + case, "lxhy").json
        for user, to in (("wjw", "wjw-371300"), ("wjw", "scjg-371302"), ("wjw", LEAD), ("wjw", "zjj-371302"), ("wjw", "nobody"),
                         ("wjw", "spj-371321"), ("spjq", BUREAU), ("spjq", "zjj-371302")):
            with self.subTest(user=user, to=to):
                answer = self.ask(notice, "letters", user, dict(SAID, to=to))
                self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/to"))
        faults = [({"kind": "x"}, "/kind"), ({"subject": " "}, "/subject"), ({"subject": "字" * 129}, "/subject"), ({"text": ""}, "/text"),
                  ({"text": "字" * 501}, "/text"), ({"due": "0wd"}, "/due"), ({"due": "91d"}, "/due"), ({"due": "4h"}, "/due"), ({"due": 3}, "/due")]
        for said, pointer in faults:
            with self.subTest(said=said):
                answer = self.ask(notice, "letters", "wjw", dict(SAID, **said))
                self.assertEqual((answer.status, [e["pointer"] for e in answer.json["errors"]]), (422, [pointer]))
        self.assertEqual(self.ask(notice, "letters", "zjj", SAID).status, 404)
        self.assertEqual(self.ask(notice, "letters", "lxhy", SAID).status, 403)
        self.assertEqual(self.hub.get("/cases/" + case, "lxhy").json, before)
        for user, to in (("wjw", OTHER), ("spjq", OTHER), ("spjq", "scjg-371302"), ("spjs", LEAD)):
            self.assertEqual(self.done(notice, "letters", user, dict(SAID, to=to, kind="co-letter", text="字" * 500))["to"], to)

    def test_twice_is_once(self):
        notice, letter = self.written()
        self.assertEqual(self.done(notice, "letters", "wjw", SAID)["made"], letter)
        self.done(letter, "reply", "spjq", {"text": "同意"})
        version = self.whole(letter, "wjw")["notice"]["version"]
        self.assertEqual(self.done(letter, "reply", "spjq", {"text": "同意"})["version"], version)
        self.assertEqual(self.ask(letter, "close", "wjw", {}, headers={"If-Match": f'"{version - 1}"'}).status, 412)
        self.done(letter, "close", "wjw")
        self.assertNotEqual(self.done(notice, "letters", "wjw", SAID)["made"], letter)

    def test_the_audit_log_names_the_letter_and_not_its_words(self):
        notice, letter = self.written(subject="秘密标题", text="秘密内容")
        self.done(letter, "reply", "spjq", {"text": "秘密答复"})
        self.done(letter, "close", "wjw")
        lines = self.hub.get("/audit?about=" + letter, "sjj")
        self.assertEqual([(x["act"], x["who"]) for x in lines.json["items"]], [("close", "wjw"), ("reply", "spjq"), ("letter", "wjw")])
        self.assertNotIn("秘密", lines.body.decode())

    def test_it_is_no_claim_and_no_dispute(self):
        notice, letter = self.written()
        before = self.hub.get("/board?by=body", "lxhy").json
        row = next(r for r in before["items"] if r["key"] == BUREAU)
        self.assertEqual((row["lead_sent"], row["open"] > 0), (0, True))
        self.done(letter, "reply", "spjq", {"text": "同意"})
        changed = self.hub.submit(event("letter-changed", type="approval.changed", case=self.whole(notice, "wjw")["notice"]["case"])).json
        self.assertNotIn(BUREAU, [n["body"] for n in changed["notices"]], "who answers a letter does not become the holder")

    def test_a_correction_leaves_it_open(self):
        notice, letter = self.written()
        case = self.whole(letter, "wjw")["notice"]["case"]
        self.assertEqual(self.hub.submit(event("letter-corrected", case=case, version=2)).status, 201)
        wait_until(lambda: self.whole(notice, "wjw")["notice"]["state"] == "superseded", what="the correction")
        self.assertEqual(self.whole(letter, "wjw")["notice"]["state"], "open")
        self.assertEqual(self.done(letter, "reply", "spjq", {"text": "同意"})["state"], "claimed")

    def rpc(self, user, story):
        async def run():
            url, options = self.hub.socket_url(user)
            async with websockets.connect(url, **options) as connection:
                rpc = Rpc(connection)
                await rpc.call("inbox.open")
                return await story(rpc)
        return asyncio.run(run())

    def test_each_is_told_by_the_socket(self):
        async def bureau(rpc):
            notice, letter = self.written()
            pushed = (await rpc.push("notice", letter))["notice"]
            self.assertEqual((pushed["id"], pushed["letter"]["subject"]), (letter, SAID["subject"]))
            answer = await rpc.call("notice.reply", {"notice": letter, "text": "同意"})
            self.assertEqual(answer["result"]["state"], "claimed")
            return letter

        async def supervisor(rpc):
            notice = self.lead()
            letter = (await rpc.call("notice.letter", dict(SAID, notice=notice)))["result"]["made"]
            self.done(letter, "reply", "spjq", {"text": "同意"})
            while (change := await rpc.push("change", letter))["state"] != "claimed":
                pass
            self.assertEqual(change["by"], "spjq")

        async def stranger(rpc):
            notice, letter = self.written()
            marker = self.lead()
            self.done(marker, "claim", "wjw")
            await rpc.push("change", marker)
            self.assertFalse([m for m in rpc.pushed if letter in str(m)])
        self.rpc("spjq", bureau)
        self.rpc("wjw", supervisor)
        self.rpc("spjs", stranger)


if __name__ == "__main__":
    unittest.main()
