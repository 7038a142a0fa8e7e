"""Contract section 5, limits: each at the limit is taken, one past it is refused with the limit named, over HTTP and WebSocket."""
import json

from audit import BATCH, LINES, Audit, dump, main
from hub import event

KIB = 1024


def nested(depth):
    """Attributes that make a whole event that deep: the event, data and attributes are three levels."""
    return {"a": json.loads("[" * (depth - 3) + "]" * (depth - 3))}


def padded(number, size):
    """An event of exactly that many bytes, none of whose strings is too long."""
    e = event(number, pad=[])
    room = size - len(dump(e))
    while room > 8000:
        e["data"]["pad"].append("x" * 7000)
        room = size - len(dump(e))
    e["data"]["pad"].append("")
    e["data"]["pad"][-1] = "x" * (size - len(dump(e)))
    assert len(dump(e)) == size
    return e


def with_permit(**members):
    return {"permit": {**event("x")["data"]["permit"], **members}}


# name, the event's data at the limit and one past it, and what the refusal names
CASES = (
    ("depth", {"attributes": nested(32)}, {"attributes": nested(33)}, "32"),
    ("members", {"permit": {f"m{i}": i for i in range(64)}}, {"permit": {f"m{i}": i for i in range(65)}}, "64"),
    ("attributes", {"attributes": {f"m{i}": i for i in range(200)}}, {"attributes": {f"m{i}": i for i in range(201)}}, "200"),
    ("string", {"address": "字" * (8192 // 3) + "xx"}, {"address": "字" * (8192 // 3) + "xxx"}, "8192"),
    ("scope", {"scope": "x" * 64 * KIB}, {"scope": "x" * (64 * KIB + 1)}, "65536"),
    ("content", with_permit(content="x" * 64 * KIB), with_permit(content="x" * (64 * KIB + 1)), "65536"),
    ("case", {"case": "c" * 128}, {"case": "c" * 129}, "128"),
    ("remark", {"remark": "字" * 500}, {"remark": "字" * 501}, "500"),
    ("commitments", {"commitments": [{"kind": "deferred-material"}] * 100}, {"commitments": [{"kind": "deferred-material"}] * 101},
     "100"),
)


class Limits(Audit):
    def refused(self, answer, limit, status=422):
        self.assertEqual(answer.status, status, answer.body)
        said = json.dumps(answer.json.get("errors", answer.json["detail"]))
        self.assertRegex(said, rf"(?<!\d){limit}(?!\d)")

    def test_of_what_stands_in_an_event(self):
        for name, at, past, limit in CASES:
            with self.subTest(name):
                self.assertEqual(self.hub.submit(event(name, **at)).status, 201)
                self.refused(self.hub.submit(event(name + "-past", **past)), limit)

    def test_the_same_over_the_websocket(self):
        async def story(rpc):
            for name, at, past, limit in CASES:
                with self.subTest(name):
                    taken = await rpc.call("event.submit", event("ws" + name, **at))
                    self.assertIn("result", taken)
                    error = (await rpc.call("event.submit", event("ws" + name + "-past", **past)))["error"]
                    self.assertEqual(error["code"], 422)
                    self.assertRegex(json.dumps(error["data"]["errors"]), rf"(?<!\d){limit}(?!\d)")
        self.rpc("spj", story)

    def test_ids_are_visible_ascii(self):
        e = event("ids", source="/" + "s" * 127)
        e["id"] = "i" * 128
        self.assertEqual(self.hub.submit(e).status, 201)
        for bad in ("i" * 129, "a b", "é", "", "a\tb"):
            answer = self.hub.submit({**event("ids"), "id": bad})
            self.refused(answer, 128)
            self.assertEqual(answer.json["errors"][0]["pointer"], "/id")

    def test_texts_as_long_as_may_be_are_told_whole(self):
        """Three of 8 KiB of which each byte is six in JSON: whoever is told of it can read that, and all else in the same list."""
        odd = "\1" * 8192
        told = event("odd", applicant={"name": odd, "code": odd}, permit={"number": odd})

        async def story(rpc):
            await rpc.call("inbox.open", {})
            self.assertEqual(self.hub.submit(told).status, 201)
            return await rpc.push("notice", "TESTodd")
        notice = self.rpc("wjw", story)["notice"]
        for path, user in ((f"/notices/{notice['id']}", "wjw"), ("/notices?q=TESTodd", "wjw"), ("/notices?figure=sent&q=TESTodd", "wjw"), ("/cases/TESTodd", "spj"),
                           ("/cases?q=TESTodd", "spj"), ("/events/" + notice["event"], "spj")):
            with self.subTest(path):
                answer = self.hub.get(path, user)
                self.assertEqual(answer.status, 200)
                self.assertIn(json.dumps(odd), json.dumps(answer.json))
        self.assertIn("TESTodd", self.hub.get("/notices.csv?q=TESTodd", "wjw").body.decode())

    def test_a_case_that_no_answer_holds(self):
        """What is told of each event is some 400 KiB, as above."""
        odd = "\1" * 8192
        for first in range(0, 120, 60):
            batch = [event(f"many{i}", case="TESTmany", applicant={"name": odd, "code": odd}, permit={"number": odd}) for i in range(first, first + 60)]
            self.assertEqual({r["status"] for r in self.raw(dump(batch), BATCH).json["results"]}, {201})
        self.assertEqual(self.hub.get("/cases/TESTmany", "spj").status, 413)
        self.assertEqual(len(self.hub.get("/cases?q=TESTmany", "spj").json["items"]), 1)

    def test_bytes_of_an_event(self):
        self.assertEqual(self.hub.submit(padded("big", 256 * KIB)).status, 201)
        past = padded("big-past", 256 * KIB + 1)
        self.refused(self.hub.submit(past), 262144, 413)
        for name, pad in (("bare-behind", lambda e, n: e + b" " * (n - len(e))), ("bare-before", lambda e, n: b"\n" * (n - len(e)) + e)):
            for size, status in ((256 * KIB, 201), (256 * KIB + 1, 413)):
                answer = self.raw(pad(dump(event(name)), size), {"Content-Type": "application/cloudevents+json"})
                self.assertEqual(answer.status, status, (name, size))
        answer = self.raw(dump([past, event("beside")]), BATCH).json["results"]
        self.assertEqual([r["status"] for r in answer], [413, 201])
        self.assertEqual([r["status"] for r in self.raw(dump(past) + b"\n" + dump(event("beside")), LINES).json["results"]], [413, 200])

        async def story(rpc):
            self.assertIn("result", await rpc.call("event.submit", padded("big-ws", 250 * KIB)))
            error = (await rpc.call("event.submit", padded("big-ws-past", 262 * KIB)))["error"]
            self.assertEqual(error["code"], 413)
            self.assertIn("262144", json.dumps(error["data"]))
        self.rpc("spj", story)

    def test_bytes_of_a_batch(self):
        body = dump([padded(f"b{i}", 200 * KIB) for i in range(80)])
        body += b" " * (16 * KIB * KIB - len(body))
        statuses = {503}
        while 503 in statuses:  # Redis may be slow with so much at once: what it did not take is sent again
            answer = self.raw(body, BATCH)
            self.assertEqual(answer.status, 200)
            statuses = {r["status"] for r in answer.json["results"]}
            self.assertLessEqual(statuses, {200, 201, 503})
        self.refused(self.raw(body + b" ", BATCH), 16777216, 413)

    def test_events_of_a_batch(self):
        line = dump({})
        answer = self.raw(b"\n".join([line] * 10000), LINES)
        self.assertEqual((answer.status, len(answer.json["results"])), (200, 10000))
        self.refused(self.raw(b"\n".join([line] * 10001), LINES), 10000, 413)
        self.refused(self.raw(b"[" + b",".join([line] * 10001) + b"]", BATCH), 10000, 413)

    def test_bytes_of_other_bodies(self):
        self.refused(self.hub.request("POST", "/api/v1/notices/acknowledge", b" " * (64 * KIB + 1), user="wjw"), 65536, 413)
        self.refused(self.hub.request("POST", "/api/v1/policy/explain", b" " * (256 * KIB + 1), user="wjw"), 262144, 413)

    def test_every_fault_is_named_up_to_a_bound(self):
        answer = self.hub.submit(event("many", commitments=[{"kind": "x"}] * 100))
        self.assertEqual(answer.status, 422)
        self.assertEqual(len(answer.json["errors"]) + answer.json.get("further_errors", 0), 100)


class Messages(Audit):
    def test_bytes_of_a_message(self):
        async def story(rpc):
            pad = "x" * (64 * KIB - 200)
            self.assertIn("result", await rpc.call("inbox.open", {"pad": pad}))
            await rpc.connection.send(json.dumps({"jsonrpc": "2.0", "id": 9, "method": "inbox.open", "params": {"pad": "x" * 64 * KIB}}))
            await rpc.connection.wait_closed()
            return rpc.connection.close_code
        self.assertEqual(self.rpc("wjw", story), 1009)

    def test_bytes_of_a_submission(self):
        async def story(rpc):
            events = [padded(f"m{i}", 200 * KIB) for i in range(5)]
            results = (await rpc.call("event.submit", events))["result"]["results"]
            self.assertEqual([r["status"] for r in results], [201] * 5)
            await rpc.connection.send(json.dumps({"jsonrpc": "2.0", "id": 9, "method": "event.submit", "params": "x" * (1 << 20)}))
            await rpc.connection.wait_closed()
            return rpc.connection.close_code
        self.assertEqual(self.rpc("spj", story), 1009)

    def test_events_of_a_submission(self):
        async def story(rpc):
            results = (await rpc.call("event.submit", [{}] * 1000))["result"]["results"]
            self.assertEqual([r["status"] for r in results], [422] * 1000)
            self.assertEqual((await rpc.call("event.submit", [{}] * 1001))["error"]["code"], -32602)
            self.assertEqual((await rpc.call("event.submit", []))["result"], {"results": []})
        self.rpc("spj", story)

    def test_notices_of_a_call(self):
        many = {"notices": ["n1.0"] * 200}
        self.assertEqual(len(self.hub.post("/notices/acknowledge", "wjw", many).json["results"]), 200)
        for bad in (["n1.0"] * 201, [], "n1.0", [7], ["x" * 65], None):
            answer = self.hub.post("/notices/acknowledge", "wjw", {"notices": bad})
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/notices"))
            self.assertIn("200", answer.json["detail"])


if __name__ == "__main__":
    main()
