"""What those who run the hub see and do from outside: the ways out and a test message, the keys of other systems, the calendar's years."""
import json
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor

import documents
from calendar_test import Unlisted
from hub import BIN, LIMIT_S, Hub, OneHub, event, wait_until

BODY = "spj-371302"
OTHERS = ("wjw", "spj", "lxhy", "sjj")


class Base(unittest.TestCase):
    def call(self, method, path, body=None, user="admin", want=200, hub=None, **more):
        answer = (hub or self.hub).request(method, "/api/v1" + path, body, user=user, timeout=LIMIT_S, **more)
        documents.hold_answer(method, "/api/v1" + path.partition("?")[0], answer)
        self.assertEqual(answer.status, want, answer.body)
        return answer

    def audit(self, act):
        return self.call("GET", f"/audit?act={act}", user="sjj").json["items"]


class Admin(OneHub, Base):
    people = ("admin", *OTHERS)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, *more in (("boss", "--phone", "13900000021"), ("local", "--body", BODY)):
            subprocess.run([BIN, "user", "add", name, "--role", "admin", *more, "--data", cls.hub.data], check=True,
                           input=f"{name}\n", text=True, capture_output=True)
            wait_until(lambda name=name: cls.hub.try_sign_in(name), what="the new person")

    def ways(self):
        return self.call("GET", "/connectors").json

    def way(self):
        return self.ways()["items"][0]

    def send(self, to=None, want=200, user="admin", name="demo"):
        return self.call("POST", f"/connectors/{name}/test", {"to": to} if to else {}, user, want)

    def test_nobody_else_sees_any_of_it(self):
        calls = (("GET", "/connectors", None), ("POST", "/connectors/demo/test", {"to": "13900000021"}), ("GET", "/keys", None),
                 ("POST", "/keys", {"name": "stolen", "bodies": [BODY]}), ("DELETE", "/keys/demo", None))
        for method, path, body in calls:
            for user in OTHERS:
                self.call(method, path, body, user, 403)
            self.call(method, path, body, "local", 404)
        for user in ("wjw", "spj"):
            self.call("GET", "/policy/calendar/years", user=user, want=403)
        self.assertEqual(self.call("GET", "/policy/calendar/years", user="local").json["allowed"], [], "it runs one body, not the policy of all")
        for user in ("wjw", "spj", "sjj", "local"):
            self.call("POST", "/policy/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", user, 403)
        self.assertNotIn("stolen", [k["name"] for k in self.call("GET", "/keys").json["items"]])

    def test_a_test_message_goes_the_way_of_all_and_is_written_down(self):
        self.assertEqual(self.ways()["allowed"], ["test"])
        before = self.way()
        answer = self.send("139 0000 0001")
        self.assertEqual((answer.json["outcome"], answer.json["to"]), ("accepted", "+86139****0001"))
        self.assertEqual(self.way()["state"], "healthy")
        wait_until(lambda: self.way()["delivered"] not in (None, before["delivered"]), what="the provider's report")
        line = self.audit("connector-test")[0]
        self.assertEqual((line["who"], line["channel"], line["detail"]), ("admin", "sms", "demo +86139****0001"))
        self.assertNotIn("13900000001", json.dumps(self.audit("connector-test")))
        self.assertNotIn("13900000001", self.hub.log_text())

    def test_the_person_s_own_number_serves_when_none_is_said(self):
        self.assertEqual(self.send(user="boss").json["to"], "+86139****0021")
        self.assertEqual(self.send(want=422).json["errors"][0]["pointer"], "/to")
        self.assertEqual(self.send("no number", want=422).json["errors"][0]["pointer"], "/to")
        self.send("13900000021", want=404, name="other")

    def test_a_way_that_is_shut_says_so(self):
        self.assertEqual(self.send("13900000006").json, {"connector": "demo", "to": "+86139****0006", "outcome": "channel-down", "code": "no-balance"})
        way = self.way()
        self.assertEqual((way["state"], way["fault"]["outcome"], way["fault"]["code"]), ("failed", "channel-down", "no-balance"))
        self.send("13900000008")
        wait_until(lambda: self.send("13900000001").json["outcome"] == "accepted" and self.way()["fault"]["outcome"] == "unknown", what="the next")

    def test_a_key_is_said_once_opens_and_is_revoked(self):
        made = self.call("POST", "/keys", {"name": "crm.1", "bodies": [BODY], "source": "/sources/crm"}, want=201,
                         headers={"Idempotency-Key": "once"}).json
        self.assertEqual((made["name"], made["bodies"][0]["id"], made["source"]), ("crm.1", BODY, "/sources/crm"))
        listed = self.call("GET", "/keys")
        self.assertIn("crm.1", [k["name"] for k in listed.json["items"]])
        self.assertNotIn(made["key"].encode(), listed.body)
        again = self.call("POST", "/keys", {"name": "crm.1", "bodies": [BODY], "source": "/sources/crm"}, want=409, headers={"Idempotency-Key": "once"})
        self.assertNotIn(b"tdm_", again.body)

        bearer = {"Authorization": f"Bearer {made['key']}", "Content-Type": "application/cloudevents+json"}
        sent = json.dumps(dict(event("key1"), source="/sources/crm/1")).encode()
        def send():
            return self.hub.request("POST", "/api/v1/events", sent, bearer).status
        wait_until(lambda: send() in (200, 201), what="the new key")
        listed = subprocess.run([BIN, "key", "list", "--data", self.hub.data], text=True, capture_output=True, check=True).stdout
        self.assertIn("crm.1\t" + BODY, listed)
        self.assertEqual(self.call("DELETE", "/keys/crm.1").json, {"name": "crm.1", "revoked": True})
        wait_until(lambda: send() == 401, what="the end of the key")
        self.call("DELETE", "/keys/crm.1", want=404)
        self.assertEqual([(a["who"], a["detail"]) for a in self.audit("key-add") + self.audit("key-revoke")], [("admin", "crm.1")] * 2)

    def test_a_key_s_name_is_one_key_s_however_often_it_is_asked_for_at_once(self):
        said = {"name": "twice", "bodies": [BODY]}
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.hub.post("/keys", "admin", said), range(8)))
        self.assertEqual(sorted(a.status for a in answers), [201] + [409] * 7)
        made = next(a.json["key"] for a in answers if a.status == 201)
        # Two commands on two machines can have made another one of that name: it goes with it.
        other = json.dumps({"name": "twice", "bodies": [BODY], "source": "", "created": ""})
        subprocess.run(["redis-cli", "-s", self.hub.redis_socket(), "HSET", "tdm:{371300}:keys", "0" * 64, other], check=True, capture_output=True)
        self.call("DELETE", "/keys/twice")
        self.assertNotIn("twice", [k["name"] for k in self.call("GET", "/keys").json["items"]])
        wait_until(lambda: self.hub.request("GET", "/api/v1/me", headers={"Authorization": "Bearer " + made}).status == 401, what="the end")

    def test_faults_of_a_key_are_told_all_at_once(self):
        said = self.call("POST", "/keys", {"name": "a b", "bodies": [BODY, "nobody"]}, want=422).json
        self.assertEqual([e["pointer"] for e in said["errors"]], ["/name", "/bodies/1"])
        self.assertEqual(self.call("POST", "/keys", {"name": "x", "bodies": []}, want=422).json["errors"][0]["pointer"], "/bodies")


