"""Contract section 5 about finding: every filter of GET /cases, GET /notices and GET /pool, pages, and cursors."""
import gzip
import unicodedata
from urllib.parse import quote

from audit import TIME, Audit, main
from hub import event, is_listed, wait_until

SHARED = {"id", "case", "event", "type", "role", "body", "state", "item", "region", "applicant", "bodies", "due", "feedback_due",
          "provisional", "lamp", "received", "acknowledged", "claimed", "rules", "via", "version"}


class Cases(Audit):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        zones = {"accepting": "spj-371321", "reviewing": "spj-371321", "deciding": "spj-371321"}
        for number, data in (
                ("a", {"applicant": {"kind": "entity", "name": '沂蒙山"泉"饮品\\有限公司', "code": "91371302MA3C8H4W7X"}}),
                ("b", {"applicant": {"kind": "person", "name": "诸葛示例"}, "type": "approval.changed"}),
                ("c", {"region": "371321", "bodies": zones, "permit": {"number": "沂南〔2026〕7号"}}),
                ("d", {"item": "999999999999"}),
                ("e", {"case": "TESTa", "type": "approval.renewed",
                       "applicant": {"kind": "entity", "name": '沂蒙山"泉"饮品\\有限公司', "code": "91371302MA3C8H4W7X"}})):
            assert cls.hub.submit(event("list-" + number, **{"case": "TEST" + number, **data})).status == 201

    def found(self, user="spj", **filters):
        query = "&".join(f"{k}={quote(v)}" for k, v in {"q": "", **filters}.items())
        answer = self.hub.get("/cases?" + query, user)
        self.assertEqual(answer.status, 200, answer.body)
        return [c["case"] for c in answer.json["items"] if c["case"].startswith("TEST")]

    def test_q_is_any_of_four(self):
        for q, cases in (("TESTb", ["TESTb"]), ("沂南〔2026〕7号", ["TESTc"]), ("91371302MA3C8H4W7X", ["TESTa"]), ("沂蒙山", ["TESTa"]),
                         ("泉", ["TESTa"]), ("有限公司", ["TESTa"]), ('"泉"', ["TESTa"]), ("品\\有", ["TESTa"]), ("诸葛示", ["TESTb"]),
                         ("nobody", []), ("granted", []), ("specversion", []), ("spj-371302", [])):
            self.assertEqual(self.found(q=q), cases, q)

    def test_q_is_typed_by_people(self):
        for q, cases in (("  testB \t", ["TESTb"]), ("\u3000沂蒙山\xa0", ["TESTa"]), ("91371302ma3c8h4w7x", ["TESTa"]), ("ＴＥＳＴｂ", ["TESTb"]),
                         ("沂南〔２０２６〕", ["TESTc"]), ("\u3000 ", ["TESTe"]), ("沂 蒙", [])):
            self.assertEqual(self.found(q=q)[:1], cases if q.strip() else self.found()[:1], q)
        self.assertTrue(self.hub.get("/notices?q=" + quote(" testB\u3000"), "wjw").json["items"])
        self.assertIn("TESTb", self.hub.get("/cases.csv?q=" + quote(" testB "), "spj").body.decode())

    def test_texts_find_each_other_in_every_form(self):
        """As an input method, a font's width, a Mac or a form's capitals made them; what is answered is what came."""
        for number, name in enumerate(("沂河ＡＢ３号（东）公司", "沂河ab3号(东)公司", "沂河Ａb３号（东)公司")):
            self.assertEqual(self.hub.submit(event(f"width{number}", applicant={"kind": "entity", "name": name})).status, 201)
        wide = ["TESTwidth2", "TESTwidth1", "TESTwidth0"]
        for q in ("河AB3", "河ａｂ３号", "ab3号(东", "Ａb３号（东）公司", "Ｔｅｓｔwidth"):
            self.assertEqual(self.found(q=q), wide, q)
        names = ("Müller José", unicodedata.normalize("NFD", "Müller José"), "MÜLLER JOSÉ", "ﾊﾟﾝダ", "パンダ")
        for number, name in enumerate(names):
            self.assertEqual(self.hub.submit(event(f"form{number}", applicant={"kind": "entity", "name": f"甲{name}乙"})).status, 201)
        latin, kana = ["TESTform2", "TESTform1", "TESTform0"], ["TESTform4", "TESTform3"]
        for name in names:
            for q in (name, f"甲{name}", f"{name}乙"):
                for form in ("NFC", "NFD"):
                    self.assertEqual(self.found(q=unicodedata.normalize(form, q)), kana if "ダ" in name else latin, q)
        for number, name in enumerate(("沂源\u3000李记", "沂源 李记", "沂源\xa0李记")):
            self.assertEqual(self.hub.submit(event(f"blank{number}", applicant={"kind": "entity", "name": name})).status, 201)
        for q in ("源 李", "源\u3000李", "源\xa0李"):
            self.assertEqual(self.found(q=q), ["TESTblank2", "TESTblank1", "TESTblank0"], q)
        self.assertEqual(self.found(q="源 \uf9e1"), ["TESTblank2", "TESTblank1", "TESTblank0"], "a twin of 李")
        self.assertEqual(self.found(q="Jose乙"), [], "a letter with an accent is another letter")
        self.assertEqual({c["applicant"]["name"] for c in self.hub.get("/cases?q=TESTform", "spj").json["items"]}, {f"甲{n}乙" for n in names})

    def test_escaped_text_is_found_too(self):
        body = (b'{"specversion":"1.0","type":"approval.granted","source":"\\/sources\\/x","id":"esc","time":"2026-11-23T10:15:00+08:00",'
                b'"data":{"case":"TESTesc\\/1","item":"370123020001","region":"371302","applicant":{"name":"\\u6caf\\u5357"}}}')
        self.assertEqual(self.raw(body, {"Content-Type": "application/cloudevents+json"}).status, 201)
        for q in ("TESTesc/1", "沯南"):
            self.assertEqual(self.found(q=q), ["TESTesc/1"], q)
        self.assertEqual(self.hub.get("/cases/" + quote("TESTesc"), "spj").status, 404)

    def test_region_takes_in_what_lies_below(self):
        self.assertEqual(self.found(region="371321"), ["TESTc"])
        self.assertIn("TESTa", self.found(region="371302"))
        self.assertLessEqual({"TESTa", "TESTb", "TESTc", "TESTd"}, set(self.found(region="371300")))

    def test_item(self):
        self.assertEqual(self.found(item="999999999999"), ["TESTd"])
        self.assertNotIn("TESTd", self.found(item="370123020001"))
        self.assertIn("TESTb", self.found(item="11371302MB285773XU2370123020001"))

    def test_state_and_body_are_of_one_notice(self):
        lead = next(n["id"] for c in self.hub.get("/cases?q=TESTb", "spj").json["items"] for n in c["notices"] if n["role"] == "lead")
        self.assertEqual(self.hub.post(f"/notices/{lead}/claim", "wjw").status, 200)
        self.assertEqual(self.found(state="claimed"), ["TESTb"])
        self.assertEqual(self.found(state="claimed", body="wjw-371302"), ["TESTb"])
        self.assertEqual(self.found(state="claimed", body="scjg-371302"), [])
        self.assertIn("TESTa", self.found(state="open", body="wjw-371302"))
        self.assertEqual(self.found(body="no-such"), [])

    def test_days_are_inclusive(self):
        today = self.hub.get("/cases?q=TESTa", "spj").json["items"][0]["received"][:10]
        self.assertIn("TESTa", self.found(**{"from": today, "to": today}))
        self.assertEqual(self.found(**{"from": "2099-01-01"}), [])
        self.assertEqual(self.found(to="2020-12-31"), [])

    def test_a_case_stands_once_by_its_newest_event(self):
        rows = self.hub.get("/cases?q=TESTa", "spj").json["items"]
        self.assertEqual([(r["case"], r["type"]) for r in rows], [("TESTa", "approval.renewed")])
        whole = self.hub.get("/cases/TESTa", "spj").json
        self.assertEqual([e["type"] for e in whole["events"]], ["approval.granted", "approval.renewed"])

    def test_what_cannot_be_read(self):
        for query, what in (("state=foo", "state"), ("state=todo", "state"), ("region=000000", "region"), ("from=yesterday", "from"), ("to=2026-02-30", "to"), ("item=1", "item"),
                            ("limit=0", "limit"), ("limit=-1", "limit"), ("limit=x", "limit"), ("limit=1.5", "limit"),
                            ("cursor=x", "cursor"), ("cursor=-1", "cursor"), ("cursor=99999999999999999999", "cursor")):
            answer = self.hub.get("/cases?" + query, "spj")
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/" + what), query)

    def test_pages(self):
        for i in range(12):
            self.taken(f"page{i}", applicant={"name": "分页"})
        pages = list(self.pages("/cases?q=" + quote("分页"), "spj", 5))
        self.assertEqual([c["case"] for p in pages for c in p], [f"TESTpage{i}" for i in range(11, -1, -1)])
        self.assertTrue(all(len(p) <= 5 for p in pages))

    def test_a_case_may_have_any_visible_character_in_its_number(self):
        for number in ("TEST/2026/1", "TEST//2", "TEST/../3", "TEST\\4", "TEST%2F5", "TEST?#6", "TEST;a=b&c+7"):
            taken = self.taken("odd" + number, case=number)
            answer = self.hub.get("/cases/" + quote(number, safe=""), "spj")
            self.assertEqual((answer.status, answer.json["case"]), (200, number))
            self.assertEqual(answer.json["events"][0]["event"], taken["event"])
        for path in ("/cases%2FTESTa", "/cases/TESTa%2F", "/events/e1%2Fexplain"):  # it ends no segment
            self.assertEqual(self.hub.get(path, "spj").status, 404, path)

    def test_what_a_supervisor_finds(self):
        self.assertIn("TESTa", self.found(user="wjw"))
        self.assertNotIn("TESTc", self.found(user="scjg", q="沂南"))
        self.assertEqual(self.found(user="zjj", q="TESTa"), [])


