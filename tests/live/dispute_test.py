"""Disputes and the pool, from outside: they open by themselves, parties speak, the coordinator rules, open notices follow."""
import csv
import datetime as dt
import io
import json
import os
import shutil
import sys
import tempfile
import unittest

import documents
from hub import LIMIT_S, Hub, OneHub, but_for_the_calendar, event, wait_until

LEAD, COPY, OTHER = "wjw-371302", "wjw-371300", "zjj-371302"
CLINIC = "000123901000"  # the pack of this test names two leads for it
UNKNOWN = "999999999999"  # nobody's item
BATHS = "000123011000"


def pack_with_two_leads(folder):
    pack = os.path.join(folder, "pack")
    shutil.copytree("rules/packs/linyi", pack)
    with open(os.path.join(pack, "rules.csv"), "a", encoding="utf-8") as f:
        f.write(f"XL,,,granted,{CLINIC},,,,,,,,,,lead,住房城乡建设@here,2wd,,push,,test,\n")
    return pack


class Base(OneHub):
    number = 0
    people = ("wjw", "zjj", "spj", "lxhy", "sjj", "scjg", "admin")

    def taken(self, **data):
        Base.number += 1
        answer = self.hub.submit(event(f"dispute{Base.number}", **data))
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json

    def ok(self, path, user, body=None, **more):
        answer = self.hub.post(path, user, body, **more)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def state(self, notice):
        return self.hub.get("/notices/" + notice, "lxhy").json["notice"]["state"]

    def dispute_of(self, taken, user="lxhy"):
        def find():
            items = self.hub.get("/disputes?limit=200", user).json["items"]
            return next((d for d in items if d["event"] == taken["event"]), None)
        return wait_until(find, what="the dispute")

    def notice_of(self, taken, body):
        return next(n["id"] for n in taken["notices"] if n["body"] == body)

    def disputed(self, **data):
        taken = self.taken(**data)
        for body in (COPY, LEAD):
            self.ok(f"/notices/{self.notice_of(taken, body)}/return", "wjw", {"reason": "not-our-remit", "remark": ""})
        return taken, self.dispute_of(taken)


