"""A month's statement, from outside: what the hub took of each bureau, what each department was told and took on, to each what is theirs."""
import datetime as dt
import unittest

import documents
from hub import OneHub, event, wait_until

BUREAU, CITY, LEAD, COPY = "spj-371302", "spj-371300", "wjw-371302", "wjw-371300"
TODAY = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()


class Reconciliation(OneHub):
    people = ("wjw", "zjj", "spj", "lxhy", "sjj", "scjg", "admin")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.taken = [cls.submit(n) for n in range(6)]
        cls.submit(6, region="371311", bodies={"deciding": "spj-371311"})
        cls.submit("refused", "approval.refused")  # the applicant alone is told
        cls.answer(0, LEAD, "claim")
        cls.answer(1, LEAD, "acknowledge")
        cls.answer(2, LEAD, "return", {"reason": "not-in-scope", "remark": ""})

    @classmethod
    def submit(cls, number, kind="approval.granted", **data):
        answer = cls.hub.submit(dict(event(f"book{number}", **data), type=kind))
        assert answer.status == 201, answer.body
        return answer.json

    @classmethod
    def answer(cls, number, body, act, said=None):
        notice = next(n["id"] for n in cls.taken[number]["notices"] if n["body"] == body)
        answer = cls.hub.post(f"/notices/{notice}/{act}", "wjw", said)
        assert answer.status == 200, answer.body

    def sources(self, user, want=200):
        answer = self.hub.get("/reconciliation/sources", user)
        documents.hold_answer("GET", "/api/v1/reconciliation/sources", answer)
        self.assertEqual(answer.status, want, answer.body)
        return {s["source"]: s for s in answer.json["items"]} if want == 200 else None

    def test_sources_that_number_their_events(self):
        def send(name, sequence, source="/sources/numbered", want=201):
            answer = self.hub.submit(dict(event(f"seq-{name}"), source=source, sequence=sequence))
            self.assertEqual(answer.status, want, answer.body)
        for user, want in (("wjw", 403), ("admin", 403)):
            self.sources(user, want)
        self.assertNotIn("/sources/test", self.sources("lxhy"), "who does not number is not watched")
        for name, sequence in (("a", "00000000000007"), ("b", "8"), ("c", "12"), ("d", "20")):
            send(name, sequence)
        seen = self.sources("lxhy")["/sources/numbered"]
        self.assertEqual((seen["body"], seen["last"], seen["missing"], seen["twice"]), (BUREAU, 20, 10, 0))
        self.assertEqual(seen["gaps"], [{"from": 9, "to": 11}, {"from": 13, "to": 19}])
        self.assertFalse(seen["silent"])
        self.assertIsNone(seen["usual_minutes"])
        send("e", "10")
        send("f", "19")
        send("g", "12")
        send("d", "20", want=200)
        seen = self.sources("sjj")["/sources/numbered"]
        self.assertEqual((seen["last"], seen["missing"], seen["twice"]), (20, 8, 1), "the same event again is no second one")
        self.assertEqual(seen["gaps"], [{"from": 9, "to": 9}, {"from": 11, "to": 11}, {"from": 13, "to": 18}])
        send("h", "1")
        send("i", "2")
        self.assertEqual((self.sources("spj")["/sources/numbered"]["last"], self.sources("spj")["/sources/numbered"]["twice"]), (2, 1))
        for n, odd in enumerate(("", "x1", "-1", "1.5", "1" * 15, 7, None, {"a": 1})):
            send(f"odd{n}", odd, "/sources/odd")
        self.assertNotIn("/sources/odd", self.sources("lxhy"), "what is no number is nobody's fault and not watched")
        metrics = self.hub.request("GET", "/metrics").body.decode()
        self.assertIn("tandem_source_numbers_missing_total 10\n", metrics)
        self.assertIn("tandem_source_numbers_found_total 2\n", metrics)
        self.assertIn("tandem_source_numbers_twice_total 1\n", metrics)
        self.assertIn("tandem_sources_silent 0\n", metrics)

    def statement(self, user, query="", want=200):
        answer = self.hub.get("/reconciliation" + query, user)
        documents.hold_answer("GET", "/api/v1/reconciliation", answer)
        self.assertEqual(answer.status, want, answer.body)
        return answer.json

    def bureaus(self, user, query=""):
        return {b["bureau"]["id"]: b for b in self.statement(user, query)["items"]}

    def departments(self, bureau):
        return {d["body"]["id"]: d for d in bureau["departments"]}

    def test_a_bureau_sees_what_was_taken_of_its_cases_and_what_became_of_it(self):
        told = self.statement("spj")
        self.assertEqual((told["month"], told["from"]), (TODAY.isoformat()[:7], TODAY.replace(day=1).isoformat()))
        mine = self.bureaus("spj")
        self.assertEqual(set(mine), {BUREAU, CITY})
        by = {s["name"]: s["taken"] for s in mine[BUREAU]["senders"]}
        self.assertEqual(by["spj"], 7)
        self.assertEqual(sum(by.values()), mine[BUREAU]["taken"])
        lead = self.departments(mine[BUREAU])[LEAD]
        self.assertEqual([lead[k] for k in ("acknowledged", "claimed", "returned", "overdue", "superseded")], [2, 1, 1, 0, 0])

    def test_each_figure_is_the_length_of_a_list(self):
        def listed(bureau, body):
            items = [n for n in self.hub.get(f"/notices?body={body}&limit=200", "wjw").json["items"]
                     if bureau in [b["id"] for b in n["bodies"].values() if b]]
            return [len(items), sum(n["role"] == "lead" for n in items), sum(n["claimed"] is not None for n in items)]

        def stated(bureau, body):
            row = self.departments(self.bureaus("wjw")[bureau])[body]
            return [row["told"], row["leads"], row["claimed"]]
        for bureau in (BUREAU, CITY):
            for body in (LEAD, COPY):
                # The demo's own events come between.
                wait_until(lambda x=bureau, y=body: listed(x, y) == stated(x, y), what=f"{body} as it is listed, of {bureau}")
        self.assertGreaterEqual(listed(BUREAU, LEAD)[0], 6)

    def test_a_department_sees_what_it_was_told_and_no_more(self):
        for bureau in self.bureaus("wjw").values():
            self.assertEqual((bureau["taken"], bureau["senders"]), (None, []))
            self.assertLessEqual(set(self.departments(bureau)), {LEAD, COPY})
        for bureau in self.bureaus("zjj").values():  # what the demo began with
            self.assertLessEqual(set(self.departments(bureau)), {"zjj-371302", "zjj-371300"})

    def test_overseers_see_their_region(self):
        whole = self.bureaus("lxhy")
        self.assertEqual(whole["spj-371311"]["taken"], 1)
        self.assertEqual([d["leads"] for d in whole["spj-371311"]["departments"] if d["leads"]], [1])
        self.assertGreaterEqual(whole[BUREAU]["taken"], 7)
        self.assertEqual(set(self.bureaus("sjj")), set(whole))
        self.statement("admin", want=403)

    # --- both sides confirm ---

    def agree(self, user, bureau=BUREAU, body=LEAD, want=200, month=TODAY.isoformat()[:7], **said):
        answer = self.hub.post("/reconciliation/agree", user, {"month": month, "bureau": bureau, "body": body, **said})
        documents.hold_answer("POST", "/api/v1/reconciliation/agree", answer)
        self.assertEqual(answer.status, want, answer.body)
        return answer.json

    def row(self, user, bureau=BUREAU, body=LEAD):
        return self.departments(self.bureaus(user)[bureau])[body]

    def test_each_side_confirms_for_itself_and_both_see_it(self):
        before = self.row("lxhy", CITY)
        self.assertEqual((before["agreed"], before["allowed"]), ({"bureau": None, "department": None}, []))
        self.assertEqual([self.row(u, CITY)["allowed"] for u in ("spj", "wjw", "sjj")], [["agree"], ["agree"], []])
        told = self.agree("wjw", CITY)
        mine = self.departments({b["bureau"]["id"]: b for b in told["items"]}[CITY])[LEAD]
        self.assertEqual((mine["agreed"]["department"]["by"], mine["agreed"]["bureau"]), ("wjw", None))
        self.assertEqual({k: mine["agreed"]["department"][k] for k in ("told", "claimed")}, {k: mine[k] for k in ("told", "claimed")})
        first = mine["agreed"]["department"]
        self.agree("spj", CITY)
        both = self.row("lxhy", CITY)["agreed"]
        self.assertEqual((both["bureau"]["by"], both["department"]), ("spj", first))
        self.assertEqual(self.row("wjw", CITY)["agreed"], both)
        acts = [(a["who"], a.get("detail")) for a in self.hub.get("/audit?act=agree", "sjj").json["items"]]
        month = TODAY.isoformat()[:7]
        self.assertLessEqual({("wjw", f"{month}|{CITY}|{LEAD}|department"), ("spj", f"{month}|{CITY}|{LEAD}|bureau")}, set(acts))

    def test_what_was_confirmed_stays_when_the_figures_go_on(self):
        self.agree("spj", body=COPY)
        confirmed = self.row("spj", body=COPY)
        self.submit(7)
        wait_until(lambda: self.row("spj", body=COPY)["told"] > confirmed["told"], what="the figures go on")
        self.assertEqual(self.row("spj", body=COPY)["agreed"], confirmed["agreed"])
        seen = {k: confirmed[k] for k in ("told", "leads", "overdue")}
        self.agree("spj", body=COPY, seen=seen, want=409)
        self.assertEqual(self.row("spj", body=COPY)["agreed"], confirmed["agreed"], "what nobody has seen is not confirmed")
        seen["told"] = self.row("spj", body=COPY)["told"]
        again = self.departments({b["bureau"]["id"]: b for b in self.agree("spj", body=COPY, seen=seen)["items"]}[BUREAU])[COPY]
        self.assertGreater(again["agreed"]["bureau"]["told"], confirmed["told"])

    def test_nobody_confirms_what_is_not_theirs(self):
        for user, want in (("lxhy", 403), ("sjj", 403), ("admin", 403), ("zjj", 404), ("scjg", 404)):
            self.agree(user, want=want)
        self.agree("spj", "spj-371311", want=404)
        self.agree("spj", body="nobody", want=404)
        self.agree("spj", month="2020-02", want=404)
        faults = self.agree("spj", 1, None, 422, "2026-13")
        self.assertEqual([e["pointer"] for e in faults["errors"]], ["/bureau", "/body", "/month"])
        self.assertEqual([e["pointer"] for e in self.agree("spj", want=422, seen=[3])["errors"]], ["/seen"])
        faults = self.agree("spj", want=422, seen={"told": "3", "leads": -1})
        self.assertEqual([e["pointer"] for e in faults["errors"]], ["/seen/told", "/seen/leads"])

    # --- a bureau's own list ---

    def compare(self, user="spj", want=200, **said):
        said = {"month": TODAY.isoformat()[:7], "body": BUREAU, "cases": [], **said}
        answer = self.hub.post("/reconciliation", user, said)
        documents.hold_answer("POST", "/api/v1/reconciliation", answer)
        self.assertEqual(answer.status, want, answer.body)
        return answer.json

    def test_what_a_bureau_sent_and_what_came(self):
        ours = [f"TESTbook{n}" for n in range(6)]
        told = self.compare(cases=ours[:4] + ours[:1] + ["LOST-1", "TESTbook6"])
        self.assertEqual((told["said"], told["missing"], told["missing_count"]), (6, ["LOST-1", "TESTbook6"], 2))
        self.assertLessEqual({"TESTbook4", "TESTbook5", "TESTbookrefused"}, set(told["unsaid"]))
        self.assertNotIn("TESTbook6", told["unsaid"])
        self.assertEqual(told["taken"], 4 + told["unsaid_count"])
        self.assertEqual(self.compare(cases=told["unsaid"] + ours)["unsaid"], [])
        self.assertEqual(self.compare(month="2020-02", cases=ours[:1])["missing"], ours[:1])
        self.assertEqual(self.compare("lxhy", body="spj-371311")["unsaid"], ["TESTbook6"])

    def test_only_ones_own_bureau(self):
        foreign, missing = (self.hub.post("/reconciliation", "spj", {"month": "2026-11", "body": b, "cases": ["TESTbook6"]})
                            for b in ("spj-371311", "nobody"))
        self.assertEqual((foreign.status, foreign.body), (404, missing.body))
        self.compare("lxhy", 404, body=LEAD)
        for user in ("wjw", "admin"):
            self.compare(user, 403)

    def test_every_fault_of_a_list(self):
        told = self.compare(want=422, month="2026-13", body=1, cases=["x", "", 1, "y" * 129])
        self.assertEqual([e["pointer"] for e in told["errors"]], ["/month", "/body", "/cases/1", "/cases/2", "/cases/3"])
        self.compare(want=422, cases="x")
        self.assertEqual(self.compare(cases=[f"C{n}" for n in range(10000)])["missing_count"], 10000)
        self.compare(want=422, cases=[f"C{n}" for n in range(10001)])

    def test_other_months(self):
        past = self.statement("lxhy", "?month=2020-02")
        self.assertEqual([past[k] for k in ("month", "from", "to", "items")], ["2020-02", "2020-02-01", "2020-02-29", []])
        for bad in ("2026", "2026-13", "2026-1", "2026-11-01", "gestern"):
            self.statement("lxhy", "?month=" + bad, 422)


if __name__ == "__main__":
    unittest.main()
