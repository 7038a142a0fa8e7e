"""Events out of the Redis stream, written by clients that know nothing of the hub: redis-cli and python3-redis."""
import json
import os
import subprocess
import unittest

import redis

from hub import BIN, LIMIT_S, Hub, OneHub, event, wait_until

KEY = "tdm:{371300}:"
INTAKE, DONE = KEY + "intake", KEY + "intake:done"


class Foreign:
    """A system that speaks Redis: writes entries, and reads what became of them."""

    def __init__(self, hub):
        self.socket = hub.redis_socket()
        self.redis = redis.Redis(unix_socket_path=self.socket, decode_responses=True)

    def write(self, document):
        text = document if isinstance(document, (str, bytes)) else json.dumps(document, ensure_ascii=False)
        return self.redis.xadd(INTAKE, {"event": text})

    def outcomes(self):
        """By entry, and that none has two."""
        entries = [fields for _, fields in self.redis.xrange(DONE)]
        found = {fields["entry"]: json.loads(fields["outcome"]) for fields in entries}
        assert len(found) == len(entries), "an entry has two outcomes"
        return found

    def outcome(self, entry):
        return wait_until(lambda: self.outcomes().get(entry), what=f"the outcome of {entry}")

    def waiting(self):
        """How many hubs stand at the stream."""
        return sum(client["cmd"].startswith("xreadgroup") for client in self.redis.client_list())

    def readers(self):
        return {reader["name"]: reader for reader in self.redis.xinfo_consumers(INTAKE, "tandem")}


def start_with_people():
    hub = Hub(demo=False).start()
    for words in (("spj", "--role", "approver", "--body", "spj-371302"), ("wjw", "--role", "supervisor", "--body", "wjw-371300")):
        subprocess.run([os.path.abspath(BIN), "user", "add", *words, "--data", hub.data], input="pass word\n", text=True,
                       check=True, capture_output=True, timeout=LIMIT_S)
    sign_in(hub)
    return hub


def sign_in(hub):
    for user in ("spj", "wjw"):
        wait_until(lambda user=user: hub.try_sign_in(user, "pass word"), what=user)


class Outcomes(OneHub):
    @classmethod
    def setUpClass(cls):
        cls.hub = start_with_people()
        cls.addClassCleanup(cls.hub.__exit__, None, None, None)
        cls.foreign = Foreign(cls.hub)

    def test_by_redis_cli(self):
        document = json.dumps(event("cli"), ensure_ascii=False)
        entry = subprocess.run(["redis-cli", "-s", self.foreign.socket, "XADD", INTAKE, "*", "from", "somebody", "event", document],
                               capture_output=True, text=True, check=True, timeout=LIMIT_S).stdout.strip()
        outcome = self.foreign.outcome(entry)
        self.assertEqual(outcome["status"], 201)
        self.assertEqual(outcome["answer"]["case"], "TESTcli")
        self.assertEqual(len(self.hub.get("/cases/TESTcli", "spj").json["events"]), 1)
        notice = next(n["id"] for n in outcome["answer"]["notices"] if n["body"] == "wjw-371300")
        self.assertEqual(self.hub.get("/notices/" + notice, "wjw").json["notice"]["state"], "open")

    def test_repeat_and_conflict(self):
        first = self.foreign.outcome(self.foreign.write(event("same")))
        again = self.foreign.outcome(self.foreign.write(json.dumps(event("same"), indent=2, sort_keys=True)))
        other = self.foreign.outcome(self.foreign.write(event("same", case="OTHER")))
        by_http = self.hub.submit(event("same"))
        self.assertEqual((first["status"], again["status"], other["status"], by_http.status), (201, 200, 409, 200))
        self.assertEqual(again["answer"], first["answer"])
        self.assertEqual(by_http.json, first["answer"])
        self.assertEqual(other["answer"]["status"], 409)
        self.assertEqual(self.hub.get("/cases/OTHER", "spj").status, 404)

    def test_faults(self):
        bad = event("bad")
        del bad["time"], bad["data"]["case"]
        outcome = self.foreign.outcome(self.foreign.write(bad))
        self.assertEqual(outcome["status"], 422)
        self.assertLessEqual({"/time", "/data/case"}, {e["pointer"] for e in outcome["answer"]["errors"]})
        for text, status in (("{", 400), ("", 400), (b"\xff\xfe", 400), ("[" * 40, 422), ("[]", 422), ('"event"', 422),
                             (json.dumps(event("large", remark="x" * 300000)), 413)):
            with self.subTest(text[:10]):
                self.assertEqual(self.foreign.outcome(self.foreign.write(text))["status"], status)
        entry = self.foreign.redis.xadd(INTAKE, {"Event": "{}"})
        outcome = self.foreign.outcome(entry)
        self.assertEqual((outcome["status"], [e["pointer"] for e in outcome["answer"]["errors"]]), (422, ["/event"]))
        # None of them is left over, and none keeps the next one waiting.
        self.assertEqual(self.foreign.outcome(self.foreign.write(event("after")))["status"], 201)
        wait_until(lambda: self.foreign.redis.xlen(INTAKE) == 0, what="an empty intake")
        self.assertEqual(self.foreign.redis.xpending(INTAKE, "tandem")["pending"], 0)

    def tear(self, name):
        """Of a repeat whose record cannot be read, the hub cannot say what became of it."""
        first = self.foreign.outcome(self.foreign.write(event(name)))
        number = first["answer"]["event"][1:]
        records, whole = f"{KEY}r:{int(number) // 16}", redis.Redis(unix_socket_path=self.foreign.socket)
        record = whole.hget(records, number)
        whole.hset(records, number, "torn")
        return first, lambda: whole.hset(records, number, record)

    def test_what_failed_here_stays_until_it_can_be_answered(self):
        first, mend = self.tear("torn")
        entry = self.foreign.write(event("torn"))
        wait_until(lambda: f"entry {entry} of the intake failed here, 1 times" in self.hub.log_text() or
                   entry in self.foreign.outcomes(), what="its failure")
        self.assertNotIn(entry, self.foreign.outcomes())
        self.assertEqual([e["message_id"] for e in self.foreign.redis.xpending_range(INTAKE, "tandem", "-", "+", 9)], [entry])
        mend()
        again = self.foreign.outcome(entry)
        self.assertEqual((again["status"], again["answer"]), (200, first["answer"]))

    def test_what_always_fails_here_is_parked(self):
        first, mend = self.tear("parked")
        entry = f"{int(self.foreign.redis.xinfo_stream(INTAKE)['last-generated-id'].split('-')[0]) + 1}-1"
        self.foreign.redis.hset(KEY + "intake:failed", entry, 29)
        document = json.dumps(event("parked"))
        self.foreign.redis.xadd(INTAKE, {"from": "somebody", "event": document}, id=entry)
        self.assertEqual(self.foreign.outcome(entry)["status"], 500)
        self.assertEqual(self.foreign.redis.xrange(INTAKE, entry, entry), [])
        self.assertEqual(self.foreign.redis.xpending_range(INTAKE, "tandem", entry, entry, 9), [])
        self.assertIn(f"entry {entry} of the intake failed here 30 times and is tried no more", self.hub.log_text())
        self.assertIn("tandem_intake_parked_total 1", self.hub.request("GET", "/metrics").body.decode())
        # A person finds it whole and gives it back.
        (at, parked), = self.foreign.redis.xrange(KEY + "intake:parked")
        self.assertEqual((parked["entry"], parked["from"], parked["event"]), (entry, "somebody", document))
        mend()
        again = self.foreign.outcome(self.foreign.write(parked["event"]))
        self.assertEqual((again["status"], again["answer"]), (200, first["answer"]))


