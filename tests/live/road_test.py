"""The straight road, from outside: an event in, its frame out, acknowledgement, receipt chain, search, resumption, scopes."""
import asyncio
import json
import signal
import sys
import unittest

import websockets

from hub import LIMIT_S, Hub, OneHub, event, wait_until


class Rpc:
    """A WebSocket client of python3-websockets that keeps pushes apart from answers."""

    def __init__(self, connection):
        self.connection, self.number, self.pushed = connection, 0, []

    async def call(self, method, params=None):
        self.number += 1
        await self.connection.send(json.dumps({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params or {}}))
        while True:
            message = json.loads(await asyncio.wait_for(self.connection.recv(), LIMIT_S))
            if message.get("id") == self.number:
                return message
            self.pushed.append(message)

    async def push(self, method="notice", about=None):
        while True:
            for i, m in enumerate(self.pushed):
                if m["method"] == method and (about is None or about in json.dumps(m, ensure_ascii=False)):
                    return self.pushed.pop(i)["params"]
            self.pushed.append(json.loads(await asyncio.wait_for(self.connection.recv(), LIMIT_S)))


class Road(OneHub):
    people = ("wjw", "zjj", "spj", "lxhy", "admin", "scjg")

    def rpc(self, user, story):
        async def run():
            url, options = self.hub.socket_url(user)
            async with websockets.connect(url, **options) as connection:
                return await story(Rpc(connection))
        return asyncio.run(run())

    def taken(self, number, **data):
        answer = self.hub.submit(event(number, **data))
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json

    def notice_of(self, taken, body):
        return next(n["id"] for n in taken["notices"] if n["body"] == body)

    def test_event_to_frame_to_acknowledgement(self):
        async def story(rpc):
            opened = (await rpc.call("inbox.open"))["result"]
            self.assertTrue(opened["recovered"])
            taken = self.taken("frame")
            frame = await rpc.push(about="TESTframe")
            self.assertEqual(frame["notice"]["case"], "TESTframe")
            self.assertEqual(frame["notice"]["state"], "open")
            self.assertIn(frame["notice"]["id"], [n["id"] for n in taken["notices"]])
            answer = await rpc.call("notice.acknowledge", {"notice": frame["notice"]["id"]})
            self.assertEqual(answer["result"]["state"], "acknowledged")
            change = await rpc.push("change", frame["notice"]["id"])
            self.assertEqual((change["state"], change["by"]), ("acknowledged", "wjw"))
            again = await rpc.call("notice.acknowledge", {"notice": frame["notice"]["id"]})
            self.assertEqual(again["result"]["acknowledged"], answer["result"]["acknowledged"])
            return frame["notice"]["id"]
        notice = self.rpc("wjw", story)
        whole = self.hub.get("/notices/" + notice, "wjw").json
        self.assertEqual([r["kind"] for r in whole["receipts"]], ["accepted", "acknowledged"])
        self.assertEqual(whole["notice"]["acknowledged"]["by"], "wjw")
        self.assertEqual(whole["notice"]["acknowledged"]["channel"], "ws")

    def test_repeat_conflict_and_faults(self):
        first = self.hub.submit(event("same"))
        spaced = json.dumps(event("same"), indent=3, sort_keys=True).encode()
        again = self.hub.request("POST", "/api/v1/events", spaced, {"Content-Type": "application/cloudevents+json"}, "spj")
        self.assertEqual((first.status, again.status), (201, 200))
        self.assertEqual(first.json, again.json)
        self.assertEqual(self.hub.submit(event("same", case="OTHER")).status, 409)
        bad = event("bad")
        del bad["time"], bad["data"]["case"]
        bad["data"]["applicant"] = {}
        answer = self.hub.submit(bad)
        self.assertEqual(answer.status, 422)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        pointers = {e["pointer"] for e in answer.json["errors"]}
        self.assertLessEqual({"/time", "/data/case", "/data/applicant/name"}, pointers)
        self.assertEqual(self.hub.request("POST", "/api/v1/events", b"{", {"Content-Type": "application/cloudevents+json"},
                                          "spj").status, 400)
        self.assertEqual(self.hub.request("POST", "/api/v1/events", b"x", {"Content-Type": "text/plain"}, "spj").status, 415)
        self.assertEqual(self.hub.request("POST", "/api/v1/events", b" " * (17 << 20),
                                          {"Content-Type": "application/x-ndjson"}, "spj").status, 413)

    def test_four_forms(self):
        batch = json.dumps([event("b1"), event("b2"), {"specversion": "1.0"}]).encode()
        answer = self.hub.request("POST", "/api/v1/events", batch, {"Content-Type": "application/cloudevents-batch+json"}, "spj")
        self.assertEqual([r["status"] for r in answer.json["results"]], [201, 201, 422])
        lines = "\n".join(json.dumps(event(f"l{i}")) for i in range(3)).encode()
        answer = self.hub.request("POST", "/api/v1/events", lines, {"Content-Type": "application/x-ndjson"}, "spj")
        self.assertEqual([r["status"] for r in answer.json["results"]], [201, 201, 201])
        e = event("binary")
        headers = {"Content-Type": "application/json", "ce-specversion": "1.0", "ce-type": e["type"], "ce-source": e["source"],
                   "ce-id": e["id"], "ce-time": e["time"]}
        answer = self.hub.request("POST", "/api/v1/events", json.dumps(e["data"]).encode(), headers, "spj")
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual(self.hub.submit(event("binary")).status, 200)

    def test_resume_gives_exactly_what_was_missed(self):
        async def first(rpc):
            await rpc.call("inbox.open", {"body": "wjw-371300"})
            self.taken("r0")
            return (await rpc.push(about="TESTr0"))["cursor"]
        cursor = self.rpc("wjw", first)
        for i in range(1, 6):
            self.taken(f"r{i}")

        async def second(rpc):
            opened = (await rpc.call("inbox.open", {"body": "wjw-371300", "since": cursor}))["result"]
            self.assertTrue(opened["recovered"])
            return [(await rpc.push(about="TESTr"))["notice"]["case"] for _ in range(5)]
        self.assertEqual(self.rpc("wjw", second), [f"TESTr{i}" for i in range(1, 6)])

        async def lost(rpc):
            return (await rpc.call("inbox.open", {"since": "nonsense"}))["result"]["recovered"]
        self.assertFalse(self.rpc("wjw", lost))

    def test_claim_and_shown(self):
        notice = next(n["id"] for n in self.taken("claim")["notices"] if n["role"] == "lead")

        async def story(rpc):
            await rpc.call("notice.shown", {"notice": notice})
            return await rpc.call("notice.claim", {"notice": notice})
        self.assertEqual(self.rpc("wjw", story)["result"]["state"], "claimed")
        whole = self.hub.get("/notices/" + notice, "wjw").json
        self.assertEqual({r["kind"] for r in whole["receipts"]}, {"accepted", "shown", "acknowledged", "claimed"})
        self.assertEqual(self.hub.post(f"/notices/{notice}/claim", "wjw").json["state"], "claimed")

    def test_no_body_sees_anothers_notice(self):
        notice = self.notice_of(self.taken("scope"), "wjw-371300")
        for path in ("", "/acknowledge", "/claim"):
            method = "POST" if path else "GET"
            foreign = self.hub.request(method, f"/api/v1/notices/{notice}{path}", {} if path else None, user="zjj")
            missing = self.hub.request(method, f"/api/v1/notices/n99999999.0{path}", {} if path else None, user="zjj")
            self.assertEqual((foreign.status, foreign.body), (missing.status, missing.body))
            self.assertEqual(foreign.status, 404)
        self.assertEqual(self.hub.get("/cases/TESTscope", "zjj").status, 404)
        self.assertEqual(self.hub.get("/notices/" + notice, "admin").status, 403)
        self.assertEqual(self.hub.request("GET", "/api/v1/me").status, 401)
        self.assertNotIn("TESTscope", self.hub.get("/notices?body=wjw-371300", "zjj").body.decode())

        async def foreign_inbox(rpc):
            return await rpc.call("inbox.open", {"body": "zjj-371302"})
        self.assertEqual(self.rpc("wjw", foreign_inbox)["error"]["code"], 404)

    def test_case_and_search(self):
        self.taken("find")
        case = self.hub.get("/cases/TESTfind", "spj").json
        self.assertGreaterEqual(len(case["events"][0]["notices"]), 2)
        from urllib.parse import quote
        for words in ("TESTfind", "企业find", "许可find号"):
            found = self.hub.get("/cases?q=" + quote(words), "spj").json["items"]
            self.assertEqual([x["case"] for x in found], ["TESTfind"], words)
        self.assertEqual(self.hub.get("/cases?q=TESTfind", "zjj").json["items"], [])

    def test_list_and_many(self):
        ids = [self.notice_of(self.taken(f"many{i}"), "wjw-371300") for i in range(5)]
        answer = self.hub.post("/notices/acknowledge", "wjw", {"notices": ids + ["n1.63", "rubbish"]}).json["results"]
        self.assertEqual([r["status"] for r in answer], [200] * 5 + [404, 404])
        done = self.hub.get("/notices?body=wjw-371300&state=acknowledged&limit=200", "wjw").json["items"]
        self.assertLessEqual(set(ids), {n["id"] for n in done})
        listed = self.hub.get("/notices?body=wjw-371300&state=open&limit=200", "wjw").json
        self.assertFalse(set(ids) & {n["id"] for n in listed["items"] if n["state"] == "open"})

    def test_correction_supersedes(self):
        first = self.taken("corr-1", case="CORR")
        self.taken("corr-2", case="CORR", version=2)
        notice = self.notice_of(first, "wjw-371300")
        wait_until(lambda: self.hub.get("/notices/" + notice, "wjw").json["notice"]["state"] == "superseded",
                   what="the first notice to be superseded")

    def test_what_happens_above_the_jurisdiction_comes_before_its_office(self):
        taken = self.taken("above", region="370000")
        pool = taken["notices"][0]
        self.assertEqual((pool["body"], taken["problems"][-1]), ("pool:371300", {"code": "no-lead"}))
        self.assertEqual(self.hub.get("/cases/TESTabove", "lxhy").status, 200)
        self.assertIn("TESTabove", [d["case"] for d in self.hub.get("/disputes?limit=200", "lxhy").json["items"]])
        self.assertEqual(self.hub.post(f"/pool/{pool['id']}/claim", "wjw").status, 200)

    def test_a_body_that_is_no_object_is_told_so(self):
        for body, detail in ((b"null", "must be an object"), (b"5", "must be an object"), (b"[]", "must be an object"),
                             (b'{"a":1,"a":2}', "a member is there twice")):
            answer = self.hub.request("POST", "/api/v1/notices/n1.0/acknowledge", body, {"Content-Type": "application/json"}, "wjw")
            self.assertEqual((answer.status, answer.json["errors"][0]["detail"]), (422, detail), body)

    def test_if_match_and_idempotency_key(self):
        notice = self.notice_of(self.taken("match"), "wjw-371300")
        etag = self.hub.get("/notices/" + notice, "wjw").headers["ETag"]
        path = f"/notices/{notice}/acknowledge"
        self.assertEqual(self.hub.post(path, "wjw", headers={"If-Match": '"77"'}).status, 412)
        self.assertEqual(self.hub.post(path, "wjw", headers={"If-Match": etag}).status, 200)
        key = {"Idempotency-Key": "k1"}
        first = self.hub.post(path, "wjw", headers=key)
        self.assertEqual(first.body, self.hub.post(path, "wjw", headers=key).body)

    def test_rpc_errors(self):
        async def story(rpc):
            self.assertEqual((await rpc.call("no.such"))["error"]["code"], -32601)
            await rpc.connection.send("{")
            self.assertEqual(json.loads(await rpc.connection.recv())["error"]["code"], -32700)
            self.assertEqual((await rpc.call("notice.acknowledge", {}))["error"]["code"], -32602)
        self.rpc("wjw", story)

    def test_foreign_origin_is_refused(self):
        async def run():
            url, options = self.hub.socket_url("wjw")
            options["origin"] = "http://elsewhere.example"
            with self.assertRaises(websockets.InvalidStatusCode) as refused:
                await websockets.connect(url, **options)
            self.assertEqual(refused.exception.status_code, 403)
        asyncio.run(run())

    def test_event_stream(self):
        import http.client
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=LIMIT_S)
        connection.request("GET", "/api/v1/stream", headers={"Cookie": self.hub.cookies["wjw"]})
        response = connection.getresponse()
        self.assertEqual(response.headers["Content-Type"], "text/event-stream")
        self.assertIn(b"id: ", response.readline())
        self.taken("sse")
        lines = []
        while not (lines and lines[-1].startswith(b"data:") and b"TESTsse" in lines[-1]):
            lines.append(response.readline())
        self.assertTrue(lines[-2].startswith(b"event: notice"))
        connection.close()

    def test_session_ends_the_socket(self):
        self.hub.sign_in("scjg")

        async def run():
            url, options = self.hub.socket_url("scjg")
            async with websockets.connect(url, **options) as connection:
                rpc = Rpc(connection)
                await rpc.call("inbox.open")
                self.hub.request("DELETE", "/api/v1/session", user="scjg")
                with self.assertRaises(websockets.ConnectionClosed) as closed:
                    while True:  # what was on its way may come before
                        await asyncio.wait_for(connection.recv(), LIMIT_S)
                self.assertEqual(closed.exception.code, 4003)
        asyncio.run(run())
        self.assertEqual(self.hub.get("/me", "scjg").status, 401)

    def test_metrics_and_health(self):
        self.assertEqual(self.hub.request("GET", "/healthz").status, 200)
        self.assertIn(b"events_accepted_total", self.hub.request("GET", "/metrics").body)
        self.assertEqual(self.hub.request("PUT", "/api/v1/events").status, 405)


