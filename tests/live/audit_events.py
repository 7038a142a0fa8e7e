"""Contract sections 4 and 5 about events: four forms, identity, repeats, corrections, and keys that make a POST happen once."""
import concurrent.futures
import json

from audit import BATCH, CLOUD, LINES, TIME, Audit, dump, main
from hub import event, wait_until

REGISTRATIONS = ("registered", "reregistered", "deregistered")
TYPES = ("granted", "refused", "changed", "renewed", "suspended", "revoked", "withdrawn", "cancelled", *REGISTRATIONS)


def binary(e, **change):
    headers = {"Content-Type": "application/json", "ce-specversion": "1.0", "ce-type": e["type"], "ce-source": e["source"],
               "ce-id": e["id"], "ce-time": e["time"], **change}
    return dump(e["data"]), {k: v for k, v in headers.items() if v is not None}


class Forms(Audit):
    def test_one(self):
        taken = self.taken("one")
        self.assertEqual(set(taken), {"event", "case", "policy", "notices", "applicant", "problems"})
        lead = taken["notices"][0]
        self.assertEqual((lead["role"], lead["body"]), ("lead", "wjw-371302"))
        self.assertRegex(lead["due"], TIME)
        self.assertTrue(lead["due"].endswith("T23:59:59+08:00"))
        self.assertEqual([n["role"] for n in taken["notices"]], sorted((n["role"] for n in taken["notices"]),
                                                                       key=("lead", "assist", "copy").index))
        whole = self.hub.get("/events/" + taken["event"], "spj").json
        self.assertEqual(whole["document"], event("one"))

    def test_plain_json_is_the_structured_form_too(self):
        self.assertEqual(self.raw(dump(event("plain")), {"Content-Type": "application/json"}).status, 201)
        self.assertEqual(self.raw(dump(event("plain")), {"Content-Type": "application/cloudevents+json; charset=UTF-8"}).status, 200)

    def test_other_media_types_are_415(self):
        for kind in ("text/plain", "application/xml", "application/cloudevents+xml", "application/json; charset=gbk", None):
            headers = {"Content-Type": kind} if kind else {"Accept": "*/*"}
            self.assertEqual(self.raw(dump(event("media")), headers).status, 415, kind)
        for coding, status in (("gzip", 415), ("deflate, gzip", 415), ("identity", 201)):
            answer = self.raw(dump(event("coded")), {**CLOUD, "Content-Encoding": coding})
            self.assertEqual((answer.status, "Content-Encoding" in answer.body.decode()), (status, status == 415), coding)

    def test_a_batch_has_a_result_each_in_order(self):
        good, bad, other = event("batch"), {"specversion": "1.0"}, event("batch", case="OTHER")
        answer = self.raw(dump([good, bad, good, other, 7]), BATCH)
        self.assertEqual(answer.status, 200)
        self.assertEqual([r["status"] for r in answer.json["results"]], [201, 422, 200, 409, 422])
        self.assertEqual(answer.json["results"][0]["event"], answer.json["results"][2]["event"])
        self.assertIn("/id", {e["pointer"] for e in answer.json["results"][1]["errors"]})

    def test_lines(self):
        text = b"\r\n".join([dump(event("line1")), b"", b"{", dump(event("line2"))]) + b"\n"
        self.assertEqual([r["status"] for r in self.raw(text, LINES).json["results"]], [201, 400, 201])

    def test_nothing_at_all(self):
        for body, kind in ((b"[]", BATCH), (b"", LINES), (b"\n \n", LINES)):
            self.assertEqual(self.raw(body, kind).json, {"results": []})

    def test_a_batch_that_is_no_list_stores_nothing(self):
        for body in (b"{}", b"[{]", b"", dump([event("never")])[:-1], dump([event("never")]) + b"x"):
            self.assertEqual(self.raw(body, BATCH).status, 400, body[:20])
        self.assertEqual(self.hub.get("/cases/TESTnever", "spj").status, 404)

    def test_binary_mode_is_the_same_event(self):
        e = event("binary")
        body, headers = binary(e)
        first = self.raw(body, headers)
        self.assertEqual(first.status, 201)
        again = self.hub.submit(e)
        self.assertEqual((again.status, again.json), (200, first.json))

    def test_binary_attributes_are_percent_encoded(self):
        e = event("percent", source="/sources/a%b")
        body, headers = binary(e, **{"ce-source": "/sources/a%25b"})
        self.assertEqual(self.raw(body, headers).status, 201)
        self.assertEqual(self.hub.submit(e).status, 200)
        self.assertEqual(self.raw(*binary(e, **{"ce-source": "/sources/%zz"})).status, 422)

    def test_binary_attributes_may_stand_in_quotes(self):
        body, headers = binary(event("quoted", source="/sources/a%b"), **{"ce-source": '"/sources/a\\%25b"', "ce-id": '"t-"quot"ed"'})
        self.assertEqual(self.raw(body, headers).status, 201)
        self.assertEqual(self.hub.submit(event("quoted", source="/sources/a%b")).status, 200)
        self.assertEqual(self.raw(*binary(event("quoted"), **{"ce-id": '"t-quoted'})).status, 422)

    def test_binary_faults_have_the_pointers_of_the_event(self):
        e = event("binary-bad")
        del e["data"]["case"]
        answer = self.raw(*binary(e, **{"ce-id": None}))
        self.assertEqual((answer.status, {x["pointer"] for x in answer.json["errors"]}), (422, {"/id", "/data/case"}))
        self.assertEqual(self.raw(b"{", binary(e)[1]).status, 400)
        self.assertEqual(self.raw(b'{"case":"X"},"more":{}', binary(e)[1]).status, 400)
        deep = event("binary-deep", attributes={"a": json.loads("[" * 40 + "]" * 40)})
        self.assertEqual(self.raw(*binary(deep)).status, 422)

    def test_every_type(self):
        for kind in TYPES:
            e = event(kind, type="approval." + kind)
            if kind in REGISTRATIONS:
                del e["data"]["item"]
                e["data"]["scope"] = "食品销售"
            self.assertEqual(self.hub.submit(e).status, 201, kind)
        for kind in ("granted", "approval.eaten", "approval.", ""):
            self.assertEqual(self.hub.submit(event("kind", type=kind)).json["errors"][0]["pointer"], "/type")

    def test_a_registration_is_decided_by_what_its_scope_implies(self):
        e = event("scope", type="approval.registered", item=None, scope="食品销售；无人知晓的业务")
        taken = self.hub.submit(e).json
        self.assertEqual(taken["notices"][0]["items"], [{"code": "000131012000", "name": "食品经营许可"}])
        whole = self.hub.get("/cases/TESTscope", "spj").json["events"][0]
        self.assertEqual(whole["applicant_told"]["items"][0]["code"], "000131012000")
        self.assertEqual(self.hub.get("/notices/" + taken["notices"][0]["id"], "scjg").json["notice"]["items"], taken["notices"][0]["items"])
        decision = self.hub.get(f"/events/{taken['event']}/explain", "spj").json
        self.assertEqual([i["code"] for i in decision["items"]], ["000131012000"])
        why = self.hub.get(f"/events/{taken['event']}/explain?body=scjg-371302", "spj").json
        self.assertEqual(why["items"][0]["why"]["role"], "lead")

    def test_three_spellings_of_the_item(self):
        for code in ("370123020001", "11371302MB285773XU2370123020001", "11371302MB285773XU237012302000101"):
            taken = self.taken("item" + str(len(code)), item=code)
            decided = self.hub.get("/events/" + taken["event"], "spj").json["decided"]
            self.assertEqual(decided["item"]["code"], "370123020001")

    def test_unknown_members_are_kept(self):
        e = event("unknown", colour="green")
        e["traceparent"] = "00-1"
        e["data"]["extra"] = {"deep": [1, 2.5, None, True]}
        self.assertEqual(self.hub.submit(e).status, 201)
        kept = self.hub.get("/cases/TESTunknown", "spj").json["events"][0]["event"]
        self.assertEqual(self.hub.get("/events/" + kept, "spj").json["document"], e)

    def test_nobody_knows_the_item_or_the_place(self):
        taken = self.taken("lost", item="999999999999", region="999999")
        self.assertLessEqual({"unknown-item", "unknown-region", "no-lead"}, {p["code"] for p in taken["problems"]})
        self.assertEqual([n["body"] for n in taken["notices"] if n["role"] == "lead"], ["pool:371300"])

    def test_times(self):
        for time, status in (("2026-11-23T02:15:00Z", 201), ("2026-11-23T10:15:00.123456+08:00", 201), ("2026-11-23T10:15:00", 422),
                             ("2026-11-23", 422), ("2026-02-30T10:15:00+08:00", 422), ("2026-11-23T25:15:00+08:00", 422)):
            self.assertEqual(self.hub.submit(event(f"time{time}", case="TIME", time=time)).status, status, time)

    def test_a_decision_of_any_day_is_taken_and_its_clocks_begin_now(self):
        today = self.taken("today")["notices"][0]["due"]
        for day in ("1999-01-04", "2062-11-23"):
            dues = [n["due"] for n in self.taken(f"day-{day}", permit={"number": f"许可{day}号", "decided_on": day})["notices"] if n["due"]]
            self.assertTrue(dues)
            self.assertLess(max(abs(int(due[:4]) - int(today[:4])) for due in dues), 2, dues)


