"""The joint meeting's kit, from outside: the agenda made of what waits, minutes with decisions, and what became of them."""
import datetime as dt
import json
import threading
import unittest

import documents
from hub import Hub, OneHub, event

OFFICE, LEAD, COPY, OTHER = "znb-371300", "wjw-371302", "wjw-371300", "zjj-371302"
UNKNOWN = "999999999999"  # nobody's item
TODAY = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()


def day(days):
    return (TODAY + dt.timedelta(days=days)).isoformat()


def decision(owner=LEAD, due=30, **more):
    return {"text": "明确监管边界", "owner": owner, "due": day(due), **more}


class Meetings(OneHub):
    number = 0
    people = ("wjw", "zjj", "spj", "lxhy", "sjj", "scjg", "admin")

    def call(self, method, path, user, body=None, want=200, **more):
        answer = self.hub.request(method, "/api/v1" + path, body, user=user, **more)
        documents.hold_answer(method, "/api/v1" + path, answer)
        self.assertEqual(answer.status, want, answer.body)
        return answer.json

    def held(self, *decisions, want=201, user="lxhy", **more):
        Meetings.number += 1
        minutes = {"date": day(0), "title": f"第{Meetings.number}次联席会议", "decisions": list(decisions), **more}
        return self.call("POST", "/meetings", user, minutes, want)

    def agenda(self, query="", user="lxhy"):
        return self.call("GET", "/meetings/agenda" + query, user)

    def done(self, ident, body=None, want=200, user="lxhy", **more):
        return self.call("POST", f"/decisions/{ident}/done", user, body, want, **more)

    def pending(self, meeting):
        return [d for d in self.agenda()["decisions"] if d["meeting"] == meeting["id"]]

    # --- minutes ---

    def test_minutes_are_kept_and_the_same_again_are_not_others(self):
        minutes = {"date": day(-1), "title": "十一月联席会议", "decisions": [decision(about="u1.0"), decision(OTHER)]}
        first = self.call("POST", "/meetings", "lxhy", minutes, 201)
        self.assertEqual((first["body"]["id"], first["region"], first["date"], first["by"]), (OFFICE, "371300", day(-1), "lxhy"))
        self.assertEqual([(d["id"], d["owner"]["id"], d["about"], d["done"], d["overdue"]) for d in first["decisions"]],
                         [(first["id"] + ".0", LEAD, "u1.0", None, False), (first["id"] + ".1", OTHER, None, None, False)])
        self.assertEqual(self.call("POST", "/meetings", "lxhy", minutes), first)
        self.assertEqual(self.call("GET", "/meetings/" + first["id"], "lxhy"), first)
        other = self.call("POST", "/meetings", "lxhy", dict(minutes, title="十二月联席会议"), 201)
        self.assertNotEqual(other["id"], first["id"])
        listed = [m["id"] for m in self.call("GET", "/meetings?limit=200", "lxhy")["items"]]
        self.assertLess(listed.index(other["id"]), listed.index(first["id"]))
        self.done(first["id"] + ".0")
        self.assertEqual(self.call("POST", "/meetings", "lxhy", minutes)["version"], 2)
        acts = [(a["act"], a.get("detail")) for a in self.call("GET", "/audit?limit=200", "sjj")["items"]]
        self.assertEqual(acts.count(("meeting", first["id"])), 1)
        self.assertIn(("decision-done", first["id"] + ".0"), acts)

    def test_pages_go_on_where_the_one_before_ended(self):
        made = [self.held()["id"] for _ in range(3)]
        seen, cursor = [], ""
        while cursor is not None:
            page = self.call("GET", "/meetings?limit=2" + (f"&cursor={cursor}" if cursor else ""), "lxhy")
            seen += [m["id"] for m in page["items"]]
            cursor = page["next"]
        self.assertEqual(len(seen), len(set(seen)))
        self.assertEqual([m for m in seen if m in made], made[::-1])
        self.call("GET", "/meetings?cursor=x1", "lxhy", want=422)

    def test_every_fault_with_its_place_and_nothing_kept(self):
        before = self.call("GET", "/meetings?limit=200", "lxhy")
        told = self.held({"owner": "nobody", "due": "2026-13-01"}, decision("wjw-370000", due=-1, about="n1.0"), {"text": "x" * 501},
                         date=day(1), title=" ", body="bwb-371302", want=422)
        pointers = [e["pointer"] for e in told["errors"]]
        self.assertEqual(sorted(pointers), sorted([
            "/body", "/date", "/title", "/decisions/0/text", "/decisions/0/owner", "/decisions/0/due", "/decisions/1/owner", "/decisions/1/due",
            "/decisions/1/about", "/decisions/2/text", "/decisions/2/owner", "/decisions/2/due"]))
        self.call("POST", "/meetings", "lxhy", {"date": day(0), "title": "x", "decisions": {}}, 422)
        self.held(*[decision()] * 51, want=422)
        self.assertEqual(self.call("GET", "/meetings?limit=200", "lxhy"), before)

    def test_fifty_decisions_of_full_length(self):
        self.assertEqual(len(self.held(*[decision(text="界" * 500)] * 50)["decisions"]), 50)

    # --- who reads what ---

    def test_others_read_the_decisions_of_their_bodies_and_nothing_else(self):
        m = self.held(decision(LEAD), decision(OTHER, text="属住建"), decision("spj-371302"), title="不外传的标题")
        path = "/meetings/" + m["id"]
        for user, ids in {"wjw": [0], "zjj": [1], "spj": [2]}.items():
            mine = self.call("GET", path, user)
            self.assertEqual([d["id"] for d in mine["decisions"]], [f"{m['id']}.{i}" for i in ids], user)
            self.assertEqual([mine["title"], mine["by"], mine["allowed"]], [None, None, []])
            self.assertIn(mine, self.call("GET", "/meetings?limit=200", user)["items"])
            self.call("POST", f"/decisions/{m['id']}.{ids[0]}/done", user, want=403)
            self.call("GET", "/meetings/agenda", user, want=403)
            self.held(user=user, want=403)
        self.assertEqual(dict(self.call("GET", path, "sjj"), allowed=["done"]), m)
        foreign = self.hub.get(path, "scjg")
        missing = self.hub.get("/meetings/m999999", "scjg")
        self.assertEqual((foreign.status, foreign.body), (404, missing.body))
        self.assertNotIn(m["id"], json.dumps(self.call("GET", "/meetings?limit=200", "scjg")))
        for path in ("/meetings", "/meetings/agenda", path):
            self.call("GET", path, "admin", want=403)

    # --- what became of it ---

    def test_done_and_not_done_after_all(self):
        m = self.held(decision(), decision(OTHER))
        first = m["decisions"][0]["id"]
        etag = {"If-Match": '"1"'}
        after = self.done(first, {"remark": "已印发"}, headers=etag)
        self.assertEqual((after["version"], after["decisions"][0]["done"]["by"], after["decisions"][0]["done"]["remark"]), (2, "lxhy", "已印发"))
        self.assertIsNone(after["decisions"][1]["done"])
        self.assertEqual(self.done(first, {"remark": "又一次"}), after)
        self.done(first, {"done": False}, 412, headers=etag)
        self.assertEqual([d["id"] for d in self.pending(m)], [m["decisions"][1]["id"]])
        self.done(m["decisions"][1]["id"])
        self.assertEqual(self.pending(m), [])
        self.assertIsNone(self.done(first, {"done": False})["decisions"][0]["done"])
        self.assertEqual([d["id"] for d in self.pending(m)], [first])
        for ident in (m["id"] + ".9", "m999999.0", "m1", "x"):
            self.done(ident, want=404)
        self.done(first, {"done": 1, "remark": 2}, 422)

    def test_two_at_once_lose_nothing(self):
        m = self.held(*[decision()] * 8)
        answers = []

        def finish(ident):
            answers.append(self.hub.request("POST", f"/api/v1/decisions/{ident}/done", b"{}", user="lxhy").status)
        self.at_once(finish, [d["id"] for d in m["decisions"]])
        self.assertEqual(answers, [200] * 8)
        after = self.call("GET", "/meetings/" + m["id"], "lxhy")
        self.assertEqual((after["version"], [d["done"] is not None for d in after["decisions"]]), (9, [True] * 8))

    def test_meetings_made_at_once_have_numbers_of_their_own(self):
        made = []
        self.at_once(lambda n: made.append(self.held(title=f"同时{n}")["id"]), range(8))
        self.assertEqual(len(set(made)), 8)

    def at_once(self, act, things):
        threads = [threading.Thread(target=act, args=(x,)) for x in things]
        for t in threads:
            t.start()
        for t in threads:
            t.join()

    def test_minutes_are_there_after_a_crash(self):
        with Hub() as hub:
            hub.sign_in("lxhy")
            minutes = {"date": day(0), "title": "断电前", "decisions": [decision()]}
            made = hub.post("/meetings", "lxhy", minutes).json
            hub.kill()
            hub.end_redis()
            hub.start()
            hub.sign_in("lxhy")
            self.assertEqual(hub.get("/meetings/" + made["id"], "lxhy").json, made)
            self.assertEqual(hub.post("/meetings", "lxhy", minutes).status, 200)

    # --- the agenda ---

    def test_agenda_names_what_no_rule_knows_and_who_returns(self):
        """What comes onto it by waiting is in tests/replay/cases/meetings.json."""
        for n in range(2):
            self.hub.submit(event(f"no-rule{n}", item=UNKNOWN))
        taken = self.hub.submit(event("twice", applicant={"kind": "person", "name": "秘密姓名"})).json
        for body in (COPY, LEAD):
            notice = next(n["id"] for n in taken["notices"] if n["body"] == body)
            self.call("POST", f"/notices/{notice}/return", "wjw", {"reason": "not-our-remit", "remark": ""})
        told = self.agenda()
        self.assertEqual((told["region"], told["to"], told["disputes"]["items"], told["overdue"]["items"]), ("371300", day(0), [], []))
        self.assertIn({"item": {"code": UNKNOWN, "name": None}, "events": 2}, told["unmatched"])
        self.assertEqual({r["body"]["id"]: r["returned"] for r in told["returns"]}, {COPY: 1, LEAD: 1})
        self.assertNotIn("秘密姓名", json.dumps(told, ensure_ascii=False))
        self.assertEqual(self.agenda(user="sjj")["returns"], told["returns"])
        elsewhere = self.agenda("?region=371311")
        self.assertEqual([elsewhere["region"], elsewhere["returns"], elsewhere["unmatched"]], ["371311", [], []])
        self.assertEqual(self.agenda("?from=2020-01-01&to=2020-01-02")["returns"], [])

    def test_overdue_decisions_come_first_on_the_next_agenda(self):
        late = self.held(decision(due=-2), date=day(-9), title="上次")
        soon = self.held(decision(OTHER, due=0), title="这次")
        mine = [d for d in self.agenda()["decisions"] if d["meeting"] in (late["id"], soon["id"])]
        self.assertEqual([(d["meeting"], d["date"], d["overdue"]) for d in mine], [(late["id"], day(-9), True), (soon["id"], day(0), False)])
        self.assertTrue(self.call("GET", "/meetings/" + late["id"], "wjw")["decisions"][0]["overdue"])
        self.assertNotIn(late["id"], [d["meeting"] for d in self.agenda("?region=371302")["decisions"]])

    def test_what_was_never_done_stays_on_the_agenda_however_many_meetings_come(self):
        oldest = self.held(decision(due=-3), date=day(-9), title="最早一次")
        for n in range(201):
            self.held(decision(OTHER), title=f"后来{n}")
        listed = [d["id"] for d in self.agenda()["decisions"]]
        self.assertIn(oldest["decisions"][0]["id"], listed[:2])
        self.assertEqual((len(listed) > 200, len(set(listed))), (True, len(listed)))

    def test_agenda_of_a_region_that_is_not_ones_own(self):
        for region in ("370000", "999999", "x"):
            self.call("GET", "/meetings/agenda?region=" + region, "lxhy", want=404)
        self.call("GET", "/meetings/agenda?from=gestern", "lxhy", want=422)


if __name__ == "__main__":
    unittest.main()