class Notices(Audit):
    def listed(self, query="", user="wjw"):
        answer = self.hub.get("/notices" + query, user)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def test_a_notice_has_every_member(self):
        lead = self.lead("member")
        notice = next(n for n in self.listed()["items"] if n["id"] == lead)
        self.assertLessEqual(SHARED, set(notice))
        self.assertEqual(notice["item"], {"code": "370123020001", "name": "消毒产品生产企业卫生许可"})
        self.assertEqual(notice["applicant"], {"name": "测试企业member", "code": "91320105780688132K"})
        for name in ("due", "feedback_due", "received"):
            self.assertRegex(notice[name], TIME)
        self.assertTrue(notice["rules"][0]["basis"])
        self.assertEqual((notice["lamp"], notice["provisional"], notice["version"]),
                         ("green", not is_listed(notice["due"]), 1))
        whole = self.hub.get("/notices/" + lead, "wjw").json
        self.assertEqual(whole["notice"], notice)

    def test_without_a_body_all_of_ones_bodies(self):
        self.taken("two")
        mine = [n["body"] for n in self.listed("?q=TESTtwo")["items"]]
        self.assertEqual(sorted(mine), ["wjw-371300", "wjw-371302"])
        self.assertEqual([n["body"] for n in self.listed("?q=TESTtwo&body=wjw-371300")["items"]], ["wjw-371300"])

    def test_state_role_and_text(self):
        lead = self.lead("filter")
        self.hub.post(f"/notices/{lead}/acknowledge", "wjw")

        def ids(query):
            return [n["id"] for n in self.listed("?q=TESTfilter&" + query)["items"]]
        self.assertEqual(ids("state=acknowledged"), [lead])
        self.assertEqual(ids("state=acknowledged&role=copy"), [])
        self.assertEqual(len(ids("state=open&role=copy")), 1)
        self.assertEqual(ids("role=lead"), [lead])
        self.assertIn(lead, ids("state=todo"))
        self.hub.post(f"/notices/{lead}/claim", "wjw")
        self.assertNotIn(lead, ids("state=todo"))
        self.assertEqual(ids("state=claimed"), [lead])
        for state in ("returned", "transferred", "disputed", "closed", "withdrawn", "superseded"):
            self.assertEqual(ids("state=" + state), [])
        for q in ("测试企业filter", "许可filter号", "91320105780688132K"):
            self.assertIn(lead, [n["id"] for n in self.listed("?limit=200&q=" + quote(q))["items"]])

    def test_due(self):
        self.lead("due")
        for due in ("overdue", "soon"):
            lamp = {"overdue": "red", "soon": "yellow"}[due]
            self.assertTrue(all(n["lamp"] == lamp for n in self.listed("?due=" + due)["items"]))

    def test_what_cannot_be_read(self):
        for query, what in (("state=foo", "state"), ("role=king", "role"), ("role=applicant", "role"), ("due=now", "due"),
                            ("limit=0", "limit"), ("limit=x", "limit"), ("cursor=x", "cursor"), ("cursor=l-1", "cursor"),
                            ("cursor=l1", "cursor"), ("cursor=t1.0", "cursor"), ("cursor=l9999999999999999999-1", "cursor"),
                            ("state=todo&cursor=t0.0", "cursor"), ("state=todo&cursor=l1-1", "cursor")):
            answer = self.hub.get("/notices?" + query, "wjw")
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/" + what), query)
        for query, what in (("figure=foo", "figure"), ("region=000000", "region"), ("item=1", "item"), ("from=1", "from"), ("to=1", "to"),
                            ("from=2026-02-02&to=2026-02-01", "from")):
            for user in ("wjw", "lxhy"):
                answer = self.hub.get("/notices?" + query, user)
                self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/" + what), query)
        for query in ("cursor=s1", "cursor=s-1.0", "cursor=s1.x", "cursor=l1"):
            self.assertEqual(self.hub.get("/notices?" + query, "lxhy").status, 422, query)

    def test_one_rule_for_all_lists(self):
        """What is not understood is named, all of it at once, wherever it is asked; a region of the policy that has nothing is an empty list."""
        for path in ("/cases", "/notices", "/board", "/disputes"):
            answer = self.hub.get(f"{path}?region=000000", "lxhy")
            self.assertEqual((answer.status, [e["pointer"] for e in answer.json["errors"]]), (422, ["/region"]), path)
            self.assertEqual(self.hub.get(f"{path}?region=371300", "lxhy").status, 200, path)
        for path, query, faults in (("/cases", "state=x&region=y&item=z&from=1&to=2&cursor=c&limit=0", 7), ("/disputes", "state=x&region=y&cursor=c&limit=x", 4),
                                    ("/notices", "state=x&role=y&cause=z&due=a&limit=-1", 5), ("/board", "by=x&region=y&from=1&to=2", 4),
                                    ("/notices", "state=x&role=y&cause=z&due=a&region=b&item=c&figure=d&from=1&to=2&cursor=e&limit=1.5", 11),
                                    ("/meetings/agenda", "from=1&to=2", 2), ("/ranking", "region=y&month=1", 2)):
            answer = self.hub.get(f"{path}?{query}", "lxhy")
            self.assertEqual(answer.status, 422, answer.body)
            self.assertEqual(len({e["pointer"] for e in answer.json["errors"]}), faults, answer.body)

    def test_a_made_up_cursor_shows_nothing_foreign(self):
        self.taken("cursor")
        for cursor in ("l1-1", "l999999-999999", "l0-0"):
            for notice in self.listed("?cursor=" + cursor)["items"]:
                self.assertIn(notice["body"], ("wjw-371300", "wjw-371302"))

    def test_the_default_is_fifty_and_the_most_two_hundred(self):
        for i in range(210):
            self.taken(f"limit{i}")
        self.assertEqual(len(self.listed()["items"]), 50)
        for limit in (1, 3, 200):
            self.assertEqual(len(self.listed(f"?limit={limit}")["items"]), limit)
        self.assertEqual(len(self.listed("?limit=9999")["items"]), 200)
        self.assertEqual(len(self.hub.get("/cases", "spj").json["items"]), 50)

    def test_pages_hold_everything_once_while_others_come_and_are_done(self):
        for state in ("todo", ""):
            made = [self.lead(f"walk{state}{i}") for i in range(30)]
            seen, cursor, n = [], "", 0
            while cursor is not None:
                page = self.listed(f"?role=lead&limit=7&state={state}" + (f"&cursor={cursor}" if cursor else ""))
                seen += [x["id"] for x in page["items"]]
                cursor = page["next"]
                if n < 3:
                    self.lead(f"new{state}{n}")
                    if state:
                        self.assertEqual(self.hub.post(f"/notices/{seen[n]}/claim", "wjw").status, 200)
                n += 1
            self.assertEqual(len(seen), len(set(seen)))
            self.assertLessEqual(set(made), set(seen))
            self.assertEqual(seen, sorted(seen, key=lambda x: -float(x[1:])))

    def test_total_and_open_are_for_those_who_see_the_list_whole(self):
        self.taken("count")
        page = self.listed("?body=wjw-371302")
        self.assertGreaterEqual(page["total"], page["open"])
        self.assertIn("open", self.listed("?body=wjw-371302", "lxhy"))
        for query, user in (("?body=wjw-371302&limit=1", "spj"), ("?limit=1", "lxhy")):
            self.assertFalse("open" in self.listed(query, user), user)

    def test_everybody_sees_what_is_theirs(self):
        self.taken("whose")
        for user, roles in (("spj", 1), ("lxhy", 4), ("sjj", 4), ("wjw", 2), ("scjg", 1), ("zjj", 0)):
            self.assertEqual(len(self.listed("?q=TESTwhose", user)["items"]), roles, user)
        pages = [n["id"] for p in self.pages("/notices?q=TESTwhose", "lxhy", 1) for n in p]
        self.assertEqual(len(set(pages)), 4)
        self.assertEqual(len(pages), 4)


