"""What one person of a body has in hand, from outside: taken on, handed over, given back; counted as it is listed, and never another body's."""
import asyncio
import csv
import io
import time
import unittest

import websockets

import documents
from export_test import FOOT
from hub import OneHub, event, wait_until
from road_test import Rpc
from stream_test import command, hire

BODY, ASSIST, BUREAU, FAR = "wjw-371302", "scjg-371302", "spj-371302", "wjw-371321"
# What is not found in a record as it is written, and what is a part of another's name.
PEOPLE = {"wjw2": BODY, "wj": BODY, "a\\b": BODY, "scjg2": ASSIST, "spjq": BUREAU}


class Mine(OneHub):
    number = 0
    people = ("wjw", "zjj", "spj", "scjg", "lxhy", "sjj", "admin")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, body in PEOPLE.items():
            hire(cls.hub, name, "approver" if body == BUREAU else "supervisor", body)
        cls.key = {"Authorization": "Bearer " + command(cls.hub, "key", "add", "wjw", "--body", BODY).split()[-1]}

    def taken(self, body=BODY, **data):
        Mine.number += 1
        answer = self.hub.submit(event(f"mine{Mine.number}", **data))
        self.assertEqual(answer.status, 201, answer.body)
        return next(n["id"] for n in answer.json["notices"] if n["body"] == body)

    def done(self, notice, act, user, said=None):
        answer = self.hub.post(f"/notices/{notice}/{act}", user, said)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def handed(self, one, other):
        answer = self.hub.post(f"/bodies/{BODY}/handover", one, {"from": one, "to": other})
        self.assertEqual(answer.status, 200, answer.body)
        end = time.monotonic() + 0.005  # what comes next has a later time, which is all that says which was first
        wait_until(lambda: time.monotonic() > end)

    def page(self, user, query="", **more):
        path = "/notices?mine=true" + query
        answer = self.hub.get(path, user, **more)
        documents.hold_answer("GET", "/api/v1" + path, answer)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def mine(self, user, query=""):
        """All of it, page by page; what is said of how many there are is what there is."""
        items, cursor, said = [], "", None
        while cursor is not None:
            page = self.page(user, f"{query}&limit=7&cursor={cursor}")
            self.assertEqual("mine" in page, not cursor and ("todo" in query or page["next"] is None))
            said = page.get("mine", said)
            items += page["items"]
            cursor = page["next"]
        self.assertEqual(len({n["id"] for n in items}), len(items))
        self.assertEqual(said if said is not None else len(items), len(items))
        return [n["id"] for n in items]

    def of(self, user, notices, query=""):
        have = self.mine(user, query)
        return [n for n in notices if n in have]

    def test_who_takes_it_on_has_it(self):
        notices = [self.taken() for _ in range(4)]
        open_one, acknowledged, claimed, both = notices
        for user in ("wjw", "wjw2"):
            self.assertEqual(self.of(user, notices), [], "what nobody has taken is nobody's")
        self.done(acknowledged, "acknowledge", "wjw")
        self.done(claimed, "claim", "wjw2")
        self.done(both, "acknowledge", "wjw")
        self.assertEqual(self.of("wjw", notices), [acknowledged, both])
        self.done(both, "claim", "wjw2")  # it is who claims that carries on
        self.assertEqual(self.of("wjw", notices), [acknowledged])
        self.assertEqual(self.of("wjw2", notices), [claimed, both])
        self.assertEqual(self.of("wj", notices), [], "a part of a name is another name")
        self.assertEqual(self.of("wjw", notices, "&state=acknowledged"), [acknowledged])
        self.assertEqual(self.of("wjw2", notices, "&state=claimed"), [claimed, both])
        self.assertEqual(self.of("wjw2", notices, f"&body={BODY}&role=lead"), [claimed, both])
        # A claim owes feedback, so it is left to do until that is given; the body's own list to do does not have it.
        self.assertEqual(self.of("wjw", notices, "&state=todo"), [acknowledged])
        self.assertEqual(self.of("wjw2", notices, "&state=todo"), [claimed, both])
        self.assertNotIn(claimed, [n["id"] for n in self.hub.get("/notices?state=todo&limit=200", "wjw2").json["items"]])
        self.done(claimed, "feedback", "wjw2", {"result": "conforms", "disposal": "pass", "checked_on": "2026-11-23", "remark": "x"})
        self.assertEqual(self.of("wjw2", notices, "&state=todo"), [both])
        self.done(both, "undo", "wjw2")
        self.assertEqual(self.of("wjw", notices), [acknowledged, both], "it is as it was")
        self.assertEqual(self.of("wjw2", notices), [claimed])
        self.done(acknowledged, "return", "wjw", {"reason": "not-our-remit", "remark": "不属于本部门监管职责"})
        self.assertEqual(self.of("wjw", notices), [acknowledged, both])
        self.assertEqual(self.of("wjw", notices, "&state=todo"), [both])

    def test_an_odd_name_is_a_name(self):
        notice = self.taken()
        self.done(notice, "claim", "a\\b")
        self.assertEqual(self.mine("a\\b"), [notice])

    def test_what_was_handed_over_is_the_others(self):
        notices = [self.taken() for _ in range(3)]
        for notice in notices[:2]:
            self.done(notice, "claim", "wjw")
        self.handed("wjw", "wj")
        self.assertEqual(self.of("wjw", notices), [])
        for query in ("", "&state=todo", "&state=claimed"):
            self.assertEqual(self.of("wj", notices, query), notices[:2], query)
        # What is given back is in nobody's hands any more, whoever had it last.
        self.done(notices[0], "undo", "wj")
        self.assertEqual(self.of("wj", notices), notices[1:2])
        self.assertNotIn("keeper", self.hub.get("/notices/" + notices[0], "wjw").json["notice"])
        self.done(notices[0], "claim", "wjw2")
        self.assertEqual(self.of("wjw2", notices), notices[:1])

    def test_what_was_handed_over_and_given_back_is_whose_it_was(self):
        notice = self.taken()
        self.done(notice, "acknowledge", "wjw")
        self.handed("wjw", "wj")
        self.done(notice, "claim", "wjw2")
        self.handed("wjw2", "wjw")
        self.assertEqual(self.of("wjw", [notice]), [notice])
        self.done(notice, "undo", "wjw")
        self.assertEqual([u for u in ("wjw", "wjw2", "wj") if self.of(u, [notice])], ["wj"])
        self.done(notice, "return", "wj", {"reason": "not-our-remit", "remark": "不属于本部门监管职责"})
        self.done(notice, "undo", "wj")
        self.assertEqual([u for u in ("wjw", "wjw2", "wj") if self.of(u, [notice])], ["wj"])

    def test_counts_are_those_of_the_list_and_the_bodys_own_stay(self):
        notices = [self.taken() for _ in range(12)]
        before = self.page("wjw2", f"&body={BODY}&state=todo&limit=1")
        for notice in notices:
            self.done(notice, "acknowledge", "wjw2")
        after = self.page("wjw2", f"&body={BODY}&state=todo&limit=1")
        self.assertEqual((len(after["items"]), after["mine"]), (1, before["mine"] + 12))
        self.assertEqual((after["open"], after["total"]), (before["open"], before["total"]), "a lead that is acknowledged is still to be claimed")
        for notice in notices[:5]:
            self.done(notice, "claim", "wjw2")
        after = self.page("wjw2", f"&body={BODY}&state=todo&limit=1")
        self.assertEqual((after["mine"], after["open"]), (before["mine"] + 12, before["open"] - 5))
        self.assertEqual(self.of("wjw2", notices, "&state=todo"), notices)
        self.assertEqual(self.of("wjw2", notices), notices)
        self.assertNotIn("mine", self.hub.get("/notices?state=todo", "wjw2").json)

    def test_a_list_shows_it_as_soon_as_it_was_pushed(self):
        notice = self.taken()

        async def story():
            url, options = self.hub.socket_url("wjw2")
            async with websockets.connect(url, **options) as connection:
                rpc = Rpc(connection)
                await rpc.call("inbox.open", {"body": BODY})
                self.assertEqual(self.of("wjw2", [notice]), [])
                count = self.page("wjw2", "&state=todo&limit=1")["mine"]
                self.done(notice, "acknowledge", "wjw2")
                change = await rpc.push("change", notice)
                self.assertEqual(change["by"], "wjw2")
                self.assertEqual(self.of("wjw2", [notice]), [notice])
                self.assertEqual(self.page("wjw2", "&state=todo&limit=1")["mine"], count + 1)
        asyncio.run(story())

    def test_it_is_never_another_bodys(self):
        lead = self.taken()
        self.done(lead, "acknowledge", "wjw")
        for user in ("zjj", "scjg", "spj", "lxhy", "sjj"):
            self.assertNotIn(lead, self.mine(user), user)
        self.assertEqual(self.page("lxhy"), {"items": [], "next": None, "total": 0, "open": 0, "mine": 0, "since": self.page("lxhy")["since"]})
        self.assertEqual(self.mine("lxhy", "&body=" + BODY), [], "who oversees sees, and has nothing in hand")
        self.assertEqual(self.hub.get(f"/notices?mine=true&body={BODY}", "scjg").status, 404)
        key = self.hub.request("GET", "/api/v1/notices?mine=true", headers=self.key)
        self.assertEqual((key.status, key.json["items"]), (200, []), "a key takes nothing on, though it is called as somebody is")
        # Transferred: what the other body makes of it is theirs, and what was given away stays in the list of who had it.
        made = self.done(lead, "transfer", "wjw", {"to": ASSIST, "remark": "转办"})["made"]
        self.done(made, "claim", "scjg2")
        self.assertEqual((self.of("wjw", [lead, made]), self.of("scjg2", [lead, made])), ([lead], [made]))

    def test_of_a_figure_too(self):
        notices = [self.taken() for _ in range(2)]
        self.done(notices[0], "claim", "wjw2")
        for query in ("&figure=claimed", "&region=371302&from=2020-01-01", "&item=370123020001&from=2020-01-01"):
            page = self.page("wjw2", query + "&limit=200")
            self.assertEqual([n for n in notices if n in [x["id"] for x in page["items"]]], notices[:1], query)
            self.assertTrue(all((n.get("keeper") or (n["claimed"] or n["acknowledged"])["by"]) == "wjw2" for n in page["items"]), query)
            self.assertNotIn("total", page)

    def test_a_bureau_has_what_it_took_on_itself(self):
        notice = self.taken()
        self.done(notice, "return", "wjw2", {"reason": "not-in-scope", "remark": "不在本部门职责范围之内"})
        self.assertIn(notice, [n["id"] for n in self.hub.get("/notices?state=returned&limit=200", "spjq").json["items"]])
        self.assertEqual(self.mine("spjq", "&state=returned"), [])
        letter = self.done(self.taken(), "letters", "wjw2", {"kind": "change-opinion", "to": BUREAU, "subject": "建议", "text": "建议变更", "due": "3wd"})["made"]
        self.done(letter, "reply", "spjq", {"text": "同意"})
        self.assertEqual(self.mine("spjq"), [letter])

    def test_the_sheet_is_of_the_same(self):
        notice, other = self.taken(), self.taken()
        self.done(notice, "claim", "wjw2")
        self.done(other, "claim", "wjw")
        for state in ("", "&state=claimed", "&state=todo"):
            path = "/notices.csv?mine=true" + state
            answer = self.hub.get(path, "wjw2")
            documents.hold_answer("GET", "/api/v1" + path, answer)
            self.assertEqual(answer.status, 200, answer.body)
            rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))
            blank = rows.index([])
            ids = [dict(zip(rows[0], r))["告知编号"] for r in rows[1:blank]]
            self.assertEqual(ids, self.mine("wjw2", state))
            self.assertIn(notice, ids)
            self.assertNotIn(other, ids)
            foot = {r[0]: r[1] for r in rows[blank + 1:]}
            self.assertEqual(list(foot), FOOT)
            self.assertIn("mine=true", foot["筛选条件"])
            self.assertEqual((foot["导出人"], foot["行数"]), ("wjw2", str(len(ids))))
        self.assertIn("mine=true", self.hub.get("/audit?act=export", "sjj").json["items"][0]["detail"])
        self.assertEqual(self.hub.get("/notices.xlsx?mine=true", "wjw2").status, 200)

    def test_what_cannot_be_read(self):
        for query in ("mine=yes", "mine=false", "mine=1", "mine=TRUE", "mine=true&written=true", "mine=x&figure=claimed"):
            for path in ("/notices?", "/notices.csv?"):
                for user in ("wjw", "lxhy"):
                    answer = self.hub.get(path + query, user)
                    self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/mine"), (path, query, user))
        self.assertEqual(self.hub.get("/notices?mine=", "wjw").json.keys(), self.hub.get("/notices", "wjw").json.keys())