class Years(Unlisted, Base):
    """A notice put in over HTTP, approved by a second person: the open deadlines follow."""
    def notice(self):
        self.write_notice()
        with open(self.ics, "rb") as f:
            return f.read()

    def test_import_second_person_and_deadlines(self):
        with Hub("--policy", self.pack) as self.hub:
            self.hub.sign_in("spj", "wjw", "lxhy", "admin", "sjj")
            self.hub.submit(event("Y1", item="000123901000"))
            def lead():
                return self.hub.get("/notices?q=TESTY1&role=lead", "wjw").json["items"][0]
            before = lead()
            self.assertTrue(before["provisional"])
            years = self.call("GET", "/policy/calendar/years", user="sjj").json
            self.assertEqual((years["missing"], years["allowed"]), (self.today.year, []))
            self.assertGreaterEqual(years["provisional"], 1)
            self.assertEqual(self.call("GET", "/policy/calendar/years").json["allowed"], ["import"])
            bad = self.call("POST", "/policy/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", want=422).json
            self.assertTrue(bad["errors"])

            made = self.call("POST", "/policy/calendar", self.notice(), want=201, headers={"Content-Type": "text/calendar"}).json
            self.assertTrue(any(c.startswith(f"{self.today.year}: new,") for c in made["changes"]), made["changes"])
            self.assertGreaterEqual(made["provisional"], 1)
            self.assertTrue(lead()["provisional"], "one person alone changes nothing")
            path = f"/policy/versions/{made['version']}"
            self.assertEqual(self.call("GET", path).json["changes"], made["changes"])
            self.call("POST", path + "/approve", {}, want=403)
            self.call("POST", path + "/approve", {"standing": True}, "lxhy")
            self.call("POST", path + "/activate", {}, "lxhy")
            wait_until(lambda: not lead()["provisional"], what="the new deadline")
            self.assertGreater(lead()["due"], before["due"])
            after = wait_until(lambda: (y := self.call("GET", "/policy/calendar/years").json) and y["recounted"] and y, what="the count")
            self.assertEqual(after["missing"], None)
            self.assertIn({"year": self.today.year + 1, "off": 11, "work": 0}, [dict(y, off=min(y["off"], 11)) for y in after["years"]])
            self.assertEqual(self.call("POST", "/policy/calendar", self.notice(), want=409).status, 409)
            self.assertTrue(self.audit("recount"))
            self.assertTrue([a for a in self.audit("policy-submitted") if a["who"] == "admin"])


if __name__ == "__main__":
    unittest.main()