class Faults(Audit):
    def pointers(self, e):
        answer = self.hub.submit(e)
        self.assertEqual(answer.status, 422, answer.body)
        return {x["pointer"] for x in answer.json["errors"]}

    def test_all_that_is_required_at_once(self):
        self.assertEqual(self.pointers({}), {"/specversion", "/type", "/source", "/id", "/time", "/data"})
        self.assertEqual(self.pointers({**event("x"), "data": {}}), {"/data/case", "/data/item", "/data/region", "/data/applicant"})
        e = event("x", item=None, applicant={})
        self.assertEqual(self.pointers(e), {"/data/item", "/data/applicant/name"})
        e = event("x", type="approval.registered", item=None)
        self.assertEqual(self.pointers(e), {"/data/item"})

    def test_wrong_kinds_of_values(self):
        e = event("x", version=0, item="short", region=3, commitments=[{"kind": "hope"}, 7],
                  permit={"decided_on": "2026-02-30", "number": 5}, attributes=[], bodies="spj", remark=1)
        self.assertEqual(self.pointers(e), {
            "/data/version", "/data/item", "/data/region", "/data/commitments/0/kind", "/data/commitments/1", "/data/permit/decided_on",
            "/data/permit/number", "/data/attributes", "/data/bodies", "/data/remark"})

    def test_what_is_not_json(self):
        for body in (b"", b"{", b"nonsense", dump(event("x")) + b"}", b"\xff\xfe", b"{'a':1}"):
            self.assertEqual(self.raw(body, CLOUD).status, 400, body[:20])
        for body in (b"[]", b"7", b"null", b'"x"'):
            self.assertEqual(self.raw(body, CLOUD).status, 422, body)

    def test_repeated_members_bad_text_and_wild_numbers(self):
        good = dump(event("wild"))
        for change in ((b'"id"', b'"id": "a", "id"'), (b'"kind": "entity"', b'"kind": "a", "kind": "b"'),
                       ("测试".encode(), b"\xff\xfe"), ("测试".encode(), b"\\u0000"), ("测试".encode(), b"\\ud800"),
                       (b'"region"', b'"n": 9007199254740993, "region"'), (b'"region"', b'"n": -1e300, "region"')):
            body = good.replace(*change, 1)
            self.assertNotEqual(body, good)
            answer = self.raw(body, CLOUD)
            self.assertIn(answer.status, (400, 422), (change, answer.body))
            self.assertTrue(answer.json["errors"], change)
        self.assertEqual(self.raw(good.replace(b'"region"', b'"n": -9007199254740992, "region"', 1), CLOUD).status, 201)


