"""Contract section 6: the WebSocket from its handshake to its close codes, and the same messages as server-sent events."""
import asyncio
import http.client
import json
import signal

import websockets

import documents
from audit import CLOUD, Audit, Rpc, dump, main
from hub import LIMIT_S, event, wait_until
from ws_client import Client


class Handshake(Audit):
    def refused(self, status, user="wjw", path="", **change):
        async def run():
            url, options = self.hub.socket_url(user)
            options.update(change)
            with self.assertRaises(websockets.InvalidStatusCode) as refused:
                await websockets.connect(url + path, **options)
            self.assertEqual(refused.exception.status_code, status)
        asyncio.run(run())

    def test_who_may_not(self):
        self.refused(401, extra_headers={})
        self.refused(401, extra_headers={"Authorization": "Bearer tdm_no"})
        self.refused(401, extra_headers={}, subprotocols=["tandem.v1", "bearer.tdm_no"])
        self.refused(403, origin="http://elsewhere.example")
        self.refused(403, origin=None)
        self.refused(400, subprotocols=["other.v1"])
        self.refused(404, path="/more")
        self.assertEqual(self.hub.get("/ws", "wjw").status, 426)

    def test_a_key_in_the_header_or_as_a_subprotocol(self):
        key = self.hub.key("ws", "--body", "spj-371302", "--source", "/sources/test")["Authorization"].split()[1]

        async def run(**options):
            url, _ = self.hub.socket_url("wjw")
            async with websockets.connect(url, **options) as connection:
                self.assertEqual(connection.subprotocol, "tandem.v1")
                return (await Rpc(connection).call("event.submit", event("ws-key")))["result"]
        first = asyncio.run(run(subprotocols=["tandem.v1"], extra_headers={"Authorization": "Bearer " + key}))
        again = asyncio.run(run(subprotocols=["tandem.v1", "bearer." + key]))
        self.assertEqual(again, first)

    def test_the_key_is_not_said_back(self):
        key = self.hub.key("ws2", "--body", "spj-371302")["Authorization"].split()[1]
        client = Client(self.hub.port, {"Protocol": f"Sec-WebSocket-Protocol: tandem.v1, bearer.{key}"})
        answer = client.answer()
        client.sock.close()
        self.assertEqual((answer.status, answer.all("Sec-WebSocket-Protocol")), (101, ["tandem.v1"]))
        self.assertNotIn(key, self.hub.log_text())