class Disputes(Base):
    @classmethod
    def make_hub(cls):
        folder = tempfile.mkdtemp(prefix="tdm-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        return Hub("--policy", pack_with_two_leads(folder))

    def test_two_returns_positions_and_a_ruling(self):
        taken, d = self.disputed()
        self.assertEqual((d["kind"], d["state"], d["interim"]["id"]), ("two-returns", "negotiating", LEAD))
        self.assertIsNotNone(d["negotiate_until"])
        path = f"/disputes/{d['id']}"
        self.assertEqual(self.hub.get(path, "scjg").status, 404)
        self.assertEqual(self.hub.get(path, "admin").status, 403)
        self.assertEqual(self.hub.get(path, "sjj").status, 200)
        said = self.ok(path + "/position", "wjw", {"position": "属住建", "proposes": OTHER})
        self.assertEqual(said["positions"][0]["proposes"]["id"], OTHER)
        self.assertEqual(self.ok(path + "/position", "wjw", {"position": "属住建", "proposes": OTHER}), said)
        self.ok(path + "/position", "spj", {"position": "同意"})
        for user, status in {"scjg": 404, "lxhy": 403, "sjj": 403, "admin": 403}.items():
            self.assertEqual(self.hub.post(path + "/position", user, {"position": "x"}).status, status, user)
        for user in ("wjw", "spj", "sjj", "admin", "scjg"):
            self.assertEqual(self.hub.post(path + "/ruling", user, {"body": OTHER}).status, 403, user)
        for body in ({}, {"body": OTHER, "close": True}, {"body": "nobody"}, {"body": "spj-371300"}, {"close": 1}):
            self.assertEqual(self.hub.post(path + "/ruling", "lxhy", body).status, 422, body)
        etag = self.hub.get(path, "lxhy").headers["ETag"]
        self.assertEqual(self.hub.post(path + "/ruling", "lxhy", {"body": OTHER}, headers={"If-Match": '"1"'}).status, 412)
        ruled = self.ok(path + "/ruling", "lxhy", {"body": OTHER, "basis": "三定规定", "remark": ""},
                        headers={"If-Match": etag})
        self.assertEqual((ruled["state"], ruled["ruling"]["body"]["id"]), ("ruled", OTHER))
        again = self.ok(path + "/ruling", "lxhy", {"body": OTHER, "close": None, "basis": None})
        self.assertEqual(again, ruled)
        self.assertEqual([ruled["allowed"], self.hub.get(path, "sjj").json["allowed"]], [["draft"], []])
        self.assertEqual(self.hub.post(path + "/ruling", "lxhy", {"body": LEAD}).status, 409)
        self.assertEqual(self.hub.post(path + "/position", "spj", {"position": "late"}).status, 409)
        self.assertEqual(self.state(self.notice_of(taken, LEAD)), "closed")
        self.assertEqual(self.state(self.notice_of(taken, COPY)), "returned")
        theirs = [n for n in self.hub.get(f"/notices?body={OTHER}&limit=200", "zjj").json["items"]
                  if n["event"] == taken["event"]]
        self.assertEqual([(n["state"], n["cause"]) for n in theirs], [("claimed", "ruling")])
        self.assertNotIn(d["id"], [x["id"] for x in self.hub.get("/disputes?state=open&limit=200", "lxhy").json["items"]])

    def test_ruling_for_the_body_that_has_it(self):
        taken, d = self.disputed()
        self.ok(f"/disputes/{d['id']}/ruling", "lxhy", {"body": LEAD})
        theirs = "/notices/" + self.notice_of(taken, LEAD)
        self.assertEqual(self.state(self.notice_of(taken, LEAD)), "claimed")
        self.assertNotIn("undo", self.hub.get(theirs, "wjw").json["notice"]["allowed"])
        self.assertEqual(self.hub.post(theirs + "/undo", "wjw").status, 409)

    def test_ruling_that_nobody_leads(self):
        taken, d = self.disputed()
        ruled = self.ok(f"/disputes/{d['id']}/ruling", "lxhy", {"close": True, "remark": "不涉及"})
        self.assertEqual((ruled["state"], ruled["ruling"]["body"]), ("ruled", None))
        self.assertEqual(self.state(self.notice_of(taken, LEAD)), "closed")

    def test_several_leads(self):
        taken = self.taken(item=CLINIC)
        d = self.dispute_of(taken)
        first, second = self.notice_of(taken, LEAD), self.notice_of(taken, OTHER)
        self.assertEqual((d["kind"], d["interim"]["id"]), ("several-leads", LEAD))
        self.assertEqual({self.state(first), self.state(second)}, {"open"})
        self.ok(f"/notices/{first}/claim", "wjw")
        self.ok(f"/disputes/{d['id']}/ruling", "lxhy", {"body": OTHER})
        self.assertEqual((self.state(first), self.state(second)), ("closed", "claimed"))
        taken = self.taken(item=CLINIC)
        d = self.dispute_of(taken)
        self.ok(f"/notices/{self.notice_of(taken, LEAD)}/claim", "wjw")
        self.ok(f"/notices/{self.notice_of(taken, OTHER)}/return", "zjj", {"reason": "not-in-scope"})
        self.assertEqual(self.hub.get("/disputes/" + d["id"], "lxhy").json["state"], "settled")

    def test_no_lead_lies_in_the_pool(self):
        taken = self.taken(item=UNKNOWN)
        notice = taken["notices"][0]["id"]
        d = self.dispute_of(taken)
        self.assertEqual((d["kind"], d["interim"]["id"]), ("no-lead", "bwb-371302"))
        for user in ("wjw", "scjg", "lxhy", "sjj"):
            listed = self.hub.get("/pool?limit=200", user).json["items"]
            self.assertIn(notice, [n["id"] for n in listed], user)
        self.assertEqual(self.hub.get("/pool", "spj").status, 403)
        self.assertEqual(self.hub.post(f"/notices/{notice}/return", "scjg", {"reason": "not-in-scope"}).status, 409)
        self.assertEqual(self.hub.post(f"/pool/{notice}/claim", "lxhy").status, 403)
        self.assertEqual(self.ok(f"/pool/{notice}/claim", "scjg")["state"], "claimed")
        self.assertEqual(self.ok(f"/pool/{notice}/claim", "scjg")["state"], "claimed")
        self.assertEqual(self.hub.post(f"/pool/{notice}/claim", "wjw").status, 409)
        self.assertEqual(self.hub.get("/disputes/" + d["id"], "lxhy").json["state"], "settled")
        self.assertNotIn(notice, [n["id"] for n in self.hub.get("/pool?limit=200", "wjw").json["items"]])
        self.ok(f"/notices/{notice}/undo", "scjg")
        listed = self.hub.get("/pool?limit=200", "wjw").json["items"]
        self.assertEqual([n["id"] for n in listed].count(notice), 1)
        self.ok(f"/pool/{notice}/claim", "scjg")
        mine = self.hub.get("/notices?limit=200", "scjg").json["items"]
        self.assertEqual([n["id"] for n in mine].count(notice), 1)
        self.ok(f"/notices/{notice}/undo", "scjg")
        mine = self.hub.get("/notices?limit=200", "scjg").json
        self.assertEqual((mine["total"], [n["id"] for n in mine["items"]].count(notice)), (len(mine["items"]), 0))

    def test_ruling_gives_away_what_lies_in_the_pool(self):
        taken = self.taken(item=UNKNOWN)
        d = self.dispute_of(taken)
        self.ok(f"/disputes/{d['id']}/ruling", "lxhy", {"body": OTHER})
        mine = [n for n in self.hub.get("/notices?body=zjj-371302&limit=200", "zjj").json["items"]
                if n["event"] == taken["event"]]
        self.assertEqual([(n["id"], n["state"]) for n in mine], [(taken["notices"][0]["id"], "claimed")])

    def test_how_the_like_was_decided_before(self):
        """By item, the newest first, and nobody reads of more disputes than in the whole list."""
        lead = {"several-leads": {"item": CLINIC}, "no-lead": {"item": UNKNOWN}}
        ruled = [self.dispute_of(self.taken(**lead[kind])) for kind in ("several-leads", "no-lead", "several-leads")]
        for d in ruled:
            self.ok(f"/disputes/{d['id']}/ruling", "lxhy", {"body": OTHER, "basis": "会议纪要〔2026〕12号"})
        open_one = self.dispute_of(self.taken(item=CLINIC))
        for user in ("lxhy", "wjw", "zjj", "scjg", "sjj", "spj"):
            whole = self.hub.get("/disputes?limit=200", user).json["items"]
            for item in (CLINIC, UNKNOWN, BATHS):
                for state in ("", "ruled", "open"):
                    path, items, cursor = f"/disputes?state={state}&item={item}", [], ""
                    while cursor is not None:
                        page = self.hub.get(f"{path}&limit=1&cursor={cursor}", user)
                        documents.hold_answer("GET", "/api/v1" + path, page)
                        items, cursor = items + page.json["items"], page.json["next"]
                    wanted = [d for d in whole if d["item"]["code"] == item and d["state"] in {"": (d["state"],), "open": ("negotiating", "agenda")}.get(state, (state,))]
                    self.assertEqual(items, wanted, (user, path))
        like = [d["id"] for d in self.hub.get(f"/disputes?state=ruled&item={CLINIC}", "lxhy").json["items"]]
        self.assertEqual([x for x in like if x in [d["id"] for d in ruled]], [ruled[2]["id"], ruled[0]["id"]])
        self.assertNotIn(open_one["id"], like)
        sheet = csv.reader(io.StringIO(self.hub.get(f"/disputes.csv?state=ruled&item={CLINIC}", "lxhy").body.decode(), newline=""))
        cells = {cell for row in sheet for cell in row}
        self.assertEqual([d["case"] in cells for d in ruled], [True, False, True])
        self.assertEqual(self.hub.get("/disputes?item=1", "lxhy").json["errors"][0]["pointer"], "/item")

    def test_a_correction_settles_it(self):
        taken = self.taken(case="SETTLED", item=UNKNOWN)
        d = self.dispute_of(taken)
        self.taken(case="SETTLED", version=2)
        wait_until(lambda: self.hub.get("/disputes/" + d["id"], "lxhy").json["state"] == "settled", what="its end")

    def test_masked_for_the_coordinator(self):
        taken = self.taken(item=UNKNOWN, applicant={"kind": "person", "name": "秘密姓名", "phone": "13800000000"})
        d = self.dispute_of(taken)
        for path in ("/disputes?limit=200", "/disputes/" + d["id"]):
            self.assertNotIn("秘密姓名", json.dumps(self.hub.get(path, "lxhy").json, ensure_ascii=False))


class Rows(Base):
    """A ruling as a row of the policy."""

    def draft(self, d, user="lxhy", want=201, body=None):
        answer = self.hub.post(f"/disputes/{d['id']}/draft", user, body, timeout=LIMIT_S)
        documents.hold_answer("POST", f"/api/v1/disputes/{d['id']}/draft", answer)
        self.assertEqual(answer.status, want, answer.body)
        return answer.json

    def in_force(self, d):
        """Rules on it for OTHER, and puts what becomes of it into force as any version is."""
        self.ok(f"/disputes/{d['id']}/ruling", "lxhy", {"body": OTHER, "basis": "三定规定"})
        drafted = self.draft(d)
        version = f"/policy/versions/{drafted['version']}"
        self.assertEqual(self.hub.post(version + "/approve", "lxhy").status, 403)
        self.assertEqual(self.hub.post(version + "/activate", "lxhy").status, 409)
        told = self.ok(version + "/rehearse", "lxhy", {"events": 10}, timeout=LIMIT_S)
        self.assertEqual(told["new"], drafted["version"])
        self.ok(version + "/approve", "admin")
        self.assertEqual(self.ok(version + "/activate", "lxhy", timeout=LIMIT_S)["state"], "in-force")
        return drafted

    def next_one(self, **data):
        """As it is decided from now on: who leads, and what is wrong with it."""
        today = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date().isoformat()
        taken = self.taken(permit={"number": "下一件", "decided_on": today}, **data)
        return [n["body"] for n in taken["notices"] if n["role"] == "lead"], [p["code"] for p in but_for_the_calendar(taken["problems"])]

    def test_a_ruling_becomes_a_row_and_there_is_no_dispute_any_more(self):
        _, d = self.disputed(item=BATHS)
        self.assertIn("has not ruled", self.draft(d, want=409)["detail"])
        self.assertEqual(self.next_one(item=BATHS), ([LEAD], []))
        drafted = self.in_force(d)
        self.assertEqual((drafted["state"], drafted["dispute"], drafted["check"]["summary"]["errors"]), ("submitted", d["id"], 0))
        row = drafted["row"]
        self.assertEqual({k: row[k] for k in ("id", "role", "to", "event", "item", "region", "devolution", "overrides", "due")},
                         {"id": d["id"], "role": "lead", "to": "body:" + OTHER, "event": "granted", "item": BATHS,
                          "region": "371302", "devolution": "full", "overrides": "G1", "due": "2wd"})
        self.assertIn("三定规定", row["basis"])
        self.assertEqual(drafted["diff"]["lines_added"], 1)
        self.assertEqual(self.next_one(item=BATHS), ([OTHER], []))
        self.assertEqual(self.next_one(item=BATHS, region="371311")[0], ["wjw-371311"])
        self.assertIn("already", self.draft(d, want=409)["detail"])
        kept = self.hub.get(f"/policy/versions/{drafted['version']}", "sjj").json
        self.assertEqual((kept["row"], kept["dispute"], kept["state"]), (row, d["id"], "in-force"))

    def test_nobody_led_and_now_a_row_names_who_does(self):
        d = self.dispute_of(self.taken(item=UNKNOWN))
        self.in_force(d)
        self.assertEqual(self.next_one(item=UNKNOWN), ([OTHER], ["unknown-item"]))

    def test_who_may_make_a_row_of_a_ruling(self):
        _, d = self.disputed()
        self.ok(f"/disputes/{d['id']}/ruling", "lxhy", {"body": OTHER})
        for user in ("wjw", "zjj", "spj", "sjj", "admin"):
            self.draft(d, user, 403)
        self.draft(dict(d, id="u999999.0"), want=404)
        self.draft(d, want=422, body={"why": 1})
        first = self.draft(d, body={"why": "按裁定"})
        self.assertEqual(first["steps"][0]["why"], "按裁定")
        self.assertEqual(self.draft(d, want=200, body={"why": "按裁定"}), first)
        self.ok_delete(f"/policy/versions/{first['version']}")

    def ok_delete(self, path):
        self.assertEqual(self.hub.request("DELETE", "/api/v1" + path, user="lxhy").status, 200)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=1)