class Repeats(Audit):
    def test_the_first_answer_again_however_spaced_and_ordered(self):
        first = self.hub.submit(event("same"))
        for body in (json.dumps(event("same"), indent=4).encode(), json.dumps(event("same"), sort_keys=True).encode(),
                     dump(dict(reversed(event("same").items())))):
            again = self.raw(body, CLOUD)
            self.assertEqual((again.status, again.json), (200, first.json))

    def test_the_first_answer_again_after_the_notice_was_taken(self):
        pooled = event("pooled", item="999999999999")
        first = self.hub.submit(pooled).json
        lead = next(n for n in first["notices"] if n["role"] == "lead")
        self.assertEqual(lead["body"], "pool:371302")
        self.assertEqual(self.hub.post(f"/pool/{lead['id']}/claim", "wjw").status, 200)
        self.assertEqual(self.hub.submit(pooled).json, first)

    def test_other_content_is_a_conflict_and_changes_nothing(self):
        self.taken("conflict")
        for change in ({"case": "OTHER"}, {"time": "2026-11-23T10:15:01+08:00"}, {"type": "approval.renewed"}, {"more": 1}):
            self.assertEqual(self.hub.submit(event("conflict", **change)).status, 409, change)
        self.assertEqual(len(self.hub.get("/cases/TESTconflict", "spj").json["events"]), 1)

    def test_what_is_not_content_may_differ(self):
        self.taken("context")
        e = event("context")
        e["subject"], e["datacontenttype"] = "x", "application/json; charset=utf-8"
        self.assertEqual(self.hub.submit(e).status, 200)

    def test_many_at_once_are_one(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.hub.submit(event("race")), range(16)))
        self.assertEqual(sorted(a.status for a in answers), [200] * 15 + [201])
        self.assertEqual(len({a.body for a in answers}), 1)