class Hubs(unittest.TestCase):
    def test_killed_before_it_was_done(self):
        """Killed with -9 while entries are in its hands; the next one takes them up, and each event is there once."""
        hub = start_with_people()
        try:
            foreign = Foreign(hub)
            wait_until(lambda: foreign.redis.exists(INTAKE), what="the intake")
            left = []
            for number in range(1, 50):
                pipe = foreign.redis.pipeline(transaction=False)
                for k in range(100):
                    pipe.xadd(INTAKE, {"event": json.dumps(event(f"kill-{number}-{k}"))})
                pipe.execute()
                hub.kill()
                left = foreign.redis.xpending(INTAKE, "tandem")["consumers"]
                entries = foreign.redis.xlen(INTAKE)
                if left and entries:
                    break
                hub.start()
            self.assertTrue(left, "never killed with entries in hand")
            dead = left[0]["name"]
            # Its Redis lives on, as one that is not its own would: the next hub finds it where it was.
            hub.start()
            wait_until(lambda: foreign.redis.xlen(INTAKE) == 0, what="all entries to be taken up")
            outcomes = foreign.outcomes()
            self.assertEqual(len(outcomes), number * 100)
            self.assertLessEqual({o["status"] for o in outcomes.values()}, {200, 201})
            self.assertEqual(len({o["answer"]["event"] for o in outcomes.values()}), number * 100)
            self.assertEqual(int(foreign.redis.get(KEY + "seq")), number * 100)
            self.assertEqual(foreign.redis.llen(KEY + "b:wjw-371300:all"), number * 100)
            wait_until(lambda: dead not in foreign.readers(), what="the dead reader to be forgotten")
            self.assertLessEqual(len(foreign.readers()), 1)
        finally:
            hub.__exit__(None, None, None)

    def test_two_hubs_share(self):
        one = start_with_people()
        two = Hub(data=one.data, demo=False, environment={"TANDEM_REDIS_URL": "unix:" + one.redis_socket()})
        try:
            two.start()
            foreign = Foreign(one)
            wait_until(lambda: foreign.waiting() == 2, what="two readers")

            def accepted(hub):
                lines = hub.request("GET", "/metrics").body.decode().split("\n")
                return int(next(x for x in lines if x.startswith("tandem_events_accepted_total ")).split()[1])
            for number in range(60):
                foreign.outcome(foreign.write(event(f"share-{number}")))
            self.assertEqual(accepted(one) + accepted(two), 60)
            self.assertGreater(accepted(one), 0)
            self.assertGreater(accepted(two), 0)
        finally:
            self.assertEqual(two.stop(), 0)
            two.log.close()
            one.__exit__(None, None, None)


if __name__ == "__main__":
    unittest.main()
