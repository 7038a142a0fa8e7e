"""What who starts the demo sees at once: each of its people has work before them, without waiting for the trickle to bring it; and the
trickle, as fast as it is asked for or not at all."""
import os
import re
import subprocess
import tempfile
import unittest

from hub import BIN, LIMIT_S, Hub, wait_until

OPENING = 5  # events; the trickle brings its first only later


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hub = Hub()
        cls.hub.start()
        cls.hub.sign_in("wjw", "zjj", "scjg", "spj", "lxhy", "sjj")
        wait_until(lambda: cls.hub.get("/board", "lxhy").json["total"]["no_lead"], what="the last of the opening")

    @classmethod
    def tearDownClass(cls):
        cls.hub.stop()
        cls.hub.end_redis()

    def test_an_inbox_has_what_its_body_is_in_charge_of(self):
        for name in ("wjw", "zjj", "scjg"):
            to_do = self.hub.get(f"/notices?body={name}-371302&state=open&role=lead", name).json["items"]
            opening = [n for n in to_do if int(n["id"][1:].split(".")[0]) <= OPENING]
            self.assertTrue(opening, name)
            self.assertEqual({n["region"] for n in opening}, {"371302"})

    def test_the_bureau_finds_its_cases_and_the_copy_it_was_sent(self):
        cases = self.hub.get("/cases", "spj").json["items"]
        self.assertGreaterEqual(len(cases), OPENING)
        self.assertTrue(self.hub.get("/notices?body=spj-371302", "spj").json["items"])

    def test_the_pool_the_meeting_and_the_board_have_something(self):
        self.assertTrue(self.hub.get("/pool", "wjw").json["items"])
        for name in ("lxhy", "sjj"):
            self.assertGreaterEqual(self.hub.get("/board", name).json["total"]["sent"], OPENING)
            self.assertIn("no-lead", [d["kind"] for d in self.hub.get("/disputes?state=open", name).json["items"]])

    def test_the_walk_of_the_readme_as_it_stands_there(self):
        with open("README.md", encoding="utf-8") as f:
            readme = f.read()
        walk = re.search(r"^## Try it with curl\n\n```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)[1]
        with tempfile.TemporaryDirectory(prefix="tdm-") as folder:
            def said(script):
                return subprocess.run(["sh", "-euc", script.replace("127.0.0.1:8080", f"127.0.0.1:{self.hub.port}")], cwd=folder,
                                      capture_output=True, text=True, timeout=LIMIT_S, check=True).stdout
            out = said(walk)
            self.assertNotIn("urn:tandem:problem:", out.split("openapi:")[0])
            self.assertIn('"state":"acknowledged"', out)
            # Whoever a later line speaks as has signed in by then, and what is decided without a hub is there.
            for name in sorted(set(re.findall(r"-s?N?b (\w+)\.txt", readme))):
                self.assertIn(f'"user":"{name}"', said(f"curl -s -b {name}.txt http://127.0.0.1:8080/api/v1/me"))
            pack = os.path.abspath("rules/packs/linyi")
            self.assertIn('"body":"wjw-371302","role":"lead"', said(f"{os.path.abspath(BIN)} policy explain {pack} event.json"))


class Trickle(unittest.TestCase):
    def test_with_two_workers_it_begins_once_and_goes_on(self):
        with Hub(environment={"TANDEM_WORKERS": "2", "TANDEM_DEMO_PAUSE": "2s"}) as hub:
            wait_until(lambda: hub.try_sign_in("lxhy"), what="the people at both workers")
            # Whatever a second beginning had brought would be there before the trickle's first.
            wait_until(lambda: self.no_lead(hub), what="the last of the opening")
            numbers = wait_until(lambda: self.numbers(hub, more_than=OPENING), what="the trickle")[:OPENING]
            self.assertEqual([n[-4:] for n in numbers], [f"{i:04}" for i in range(1, OPENING + 1)])
            self.assertEqual(len({n[:-4] for n in numbers}), 1)

    def test_it_goes_on_as_fast_as_it_is_asked_to(self):
        with Hub(environment={"TANDEM_DEMO_PAUSE": "100ms"}) as hub:
            hub.sign_in("lxhy")
            wait_until(lambda: self.numbers(hub, more_than=29), what="what would take four minutes at the usual pace")

    # Each question may reach the worker that is still reading: every answer is looked at for itself.
    def numbers(self, hub, more_than):
        answer = hub.get("/cases", "lxhy")
        numbers = sorted(c["case"] for c in answer.json["items"]) if answer.status == 200 else []
        return numbers if len(numbers) > more_than else None

    def no_lead(self, hub):
        answer = hub.get("/board", "lxhy")
        return answer.status == 200 and answer.json["total"]["no_lead"]


if __name__ == "__main__":
    unittest.main()