class Corrections(Audit):
    def test_a_higher_version_supersedes_and_tells_those_who_need_not_act(self):
        first = self.taken("c1", case="CORR", applicant={"kind": "entity", "name": "更正"})

        async def story(rpc):
            cursor = (await rpc.call("inbox.open", {"body": "wjw-371302"}))["result"]["cursor"]
            second = self.taken("c2", case="CORR", version=2, item="000117051000")
            mine = next(n["id"] for n in first["notices"] if n["body"] == "wjw-371302")
            change = await rpc.push("change", mine)
            return cursor, second, change
        _, second, change = self.rpc("wjw", story)
        self.assertEqual(change["state"], "superseded")
        case = self.hub.get("/cases/CORR", "spj").json["events"]
        self.assertEqual([(e["version"], e["superseded_by"]) for e in case], [(1, second["event"]), (2, None)])
        self.assertEqual({n["state"] for n in case[0]["notices"]}, {"superseded"})
        self.assertNotIn("superseded", {n["state"] for n in case[1]["notices"]})
        mine = next(n["id"] for n in first["notices"] if n["body"] == "wjw-371302")
        self.assertEqual(self.hub.post(f"/notices/{mine}/acknowledge", "wjw").json["state"], "superseded")
        self.assertEqual(self.hub.post(f"/notices/{mine}/claim", "wjw").status, 409)

    def test_answered_means_superseded_also_in_one_batch(self):
        self.taken("at-once", case="AT-ONCE")
        batch = [event(f"at-once-{v}", case="AT-ONCE", version=v) for v in (2, 3, 4)]
        self.assertEqual({r["status"] for r in self.raw(dump(batch), BATCH).json["results"]}, {201})
        states = [{n["state"] for n in e["notices"]} for e in self.hub.get("/cases/AT-ONCE", "spj").json["events"]]
        self.assertEqual(states[:3], [{"superseded"}] * 3)
        self.assertNotIn("superseded", states[3])

    def test_what_ends_a_permit_withdraws_what_nobody_claimed(self):
        for i, kind in enumerate(("revoked", "withdrawn", "cancelled", "deregistered")):
            permit = {"number": f"许可-终{i}", "decided_on": "2026-11-23"}
            first, other, kept = self.taken(f"end{i}", permit=permit), self.lead(f"end{i}-other"), self.lead(f"end{i}-kept", permit=permit)
            self.assertEqual(self.hub.post(f"/notices/{kept}/claim", "wjw").json["state"], "claimed")
            last = self.lead(f"end{i}-last", type="approval." + kind, case=f"END{i}", permit=permit)
            case = self.hub.get(f"/cases/TESTend{i}", "spj").json["events"]
            self.assertEqual({n["state"] for n in case[0]["notices"]}, {"withdrawn"}, kind)
            self.assertEqual([self.hub.get("/notices/" + n, "wjw").json["notice"]["state"] for n in (other, kept, last)], ["open", "claimed", "open"])
            mine = next(n["id"] for n in first["notices"] if n["body"] == "wjw-371302")
            self.assertEqual(self.hub.post(f"/notices/{mine}/claim", "wjw").status, 409)

    def test_a_version_that_comes_late_is_superseded_at_once(self):
        second = self.taken("late2", case="LATE", version=2)
        first = self.taken("late1", case="LATE", version=1)
        mine = next(n["id"] for n in first["notices"] if n["body"] == "wjw-371302")
        wait_until(lambda: self.hub.get("/notices/" + mine, "wjw").json["notice"]["state"] == "superseded")
        newer = next(n["id"] for n in second["notices"] if n["body"] == "wjw-371302")
        self.assertEqual(self.hub.get("/notices/" + newer, "wjw").json["notice"]["state"], "open")

    def test_another_type_corrects_nothing(self):
        first = self.lead("other1", case="OTHER-TYPE")
        self.taken("other2", case="OTHER-TYPE", type="approval.changed", version=2)
        self.assertEqual(self.hub.get("/notices/" + first, "wjw").json["notice"]["state"], "open")


