"""A registration whose business scope implies several items, from the submission to the case page."""
import asyncio
import json
import subprocess
import unittest

import websockets

from hub import BIN, LIMIT_S, Hub, but_for_the_calendar, event, wait_until

SCOPE = "一般项目：日用百货销售。许可项目：食品销售；烟草制品零售；没有人知道的项目。（依法须经批准的项目，经相关部门批准后方可开展经营活动）"


def registration(number, scope=SCOPE, **more):
    document = event(number, **more)
    document["type"] = "approval.registered"
    document["data"].pop("item")
    document["data"]["scope"] = scope
    return document


def metric(hub, name):
    text = hub.request("GET", "/metrics").body.decode()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith(name + " ")))


class Scope(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hub = Hub().start()
        cls.hub.sign_in("spj", "scjg", "wjw", "lxhy")

    @classmethod
    def tearDownClass(cls):
        cls.hub.stop()
        cls.hub.end_redis()

    def test_a_ruling_leaves_alone_who_looks_after_another_item(self):
        """Two bodies return what they are told; the one that has claimed a third item keeps it, and its case is not nobody's."""
        for user, body in (("ycj", "ycj-371302"), ("yjj", "yjj-371302")):
            subprocess.run([BIN, "user", "add", user, "--role", "supervisor", "--body", body, "--data", self.hub.data], input=user + "\n",
                           text=True, check=True, stdout=subprocess.DEVNULL)
            wait_until(lambda user=user: self.hub.try_sign_in(user), what=user)
        answer = self.hub.submit(registration("S9", "许可项目：食品销售；烟草制品零售；危险化学品经营"))
        told = {n["body"]: n["id"] for n in answer.json["notices"]}
        self.assertEqual(self.hub.post(f"/notices/{told['scjg-371302']}/claim", "scjg").status, 200)
        for user in ("ycj", "yjj"):
            returned = self.hub.post(f"/notices/{told[user + '-371302']}/return", user, {"reason": "not-our-remit"})
            self.assertEqual(returned.status, 200, returned.body)
        ruled = self.hub.post(f"/disputes/{returned.json['dispute']}/ruling", "lxhy", {"body": "ycj-371302"})
        self.assertEqual((ruled.status, ruled.json["state"]), (200, "ruled"))
        states = {(n["body"], n["state"]): [i["code"] for i in n["items"]]
                  for user in ("scjg", "ycj", "yjj") for n in self.hub.get("/notices?q=TESTS9", user).json["items"]}
        self.assertEqual(states[("scjg-371302", "claimed")], ["000131012000", "000161901000", "000125901000"])
        self.assertEqual(sorted(states[("ycj-371302", "claimed")]), ["000125901000", "000161901000"])
        self.assertIn(("yjj-371302", "closed"), states)

    def test_every_body_is_told_for_which_items(self):
        before = metric(self.hub, "tandem_scope_unmatched_total")
        answer = self.hub.submit(registration("S1"))
        self.assertEqual(answer.status, 201, answer.body)
        told = {n["body"]: n for n in answer.json["notices"]}
        self.assertEqual([i["code"] for i in told["scjg-371302"]["items"]], ["000131012000", "000161901000"])
        self.assertEqual([i["name"] for i in told["ycj-371302"]["items"]], ["烟草专卖零售许可"])
        self.assertEqual((told["scjg-371302"]["role"], told["ycj-371302"]["role"]), ("lead", "lead"))
        self.assertIn("pool:371302", told)
        self.assertIn({"code": "unmatched-scope"}, answer.json["problems"])
        self.assertNotIn({"code": "several-leads"}, answer.json["problems"])
        self.assertEqual(metric(self.hub, "tandem_scope_unmatched_total"), before + 1)

        again = self.hub.submit(registration("S1"))
        self.assertEqual((again.status, again.json["notices"]), (200, answer.json["notices"]))

        case = self.hub.get("/cases/TESTS1", "spj").json
        applicant = case["events"][0]["applicant_told"]
        self.assertEqual([(i["name"], i["apply_at"], i["authority"]) for i in applicant["items"]],
                         [("食品经营许可", "兰山区行政审批服务局", "兰山区行政审批服务局"),
                          ("烟草专卖零售许可", "兰山区行政审批服务局", "兰山区行政审批服务局")])
        mine = self.hub.get("/notices?q=TESTS1", "scjg").json["items"]
        self.assertEqual([i["code"] for i in mine[0]["items"]], ["000131012000", "000161901000"])
        # Each notice names what it is for, and the pool's the words that nobody knows.
        self.assertEqual(mine[0]["item"], {"code": "000131012000", "name": "食品经营许可"})
        tobacco = [n for n in case["events"][0]["notices"] if n["body"] == "ycj-371302"]
        self.assertEqual([n["item"] for n in tobacco], [{"code": "000161901000", "name": "烟草专卖零售许可"}])
        pool = [n for n in self.hub.get("/pool", "scjg").json["items"] if n["case"] == "TESTS1"]
        phrase = {"code": None, "name": "没有人知道的项目"}
        self.assertEqual([(n["item"], n["items"]) for n in pool], [(phrase, [phrase])])
        claimed = self.hub.post(f"/pool/{pool[0]['id']}/claim", "scjg")
        self.assertEqual(claimed.status, 200, claimed.body)
        self.assertEqual(self.hub.get(f"/notices/{pool[0]['id']}", "scjg").json["notice"]["item"], phrase)
        # Leads of two items do not contend, and a phrase in the pool is no dispute.
        disputes = self.hub.get("/disputes", "lxhy").json["items"]
        self.assertEqual([d for d in disputes if d.get("case") == "TESTS1"], [])

    def test_a_frame_says_what_the_list_says(self):
        async def told():
            url, options = self.hub.socket_url("wjw")
            async with websockets.connect(url, **options) as c:
                await c.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "inbox.open", "params": {"body": "wjw-371302"}}))
                while json.loads(await asyncio.wait_for(c.recv(), LIMIT_S)).get("id") != 1:
                    pass
                submission = registration("S4", "许可项目：烟草制品零售；食品销售")
                answer = await asyncio.get_running_loop().run_in_executor(None, self.hub.submit, submission)
                self.assertEqual(answer.status, 201, answer.body)
                while True:
                    m = json.loads(await asyncio.wait_for(c.recv(), LIMIT_S))
                    if m.get("method") == "notice" and m["params"]["notice"]["case"] == "TESTS4":
                        return m["params"]["notice"]

        frame = asyncio.run(told())
        listed = self.hub.get("/notices?q=TESTS4", "wjw").json["items"]
        self.assertEqual(frame["item"]["name"], "食品经营许可")
        members = ("id", "item", "items", "applicant", "bodies", "region", "received")
        self.assertEqual([{m: n[m] for m in members} for n in listed], [{m: frame[m] for m in members}])

    def test_one_item_and_none(self):
        one = self.hub.submit(registration("S2", "许可项目：烟草制品零售"))
        self.assertEqual(one.status, 201)
        self.assertEqual(but_for_the_calendar(one.json["problems"]), [])
        none = self.hub.submit(registration("S3", "一般项目：日用百货销售"))
        self.assertEqual(none.status, 201)
        self.assertIn("pool:371302", [n["body"] for n in none.json["notices"]])


if __name__ == "__main__":
    unittest.main()
