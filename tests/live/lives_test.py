"""Random lives of notices, by several people at once and at two hubs: whatever they do, nothing fails inside, what is offered can be done, and
at the end both hubs, the lists, the totals, the figures, the command that counts anew and what was pushed say the same.

LIVES_SEED chooses other lives.
"""
import asyncio
import collections
import json
import os
import random
import subprocess
import threading
import unittest

import websockets

from hub import BIN, Hub, event, wait_until

SEED = int(os.environ.get("LIVES_SEED", "1"))
USERS = ("wjw", "zjj", "scjg", "spj", "lxhy")
LISTENED = {"wjw-371302": "wjw", "wjw-371300": "wjw", "zjj-371302": "zjj", "scjg-371302": "scjg"}
BODIES = (*LISTENED, "zjj-371300", "gaj-371302", "spj-371302", "nobody")
ITEMS = ("370123020001", "000123901000", "000123011000", "000111901000", "999999999999")
ACTS = ("acknowledge", "claim", "shown", "return", "transfer", "feedback", "close", "undo", "fulfil", "pause", "resume", "remind")


def feedback(r):
    said = {"result": r.choice(("conforms", "fails")), "disposal": "pass", "checked_on": "2026-11-25", "remark": r.choice(("", "x"))}
    if said["result"] == "fails":
        said.update(disposal="enforce", penalty={"document": "罚〔2026〕1号", "kind": "罚款", "licence_revoked": r.random() < 0.3})
    return said


def body_of(r, act):
    return {"return": lambda: {"reason": r.choice(("not-our-remit", "not-in-scope")), "remark": ""}, "feedback": lambda: feedback(r),
            "transfer": lambda: {"to": r.choice(BODIES), "remark": ""}, "pause": lambda: {"reason": "x", "remark": "y"}}.get(act, dict)()


class Listener(threading.Thread):
    """The newest state of each notice of a body, as it was pushed."""

    def __init__(self, hub, body):
        super().__init__(daemon=True)
        self.hub, self.body, self.states, self.opened = hub, body, {}, threading.Event()
        self.start()
        assert self.opened.wait(60)

    def run(self):
        asyncio.run(self.listen())

    async def listen(self):
        url, options = self.hub.socket_url(LISTENED[self.body])
        async with websockets.connect(url, max_queue=None, **options) as c:
            await c.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "inbox.open", "params": {"body": self.body}}))
            async for text in c:
                message = json.loads(text)
                said = message.get("params")
                if message.get("id") == 1:
                    self.opened.set()
                elif message["method"] == "notice":
                    self.states[said["notice"]["id"]] = said["notice"]["state"]
                elif message["method"] == "change":
                    self.states[said["notice"]] = said["state"]


class Lives:
    """What several people do, one after the other or at once."""

    def __init__(self, hubs, name):
        self.hubs, self.name, self.lock = hubs, name, threading.Lock()
        self.events, self.notices, self.faults, self.statuses = [], [], [], collections.Counter()
        self.versions = {}  # of each notice, the newest that was answered

    def look(self, what, answer, *more):
        self.statuses[what, answer.status] += 1
        if answer.status >= 500 or answer.status in (400, 405):
            self.faults.append((what, answer.status, answer.body, *more))
        return answer

    def send(self, hub, r):
        with self.lock:
            number, old = len(self.events), r.choice(self.events) if self.events else None
        sent = event(f"{self.name}-{number}-{r.random()}", item=r.choice(ITEMS))
        if old and r.random() < 0.25:
            sent = dict(json.loads(json.dumps(old)), type=r.choice(("approval.granted", "approval.changed", "approval.revoked")))
            if r.random() < 0.4:
                sent["data"]["version"] = r.randint(1, 4)
            elif r.random() < 0.7:
                sent["id"] = f"{self.name}-{r.random()}"
        answer = self.look("event", hub.submit(sent), sent)
        if answer.status in (200, 201):
            with self.lock:
                self.events.append(sent)
                self.notices += [n["id"] for n in answer.json["notices"]]

    def act(self, hub, r, alone):
        user, notice = r.choice(USERS), r.choice(self.notices[-30:] if r.random() < 0.7 else self.notices)
        offered = self.offered(hub, user, notice) if alone else ()
        act = r.choice([a for a in offered if a in ACTS] or ACTS) if r.random() < 0.5 else r.choice(ACTS)
        path = f"/{'pool' if act == 'claim' and r.random() < 0.2 else 'notices'}/{notice}/{act}"
        body, key = body_of(r, act), {"Idempotency-Key": f"k{r.random()}"}
        answer = self.look(act, hub.post(path, user, body, headers=key))
        if act in offered and path.startswith("/notices") and answer.status in (403, 404, 409):
            self.faults.append(("offered", act, user, notice, answer.body))
        if answer.status == 200:
            again = self.look(act, hub.post(path, user, body, headers=key))
            if again.body != answer.body:
                self.faults.append(("said otherwise", act, answer.body, again.body))
            with self.lock:
                self.notices += [answer.json["made"]] if "made" in answer.json else []
                self.versions[notice] = max(self.versions.get(notice, 0), answer.json.get("version", 0))

    def offered(self, hub, user, notice):
        answer = self.look("read", hub.get("/notices/" + notice, user))
        return answer.json["notice"]["allowed"] if answer.status == 200 else ()

    def dispute(self, hub, r):
        listed = self.look("disputes", hub.get("/disputes?limit=50", "lxhy")).json["items"]
        if not listed:
            return
        path = "/disputes/" + r.choice(listed)["id"]
        if r.random() < 0.5:
            self.look("position", hub.post(path + "/position", r.choice(USERS), {"position": f"p{r.random()}"}))
        else:
            body = {"close": True} if r.random() < 0.2 else {"body": r.choice(BODIES)}
            self.look("ruling", hub.post(path + "/ruling", "lxhy", {**body, "basis": "x", "remark": ""}))

    def many(self, hub, r):
        notices = r.sample(self.notices, min(len(self.notices), r.randint(1, 8)))
        self.look("many", hub.post("/notices/" + r.choice(("acknowledge", "claim")), r.choice(USERS), {"notices": notices}))

    def go(self, seed, steps, alone=False):
        r = random.Random(seed)
        for _ in range(steps):
            hub, dice = r.choice(self.hubs), r.random()
            if dice < 0.15 or not self.notices:
                self.send(hub, r)
            elif dice < 0.85:
                self.act(hub, r, alone)
            else:
                (self.dispute if dice < 0.93 else self.many)(hub, r)