class Words(Audit):
    def test_what_is_no_request(self):
        async def story(rpc):
            for text, code, number in (
                    ("{", -32700, None), ("nonsense", -32700, None), ("[]", -32600, None), ("7", -32600, None),
                    ('{"id":1}', -32600, 1), ('{"jsonrpc":"1.0","id":2,"method":"inbox.open"}', -32600, 2),
                    ('{"jsonrpc":"2.0","id":3}', -32600, 3), ('{"jsonrpc":"2.0","id":4,"method":"no.such"}', -32601, 4),
                    ('{"jsonrpc":"2.0","id":"five","method":"inbox.open","params":[]}', -32602, "five"),
                    ('{"jsonrpc":"2.0","id":6,"method":"inbox.open","params":{"since":7}}', -32602, 6),
                    ('{"jsonrpc":"2.0","id":7,"method":"inbox.open","params":{"body":7}}', -32602, 7),
                    ('{"jsonrpc":"2.0","id":8,"method":"notice.claim","params":{}}', -32602, 8),
                    ('{"jsonrpc":"2.0","id":null,"method":"no.such"}', -32601, None),
                    ("{}", -32600, None), ('{"jsonrpc":"2.0","method":1}', -32600, None),
                    ('{"jsonrpc":"2.0","id":{},"method":"inbox.open"}', -32600, None),
                    ('{"jsonrpc":"2.0","id":true,"method":"inbox.open"}', -32600, None),
                    ('{"jsonrpc":"2.0","id":9,"id":9,"method":"inbox.open"}', -32600, None)):
                answer = await rpc.say(text)
                self.assertEqual((answer["error"]["code"], answer["id"]), (code, number), text)
            self.assertIn("result", await rpc.call("inbox.open"))
        self.rpc("wjw", story)

    async def batch(self, rpc, *requests):
        """Sends requests as one message, and the answer as it comes."""
        await rpc.connection.send(json.dumps([{"jsonrpc": "2.0", **r} if isinstance(r, dict) else r for r in requests]))
        answer = json.loads(await asyncio.wait_for(rpc.connection.recv(), LIMIT_S))
        for one in answer if isinstance(answer, list) else [answer]:
            documents.hold_frame(one)
        return answer

    def test_a_batch_is_answered_in_one(self):
        first, second = self.lead("batch-1"), self.lead("batch-2")
        claim = {"method": "notice.claim"}

        async def story(rpc):
            answers = await self.batch(rpc, {**claim, "id": "a", "params": {"notice": first}}, {"id": 2, "method": "no.such"}, 7, [],
                                       {**claim, "params": {"notice": second}}, {**claim, "id": None, "params": {"notice": "n1.99"}})
            said = {json.dumps(a["id"]): a for a in answers if a["id"] is not None}
            self.assertEqual((said['"a"']["result"]["state"], said["2"]["error"]["code"], len(said)), ("claimed", -32601, 2))
            self.assertEqual(sorted(a["error"]["code"] for a in answers if a["id"] is None), [-32600, -32600, 404])
            await rpc.connection.send(json.dumps([{"jsonrpc": "2.0", **claim, "params": {"notice": second}}] * 3))
            many = await self.batch(rpc, *[{"id": i, "method": "no.such"} for i in range(100)])
            self.assertEqual(sorted(a["id"] for a in many), list(range(100)))
            over = await self.batch(rpc, *[{"id": i, "method": "no.such"} for i in range(101)])
            self.assertEqual((over["error"]["code"], over["id"]), (-32600, None))
            return (await rpc.call("notice.claim", {"notice": second}))["result"]["state"]
        self.assertEqual(self.rpc("wjw", story), "claimed")

    def test_a_batch_of_events_may_be_longer(self):
        async def story(rpc):
            big = [{"id": i, "method": "event.submit", "params": event(f"ws-batch{i}", scope="长" * 15000)} for i in range(3)]
            return await self.batch(rpc, *big)
        self.assertEqual({"event" in a["result"] for a in self.rpc("spj", story)}, {True})

    def test_without_an_id_nothing_is_answered(self):
        lead = self.lead("quiet")

        async def story(rpc):
            await rpc.connection.send(json.dumps({"jsonrpc": "2.0", "method": "notice.acknowledge", "params": {"notice": lead}}))
            await rpc.connection.send('{"jsonrpc":"2.0","method":"no.such"}')
            return await rpc.call("inbox.open", id="next")
        self.assertEqual(self.rpc("wjw", story)["id"], "next")
        wait_until(lambda: self.hub.get("/notices/" + lead, "wjw").json["notice"]["state"] == "acknowledged")

    def test_acts_are_those_of_http(self):
        lead, assist = self.lead("ws-acts"), next(n["id"] for n in self.taken("ws-assist")["notices"] if n["role"] == "assist")

        async def story(rpc):
            shown = (await rpc.call("notice.shown", {"notice": lead}))["result"]
            self.assertEqual((shown["notice"], shown["state"]), (lead, "open"))
            done = (await rpc.call("notice.acknowledge", {"notice": lead, "version": 1}))["result"]
            self.assertEqual((done["state"], done["acknowledged"]["channel"]), ("acknowledged", "ws"))
            stale = (await rpc.call("notice.claim", {"notice": lead, "version": 1}))["error"]
            self.assertEqual((stale["code"], stale["data"]["status"]), (412, 412))
            self.assertEqual((await rpc.call("notice.claim", {"notice": lead}))["result"]["state"], "claimed")
            for foreign in (assist, "n99999.0", "rubbish"):
                error = (await rpc.call("notice.acknowledge", {"notice": foreign}))["error"]
                self.assertEqual(error["code"], 404)
            self.assertEqual((await rpc.call("event.submit", event("ws-role")))["error"]["code"], 403)
        self.rpc("wjw", story)
        over_http = self.hub.post(f"/notices/{lead}/claim", "wjw").json
        self.assertEqual((over_http["state"], over_http["claimed"]["channel"]), ("claimed", "ws"))

        async def approver(rpc):
            self.assertEqual((await rpc.call("notice.acknowledge", {"notice": lead}))["error"]["code"], 403)
        self.rpc("spj", approver)

    def test_event_submit_is_post_events(self):
        async def story(rpc):
            one = (await rpc.call("event.submit", event("ws-one")))["result"]
            self.assertEqual(self.hub.submit(event("ws-one")).json, one)
            self.assertEqual((await rpc.call("event.submit", event("ws-one")))["result"], one)
            error = (await rpc.call("event.submit", event("ws-one", case="OTHER")))["error"]
            self.assertEqual(error["code"], 409)
            error = (await rpc.call("event.submit", {"specversion": "1.0"}))["error"]
            self.assertEqual((error["code"], {e["pointer"] for e in error["data"]["errors"]}),
                             (422, {"/type", "/source", "/id", "/time", "/data"}))
            results = (await rpc.call("event.submit", [event("ws-two"), {"no": 1}, event("ws-one")]))["result"]["results"]
            self.assertEqual([r["status"] for r in results], [201, 422, 200])
            self.assertEqual((await rpc.call("event.submit", []))["result"], {"results": []})
        self.rpc("spj", story)


