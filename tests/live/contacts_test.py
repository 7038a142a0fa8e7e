"""Whom to ask at a body, from outside: who may write and read it, and what is refused."""
import json
import subprocess
import sys
import unittest

import redis

import documents
from hub import BIN, OneHub, event, wait_until

BODY = "wjw-371302"
KEY = "tdm:{371300}:"
PEOPLE = [{"name": "联络员甲", "post": "liaison", "phone": "13900000021", "hours": "09:00-17:30", "checked_on": "2999-01-01"},
          {"name": "科长乙", "post": "section-head", "phone": "13900000022",
           "leave": [{"from": "2020-01-01", "to": "2999-01-01", "substitute": "联络员甲"}]}]


class Contacts(OneHub):
    people = ("wjw", "zjj", "spj", "lxhy", "sjj", "admin")

    def put(self, body, people, user="admin"):
        return self.hub.request("PUT", f"/api/v1/bodies/{body}/contacts", {"people": people}, user=user)

    def get(self, body=BODY, user="wjw"):
        return self.hub.get(f"/bodies/{body}/contacts", user)

    def test_written_by_an_administrator_and_read_by_the_bodys_own(self):
        answer = self.put(BODY, PEOPLE)
        self.assertEqual(answer.status, 200, answer.body)
        for user in ("wjw", "admin"):
            got = self.get(user=user)
            self.assertEqual(got.status, 200, got.body)
            documents.hold({"$ref": "#/components/schemas/Contacts"}, got.json, "contacts")
            self.assertEqual([(k["name"], k["on_leave"], k["stale"]) for k in got.json["people"]],
                             [("联络员甲", False, False), ("科长乙", True, True)])
            self.assertEqual(got.json["by"], "admin")
            self.assertEqual(got.json["allowed"], ["edit", "hand-over"] if user == "admin" else ["hand-over-own"])
        self.assertIn(b"tandem_contacts_stale 1\n", self.hub.request("GET", "/metrics").body)
        audit = self.hub.get("/audit?act=contacts", "sjj")
        self.assertEqual(audit.json["items"][0]["body"], BODY)
        self.assertNotIn(b"13900000021", audit.body)

    def to_call(self, notice, user):
        """Whom that notice says to call: name, number, for whom."""
        got = self.hub.get(f"/notices/{notice}", user)
        self.assertEqual(got.status, 200, got.body)
        self.assertEqual(got.headers["Cache-Control"], "no-store")
        documents.hold({"$ref": "#/components/schemas/NoticeWhole"}, got.json, "notice")
        return [(k["name"], k["phone"], k["post"], k["stands_for"]) for k in got.json["contacts"]["people"]]

    def test_a_notice_says_whom_to_call_masked_and_as_it_is_now(self):
        self.put(BODY, [])
        taken = self.hub.submit(event("call")).json["notices"]
        mine = next(n["id"] for n in taken if n["body"] == BODY)
        self.assertEqual(self.to_call(mine, "spj"), [])
        free = [{**PEOPLE[0], "hours": None}, PEOPLE[1]]
        self.assertEqual(self.put(BODY, free).status, 200)
        for user in ("wjw", "spj", "lxhy", "sjj"):
            self.assertEqual(self.to_call(mine, user), [("联**", "139****0021", "liaison", None)], user)
        self.assertEqual(self.hub.get(f"/notices/{mine}", "zjj").status, 404)
        self.assertEqual(self.hub.get(f"/notices/{mine}", "admin").status, 403)
        away = {**free[0], "leave": [{"from": "2020-01-01", "to": "2999-01-01", "substitute": "科长乙"}]}
        self.assertEqual(self.put(BODY, [away, {**PEOPLE[1], "leave": []}]).status, 200)
        self.assertEqual(self.to_call(mine, "spj"), [("科**", "139****0022", "section-head", "联**")])
        # Without a body there is nobody; and nothing that lists notices carries contacts.
        pool = self.hub.submit(event("callpool", item="999999999999")).json["notices"][0]["id"]
        self.assertEqual(self.to_call(pool, "spj"), [])
        for path in ("/notices?limit=200", "/cases/TESTcall", "/cases?q=TESTcall"):
            self.assertNotIn(b'"contacts"', self.hub.get(path, "spj").body, path)
        for number in ("13900000021", "13900000022", "139****"):
            self.assertNotIn(number, self.hub.log_text())

    def shown(self, notice, user, reason="短信未达，电话联系", **options):
        return self.hub.request("POST", f"/api/v1/notices/{notice}/contacts", json.dumps({"reason": reason} if reason is not None else {}),
                                {"Content-Type": "application/json", **options.get("headers", {})}, user)

    def test_whoever_has_to_call_says_why_and_gets_the_number(self):
        self.assertEqual(self.put(BODY, [{**PEOPLE[0], "hours": None}, {**PEOPLE[1], "leave": []}]).status, 200)
        mine = next(n["id"] for n in self.hub.submit(event("show")).json["notices"] if n["body"] == BODY)
        for user in ("wjw", "spj", "lxhy"):
            with self.subTest(user):
                self.assertEqual(self.hub.get(f"/notices/{mine}", user).json["contacts"]["allowed"], ["show"])
                got = self.shown(mine, user, headers={"Idempotency-Key": "once"})
                self.assertEqual(got.status, 200, got.body)
                self.assertEqual(got.headers["Cache-Control"], "no-store")
                documents.hold({"$ref": "#/components/schemas/ContactsToCall"}, got.json, "contacts")
                self.assertEqual([(k["name"], k["phone"]) for k in got.json["people"]], [("联络员甲", "13900000021"), ("科长乙", "13900000022")])
        # The auditor sees it masked, and who had it shown, when and why; nobody's number stands there, nor in what the hub keeps or logs.
        self.assertEqual(self.hub.get(f"/notices/{mine}", "sjj").json["contacts"]["allowed"], [])
        audit = self.hub.get(f"/audit?act=contacts-shown&about={mine}", "sjj")
        self.assertEqual([(a["who"], a["notice"], a["body"], a["detail"]) for a in audit.json["items"]],
                         [(user, mine, BODY, "短信未达，电话联系") for user in ("lxhy", "spj", "wjw")])
        for said in (audit.body.decode(), self.hub.log_text()):
            for secret in ("13900000021", "联络员甲", "0021"):
                self.assertNotIn(secret, said)
        with redis.Redis(unix_socket_path=self.hub.redis_socket()) as store:
            holding = [key for key in store.scan_iter(KEY + "x:*") if b"0021" in (store.get(key) or b"")]
        self.assertEqual(holding, [])

    def test_who_gets_no_number(self):
        self.assertEqual(self.put(BODY, [{**PEOPLE[0], "hours": None}]).status, 200)
        mine = next(n["id"] for n in self.hub.submit(event("hide")).json["notices"] if n["body"] == BODY)
        for user, status in (("zjj", 404), ("sjj", 403), ("admin", 403), (None, 401)):
            self.assertEqual(self.shown(mine, user).status, status, user)
        self.assertEqual(self.shown(mine, "zjj", reason=None).status, 404)
        self.assertEqual(self.shown("n999999.0", "spj").status, 404)
        for reason in (None, "", "  ", "长" * 501, 7):
            got = self.shown(mine, "spj", reason)
            self.assertEqual((got.status, [e["pointer"] for e in got.json["errors"]]), (422, ["/reason"]), reason)
        key = self.hub.post("/keys", "admin", {"name": "shower", "bodies": ["spj-371302"], "source": "/sources/test"}).json["key"]
        bearer = {"Authorization": "Bearer " + key}
        def asked():
            return self.hub.request("GET", f"/api/v1/notices/{mine}", None, bearer)
        wait_until(lambda: asked().status != 401, what="the new key")
        seen = asked()
        self.assertEqual((seen.status, seen.json["contacts"]["allowed"]), (200, []))
        self.assertEqual(self.shown(mine, None, headers=bearer).status, 403)
        self.assertEqual(self.put(BODY, []).status, 200)
        self.assertEqual(self.shown(mine, "spj").status, 409)

    def test_nothing_is_shown_that_cannot_be_audited(self):
        self.assertEqual(self.put(BODY, [{**PEOPLE[0], "hours": None}]).status, 200)
        mine = next(n["id"] for n in self.hub.submit(event("unaudited")).json["notices"] if n["body"] == BODY)
        with redis.Redis(unix_socket_path=self.hub.redis_socket()) as store:
            store.rename(KEY + "audit", KEY + "audit-away")
            store.set(KEY + "audit", "x")
            try:
                got = self.shown(mine, "spj")
            finally:
                store.rename(KEY + "audit-away", KEY + "audit")
        self.assertEqual(got.status, 500)
        self.assertNotIn(b"0021", got.body)

    def test_nobody_has_numbers_shown_without_end(self):
        self.assertEqual(self.put(BODY, [{**PEOPLE[0], "hours": None}]).status, 200)
        mine = next(n["id"] for n in self.hub.submit(event("often")).json["notices"] if n["body"] == BODY)
        self.add("spj2", "approver", "spj-371302")
        answers = [self.shown(mine, "spj2").status for _ in range(61)]
        self.assertEqual((answers[:60], answers[60]), ([200] * 60, 429))
        self.assertEqual(self.shown(mine, "lxhy").status, 200)

    def add(self, user, role, body):
        subprocess.run([BIN, "user", "add", user, "--role", role, "--body", body, "--data", self.hub.data], check=True,
                       input=user + "\n", text=True, capture_output=True)
        wait_until(lambda: self.hub.try_sign_in(user), what="the new person")

    def handover(self, body, user, **said):
        return self.hub.post(f"/bodies/{body}/handover", user, said)

    def test_what_one_has_in_hand_goes_to_another(self):
        taken = [self.hub.submit(event(f"hand{i}")).json for i in range(3)]
        mine = [next(n["id"] for n in t["notices"] if n["body"] == BODY) for t in taken]
        for notice in mine[:2]:
            self.assertEqual(self.hub.post(f"/notices/{notice}/claim", "wjw").status, 200)
        for user, body, said, status in (("zjj", BODY, {"from": "wjw", "to": "zjj"}, 404), ("spj", BODY, {"from": "spj", "to": "wjw"}, 404),
                                         ("lxhy", BODY, {"from": "wjw", "to": "zjj"}, 403), ("wjw", BODY, {"from": "zjj", "to": "wjw"}, 403),
                                         ("wjw", BODY, {"from": "wjw", "to": "zjj"}, 422), ("wjw", BODY, {"from": "wjw", "to": "wjw"}, 422),
                                         ("admin", BODY, {"from": "wjw", "to": "nobody"}, 422), ("admin", BODY, {}, 422),
                                         ("admin", "nobody", {"from": "wjw", "to": "zjj"}, 404)):
            self.assertEqual(self.handover(body, user, **said).status, status, (user, said))
        self.add("wjw2", "supervisor", BODY)
        answer = self.handover(BODY, "wjw", **{"from": "wjw", "to": "wjw2"})
        self.assertEqual(answer.status, 200, answer.body)
        documents.hold({"$ref": "#/components/schemas/Handover"}, answer.json, "handover")
        self.assertEqual(answer.json["moved"], 2)
        whole = self.hub.get(f"/notices/{mine[0]}", "wjw").json
        self.assertEqual((whole["notice"]["keeper"], whole["notice"]["claimed"]["by"]), ("wjw2", "wjw"))
        self.assertEqual([(r["kind"], r["by"], r["detail"]) for r in whole["receipts"]][-1], ("handed-on", "wjw", "wjw2"))
        self.assertNotIn("keeper", self.hub.get(f"/notices/{mine[2]}", "wjw").json["notice"])
        audit = self.hub.get("/audit?act=handover", "sjj").json["items"]
        self.assertEqual({(a["notice"], a["who"], a["body"], a["detail"]) for a in audit},
                         {(notice, "wjw", BODY, "wjw to wjw2") for notice in mine[:2]})
        self.assertEqual(self.handover(BODY, "wjw", **{"from": "wjw", "to": "wjw2"}).json["moved"], 0)
        self.assertEqual(self.handover(BODY, "admin", **{"from": "wjw2", "to": "wjw"}).json["moved"], 2)

    def test_what_cannot_be_audited_is_not_done(self):
        """Whatever keeps the audit log from taking its line keeps the act from being done."""
        before = self.get().json
        with redis.Redis(unix_socket_path=self.hub.redis_socket()) as store:
            store.rename(KEY + "audit", KEY + "audit-away")
            store.set(KEY + "audit", "x")
            try:
                self.assertEqual(self.put(BODY, []).status, 500)
            finally:
                store.rename(KEY + "audit-away", KEY + "audit")
        self.assertEqual(self.get().json, before)

    def test_nobody_else_may(self):
        before = self.get().json
        for user, status in (("wjw", 403), ("spj", 403), ("lxhy", 403), ("sjj", 403)):
            self.assertEqual(self.put(BODY, [], user).status, status, user)
        for user, status in (("zjj", 404), ("spj", 404), ("lxhy", 403), ("sjj", 403)):
            self.assertEqual(self.get(user=user).status, status, user)
        self.assertEqual(self.put("nobody", []).status, 404)
        self.assertEqual(self.get("nobody", "admin").status, 404)
        self.assertEqual(self.get().json, before)

    def test_every_fault_at_once_and_nothing_changed(self):
        before = self.get().json
        answer = self.put(BODY, [{"name": "", "post": "liaison", "phone": "12"}, {"name": "乙", "post": "x", "hours": "9-17"},
                                 {"name": "乙", "post": "x", "leave": [{"from": "soon", "to": "2026-01-01", "substitute": "丁"}]}])
        self.assertEqual(answer.status, 422, answer.body)
        self.assertEqual({e["pointer"] for e in answer.json["errors"]},
                         {"/people/0/name", "/people/0/phone", "/people/1/hours", "/people/2/name", "/people/2/leave/0/from",
                          "/people/2/leave/0/substitute"})
        self.assertEqual(self.put(BODY, [{"name": str(i), "post": "x"} for i in range(101)]).status, 422)
        self.assertEqual(self.get().json, before)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
