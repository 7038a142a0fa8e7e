"""Contract sections 5 and 6 about answering a notice: acknowledge, claim, shown, many at once, versions and receipts, over HTTP."""
import concurrent.futures
import os
import subprocess
import tempfile

from audit import TIME, Audit, main
from hub import LIMIT_S, event


class Acts(Audit):
    def act(self, notice, verb, user="wjw", **headers):
        return self.hub.post(f"/notices/{notice}/{verb}", user, headers=headers)

    def notice(self, notice, user="wjw"):
        return self.hub.get("/notices/" + notice, user).json

    def other(self, taken, role):
        return next(n for n in taken["notices"] if n["role"] == role)

    def test_acknowledge_then_claim(self):
        lead = self.lead("acts")
        answer = self.act(lead, "acknowledge")
        self.assertEqual((answer.status, answer.json["state"], answer.json["version"]), (200, "acknowledged", 2))
        self.assertEqual((answer.json["acknowledged"]["by"], answer.json["acknowledged"]["channel"]), ("wjw", "http"))
        self.assertRegex(answer.json["acknowledged"]["at"], TIME)
        self.assertIsNone(answer.json["claimed"])
        self.assertEqual(answer.headers["ETag"], '"2"')
        claimed = self.act(lead, "claim").json
        self.assertEqual((claimed["state"], claimed["claimed"]["by"], claimed["acknowledged"]), ("claimed", "wjw",
                                                                                              answer.json["acknowledged"]))
        whole = self.notice(lead)
        self.assertEqual([whole["notice"][x] for x in ("state", "acknowledged", "claimed", "version")],
                         [claimed[x] for x in ("state", "acknowledged", "claimed", "version")])
        self.assertEqual([r["kind"] for r in whole["receipts"]], ["accepted", "acknowledged", "claimed"])

    def test_claiming_acknowledges_too(self):
        claimed = self.act(self.lead("at-once"), "claim").json
        self.assertEqual(claimed["acknowledged"], claimed["claimed"])

    def test_twice_is_the_same_answer(self):
        lead = self.lead("twice")
        for verb in ("acknowledge", "acknowledge", "claim", "claim", "acknowledge"):
            first, again = self.act(lead, verb), self.act(lead, verb)
            self.assertEqual((first.status, first.body, first.headers["ETag"]), (200, again.body, again.headers["ETag"]))
        self.assertEqual(self.notice(lead)["notice"]["state"], "claimed")

    def test_only_the_lead_claims(self):
        assist = self.other(self.taken("assist"), "assist")
        self.assertEqual(assist["body"], "scjg-371302")
        self.assertEqual(self.act(assist["id"], "claim", "scjg").status, 403)
        self.assertEqual(self.act(assist["id"], "acknowledge", "scjg").json["state"], "acknowledged")

    def test_a_body_without_a_body_or_with_one(self):
        lead = self.lead("bodies")
        for body in (None, b"", b"{}", b'{"remark":"x"}'):
            answer = self.hub.request("POST", f"/api/v1/notices/{lead}/acknowledge", body, user="wjw")
            self.assertEqual(answer.status, 200, body)
        fresh = self.lead("bad-bodies")
        for verb in ("acknowledge", "claim", "shown"):
            for body, status in ((b"{", 400), (b"\xff", 400), (b"[]", 422), (b"null", 422), (b'{"a":1,"a":2}', 422)):
                answer = self.hub.request("POST", f"/api/v1/notices/{fresh}/{verb}", body, user="wjw")
                self.assertEqual(answer.status, status, (verb, body))
        self.assertEqual(self.notice(fresh)["notice"]["version"], 1)

    def test_curl_says_no_length_where_it_sends_nothing(self):
        def status(path, user):
            url = f"http://127.0.0.1:{self.hub.port}/api/v1{path}"
            return subprocess.run(["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "-X", "POST", "-b", self.hub.cookies[user], url],
                                  capture_output=True, text=True, check=True, timeout=LIMIT_S).stdout
        lead = self.lead("curl")
        for verb in ("shown", "acknowledge", "claim"):
            self.assertEqual(status(f"/notices/{lead}/{verb}", "wjw"), "200", verb)
        self.assertEqual(self.notice(lead)["notice"]["state"], "claimed")
        for path in ("/events", "/notices/acknowledge", "/policy/explain"):
            self.assertEqual(status(path, "spj"), "411", path)

    def test_versions_guard_a_change(self):
        lead = self.lead("etag")
        etag = self.hub.get("/notices/" + lead, "wjw").headers["ETag"]
        self.assertEqual(etag, '"1"')
        for bad in ('"2"', '"0"', "1", 'W/"1"', '"x"', '"99999999999999999999"', '"01"', '"2", W/"1"', '"2" , "1,"', ''):
            self.assertEqual(self.act(lead, "acknowledge", **{"If-Match": bad}).status, 412, bad)
        self.assertEqual(self.notice(lead)["notice"]["state"], "open")
        answer = self.act(lead, "acknowledge", **{"If-Match": etag})
        self.assertEqual(answer.headers["ETag"], '"2"')
        self.assertEqual(self.act(lead, "claim", **{"If-Match": etag}).status, 412)
        self.assertEqual(self.act(lead, "claim", **{"If-Match": '"x", W/"2" ,"1","2"'}).status, 200)
        self.assertEqual(self.act(lead, "claim", **{"If-Match": "*"}).status, 200)
        for other in ("n0" + lead[1:], lead + "0", lead.replace(".", ".0")):
            self.assertEqual(self.hub.get("/notices/" + other, "wjw").status, 404, other)

    def test_of_many_who_hurry_one_is_first(self):
        lead = self.lead("hurry")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.act(lead, "claim", **{"If-Match": '"1"'}), range(8)))
        self.assertEqual(sorted(a.status for a in answers), [200] + [412] * 7)
        self.assertEqual(self.notice(lead)["notice"]["version"], 2)

    def test_shown_is_a_receipt_and_no_state(self):
        lead = self.lead("shown")
        self.assertEqual(self.act(lead, "shown").json["state"], "open")
        self.act(lead, "shown")
        kinds = [r["kind"] for r in self.notice(lead)["receipts"]]
        self.assertEqual(kinds, ["accepted", "shown"])

    def test_many_at_once(self):
        leads = [self.lead(f"many{i}") for i in range(3)]
        foreign = self.other(self.taken("many-f"), "assist")["id"]
        ids = [leads[0], foreign, leads[1], "rubbish", "n0.0", leads[0], leads[2]]
        results = self.hub.post("/notices/acknowledge", "wjw", {"notices": ids}).json["results"]
        self.assertEqual([r["status"] for r in results], [200, 404, 200, 404, 404, 200, 200])
        self.assertEqual([r.get("notice") for r in results if r["status"] == 200], [leads[0], leads[1], leads[0], leads[2]])
        results = self.hub.post("/notices/claim", "wjw", {"notices": leads}).json["results"]
        self.assertEqual({r["state"] for r in results}, {"claimed"})

    def test_ids_that_are_none(self):
        for notice in ("n1", "n1.", "n.1", "1.0", "e1", "n-1.0", "n1.0.0", "n00001.99999", "n99999999999999999999.0", "N1.0", "n1.0%20"):
            for verb in ("acknowledge", "claim", "shown"):
                self.assertEqual(self.act(notice, verb).status, 404, notice)
            self.assertEqual(self.hub.get("/notices/" + notice, "wjw").status, 404, notice)
        for e in ("1", "e", "e0", "e-1", "e1x", "n1.0"):
            self.assertEqual(self.hub.get("/events/" + e, "spj").status, 404, e)

    def test_what_may_be_done_is_said(self):
        taken = self.taken("allowed")
        lead, assist = self.other(taken, "lead")["id"], self.other(taken, "assist")["id"]

        def allowed(notice, user):
            return set(self.notice(notice, user)["notice"]["allowed"])
        self.assertLessEqual({"acknowledge", "claim"}, allowed(lead, "wjw"))
        self.assertIn("acknowledge", allowed(assist, "scjg"))
        self.assertNotIn("claim", allowed(assist, "scjg"))
        for user, may in (("spj", {"remind", "letter"}), ("lxhy", {"pause", "remind"}), ("sjj", set())):
            self.assertEqual(allowed(lead, user), may)
        self.act(lead, "claim")
        self.assertFalse({"acknowledge", "claim"} & allowed(lead, "wjw"))

    def test_the_case_tells_it_in_time_order(self):
        taken = self.taken("order")
        for n, user in ((self.other(taken, "assist")["id"], "scjg"), (self.other(taken, "lead")["id"], "wjw")):
            self.act(n, "shown", user)
            self.act(n, "acknowledge", user)
        whole = self.hub.get("/cases/TESTorder", "spj").json["events"][0]
        for notice in whole["notices"]:
            times = [r["at"] for r in notice["receipts"]]
            self.assertEqual(times, sorted(times))
        done = {n["id"]: n["state"] for n in whole["notices"]}
        self.assertEqual(sorted(done.values()), ["acknowledged", "acknowledged", "open", "open"])
        mine = self.hub.get("/cases/TESTorder", "scjg").json["events"][0]["notices"]
        self.assertEqual([n["body"] for n in mine], ["scjg-371302"])

    def test_explained_again_as_it_was_decided(self):
        taken = self.taken("why")
        decision = self.hub.get(f"/events/{taken['event']}/explain", "spj").json
        self.assertEqual([(n["body"], n["role"], n["due"], n["rules"]) for n in decision["notices"]],
                         [(n["body"], n["role"], n["due"], n["rules"]) for n in taken["notices"]])
        told = self.hub.get(f"/events/{taken['event']}/explain?body=wjw-371302", "spj").json
        self.assertEqual(told["role"], "lead")
        self.assertIn(("G3", "names-it"), [(r["rule"], r["why"]) for r in told["rules"]])
        why_not = self.hub.get(f"/events/{taken['event']}/explain?body=zjj-371302", "spj").json
        self.assertIsNone(why_not["role"])
        self.assertEqual(self.hub.get(f"/events/{taken['event']}/explain?body=no-such", "spj").status, 404)

    def test_explained_with_the_holder_it_was_decided_with(self):
        """The row for the holder names who took the grant on, and not who it would be by the region."""
        lead = self.lead("holder")
        sent = self.hub.post(f"/notices/{lead}/transfer", "wjw", {"to": "zjj-371302"}).json
        self.assertEqual(self.act(sent["made"], "claim", "zjj").status, 200)
        taken = self.taken("holder-changed", case="TESTholder", type="approval.changed")
        self.assertEqual([n["body"] for n in taken["notices"] if n["role"] == "lead"], ["zjj-371302"])
        decision = self.hub.get(f"/events/{taken['event']}/explain", "spj").json
        self.assertEqual([(n["body"], n["role"], n["rules"]) for n in decision["notices"]],
                         [(n["body"], n["role"], n["rules"]) for n in taken["notices"]])