class Inbox(Audit):
    async def opened(self, rpc, **params):
        return (await rpc.call("inbox.open", params))["result"]

    def test_a_notice_is_that_of_the_list(self):
        async def story(rpc):
            opened = await self.opened(rpc)
            self.assertTrue(opened["recovered"])
            lead = self.lead("frame")
            frame = await rpc.push("notice", lead)
            # What is pushed goes to every session of the body, so it is compared with what one of them gets.
            listed = self.hub.get("/notices/" + lead, "wjw").json["notice"]
            self.assertEqual(frame["notice"], listed)
            before = (await self.opened(rpc))["open"]
            self.hub.post(f"/notices/{lead}/claim", "wjw")
            change = await rpc.push("change", lead)
            self.assertEqual((change["notice"], change["state"], change["by"]), (lead, "claimed", "wjw"))
            self.assertEqual((await self.opened(rpc))["open"], before - 1)
        self.rpc("wjw", story)

    def test_two_bodies_or_one_of_them(self):
        async def story(rpc):
            both = await self.opened(rpc)
            taken = self.taken("two")
            mine = {n["id"]: n["body"] for n in taken["notices"] if n["body"].startswith("wjw-")}
            self.assertEqual(len(mine), 2)
            for notice in mine:
                await rpc.push("notice", notice)
            await self.opened(rpc, body="wjw-371300", since=both["cursor"])
            frame = await rpc.push("notice", "TESTtwo")
            self.assertEqual(frame["notice"]["body"], "wjw-371300")
            self.taken("two-more")
            frame = await rpc.push("notice", "TESTtwo-more")
            self.assertEqual(frame["notice"]["body"], "wjw-371300")
            for body in ("zjj-371302", "no-such", "spj-371302"):
                error = (await rpc.call("inbox.open", {"body": body}))["error"]
                self.assertEqual(error["code"], 404)
        self.rpc("wjw", story)

    def test_since_gives_exactly_what_was_missed(self):
        async def story(rpc):
            cursor = (await self.opened(rpc, body="wjw-371302"))["cursor"]
            leads = [self.lead(f"since{i}") for i in range(4)]
            self.hub.post(f"/notices/{leads[1]}/acknowledge", "wjw")
            return cursor, leads
        cursor, leads = self.rpc("wjw", story)

        async def again(rpc):
            frames = []
            opened = await rpc.call("inbox.open", {"body": "wjw-371302", "since": cursor})
            self.assertTrue(opened["result"]["recovered"])
            while len(frames) < 5:
                frames += [m["params"] for m in rpc.pushed] or [(await rpc.frame())["params"]]
                rpc.pushed.clear()
            return frames
        frames = self.rpc("wjw", again)
        self.assertEqual([f["notice"]["id"] for f in frames[:4]], leads)
        self.assertEqual((frames[4]["notice"], frames[4]["state"]), (leads[1], "acknowledged"))
        self.assertEqual(self.rpc("wjw", again), frames)
        cursor = frames[1]["cursor"]

        async def rest(rpc):
            await rpc.call("inbox.open", {"body": "wjw-371302", "since": cursor})
            return (await rpc.push("notice", leads[2]))["notice"]["id"]
        self.assertEqual(self.rpc("wjw", rest), leads[2])

    def test_the_connection_goes_on_where_a_list_was_read(self):
        before = self.lead("list-before")
        for path in ("/notices?body=wjw-371302&state=todo", "/notices?limit=1", "/pool"):
            since = self.hub.get(path, "wjw").json["since"]
            lead = self.lead("list-" + path[1:4] + path[-1])

            async def story(rpc):
                opened = await self.opened(rpc, body="wjw-371302", since=since)
                self.assertTrue(opened["recovered"], path)
                self.assertEqual((await rpc.push("notice", lead))["notice"]["id"], lead)
            self.rpc("wjw", story)
        listed = self.hub.get("/notices?body=wjw-371302", "wjw").json
        self.assertTrue({before, lead} <= {n["id"] for n in listed["items"]})

    def test_a_cursor_that_is_none_is_said(self):
        async def story(rpc):
            good = (await self.opened(rpc))["cursor"]
            for bad in ("", "nonsense", "0", good + "x", good[:-1] + "!", "9" * 200, "字", "-1", "\x01", "9999999999999-0.0.0"):
                opened = await self.opened(rpc, since=bad)
                self.assertFalse(opened["recovered"], bad)
            self.assertTrue((await self.opened(rpc, since=good))["recovered"])
            self.assertTrue((await self.opened(rpc, since=None, body=None))["recovered"])
        self.rpc("wjw", story)

    def test_other_roles_hear_what_is_theirs(self):
        async def story(rpc):
            await self.opened(rpc)
            taken = self.taken("pooled", item="999999999999")
            lead = next(n["id"] for n in taken["notices"] if n["role"] == "lead")
            return await rpc.push("notice", lead)
        self.assertEqual(self.rpc("lxhy", story)["notice"]["body"], "pool:371302")
        self.assertEqual(self.rpc("zjj", lambda rpc: self.pooled(rpc))["notice"]["body"], "pool:371302")

    async def pooled(self, rpc):
        await self.opened(rpc)
        self.taken("pooled2", item="999999999999")
        return await rpc.push("notice", "TESTpooled2")


