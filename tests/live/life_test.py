"""The life of a notice after it has arrived, from outside: every cell of the contract's table, returns, transfers, feedback, undo."""
import asyncio
import sys
import unittest

import websockets

from hub import Hub, OneHub, event, wait_until
from road_test import Rpc
from stream_test import command

LEAD, COPY = "wjw-371302", "wjw-371300"
FEEDBACK = {"result": "conforms", "disposal": "pass", "checked_on": "2026-11-25", "remark": ""}
ALARM = {"result": "fails", "disposal": "enforce", "checked_on": "2026-11-25", "remark": "x",
         "penalty": {"document": "罚〔2026〕1号", "kind": "罚款", "licence_revoked": False}}
RETURN = {"reason": "not-our-remit", "remark": "属城市管理"}
TRANSFER = {"to": "zjj-371302", "remark": ""}
BODIES = {"return": RETURN, "transfer": TRANSFER, "feedback": FEEDBACK}

# Contract section 6, row by row: what each act gives to the lead.
TABLE = {
    "open": {"acknowledge": "acknowledged", "claim": "claimed", "return": "returned", "transfer": "transferred", "feedback": 409},
    "acknowledged": {"acknowledge": "acknowledged", "claim": "claimed", "return": "returned", "transfer": "transferred",
                     "feedback": "acknowledged"},
    "claimed": {"acknowledge": "claimed", "claim": "claimed", "return": 409, "transfer": "transferred", "feedback": "claimed"},
    "disputed": {"acknowledge": "disputed", "claim": 409, "return": 409, "transfer": 409, "feedback": 409},
    "returned": {"acknowledge": "returned", "claim": 409, "return": 409, "transfer": 409, "feedback": 409},
    "transferred": {"acknowledge": "transferred", "claim": 409, "return": 409, "transfer": 409, "feedback": 409},
    "closed": {"acknowledge": "closed", "claim": 409, "return": 409, "transfer": 409, "feedback": 409},
    "superseded": {"acknowledge": "superseded", "claim": 409, "return": 409, "transfer": 409, "feedback": 409},
}
ACTS = ["acknowledge", "claim", "return", "transfer", "feedback", "close", "undo"]