class Readme(Audit):
    def test_the_walk_with_curl_works_as_it_is_written(self):
        with open("README.md", encoding="utf-8") as f:
            walk = f.read().split("## Try it with curl", 1)[1].split("```sh\n", 1)[1].split("```", 1)[0]
        walk = walk.replace("http://127.0.0.1:8080", f"http://127.0.0.1:{self.hub.port}")
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(["sh", "-eu"], input=walk, capture_output=True, text=True, cwd=folder, timeout=LIMIT_S, check=True)
        self.assertIn('"state":"acknowledged"', done.stdout)
        self.assertIn("asyncapi: ", done.stdout)
        self.assertNotIn('"type":"urn:tandem:problem', done.stdout)
        case = self.hub.get("/cases/TRY-1", "spj").json["events"][0]
        self.assertEqual(next(n["acknowledged"]["by"] for n in case["notices"] if n["role"] == "lead"), "wjw")


class Trial(Audit):
    def test_a_trial_decides_the_same_and_stores_nothing(self):
        decision = self.hub.post("/policy/explain", "wjw", event("trial"))
        self.assertEqual(decision.status, 200)
        self.assertEqual(self.hub.get("/cases/TESTtrial", "spj").status, 404)
        taken = self.taken("trial")
        self.assertEqual([(n["body"], n["role"]) for n in decision.json["notices"]], [(n["body"], n["role"]) for n in taken["notices"]])
        self.assertEqual(decision.json["policy"], self.hub.get("/policy", "admin").json["policy"])
        self.assertEqual(self.hub.post("/policy/explain", "wjw", {}).status, 422)
        self.assertEqual(self.hub.request("POST", "/api/v1/policy/explain", b"{", user="wjw").status, 400)
        reasons = self.hub.post("/policy/explain?body=zjj-371302", "wjw", event("trial")).json
        self.assertEqual((reasons["body"], reasons["role"], reasons["due"]), ("zjj-371302", None, None))
        self.assertEqual(self.hub.post("/policy/explain?body=no-such", "wjw", event("trial")).status, 404)

    def test_a_list_is_tried_one_by_one(self):
        good, bad = event("list-trial"), event("list-trial-2", region=7)
        results = self.hub.post("/policy/explain", "wjw", [good, bad, good]).json["results"]
        self.assertEqual([r["status"] for r in results], [200, 422, 200])
        self.assertEqual(results[1]["errors"][0]["pointer"], "/data/region")
        alone = self.hub.post("/policy/explain", "wjw", good).json
        self.assertEqual(results[2], {"status": 200, **alone})
        self.assertEqual(self.hub.get("/cases/TESTlist-trial", "spj").status, 404)
        self.assertEqual(self.hub.post("/policy/explain", "wjw", [good] * 201).status, 413)
        self.assertEqual(self.hub.post("/policy/explain?body=zjj-371302", "wjw", [good]).status, 422)
        self.assertEqual(self.hub.post("/policy/explain", "wjw", []).json, {"results": []})
        self.assertEqual(self.hub.request("POST", "/api/v1/policy/explain", b"[{]", user="wjw").status, 400)


if __name__ == "__main__":
    main()