class AmongThousands(OneHub):
    people = ("spj",)

    def page(self, query):
        answer = self.hub.get("/notices?mine=true" + query, "far")
        documents.hold_answer("GET", "/api/v1/notices?mine=true", answer)
        return answer.json

    def test_looking_for_one_among_thousands_has_an_end(self):
        hire(self.hub, "far", "supervisor", FAR)
        for part in range(4):
            events = [event(f"far{part}-{i}", type="approval.changed", region="371321") for i in range(850)]
            answer = self.hub.request("POST", "/api/v1/events", events, {"Content-Type": "application/cloudevents-batch+json"}, user="spj")
            if not part:
                oldest = next(n["id"] for n in answer.json["results"][0]["notices"] if n["body"] == FAR)
        self.assertEqual(self.hub.post(f"/notices/{oldest}/acknowledge", "far").status, 200)
        for query in ("&state=todo&limit=1", "&limit=200"):
            page = self.page(query)
            self.assertEqual((page["items"], page["total"]), ([], 3400), "no more than some thousands are looked through for a page")
            self.assertNotIn("mine", page)
            rest = self.page(f"{query}&cursor={page['next']}")
            self.assertEqual([n["id"] for n in rest["items"]], [oldest])
            self.assertNotIn("mine", rest)


if __name__ == "__main__":
    unittest.main()