class Idempotency(Audit):
    def send(self, key, body, kind=CLOUD):
        return self.raw(body, {**kind, "Idempotency-Key": key})

    def test_the_same_answer_also_where_a_repeat_would_differ(self):
        first = self.send("k1", dump(event("idem")))
        again = self.send("k1", dump(event("idem")))
        self.assertEqual((first.status, again.status, again.body), (201, 201, first.body))
        self.assertEqual(self.hub.submit(event("idem")).status, 200)

    def test_with_another_body_it_is_refused(self):
        self.send("k2", dump(event("idem2")))
        answer = self.send("k2", dump(event("idem3")))
        self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/Idempotency-Key"))
        self.assertEqual(self.hub.get("/cases/TESTidem3", "spj").status, 404)

    def test_an_event_whose_headers_differ_is_another_request(self):
        body, headers = binary(event("idem-h"))
        first = self.send("k7", body, headers)
        turned = self.send("k7", body, {name.title(): headers[name] for name in reversed(headers)})
        self.assertEqual((first.status, turned.status, turned.body), (201, 201, first.body))
        other = self.send("k7", body, {**headers, "ce-id": "t-idem-other"})
        self.assertEqual((other.status, other.json["errors"][0]["pointer"]), (422, "/Idempotency-Key"))

    def test_a_batch(self):
        body = dump([event("idem-b1"), {}, event("idem-b2")])
        first, again = self.send("k3", body, BATCH), self.send("k3", body, BATCH)
        self.assertEqual([r["status"] for r in first.json["results"]], [201, 422, 201])
        self.assertEqual(again.body, first.body)

    def test_the_second_waits_for_the_first_that_still_runs(self):
        body = dump([event(f"slow{i}") for i in range(300)])
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: self.send("k4", body, BATCH), range(4)))
        self.assertEqual({a.status for a in answers}, {200})
        self.assertEqual({r["status"] for r in answers[0].json["results"]}, {201})
        self.assertEqual(len({a.body for a in answers}), 1)

    def test_faults_are_kept_as_well(self):
        first, again = self.send("k5", b"{}"), self.send("k5", b"{}")
        self.assertEqual((first.status, again.status, first.body), (422, 422, again.body))

    def test_keys_belong_to_one_person_and_one_call(self):
        notice, other = self.lead("idem-n1"), self.lead("idem-n2")
        key = {"Idempotency-Key": "k6"}
        first = self.hub.post(f"/notices/{notice}/acknowledge", "wjw", headers=key)
        again = self.hub.post(f"/notices/{notice}/acknowledge", "wjw", headers=key)
        self.assertEqual((first.body, first.headers["ETag"]), (again.body, again.headers["ETag"]))
        self.assertEqual(self.hub.post(f"/notices/{other}/acknowledge", "wjw", headers=key).json["notice"], other)
        self.assertEqual(self.hub.post(f"/notices/{notice}/acknowledge", "zjj", headers=key).status, 404)
        claimed = self.hub.post(f"/notices/{notice}/claim", "wjw", headers=key).json
        self.assertEqual(claimed["state"], "claimed")
        self.assertEqual(self.hub.post(f"/notices/{notice}/acknowledge", "wjw", headers=key).json["state"], "acknowledged")

    def test_a_key_of_what_was_only_said_wrong_is_free(self):
        """Nothing was done: what is said of the body, or which version is meant, may be said better with the same key."""
        self.assertEqual(self.raw(dump(event("idem-ct")), {"Content-Type": "text/plain", "Idempotency-Key": "k10"}).status, 415)
        self.assertEqual(self.send("k10", dump(event("idem-ct"))).status, 201)
        notice = self.lead("idem-n3")
        stale = {"Idempotency-Key": "k11", "If-Match": '"99"'}
        self.assertEqual(self.hub.post(f"/notices/{notice}/claim", "wjw", headers=stale).status, 412)
        claimed = self.hub.post(f"/notices/{notice}/claim", "wjw", headers={**stale, "If-Match": '"1"'})
        self.assertEqual(claimed.status, 200, claimed.body)
        self.assertEqual(self.hub.post(f"/notices/{notice}/claim", "wjw", headers={"Idempotency-Key": "k11"}).body, claimed.body)

    def test_keys_that_are_none(self):
        self.assertEqual(self.send("x" * 256, dump(event("idem-bad"))).status, 422)
        self.assertEqual(self.send("x" * 255, dump(event("idem-good"))).status, 201)


if __name__ == "__main__":
    main()