class Pool(Audit):
    def test_nobodys_notice_is_for_those_of_the_region(self):
        taken = self.taken("pool", item="999999999999")
        notice = next(n for n in taken["notices"] if n["role"] == "lead")["id"]

        def pooled(user, query=""):
            return [n["id"] for n in self.hub.get("/pool" + query, user).json["items"]]
        for user in ("wjw", "zjj", "scjg", "lxhy"):
            self.assertIn(notice, pooled(user), user)
        self.assertIn(notice, pooled("zjj", "?region=371302"))
        self.assertEqual(pooled("zjj", "?region=371300"), [])
        answer = self.hub.post(f"/pool/{notice}/claim", "zjj")
        self.assertEqual((answer.status, answer.json["state"]), (200, "claimed"))
        self.assertEqual(self.hub.post(f"/pool/{notice}/claim", "zjj").json, answer.json)
        for late in (self.hub.post(f"/pool/{notice}/claim", "wjw"), self.hub.post(f"/notices/{notice}/acknowledge", "scjg")):
            self.assertEqual((late.status, late.json["detail"]), (409, "zjj-371302 has taken it out of the pool first"))
        self.assertEqual(self.hub.get(f"/notices/{notice}", "wjw").status, 404)
        self.assertEqual(self.hub.post(f"/notices/{notice}/return", "wjw", {"reason": "not-our-remit", "remark": ""}).status, 404)
        self.assertEqual(self.hub.post(f"/pool/{notice}/claim", "spj").status, 403)
        wait_until(lambda: notice not in pooled("wjw"))
        mine = self.hub.get("/notices?state=claimed&q=TESTpool", "zjj").json["items"]
        self.assertEqual([(n["id"], n["body"]) for n in mine], [(notice, "zjj-371302")])