class Restart(unittest.TestCase):
    def test_two_hubs_push_each_others_notices(self):
        with Hub() as one:
            two = Hub(data=one.data, environment={"TANDEM_REDIS_URL": "unix:" + one.redis_socket()})
            two.start()
            try:
                two.sign_in("wjw")
                one.sign_in("spj")

                async def run():
                    url, options = two.socket_url("wjw")
                    async with websockets.connect(url, **options) as connection:
                        rpc = Rpc(connection)
                        await rpc.call("inbox.open")
                        self.assertEqual(one.submit(event("two")).status, 201)
                        self.assertEqual((await rpc.push(about="TESTtwo"))["notice"]["case"], "TESTtwo")
                asyncio.run(run())
            finally:
                self.assertEqual(two.stop(), 0)

    def test_drain_says_bye(self):
        with Hub() as hub:
            hub.sign_in("wjw")

            async def run():
                url, options = hub.socket_url("wjw")
                everyone = [Rpc(await websockets.connect(url, **options)) for _ in range(5)]
                for rpc in everyone:
                    await rpc.call("inbox.open")
                hub.process.send_signal(signal.SIGTERM)
                back = {(await rpc.push("bye"))["reconnect_ms"] for rpc in everyone}
                self.assertEqual(len(back), 5, "not all are to come back at once")
                for rpc in everyone:
                    with self.assertRaises(websockets.ConnectionClosed) as closed:
                        await asyncio.wait_for(rpc.connection.recv(), LIMIT_S)
                    self.assertEqual(closed.exception.code, 1001)
            asyncio.run(run())
            self.assertEqual(hub.process.wait(LIMIT_S), 0)

    def test_kill_loses_nothing_answered(self):
        with Hub() as hub:
            hub.sign_in("spj", "wjw")
            taken = hub.submit(event("kill")).json
            notice = next(n["id"] for n in taken["notices"] if n["body"] == "wjw-371300")
            self.assertEqual(hub.post(f"/notices/{notice}/acknowledge", "wjw").status, 200)
            hub.kill()
            hub.end_redis()
            hub.start()
            hub.sign_in("spj", "wjw")
            self.assertEqual(hub.get("/notices/" + notice, "wjw").json["notice"]["state"], "acknowledged")
            again = hub.submit(event("kill"))
            self.assertEqual((again.status, again.json), (200, taken))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=1)