class Life(OneHub):
    number = 0
    people = ("wjw", "zjj", "spj", "lxhy", "sjj", "admin", "scjg")

    def taken(self, **data):
        Life.number += 1
        answer = self.hub.submit(event(f"life{Life.number}", **data))
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json

    def lead(self, **data):
        return self.notice_of(self.taken(**data), LEAD)

    def notice_of(self, taken, body):
        return next(n["id"] for n in taken["notices"] if n["body"] == body)

    def act(self, notice, act, user="wjw", body=None, **more):
        return self.hub.post(f"/notices/{notice}/{act}", user, BODIES.get(act) if body is None else body, **more)

    def done(self, notice, act, user="wjw", body=None):
        answer = self.act(notice, act, user, body)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def whole(self, notice, user="wjw"):
        return self.hub.get("/notices/" + notice, user).json

    def state(self, notice, user="wjw"):
        return self.whole(notice, user)["notice"]["state"]

    def in_state(self, state):
        if state == "superseded":
            Life.number += 1
            case = f"LIFE-S{Life.number}"
            notice = self.lead(case=case)
            self.taken(case=case, version=2)
            wait_until(lambda: self.state(notice) == state, what="supersession")
            return notice
        taken = self.taken()
        notice = self.notice_of(taken, LEAD)
        if state == "disputed":
            self.done(self.notice_of(taken, COPY), "return")
            self.done(notice, "return")
        elif state == "closed":
            self.done(notice, "claim")
            self.done(notice, "feedback", body=dict(FEEDBACK, close=True))
        elif state != "open":
            self.done(notice, {"acknowledged": "acknowledge", "claimed": "claim", "returned": "return",
                               "transferred": "transfer"}[state])
        self.assertEqual(self.state(notice), state)
        return notice

    def clocks(self, notice, user="wjw"):
        return {c["clock"]: c["state"] for c in self.whole(notice, user)["notice"].get("clocks", [])}

    def test_a_case_has_all_its_events_however_many(self):
        many = [{**event(f"many{n}", case="MANY"), "type": "approval.changed" if n % 2 else "approval.granted"} for n in range(230)]
        told = self.hub.request("POST", "/api/v1/events", many, user="spj", headers={"Content-Type": "application/cloudevents-batch+json"})
        self.assertEqual({r["status"] for r in told.json["results"]}, {201})
        events = self.hub.get("/cases/MANY", "spj").json["events"]
        self.assertEqual({e["event"] for e in events}, {r["event"] for r in told.json["results"]})
        self.assertEqual(len(events), 230)

    def test_a_batch_is_taken_in_its_order(self):
        """Granted, cancelled and granted anew: what ends the permit is about the first, although its holder has to be looked up meanwhile."""
        for cases in (("AGAIN1", "AGAIN1", "AGAIN1"), ("AGAIN2", "AGAIN3", "AGAIN4")):
            batch = [{**event(f"{cases[0]}-{n}", case=case, permit={"number": cases[0], "decided_on": "2026-11-23"}), "type": f"approval.{what}"}
                     for n, (case, what) in enumerate(zip(cases, ("granted", "cancelled", "granted")))]
            told = self.hub.request("POST", "/api/v1/events", batch, user="spj", headers={"Content-Type": "application/cloudevents-batch+json"})
            ids = [next(n["id"] for n in r["notices"] if n["body"] == LEAD) for r in told.json["results"]]
            states = [self.hub.get(f"/notices/{i}", "wjw").json["notice"]["state"] for i in ids]
            self.assertEqual(states, ["withdrawn", "open", "open"], cases)

    def test_promises_and_the_end_of_the_permit_are_clocks(self):
        taken = self.taken(commitments=[{"kind": "deferred-material", "what": "环境检测报告", "due": "2031-12-31"},
                                        {"kind": "informed-commitment", "what": "消防承诺", "due": "2020-01-02"},
                                        {"kind": "informed-commitment", "what": "无期限"}],
                           permit={"number": "P-1", "valid_until": "2031-05-06"})
        lead, copy = self.notice_of(taken, LEAD), self.notice_of(taken, COPY)
        wait_until(lambda: any(r["kind"] == "reminded" for r in self.whole(lead)["receipts"]), what="what is over is said at once")
        self.assertEqual(self.clocks(lead), {0: "running", 1: "overdue", 2: "running"})
        self.assertEqual(self.clocks(copy), {})
        self.assertIn("fulfil", self.whole(lead)["notice"]["allowed"])
        overdue = self.hub.get("/notices?figure=clocks_overdue&body=" + LEAD, "wjw").json
        self.assertIn(lead, [n["id"] for n in overdue["items"]])
        self.assertEqual(self.act(lead, "fulfil", "zjj", {"clock": 1}).status, 404)
        self.assertEqual(self.act(lead, "fulfil", "lxhy", {"clock": 1}).status, 403)
        self.assertEqual(self.act(lead, "fulfil", "wjw", {"clock": 2}).status, 409)
        self.assertEqual(self.act(lead, "fulfil", "wjw", {"clock": "1"}).status, 422)
        self.assertEqual(self.clocks(lead), {0: "running", 1: "overdue", 2: "running"})
        self.done(lead, "fulfil", "spj", {"clock": 0, "remark": "已补齐"})
        self.done(lead, "claim")
        self.done(lead, "feedback")
        self.assertEqual(self.clocks(lead), {0: "fulfilled", 1: "fulfilled", 2: "running"})
        self.assertNotIn("fulfil", self.whole(lead)["notice"]["allowed"])
        decided = self.hub.get("/cases/" + taken["case"], "spj").json["events"][0]
        self.assertEqual([c["by"] for c in decided["clocks"]], ["spj", "wjw", None])

    def test_a_clock_stands_still_while_it_is_paused(self):
        notice = self.lead()
        before = self.whole(notice)
        for user, said, status in (("wjw", {"reason": "x"}, 409), ("zjj", {"reason": "x"}, 404), ("spj", {"reason": "x"}, 403),
                                   ("sjj", {"reason": "x"}, 403), ("lxhy", {}, 422), ("lxhy", {"reason": "x" * 501}, 422),
                                   ("lxhy", {"reason": "x", "until": "2020-01-01"}, 422)):
            self.assertEqual(self.act(notice, "pause", user, said).status, status, (user, said))
            self.assertEqual(self.whole(notice), before)
        self.assertEqual(self.act(notice, "resume", "lxhy").status, 409)
        self.assertNotIn("pause", before["notice"]["allowed"])
        self.assertIn("pause", self.whole(notice, "lxhy")["notice"]["allowed"])
        self.done(notice, "pause", "lxhy", {"reason": "等待现场核查"})
        paused = self.whole(notice)
        self.assertIsNone(paused["notice"]["due"])
        self.assertEqual(paused["notice"]["pauses"][0]["due"], before["notice"]["due"])
        self.assertEqual(paused["receipts"][-1]["kind"], "paused")
        self.assertEqual(self.done(notice, "pause", "lxhy", {"reason": "等待现场核查"})["version"], paused["notice"]["version"])
        self.done(notice, "resume", "lxhy")
        after = self.whole(notice)
        self.assertGreaterEqual(after["notice"]["due"], before["notice"]["due"])
        self.assertIsNotNone(after["notice"]["pauses"][0]["to"])
        self.assertEqual(after["receipts"][-1]["kind"], "resumed")

    def test_those_who_wait_for_a_body_remind_it(self):
        notice = self.lead()
        before = self.whole(notice)
        for user, status in (("wjw", 403), ("zjj", 404), ("sjj", 403), ("admin", 403)):
            self.assertEqual(self.act(notice, "remind", user).status, status, user)
        self.assertEqual(self.whole(notice), before)
        self.assertEqual([("remind" in self.whole(notice, u)["notice"]["allowed"]) for u in ("wjw", "spj", "lxhy", "sjj")], [False, True, True, False])
        self.done(notice, "acknowledge")
        version = self.done(notice, "remind", "spj")["version"]
        after = self.whole(notice, "spj")
        self.assertEqual((after["notice"]["state"], after["notice"]["version"]), ("acknowledged", version))
        told = [r for r in after["receipts"] if r["kind"] == "reminded"]
        self.assertEqual([(r["by"], r["channel"]) for r in told], [("spj", "sms")])
        sent = next(d for d in after["deliveries"] if d["id"] == told[0]["delivery"])
        self.assertEqual(sent["channel"], "sms")
        # It may wait for others to the same number, or for somebody to be on duty.
        self.assertIn(sent["state"], ("waiting", "sending", "accepted", "delivered"))
        for user in ("spj", "lxhy"):
            again = self.act(notice, "remind", user, headers={"Idempotency-Key": f"again-{user}"})
            self.assertEqual((again.status, again.json["by"], again.json["at"]), (429, "spj", told[0]["at"]))
            # Four office hours of at most a day, but the days off between.
            self.assertTrue(4 * 3600 - 60 <= int(again.headers["Retry-After"]) <= 20 * 86400, again.headers["Retry-After"])
        self.assertEqual([r["kind"] for r in self.whole(notice)["receipts"]].count("reminded"), 1)
        acts = [(a["act"], a["who"]) for a in self.hub.get(f"/audit?about={notice}", "sjj").json["items"]]
        self.assertIn(("remind", "spj"), acts)
        self.done(notice, "claim")
        self.assertEqual(self.act(notice, "remind", "lxhy").status, 409)
        self.assertNotIn("remind", self.whole(notice, "spj")["notice"]["allowed"])

    def test_nobody_is_reminded_of_what_lies_in_the_pool(self):
        pool = next(n["id"] for n in self.taken(item="999999999999")["notices"] if n["body"].startswith("pool:"))
        self.assertEqual(self.act(pool, "remind", "lxhy").status, 409)
        self.assertNotIn("remind", self.whole(pool, "lxhy")["notice"]["allowed"])

    def test_every_cell_for_the_lead(self):
        for state, cells in TABLE.items():
            for act, expected in cells.items():
                notice = self.in_state(state)
                before = self.whole(notice)
                answer = self.act(notice, act)
                with self.subTest(state=state, act=act):
                    if expected == 409:
                        self.assertEqual(answer.status, 409, answer.body)
                        self.assertEqual(self.whole(notice), before)
                    else:
                        self.assertEqual(answer.status, 200, answer.body)
                        self.assertEqual(answer.json["state"], expected)
                        self.assertEqual(self.state(notice), expected)
                    if expected == state and act in ("acknowledge", "claim"):
                        self.assertEqual(self.whole(notice), before)

    def test_nobody_else_may(self):
        """What each role is answered, in each state, for each act; and nothing changes."""
        allowed_to_bureau = {("returned", "transfer")}
        for state in TABLE:
            notice = self.in_state(state)
            before = self.whole(notice)
            for act in ACTS:
                expected = {"scjg": 404, "lxhy": 403, "sjj": 403, "admin": 403}
                if (state, act) not in allowed_to_bureau:
                    expected["spj"] = 409 if act == "transfer" else 403
                for user, status in expected.items():
                    with self.subTest(state=state, act=act, user=user):
                        answer = self.act(notice, act, user)
                        self.assertEqual(answer.status, status, answer.body)
            self.assertEqual(self.whole(notice), before)

    def test_claiming_is_the_leads(self):
        notice = self.notice_of(self.taken(), COPY)
        self.assertEqual(self.act(notice, "claim").status, 403)
        self.assertEqual(self.state(notice), "open")

    def test_faults_are_named(self):
        notice = self.lead()
        bad = [
            ("return", {}, "/reason"), ("return", {"reason": "no"}, "/reason"), ("return", {"reason": "other"}, "/remark"),
            ("return", {"reason": "other", "remark": " "}, "/remark"),
            ("return", {"reason": "wrong-region", "remark": "字" * 501}, "/remark"),
            ("transfer", {}, "/to"), ("transfer", {"to": LEAD}, "/to"), ("transfer", {"to": "nobody"}, "/to"),
            ("transfer", {"to": "applicant"}, "/to"), ("transfer", {"to": "znb-371300"}, "/to"),
            ("transfer", {"to": "zjj-371302", "remark": 7}, "/remark"),
            ("feedback", {}, "/result"), ("feedback", dict(FEEDBACK, checked_on="25.11.2026"), "/checked_on"),
            ("feedback", dict(FEEDBACK, rectify_by="2026-01-01"), "/rectify_by"),
            ("feedback", dict(FEEDBACK, penalty={"kind": "x"}), "/penalty/document"),
            ("feedback", dict(FEEDBACK, close="yes"), "/close")]
        for act, body, pointer in bad:
            with self.subTest(act=act, body=body):
                answer = self.act(notice, act, body=body)
                self.assertEqual(answer.status, 422, answer.body)
                self.assertIn(pointer, [e["pointer"] for e in answer.json["errors"]])
                stranger = self.act(notice, act, "scjg", body)
                self.assertEqual(stranger.status, 404)
        self.assertEqual(self.hub.request("POST", f"/api/v1/notices/{notice}/return", b"{", user="wjw").status, 400)
        self.assertEqual(self.whole(notice)["notice"]["version"], 1)
        self.done(notice, "return", body={"reason": "wrong-region", "remark": "字" * 500})

    def test_return_goes_to_the_bureau_and_is_sent_on(self):
        async def story(rpc):
            opened = (await rpc.call("inbox.open"))["result"]
            self.assertTrue(opened["recovered"])
            notice = self.lead()
            self.done(notice, "return")
            change = await rpc.push("change", notice)
            self.assertEqual((change["state"], change["by"]), ("returned", "wjw"))
            return notice
        notice = self.rpc("spj", story)
        whole = self.whole(notice, "spj")["notice"]
        self.assertEqual(whole["returned"]["reason"], "not-our-remit")
        self.assertEqual(whole["returned"]["remark"], "属城市管理")
        self.assertIn("transfer", whole["allowed"])
        listed = self.hub.get("/notices?state=returned&limit=200", "spj").json["items"]
        self.assertEqual([n["id"] for n in listed].count(notice), 1)
        self.assertEqual(self.act(notice, "transfer", "spj", {"to": LEAD}).status, 422)
        sent = self.done(notice, "transfer", "spj", TRANSFER)
        self.assertEqual((sent["state"], sent["to"]), ("returned", "zjj-371302"))
        self.assertEqual(self.act(notice, "transfer", "spj", TRANSFER).status, 409)
        listed = self.hub.get("/notices?state=returned&limit=200", "spj").json["items"]
        self.assertNotIn(notice, [n["id"] for n in listed])
        made = self.whole(sent["made"], "zjj")["notice"]
        self.assertEqual((made["state"], made["role"], made["body"], made["cause"]), ("open", "lead", "zjj-371302", "sent-on"))
        self.assertEqual(made["due"], whole["due"])
        self.assertEqual(self.act(notice, "undo").status, 409)

    def test_what_was_returned_is_not_brought_back_after_a_correction(self):
        case = "LIFE-CORRECTED"
        notice = self.lead(case=case)
        self.done(notice, "return")
        again = self.notice_of(self.taken(case=case, version=2), LEAD)
        self.assertEqual(self.whole(notice, "spj")["notice"]["allowed"], ["letter"])
        listed = self.hub.get("/notices?state=returned&limit=200", "spj").json["items"]
        self.assertNotIn(notice, [n["id"] for n in listed])
        self.assertEqual(self.act(notice, "undo").status, 409)
        self.assertEqual(self.act(notice, "transfer", "spj", TRANSFER).status, 409)
        self.assertEqual((self.state(notice), self.state(again)), ("returned", "open"))
        self.assertNotIn("undo", self.whole(notice)["notice"]["allowed"])

    def test_transfer_keeps_the_clock_and_arrives(self):
        async def story(rpc):
            await rpc.call("inbox.open", {"body": "zjj-371302"})
            notice = self.lead()
            made = self.done(notice, "transfer")["made"]
            pushed = await rpc.push("notice", made)
            return notice, made, pushed["notice"]
        notice, made, pushed = self.rpc("zjj", story)
        old = self.whole(notice)["notice"]
        self.assertEqual((old["state"], old["transferred"]["notice"]), ("transferred", made))
        self.assertEqual((pushed["id"], pushed["state"], pushed["due"]), (made, "open", old["due"]))
        self.assertEqual(self.hub.get("/notices/" + notice, "zjj").status, 404)
        self.assertIn(made, [n["id"] for n in self.hub.get("/notices?body=zjj-371302&limit=200", "zjj").json["items"]])
        self.assertEqual(self.done(made, "claim", "zjj")["state"], "claimed")
        self.assertEqual([r["kind"] for r in self.whole(notice)["receipts"]], ["accepted", "transferred"])

    def test_undo(self):
        notice = self.lead()
        self.assertEqual(self.act(notice, "undo").status, 409)
        self.done(notice, "acknowledge")
        self.assertEqual(self.done(notice, "undo")["state"], "open")
        self.done(notice, "claim")
        told = [r["kind"] for r in self.whole(notice)["receipts"]]
        self.assertEqual(told[-2:], ["acknowledged", "claimed"])
        self.assertEqual(self.done(notice, "undo")["state"], "open")
        self.assertEqual([r["kind"] for r in self.whole(notice)["receipts"]], told + ["undone"])
        self.done(notice, "acknowledge")
        self.done(notice, "claim")
        self.assertEqual(self.done(notice, "undo")["state"], "acknowledged")
        self.done(notice, "return")
        self.assertEqual(self.done(notice, "undo")["state"], "acknowledged")
        self.done(notice, "claim")
        self.done(notice, "feedback")
        self.assertEqual(self.act(notice, "undo").status, 409)
        kinds = [r["kind"] for r in self.whole(notice)["receipts"]]
        self.assertEqual(kinds.count("undone"), 4)
        self.assertEqual(kinds.count("claimed"), 3)

    def test_second_return_is_disputed_and_undone(self):
        taken = self.taken()
        first, second = self.notice_of(taken, COPY), self.notice_of(taken, LEAD)
        self.assertEqual(self.done(first, "return")["state"], "returned")
        answer = self.done(second, "return")
        self.assertEqual(answer["state"], "disputed")
        self.assertTrue(answer["dispute"].startswith("u"))
        undone = self.done(second, "undo")
        self.assertEqual(undone["state"], "open")
        self.assertNotIn("dispute", undone)

    def test_feedback(self):
        notice = self.lead()
        self.done(notice, "acknowledge")
        self.assertEqual(self.act(notice, "feedback", body=dict(FEEDBACK, close=True)).status, 409)
        self.done(notice, "claim")
        self.assertEqual(self.act(notice, "close").status, 409)
        first = self.done(notice, "feedback")
        self.assertEqual(self.done(notice, "feedback"), first)
        self.assertEqual(len(self.whole(notice)["notice"]["feedback"]), 1)
        alarm = self.done(notice, "feedback", body=ALARM)
        self.assertEqual(self.done(notice, "feedback", body=ALARM), alarm, "with the notice that it raised")
        raised = self.whole(alarm["made"], "spj")["notice"]
        self.assertEqual((raised["body"], raised["cause"], raised["from"]), ("spj-371300", "feedback", notice))
        self.assertIsNotNone(raised["due"])
        self.assertEqual(self.done(alarm["made"], "claim", "spj")["state"], "claimed")
        self.assertEqual(self.act(alarm["made"], "acknowledge", "zjj").status, 404)
        self.assertEqual(self.done(notice, "close", body={"remark": "done"})["state"], "closed")
        self.assertEqual(self.done(notice, "close")["state"], "closed")
        seen = self.whole(notice, "spj")["notice"]["feedback"]
        self.assertEqual(seen[1]["penalty"]["document"], "罚〔2026〕1号")
        kinds = [r["kind"] for r in self.whole(notice, "spj")["receipts"]]
        self.assertEqual(kinds, ["accepted", "acknowledged", "claimed", "fed-back", "fed-back", "closed"])
        revoked = dict(FEEDBACK, penalty={"document": "d", "kind": "吊销", "licence_revoked": True})
        other = self.lead()
        self.done(other, "claim")
        self.assertIn("made", self.done(other, "feedback", body=revoked))

    def test_an_alarm_that_a_bureau_returns_goes_to_another(self):
        notice = self.lead()
        self.done(notice, "claim")
        alarm = self.done(notice, "feedback", body=ALARM)["made"]
        self.assertEqual(self.act(notice, "transfer", body={"to": "spj-371302"}).status, 422)
        self.done(alarm, "return", "spj")
        self.assertIn("transfer", self.whole(alarm, "spj")["notice"]["allowed"])
        made = self.done(alarm, "transfer", "spj", {"to": "spj-371302"})["made"]
        self.assertEqual(self.whole(made, "spj")["notice"]["body"], "spj-371302")
        self.assertEqual(self.whole(alarm, "spj")["notice"]["allowed"], ["letter"])

    def test_a_bureau_finds_the_case_that_was_handed_to_it(self):
        command(self.hub, "user", "add", "spjl", "--role", "approver", "--body", "spj-371311")
        wait_until(lambda: self.hub.try_sign_in("spjl", "pass word"), what="spjl")
        notice = self.lead(case="LIFE-HANDED")
        self.done(notice, "claim")
        alarm = self.done(notice, "feedback", body=ALARM)["made"]
        self.assertEqual(self.hub.get("/cases", "spjl").json["items"], [])
        made = self.done(alarm, "transfer", "spj", {"to": "spj-371311"})["made"]
        self.assertEqual([n["id"] for n in self.hub.get("/notices", "spjl").json["items"]], [made])
        self.assertEqual(self.hub.get("/cases/LIFE-HANDED", "spjl").status, 200)
        self.assertEqual([c["case"] for c in self.hub.get("/cases?q=LIFE", "spjl").json["items"]], ["LIFE-HANDED"])

    def test_whoever_takes_an_alarm_on_does_not_become_the_holder(self):
        notice = self.lead(case="LIFE-ALARM")
        self.done(notice, "claim")
        self.done(self.done(notice, "feedback", body=ALARM)["made"], "claim", "spj")
        changed = self.taken(case="LIFE-ALARM", type="approval.changed")
        self.assertEqual([n["body"] for n in changed["notices"] if n["role"] == "lead"], [LEAD])

    def test_if_match_and_idempotency(self):
        notice = self.lead()
        self.assertEqual(self.act(notice, "return", headers={"If-Match": '"7"'}).status, 412)
        key = {"Idempotency-Key": "life-1"}
        first = self.act(notice, "return", headers=dict(key, **{"If-Match": '"1"'}))
        self.assertEqual(first.status, 200, first.body)
        self.assertEqual(self.act(notice, "return", headers=key).body, first.body)
        self.assertEqual(self.act(notice, "return").status, 409)

    def test_every_act_is_in_the_audit_log(self):
        notice = self.lead(applicant={"kind": "person", "name": "秘密姓名", "phone": "13800000000"})
        self.done(notice, "acknowledge")
        self.done(notice, "claim")
        self.done(notice, "claim")
        self.done(notice, "feedback", body=dict(FEEDBACK, remark="秘密备注"))
        self.done(notice, "close")
        other = self.lead()
        self.done(other, "return")
        self.done(other, "undo")
        self.done(other, "transfer")

        def acts(about):
            return [x["act"] for x in self.hub.get("/audit?about=" + about, "sjj").json["items"]]
        wait_until(lambda: len(acts(notice)) == 4 and len(acts(other)) == 3, what="the lines")
        self.assertEqual(acts(notice), ["close", "feedback", "claim", "acknowledge"])
        self.assertEqual(acts(other), ["transfer", "undo", "return"])
        whole = self.hub.get("/audit?limit=200", "sjj").body.decode()
        self.assertNotIn("秘密", whole)
        lines, cursor = [], ""
        while cursor is not None:
            page = self.hub.get("/audit?limit=3" + cursor, "sjj").json
            lines += page["items"]
            cursor = "&cursor=" + page["next"] if page["next"] else None
        times = [x["at"] for x in lines]
        self.assertEqual(times, sorted(times, reverse=True))
        self.assertEqual(len({str(x) for x in lines}), len(lines))
        for user in ("wjw", "spj", "lxhy", "admin"):
            self.assertEqual(self.hub.get("/audit", user).status, 403)

    def rpc(self, user, story):
        async def run():
            url, options = self.hub.socket_url(user)
            async with websockets.connect(url, **options) as connection:
                return await story(Rpc(connection))
        return asyncio.run(run())

    def test_over_websocket(self):
        async def story(rpc):
            notice = self.lead()
            fault = await rpc.call("notice.return", {"notice": notice, "reason": "because"})
            self.assertEqual(fault["error"]["code"], 422)
            self.assertEqual(fault["error"]["data"]["errors"][0]["pointer"], "/reason")
            self.assertEqual((await rpc.call("notice.claim", {"notice": notice}))["result"]["state"], "claimed")
            self.assertEqual((await rpc.call("notice.feedback", dict(FEEDBACK, notice=notice)))["result"]["state"], "claimed")
            moved = (await rpc.call("notice.transfer", dict(TRANSFER, notice=notice)))["result"]
            self.assertEqual(moved["state"], "transferred")
            other = self.lead()
            self.assertEqual((await rpc.call("notice.return", dict(RETURN, notice=other)))["result"]["state"], "returned")
            self.assertEqual((await rpc.call("notice.undo", {"notice": other}))["result"]["state"], "open")
            self.assertEqual((await rpc.call("notice.close", {"notice": other}))["error"]["code"], 409)
        self.rpc("wjw", story)