def all_of(hub, path, user):
    items, cursor, total = [], None, None
    while cursor or total is None:
        page = hub.get(path + (f"&cursor={cursor}" if cursor else ""), user).json
        items, cursor, total = items + page["items"], page["next"], page.get("total", -1)
    return items, total


class Agreement(unittest.TestCase):
    """What has to be so once all have stopped."""

    def check_answered(self, lives):
        for notice, version in lives.versions.items():
            self.assertGreaterEqual(lives.hubs[0].get("/notices/" + notice, "lxhy").json["notice"]["version"], version, notice)

    def check_lists(self, hubs, listeners=()):
        def alike():
            return all(all_of(hubs[0], "/notices?limit=200", u) == all_of(hubs[1], "/notices?limit=200", u) for u in USERS)
        wait_until(alike, what="both hubs to list the same")
        for body, user in LISTENED.items():
            items, total = all_of(hubs[0], f"/notices?body={body}&limit=7", user)
            self.assertEqual((len(items), len({n["id"] for n in items})), (total, total), body)
            wanted = {n["id"]: n["state"] for n in items}
            for who in (x for x in listeners if x.body == body):
                wait_until(lambda w=who: all(wanted[n] == s for n, s in w.states.items() if n in wanted), what="the last change to be pushed")

    def check_figures(self, hubs, redis_url):
        for by in ("body", "region", "item", "day"):
            said = subprocess.run([BIN, "figures", "--by", by, "--json"], capture_output=True, text=True, check=True,
                                  env=dict(os.environ, TANDEM_REDIS_URL=redis_url))
            for hub in hubs:
                board = hub.get("/board?by=" + by, "lxhy").json
                self.assertEqual({**json.loads(said.stdout), "at": board["at"]}, board, by)
        for figure, value in hubs[1].get("/board", "lxhy").json["total"].items():
            if isinstance(value, int):
                items, total = all_of(hubs[1], f"/notices?figure={figure}&limit=200", "lxhy")
                self.assertEqual((len({n["id"] for n in items}), total), (value, value), figure)


class Random(Agreement):
    def live(self, run):
        with Hub() as first, Hub(redis_url="unix:" + first.redis_socket()) as second:
            hubs = (first, second)
            for hub in hubs:
                hub.sign_in(*USERS)
            listeners = [Listener(hub, body) for hub in hubs for body in LISTENED]
            lives = Lives(hubs, self.id().rpartition(".")[2])
            run(lives)
            self.assertEqual(lives.faults, [])
            self.assertGreater(lives.statuses["event", 201] + lives.statuses["claim", 200], 10, lives.statuses)
            self.check_answered(lives)
            self.check_lists(hubs, listeners)
            self.check_figures(hubs, "unix:" + first.redis_socket())
            self.assertEqual(second.stop(), 0)
            self.assertEqual(first.stop(), 0)

    def test_one_after_the_other(self):
        self.live(lambda lives: lives.go(SEED, 400, alone=True))

    def test_at_once(self):
        def run(lives):
            threads = [threading.Thread(target=lives.go, args=(SEED * 100 + i, 250)) for i in range(6)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
        self.live(run)


if __name__ == "__main__":
    unittest.main(verbosity=2)