class Packed(Audit):
    """Long answers to questions go packed to whoever takes them so."""
    PATH = "/notices?body=wjw-371302&state=todo"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in range(20):
            applicant = {"kind": "entity", "name": "示例长名用品有限公司" * 8, "code": "91371302MA3C8H4W7X"}
            assert cls.hub.submit(event(f"packed-{number}", applicant=applicant)).status == 201

    def asked(self, accepts, path=PATH, method="GET"):
        answer = self.hub.request(method, "/api/v1" + path, user="wjw", headers={"Accept-Encoding": accepts})
        self.assertEqual(answer.status, 200, answer.body)
        return answer

    def asked_beside(self, one, other):
        """The answers to both, of one state: a list names where the stream stands, and that moves by itself while letters go out."""
        def both():
            first, beside, last = self.asked(**one), self.asked(**other), self.asked(**one)
            return (first, beside) if first.body == last.body else None
        return wait_until(both, what="three questions between which nothing happens")

    def test_who_takes_it_packed(self):
        for accepts in ("gzip", "br, gzip", "deflate, GZIP;q=0.5", "*", "identity;q=0, gzip", "gzip;q=0.001"):
            plain, answer = self.asked_beside({"accepts": "identity"}, {"accepts": accepts})
            self.assertEqual(answer.headers["Content-Encoding"], "gzip", accepts)
            self.assertEqual(answer.headers["Vary"], "Accept-Encoding")
            self.assertEqual(answer.headers["Content-Type"], "application/json")
            self.assertEqual(gzip.decompress(answer.body), plain.body, accepts)
            self.assertLess(len(answer.body), len(plain.body) / 4)
            self.assertEqual(int(answer.headers["Content-Length"]), len(answer.body))

    def test_who_does_not(self):
        for accepts in ("identity", "", "br", "gzip;q=0", "gzip;q=0, *", "*;q=0", "gzip;q=nonsense", "xgzip, gzipx"):
            answer = self.asked(accepts)
            self.assertIsNone(answer.headers["Content-Encoding"], accepts)
            self.assertEqual(answer.headers["Vary"], "Accept-Encoding", accepts)
            self.assertGreaterEqual(len(answer.json["items"]), 20)

    def test_head_says_what_get_would(self):
        got, head = self.asked_beside({"accepts": "gzip"}, {"accepts": "gzip", "method": "HEAD"})
        for name in ("Content-Encoding", "Vary", "Content-Length"):
            self.assertEqual(head.headers[name], got.headers[name], name)
        self.assertEqual(head.body, b"")

    def test_what_is_short_or_has_a_version_goes_as_it_is(self):
        self.assertIsNone(self.asked("gzip", "/me").headers["Content-Encoding"])
        notice = self.asked("gzip", "/notices/" + self.asked("identity").json["items"][0]["id"])
        self.assertGreater(len(notice.body), 2048)
        self.assertTrue(notice.headers["ETag"])
        self.assertIsNone(notice.headers["Content-Encoding"])

    def test_who_sends_in_has_no_answer_packed(self):
        many = [event(f"packed-many-{number}") for number in range(10)]
        answer = self.hub.request("POST", "/api/v1/events", many, user="spj",
                                  headers={"Accept-Encoding": "gzip", "Content-Type": "application/cloudevents-batch+json"})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertGreater(len(answer.body), 2048)
        self.assertIsNone(answer.headers["Content-Encoding"])


if __name__ == "__main__":
    main()
