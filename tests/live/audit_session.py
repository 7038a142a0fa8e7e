"""Contract section 5 about who one is: sessions, keys, roles, scopes, and calls that do not exist."""
import re
from urllib.parse import quote

import documents
from audit import CLOUD, Audit, dump, main
from hub import event, wait_until


class Sessions(Audit):
    def test_cookie_and_me(self):
        answer = self.hub.request("POST", "/api/v1/session", {"user": "wjw", "password": "wjw"})
        cookie = answer.headers["Set-Cookie"]
        for part in ("HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(part, cookie)
        me = self.hub.request("GET", "/api/v1/me", headers={"Cookie": cookie.split(";")[0]}).json
        self.assertEqual(answer.json, me)
        self.assertEqual(me["roles"], ["supervisor"])
        self.assertEqual([b["id"] for b in me["bodies"]], ["wjw-371302", "wjw-371300"])
        self.assertEqual(answer.headers["Cache-Control"], "no-store")

    def test_out_is_out(self):
        self.hub.sign_in("sjj")
        self.assertEqual(self.hub.request("DELETE", "/api/v1/session", user="sjj").status, 204)
        self.assertEqual(self.hub.get("/me", "sjj").status, 401)
        self.assertEqual(self.hub.request("DELETE", "/api/v1/session").status, 401)
        self.hub.sign_in("sjj")

    def test_wrong_password_and_unknown_name_look_alike(self):
        wrong = self.hub.request("POST", "/api/v1/session", {"user": "zjj", "password": "x"})
        unknown = self.hub.request("POST", "/api/v1/session", {"user": "nobody-here", "password": "x"})
        self.assertEqual((wrong.status, wrong.body), (401, unknown.body))

    def test_six_failures_shut_the_name_also_for_the_right_password(self):
        statuses = [self.hub.request("POST", "/api/v1/session", {"user": "scjg", "password": "x"}).status for _ in range(6)]
        self.assertEqual(statuses, [401] * 5 + [429])
        shut = self.hub.request("POST", "/api/v1/session", {"user": "scjg", "password": "scjg"})
        self.assertEqual(shut.status, 429)
        self.assertTrue(0 < int(shut.headers["Retry-After"]) <= 900)
        self.assertEqual(self.hub.get("/me", "scjg").status, 200)

    def test_what_is_no_sign_in(self):
        answer = self.hub.request("POST", "/api/v1/session", {"user": 1})
        self.assertEqual({e["pointer"] for e in answer.json["errors"]}, {"/user", "/password"})
        self.assertEqual(answer.status, 422)
        self.assertEqual(self.hub.request("POST", "/api/v1/session", b"{").status, 400)
        self.assertEqual(self.hub.request("POST", "/api/v1/session", b"[]").status, 422)
        self.assertEqual(self.hub.request("POST", "/api/v1/session", b'{"user":"a","user":"b","password":"c"}').status, 422)

    def test_a_foreign_origin_changes_nothing(self):
        foreign = {"Origin": "http://elsewhere.example"}
        self.assertEqual(self.hub.submit(event("origin"), headers={**CLOUD, **foreign}).status, 403)
        self.assertEqual(self.hub.request("DELETE", "/api/v1/session", headers=foreign, user="spj").status, 403)
        self.assertEqual(self.hub.request("POST", "/api/v1/session", {"user": "spj", "password": "spj"}, foreign).status, 403)
        ours = {"Origin": f"http://127.0.0.1:{self.hub.port}"}
        self.assertEqual(self.hub.submit(event("origin"), headers={**CLOUD, **ours}).status, 201)

    def test_nobody_and_bad_keys_are_401(self):
        for headers in ({}, {"Authorization": "Bearer tdm_no"}, {"Cookie": "tandem_session=no"}, {"Authorization": "Basic eDp5"}):
            answer = self.hub.request("GET", "/api/v1/notices", headers=headers)
            self.assertEqual(answer.status, 401, headers)
            self.assertIn("Bearer", answer.headers["WWW-Authenticate"])


class Roles(Audit):
    ROLES = {"spj": "approver", "wjw": "supervisor", "lxhy": "coordinator", "sjj": "auditor", "admin": "admin"}
    MAY = {"POST /events": {"approver"}, "GET /cases": {"approver", "supervisor", "coordinator", "auditor"},
           "GET /notices": {"approver", "supervisor", "coordinator", "auditor"}, "GET /pool": {"supervisor", "coordinator", "auditor"},
           "POST /notices/n99999.0/acknowledge": {"supervisor", "approver"}, "POST /notices/n99999.0/claim": {"supervisor", "approver"},
           "POST /notices/acknowledge": {"supervisor", "approver"}, "POST /pool/n99999.0/claim": {"supervisor"},
           **{call: {"admin"} for call in ("GET /users", "POST /users", "POST /users/nobody/grants", "DELETE /users/nobody/grants",
                                           "POST /users/nobody/disable", "POST /users/nobody/enable", "POST /users/nobody/password")},
           "GET /policy": set(ROLES.values()), "GET /me": set(ROLES.values())}

    def test_what_ones_role_never_does_is_403(self):
        for call, who in self.MAY.items():
            method, path = call.split()
            for name, role in self.ROLES.items():
                answer = self.hub.request(method, "/api/v1" + path, b"{}" if method == "POST" else None, CLOUD, user=name)
                self.assertEqual(answer.status != 403, role in who, f"{name}: {call} gave {answer.status}")

    def test_a_body_that_may_be_left_out_is_read_all_the_same(self):
        """The hub under the sanitizers says in which of these it goes on behind its answer."""
        version = self.hub.get("/policy", "admin").json["policy"]
        calls = [(f"/policy/versions/{version}/{verb}", "lxhy") for verb in ("approve", "activate", "rehearse", "shadow")]
        calls += [(f"/users/nobody/{verb}", "admin") for verb in ("disable", "enable", "password")]
        for path, user in calls + [("/disputes/u1.0/draft", "lxhy"), ("/decisions/m1.0/done", "lxhy"), ("/connectors/demo/test", "admin")]:
            for body, status in ((b"{", 400), (b"\xff", 400), (b"[]", 422), (b'{"a":1,"a":2}', 422)):
                answer = self.hub.request("POST", "/api/v1" + path, body, {"Content-Type": "application/json"}, user=user)
                self.assertEqual(answer.status, status, (path, body))
        self.assertEqual(self.hub.request("GET", "/healthz").status, 200)

    def test_outside_the_scope_is_as_if_it_were_not_there(self):
        taken = self.taken("scope", region="371321", bodies={"accepting": "spj-371321", "reviewing": "spj-371321",
                                                             "deciding": "spj-371321"})
        notice = taken["notices"][0]["id"]
        for path, missing in ((f"/events/{taken['event']}", "/events/e99999"), (f"/notices/{notice}", "/notices/n99999.0"),
                              ("/cases/TESTscope", "/cases/NOSUCH"), (f"/events/{taken['event']}/explain", "/events/e99999/explain"),
                              ("/notices?body=scjg-371302", "/notices?body=no-such"), ("/notices?body=zjj-371300", "/notices?body=x"),
                              ("/pool?region=371321", "/pool?region=000000")):
            user = "zjj" if "zjj" not in path else "wjw"
            one, other = self.hub.get(path, user), self.hub.get(missing, user)
            self.assertEqual((one.status, one.body), (404, other.body), path)
        for verb in ("acknowledge", "claim", "shown"):
            one, other = (self.hub.post(f"/notices/{n}/{verb}", "zjj") for n in (notice, "n99999.0"))
            self.assertEqual((one.status, one.body), (404, other.body), verb)
        self.assertEqual(self.hub.get("/cases/TESTscope", "spj").status, 200)  # its own key sent it

    def test_a_filter_does_not_tell_of_other_bodies_notices(self):
        lead = self.lead("leak")
        self.assertEqual(self.hub.post(f"/notices/{lead}/claim", "wjw").status, 200)

        def found(query):
            return [c["case"] for c in self.hub.get("/cases?q=TESTleak&" + query, "scjg").json["items"]]
        self.assertEqual(found("state=open"), ["TESTleak"])
        self.assertEqual(found("state=claimed"), [])
        self.assertEqual(found("body=wjw-371302"), [])

    def test_a_coordinator_reads_masked(self):
        person = {"kind": "person", "name": "欧阳示例", "code": "371302199001010000", "phone": "13900000000"}
        taken, _ = self.taken("mask", applicant=person), self.taken("mask-entity")
        for user in ("lxhy", "sjj"):
            for path in ("/cases?q=TESTmask", "/cases/TESTmask", f"/events/{taken['event']}", f"/notices/{taken['notices'][0]['id']}",
                         "/notices?q=TESTmask"):
                text = self.hub.get(path, user).body.decode()
                self.assertIn("欧**", text, path)
                for secret in ("阳示例", "371302199001010000", "13900000000"):
                    self.assertNotIn(secret, text, path)
            # Nor may they be guessed by what a search finds.
            for secret in ("阳示例", "371302199001010000", "3713021990"):
                for path in ("/cases?q=", "/notices?q=", "/notices?figure=sent&q="):
                    self.assertEqual(self.hub.get(path + quote(secret), user).json["items"], [], path + secret)
            self.assertTrue(self.hub.get("/cases?q=" + quote("欧阳示例"), user).json["items"], "who knows the whole name may ask")
            self.assertTrue(self.hub.get("/cases?q=91320105780688132K", user).json["items"], "an entity's code is no secret")
        self.assertIn("欧阳示例", self.hub.get("/cases/TESTmask", "wjw").body.decode())
        self.assertTrue(self.hub.get("/cases?q=" + quote("阳示例"), "wjw").json["items"])

    def test_a_person_that_the_event_does_not_call_one_is_masked_too(self):
        number = "37130219990101021X"  # a good credit code, too
        for i, change in enumerate(({}, {"kind": None}, {"kind": "entity"}, {"code": "371302199001010000"})):
            person = {"name": "欧阳示例", "code": number, **change}
            self.taken(f"unsaid{i}", applicant=person)
            for path in (f"/cases?q=TESTunsaid{i}", f"/cases/TESTunsaid{i}"):
                text = self.hub.get(path, "lxhy").body.decode()
                self.assertIn("欧**", text, path)
                self.assertNotIn(person["code"], text, path)
            found = self.hub.get("/cases?q=" + person["code"], "lxhy").json["items"]
            self.assertEqual([c["case"] for c in found if "unsaid" in c["case"]], [])
        self.taken("unsaid-entity", applicant={"name": "示例公司", "code": "91320105780688132K"})
        self.assertIn("示例公司", self.hub.get("/cases?q=TESTunsaid-entity", "lxhy").body.decode())


class Keys(Audit):
    def test_a_key_sends_for_its_sources_and_reads_their_status(self):
        key = self.hub.key("one", "--body", "spj-371302", "--source", "/sources/one")
        other = self.hub.key("two", "--body", "spj-371302", "--source", "/sources/two")

        def send(headers, **change):
            return self.hub.request("POST", "/api/v1/events", dump({**event("key"), **change}), {**headers, **CLOUD})
        taken = send(key, source="/sources/one/a")
        self.assertEqual(taken.status, 201)
        for foreign in ("/sources/two", "/sources/one2", "/sources/one-b", "/sources/on"):
            self.assertEqual(send(key, source=foreign).status, 403, foreign)
        path = f"/api/v1/events/{taken.json['event']}"
        whole = self.hub.request("GET", path, headers=key).json
        self.assertEqual(len(whole["decided"]["notices"]), len(taken.json["notices"]))
        self.assertEqual(self.hub.request("GET", path, headers=other).status, 404)
        self.assertEqual(self.hub.request("POST", f"/api/v1/notices/{taken.json['notices'][0]['id']}/acknowledge", b"{}", key).status, 403)
        sibling = self.hub.key("three", "--body", "spj-371302", "--source", "/sources/one")
        self.assertEqual(self.hub.request("GET", path, headers=sibling).json, whole)
        longer = self.hub.key("four", "--body", "spj-371302", "--source", "/sources/on")
        self.assertEqual(self.hub.request("GET", path, headers=longer).status, 404)
        below = self.hub.key("five", "--body", "spj-371302", "--source", "/sources/")
        self.assertEqual(self.hub.request("GET", path, headers=below).json, whole)
        self.assertEqual(send(below, source="/sources/any", id="below").status, 201)
        self.assertEqual(self.hub.request("GET", "/api/v1/me", headers=key).json["roles"], ["system"])


class Calls(Audit):
    def test_methods_and_paths(self):
        for path, allow in (("/api/v1/events", {"POST"}), ("/api/v1/session", {"POST", "DELETE"}), ("/api/v1/me", {"GET", "HEAD"}),
                            ("/api/v1/cases", {"GET", "HEAD"}), ("/api/v1/connectors/x/receipt", {"GET", "POST"})):
            answer = self.hub.request("PATCH", path, user="spj")
            self.assertEqual(answer.status, 405, path)
            self.assertEqual(set(re.split(r", *", answer.headers["Allow"])), allow)
        for path in ("/api/v1/connectors/x/receipt", "/api/v1/connectors/x/reply"):  # a GET there acts
            self.assertEqual(self.hub.request("HEAD", path).status, 405, path)
        for path in ("/api/v1/nothing", "/api/v2/me", "/api/v1/events/", "/api/v1/cases/a/b"):
            self.assertEqual(self.hub.request("GET", path, user="spj").status, 404, path)

    def test_head_is_get_without_the_body(self):
        self.lead("head")
        def length(path, method):
            answer = self.hub.request(method, path, user="wjw")
            self.assertEqual(answer.status, 200, path)
            self.assertEqual(answer.body == b"", method == "HEAD", path)
            return answer.headers["Content-Length"]
        for path in ("/api/v1/me", "/api/v1/cases", "/api/v1/notices", "/healthz", "/metrics", "/api/v1/openapi.yaml"):
            # A list names where the stream stands, and figures move: that moves while nobody asks for it.
            wait_until(lambda path=path: length(path, "GET") == length(path, "HEAD") == length(path, "GET"), what=path)

    def test_badly_encoded_queries(self):
        for query, name in (("state=open&state=closed", "state"), ("q=a&limit=2&q=a", "q"), ("body&body=", "body"), ("st%61te=open&state=open", "state"),
                            ("no-such=1&no-such=1", "no-such")):
            answer = self.hub.get("/notices?" + query, "wjw")
            self.assertEqual((answer.status, [e["pointer"] for e in answer.json["errors"]]), (400, ["/" + name]), query)
            self.assertEqual(self.hub.get("/stream?" + query, "wjw").status, 400)
        self.assertEqual(self.hub.get("/notices?" + "&".join(f"x{i}=1" for i in range(65)), "wjw").status, 400)
        self.assertEqual(self.hub.get("/notices?st%61te=nonsense", "wjw").status, 422, "a name may be written with escapes")
        self.assertEqual(self.hub.get("/notices?&state=open&&limit=1&no-such=1", "wjw").status, 200)
        for query in ("q=%zz", "q=%00", "q=%ff", "q=a&region=%4"):
            self.assertEqual(self.hub.get("/cases?" + query, "spj").status, 400, query)

    def test_the_documents_are_served_as_they_are(self):
        for name in ("openapi", "asyncapi"):
            answer = self.hub.request("GET", f"/api/v1/{name}.yaml")
            with open(f"{documents.NET}/{name}.yaml", "rb") as f:
                self.assertEqual(answer.body, f.read())

    def test_operation(self):
        self.assertEqual(self.hub.request("GET", "/healthz").json, {"status": "alive"})
        self.assertEqual(self.hub.request("GET", "/readyz").json, {"status": "ready"})
        text = self.hub.request("GET", "/metrics").body.decode()
        for line in text.splitlines():
            self.assertRegex(line, r"^(# (HELP|TYPE) tandem_\w+ .+|tandem_\w+(\{.*\})? -?\d+(\.\d+)?)$")

    def test_connectors_that_do_not_exist(self):
        for path in ("receipt", "reply"):
            for method in ("GET", "POST"):
                self.assertEqual(self.hub.request(method, f"/api/v1/connectors/none/{path}").status, 404)


if __name__ == "__main__":
    main()