class Ends(Audit):
    def closed_with(self, user, act):
        async def run():
            async with self.open(user) as rpc:
                await rpc.call("inbox.open")
                await act(rpc)
                await asyncio.wait_for(rpc.connection.wait_closed(), LIMIT_S)
                return rpc.connection.close_code
        return asyncio.run(run())

    def test_the_end_of_a_session(self):
        self.hub.sign_in("scjg")

        async def act(_):
            self.hub.request("DELETE", "/api/v1/session", user="scjg")
        self.assertEqual(self.closed_with("scjg", act), 4003)
        self.hub.sign_in("scjg")

    def test_a_binary_frame(self):
        async def act(rpc):
            await rpc.connection.send(b"\x00")
        self.assertIn(self.closed_with("wjw", act), (4002, 1003))


class Stream(Audit):
    """Server-sent events, read line by line."""

    class Reader:
        def __init__(self, hub, user, query="", **headers):
            self.connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=LIMIT_S)
            self.connection.request("GET", "/api/v1/stream" + query, headers={"Cookie": hub.cookies[user], **headers})
            self.response = self.connection.getresponse()

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.response.close()
            self.connection.close()

        def event(self):
            fields = {}
            while True:
                line = self.response.readline().decode().rstrip("\r\n")
                if not line and fields:
                    documents.hold_frame({"jsonrpc": "2.0", "method": fields["event"], "params": json.loads(fields["data"])}
                                         if fields["event"] in ("notice", "change", "bye") else
                                         {"jsonrpc": "2.0", "id": 1, "result": json.loads(fields["data"])})
                    return fields
                if line and not line.startswith(":"):
                    name, value = line.split(": ", 1)
                    fields[name] = value

        def about(self, text):
            while True:
                e = self.event()
                if text in e["data"]:
                    return e

    def test_the_same_messages(self):
        async def story(rpc):
            await rpc.call("inbox.open")
            lead = self.lead("sse")
            frame = await rpc.push("notice", lead)
            self.hub.post(f"/notices/{lead}/acknowledge", "wjw")
            return lead, frame, await rpc.push("change", lead)
        with self.Reader(self.hub, "wjw") as stream:
            self.assertEqual((stream.response.status, stream.response.headers["Content-Type"]), (200, "text/event-stream"))
            opened = stream.event()
            self.assertEqual((opened["event"], json.loads(opened["data"])["cursor"]), ("open", opened["id"]))
            lead, frame, change = self.rpc("wjw", story)
            notice = stream.about(lead)
            self.assertEqual((notice["event"], notice["id"], json.loads(notice["data"])), ("notice", frame["cursor"], frame))
            changed = stream.about(lead)
            self.assertEqual((changed["event"], json.loads(changed["data"])), ("change", change))
        for query, headers in (("?since=" + frame["cursor"], {}), ("", {"Last-Event-ID": frame["cursor"]}),
                               ("?since=nonsense", {"Last-Event-ID": frame["cursor"]})):
            with self.Reader(self.hub, "wjw", query, **headers) as again:
                self.assertTrue(json.loads(again.event()["data"])["recovered"])
                self.assertEqual(json.loads(again.about(lead)["data"]), change)
        with self.Reader(self.hub, "wjw", "?since=nonsense") as lost:
            self.assertFalse(json.loads(lost.event()["data"])["recovered"])

    def test_one_body_and_no_other(self):
        with self.Reader(self.hub, "wjw", "?body=wjw-371300") as stream:
            stream.event()
            self.taken("sse-body")
            self.assertEqual(json.loads(stream.about("TESTsse-body")["data"])["notice"]["body"], "wjw-371300")
        self.assertEqual(self.hub.get("/stream?body=zjj-371302", "wjw").status, 404)
        self.assertEqual(self.hub.get("/stream?body=no-such", "wjw").status, 404)
        self.assertEqual(self.hub.get("/stream", "admin").status, 403)
        self.assertEqual(self.hub.request("GET", "/api/v1/stream").status, 401)

    def test_the_end_of_a_session_ends_it(self):
        self.hub.sign_in("sjj")
        with self.Reader(self.hub, "sjj") as stream:
            stream.event()
            self.hub.request("DELETE", "/api/v1/session", user="sjj")
            self.assertEqual(stream.response.read(), b"")
        self.hub.sign_in("sjj")


class Away(Audit):
    settings = ("--redis.timeout", "10s")

    def test_without_redis_it_is_503_and_later_all_is_as_it_was(self):
        import os
        self.taken("before")
        os.kill(self.hub.redis_pid(), signal.SIGSTOP)
        try:
            answer = self.hub.request("POST", "/api/v1/events", dump(event("away")), CLOUD, "spj")
            self.assertEqual(answer.status, 503)
            self.assertTrue(int(answer.headers["Retry-After"]) > 0)
            wait_until(lambda: self.hub.request("GET", "/readyz").status == 503)
            self.assertEqual(self.hub.request("GET", "/healthz").status, 200)
        finally:
            os.kill(self.hub.redis_pid(), signal.SIGCONT)
        wait_until(lambda: self.hub.request("GET", "/readyz").status == 200)
        wait_until(lambda: self.hub.submit(event("away")).status in (200, 201))


if __name__ == "__main__":
    main()
