"""The list of a body narrowed to a region and an item, from outside: the very notices that the reader would pick out of the whole list."""
import csv
import io
import itertools
import unittest

import documents
from hub import OneHub, event, wait_until
from stream_test import hire

BODY, BOTH = "zrj-371300", "scjg-371302"
PLACES = ("371300", "371302", "371302XC0000", "371321", "371371")
INSIDE = {"": PLACES, "371300": PLACES, "371302": ("371302", "371302XC0000"), **{p: (p,) for p in PLACES[2:]}, "371311": ()}
ITEMS = ("000164905000", "000115904000", "000115902000")
BATCH = {"Content-Type": "application/cloudevents-batch+json"}


class Narrowed(OneHub):
    people = ("wjw", "lxhy", "spj", "admin")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, body in (("city", BODY), ("market", BOTH)):
            hire(cls.hub, name, "supervisor", body)
        events = [event(f"nar{i}", item=item, region=place, type=kind) for i, (kind, item, place) in
                  enumerate(itertools.product(("approval.granted", "approval.changed"), ITEMS, PLACES))]
        events += [event(f"scope{i}", type="approval.registered", item=None, scope=scope) for i, scope in enumerate(("食品销售", "食品销售；药品零售；餐饮服务"))]
        results = cls.hub.request("POST", "/api/v1/events", events, BATCH, user="spj").json["results"]
        assert {r["status"] for r in results} == {201}, results
        for n in cls.hub.get("/notices?limit=200", "city").json["items"][::3]:
            assert cls.hub.post(f"/notices/{n['id']}/acknowledge", "city").status == 200

    def listed(self, user, query, limit=7):
        """All of it, page by page."""
        items, cursor, pages = [], "", []
        while cursor is not None:
            path = f"/notices?{query}&limit={limit}&cursor={cursor}"
            answer = self.hub.get(path, user)
            documents.hold_answer("GET", "/api/v1" + path, answer)
            self.assertEqual(answer.status, 200, answer.body)
            items, cursor, pages = items + answer.json["items"], answer.json["next"], pages + [answer.json]
        self.assertEqual(len({n["id"] for n in items}), len(items), query)
        return items, pages

    @staticmethod
    def picked(whole, region, item):
        return [n["id"] for n in whole if n["region"] in INSIDE[region] and item in ("", *(i["code"] for i in n.get("items", [n["item"]])))]

    def test_it_is_what_the_reader_would_pick_out(self):
        some = 0
        for rest in ("", f"body={BODY}&state=todo", "state=acknowledged", "state=open", "mine=true", "mine=true&state=todo", "due=soon", "q=nar1", "role=copy&q=TEST"):
            whole, (first, *_) = self.listed("city", rest, 200)
            for region, item in itertools.product(INSIDE, ("", *ITEMS, "000109901000")):
                query = f"{rest}&region={region}&item={item}"
                items, pages = self.listed("city", query)
                self.assertEqual([n["id"] for n in items], self.picked(whole, region, item), query)
                # How much there is to do is said of the whole list, as ever, and of what one has in hand it is said what was found.
                for page in pages:
                    self.assertEqual([page.get(x) for x in ("total", "open")], [first.get(x) for x in ("total", "open")], query)
                if "mine" in rest and not pages[1:]:
                    self.assertEqual(pages[0]["mine"], len(items), query)
                some += 0 < len(items) < len(whole)
        self.assertGreater(some, 100)

    def test_of_several_items_each_finds_it(self):
        whole, _ = self.listed("market", "", 200)
        several = next(n for n in whole if len(n.get("items", [])) > 1)
        for code in {i["code"] for n in whole for i in n.get("items", [n["item"]]) if i["code"]}:
            items, _ = self.listed("market", f"item={code}")
            self.assertEqual([n["id"] for n in items], self.picked(whole, "", code), code)
        for i in several["items"]:
            self.assertIn(several["id"], self.picked(whole, "", i["code"]))
        # What the board has in its row of no item: business that no phrase of the policy knows, taken from the pool.
        pooled = self.hub.submit(event("unknown", type="approval.registered", item=None, scope="无人知晓的业务")).json["notices"]
        pooled = next(n["id"] for n in pooled if n["body"].startswith("pool:"))
        answer = self.hub.post(f"/pool/{pooled}/claim", "market")
        self.assertEqual(answer.status, 200, (pooled, answer.body))
        none, counted, taken = ([n["id"] for n in self.listed("market", "item=none" + more)[0]] for more in ("", "&figure=sent", "&state=claimed&mine=true"))
        self.assertEqual((none, taken), (counted, [pooled]))
        self.assertEqual({n.split(".")[0] for n in none}, {pooled.split(".")[0]})
        # However long the code is written.
        long = "11371302MB28470000" + "3" + ITEMS[0]
        self.assertEqual(*([n["id"] for n in self.listed("city", f"item={code}")[0]] for code in (ITEMS[0], long)))

    def test_the_sheet_is_of_the_same(self):
        query = f"body={BODY}&state=todo&region=371302&item={ITEMS[0]}"
        items, _ = self.listed("city", query)
        self.assertTrue(items)
        answer = self.hub.get("/notices.csv?" + query, "city")
        documents.hold_answer("GET", "/api/v1/notices.csv?" + query, answer)
        rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))
        blank = rows.index([])
        self.assertEqual([dict(zip(rows[0], r))["告知编号"] for r in rows[1:blank]], [n["id"] for n in items])
        self.assertIn("region=371302", dict(r[:2] for r in rows[blank + 1:])["筛选条件"])
        self.assertEqual(self.hub.get("/notices.xlsx?" + query, "city").status, 200)

    def test_it_shows_nobody_more(self):
        for query in ("region=371300", f"item={ITEMS[0]}", "region=371300&state=todo"):
            for n in self.listed("wjw", query)[0]:
                self.assertTrue(n["body"].startswith("wjw-"), n["body"])
            self.assertEqual(self.hub.get(f"/notices?body={BODY}&{query}", "wjw").status, 404)
            self.assertEqual(self.hub.get(f"/notices?{query}", "admin").status, 403)

    def test_what_a_figure_counts_is_listed_as_before(self):
        for query in ("figure=sent&region=371302", f"figure=sent&item={ITEMS[0]}", "from=2020-01-01&region=371321", f"body={BODY},zjj-371300&region=371302"):
            items, pages = self.listed("city", query)
            self.assertEqual((pages[0]["total"], "since" in pages[0], "open" in pages[0]), (len(items), False, False), query)
        # Who has no lists has that of what was told in their region.
        items, pages = self.listed("lxhy", "region=371302&item=" + ITEMS[0])
        self.assertEqual((pages[0]["total"], "open" in pages[0]), (len(items), False))

    def test_what_one_begins_with_is_had_without_saying_whose_it_is(self):
        hire(self.hub, "twofold", "approver", "spj-371302")
        for body in (BODY, BOTH):
            self.assertEqual(self.hub.post("/users/twofold/grants", "admin", {"role": "supervisor", "body": body}).status, 200)
        wait_until(lambda: len(self.hub.get("/me", "twofold").json["bodies"]) == 3, what="all three bodies")
        for user, body in (("twofold", BODY), ("market", BOTH)):
            for query in ("", "state=todo", f"state=todo&region=371302&item={ITEMS[0]}", "mine=true"):
                items, pages = self.listed(user, "home=true&" + query)
                named, (first, *_) = self.listed(user, f"body={body}&{query}")
                self.assertEqual((items, [pages[0].get(x) for x in ("total", "open", "mine")]), (named, [first.get(x) for x in ("total", "open", "mine")]), query)
                self.assertEqual({n["body"] for n in items} - {body}, set())
        self.assertTrue(self.listed("twofold", "home=true&state=todo")[0])
        for user in ("spj", "lxhy"):
            self.assertEqual(self.listed(user, "home=true&state=todo")[0], [], user)

    def test_what_cannot_be_read(self):
        for query, at in (("home=1", ["/home"]), (f"home=true&body={BODY}", ["/home"]), ("region=x", ["/region"]), ("item=1", ["/item"]), ("region=x&item=1&state=y", ["/state", "/region", "/item"])):
            for path in ("/notices?", *["/notices.csv?"] * ("home" not in query)):
                answer = self.hub.get(path + query, "city")
                self.assertEqual((answer.status, [e["pointer"] for e in answer.json["errors"]]), (422, at), query)
        for cursor in ("l1-2", "n1.0"):
            self.assertEqual(self.hub.get(f"/notices?region=371302&cursor={cursor}", "city").status, 422)


class AmongThousands(OneHub):
    people = ("spj", "wjw")

    def test_looking_for_one_among_thousands_has_an_end(self):
        oldest = self.hub.submit(event("rare", region="371302XC0000")).json
        for part in range(4):
            events = [event(f"far{part}-{i}") for i in range(850)]
            self.assertEqual(self.hub.request("POST", "/api/v1/events", events, BATCH, user="spj").status, 200)
        # A page stops when it has looked through some thousands; `next` goes on from there.
        for query in ("state=todo&limit=1", "limit=200"):
            page = self.hub.get("/notices?body=wjw-371302&region=371302XC0000&" + query, "wjw").json
            self.assertEqual(page["items"], [])
            rest = self.hub.get(f"/notices?body=wjw-371302&region=371302XC0000&{query}&cursor={page['next']}", "wjw").json
            self.assertEqual([n["event"] for n in rest["items"]], [oldest["event"]])


if __name__ == "__main__":
    unittest.main()