class TwoHubs(unittest.TestCase):
    """What one hub writes about an event that the other has in hand already reaches the other's listeners whole."""

    def test_a_notice_made_by_the_other_hub_arrives(self):
        with Hub() as one:
            two = Hub(data=one.data, environment={"TANDEM_REDIS_URL": "unix:" + one.redis_socket()})
            two.start()
            try:
                one.sign_in("spj", "wjw")
                two.sign_in("wjw", "zjj")
                asyncio.run(self.story(one, two))
            finally:
                self.assertEqual(two.stop(), 0)

    async def story(self, one, two):
        (first, options), (second, others) = two.socket_url("wjw"), two.socket_url("zjj")
        async with websockets.connect(first, **options) as c, websockets.connect(second, **others) as d:
            before, after = Rpc(c), Rpc(d)
            await before.call("inbox.open")
            await after.call("inbox.open")
            for i in range(10):
                taken = one.submit(event(f"both{i}")).json
                notice = next(n["id"] for n in taken["notices"] if n["body"] == LEAD)
                self.assertEqual((await before.push("notice", notice))["notice"]["state"], "open")
                sent = one.post(f"/notices/{notice}/transfer", "wjw", TRANSFER).json
                pushed = (await after.push("notice", sent["made"]))["notice"]
                self.assertEqual((pushed["id"], pushed["body"], pushed["state"]), (sent["made"], "zjj-371302", "open"))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=1)
