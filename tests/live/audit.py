"""What the audit stories have in common: a hub that judges each of its own answers by its documents, and a WebSocket client."""
import asyncio
import contextlib
import json
import os
import re
import subprocess
import unittest

import websockets

import documents
from hub import BIN, LIMIT_S, Hub, OneHub, event, wait_until

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")
CLOUD = {"Content-Type": "application/cloudevents+json"}
BATCH = {"Content-Type": "application/cloudevents-batch+json"}
LINES = {"Content-Type": "application/x-ndjson"}


def dump(value):
    return json.dumps(value, ensure_ascii=False).encode()


class AuditHub(Hub):
    def request(self, method, path, *arguments, **more):
        answer = super().request(method, path, *arguments, **more)
        if path != "/readyz":  # asked before it is ready
            documents.hold_answer(method, path, answer)
        return answer

    def key(self, name, *words):
        """A new key, once the hub takes it."""
        out = subprocess.run([BIN, "key", "add", name, *words, "--data", self.data], capture_output=True, text=True, check=True)
        headers = {"Authorization": "Bearer " + out.stdout.strip()}
        wait_until(lambda: self.request("GET", "/api/v1/me", headers=headers).status == 200)
        return headers


class Rpc:
    """Keeps pushes apart from answers, and holds every frame against the document."""

    def __init__(self, connection):
        self.connection, self.number, self.pushed = connection, 0, []

    async def frame(self):
        frame = json.loads(await asyncio.wait_for(self.connection.recv(), LIMIT_S))
        documents.hold_frame(frame)
        return frame

    async def say(self, text):
        """Sends anything and gives the next frame that is an answer."""
        await self.connection.send(text)
        while True:
            frame = await self.frame()
            if "method" not in frame:
                return frame
            self.pushed.append(frame)

    async def call(self, method, params=None, **more):
        self.number += 1
        answer = await self.say(json.dumps({"jsonrpc": "2.0", "id": self.number, "method": method, "params": {} if params is None else params, **more}))
        assert answer["id"] == more.get("id", self.number), answer
        return answer

    async def push(self, method, about):
        while True:
            for i, m in enumerate(self.pushed):
                if m["method"] == method and about in json.dumps(m, ensure_ascii=False):
                    return self.pushed.pop(i)["params"]
            self.pushed.append(await self.frame())


class Audit(OneHub):
    people = ("wjw", "zjj", "scjg", "spj", "lxhy", "sjj", "admin")
    settings = ()

    @classmethod
    def make_hub(cls):
        return AuditHub(*cls.settings)

    def taken(self, number, **data):
        answer = self.hub.submit(event(number, **data))
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json

    def lead(self, number, **data):
        """The id of the lead notice of a new event, which is for wjw-371302."""
        return next(n["id"] for n in self.taken(number, **data)["notices"] if n["role"] == "lead")

    def raw(self, body, headers, user="spj"):
        return self.hub.request("POST", "/api/v1/events", body, dict(headers), user)

    def pages(self, path, user, limit):
        """Every page of a list."""
        cursor, joint = None, "&" if "?" in path else "?"
        while True:
            page = self.hub.get(f"{path}{joint}limit={limit}" + (f"&cursor={cursor}" if cursor else ""), user).json
            yield page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    @contextlib.asynccontextmanager
    async def open(self, user):
        url, options = self.hub.socket_url(user)
        async with websockets.connect(url, **options) as connection:
            yield Rpc(connection)

    def rpc(self, user, story):
        async def run():
            async with self.open(user) as rpc:
                return await story(rpc)
        return asyncio.run(run())


def main():
    os.chdir(documents.ROOT)
    unittest.main(verbosity=1)
