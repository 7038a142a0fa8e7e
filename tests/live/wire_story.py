"""One fixed story against the real hub; what it says must be, message for message, what stands in tests/wire.

The page's tests read the same files, so that page and hub cannot drift apart. `wire_story.py --write` writes them anew.
Times, cursors and the policy's version are another each time and are written as fixed ones.
"""
import asyncio
import datetime as dt
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import websockets

import documents
from audit import CLOUD, AuditHub, Rpc, dump
from hub import BIN, LIMIT_S, wait_until
from wire_office import tell_office

FOLDER = os.path.join(documents.ROOT, "tests", "wire")
MINI = os.path.join(documents.ROOT, "tests", "cases", "mini")
EVENT_TIME = "2026-11-23T10:15:00+08:00"
PEOPLE = {"wjw": (("supervisor", "wjw-371302"), ("supervisor", "wjw-371300")), "spj": (("approver", "spj-371302"),),
          "lxhy": (("coordinator", "znb-371300"),), "scjg": (("supervisor", "scjg-371302"),), "sjj": (("auditor", "znb-371300"),), "gly": (("admin", "wjw-371302"),)}


def clinic(number, **data):
    return {"specversion": "1.0", "type": "approval.granted", "source": "/sources/wire", "id": f"w-{number}",
            "time": EVENT_TIME, "datacontenttype": "application/json",
            "data": {"case": f"WIRE-{number}", "version": 1, "item": "000123011000", "region": "371302", "accepted_in": "371302",
                     "bodies": {"accepting": "spj-371302", "reviewing": "spj-371302", "deciding": "spj-371302"},
                     "applicant": {"kind": "entity", "name": "示例门诊部", "code": "91320105780688132K", "phone": "13900000000"},
                     "permit": {"number": f"兰卫公证〔2026〕{number}号", "name": "公共场所卫生许可证", "decided_on": "2026-11-23",
                                "valid_from": "2026-11-23", "valid_until": "2030-11-22"},
                     "scope": "门诊", "remark": "无", **data}}


def pack_of_now(folder):
    """The small pack with a calendar that lists this year and the next: what a story says does not change with the seasons."""
    pack = shutil.copytree(MINI, os.path.join(folder, "pack"))
    this = (dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=8)).year
    with open(os.path.join(pack, "calendar.json"), "r+", encoding="utf-8") as f:
        calendar = json.load(f)
        for year in (this, this + 1):
            calendar["years"].setdefault(str(year), {"off": [f"{year}-08-{day:02}" for day in range(1, 13)], "work": []})
        f.seek(0)
        json.dump(calendar, f)
        f.truncate()
    return pack


STEADY = {"month": "2026-11", "today": "2026-11-23"}


def steady_member(name, value):
    if name == "cursor" or name == "since" and re.fullmatch(r"[0-9]+-[0-9.]+", str(value)):
        return "42-0.0.0"
    if name in ("from", "to") and re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
        return "2026-11-23"
    if name == "hours_to_claim" and value is not None:
        return 0.5
    if name == "decided_on" and str(value) > "2026-11-23":  # a witness is of today
        return "2026-11-23"
    if name in STEADY and value is not None:
        return STEADY[name]
    if name == "years":
        return [y for y in steady(value) if y["year"] <= 2026]
    if name == "missing" and isinstance(value, int) and value > 2000:  # the first year that no calendar lists
        return 2027
    return steady(value)


def steady(value):
    """What differs from run to run, as something that does not."""
    if isinstance(value, dict):
        told = {k: steady_member(k, v) for k, v in value.items()}
        return {**told, "from": None} if "stands_for" in told else told  # by the hour of the run on duty or not
    if isinstance(value, list):
        return [steady(v) for v in value]
    if isinstance(value, str):
        value = re.sub(r"^\d{4}-\d\d-\d\dT23:59:59\+08:00$", "2026-11-25T23:59:59+08:00", value)
        if value not in (EVENT_TIME, "2026-11-25T23:59:59+08:00"):
            value = re.sub(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?\+08:00$", "2026-11-23T10:15:00.250+08:00", value)
        value = re.sub(r"^tdm_\S+$", "tdm_example", value)
        value = re.sub(r"^[a-z2-9]{4}(-[a-z2-9]{4}){3}$", "made-made-made-made", value)
        return re.sub(r"^mini@[0-9a-f]{8}$", "mini@3f9c2a71", value)
    return value


class Story:
    def __init__(self, hub, pack):
        self.hub, self.pack, self.files = hub, pack, {}

    def keep(self, name, what):
        assert name not in self.files, name
        self.files[name] = steady(what)

    def call(self, name, answer, method, path, user=None, body=None, headers=None):
        got = self.hub.request(method, "/api/v1" + path, body, headers, user)
        template = documents.template_of(method, "/api/v1" + path)
        self.keep(name, {"answer": f"{method} {template} {got.status}", "body": got.json})
        assert got.status == answer, (name, got.status, got.body)
        return got.json

    def sheet(self, name, path, user):
        """A sheet is text; its times and days stand in the middle of lines."""
        got = self.hub.request("GET", "/api/v1" + path, None, None, user)
        assert got.status == 200, (name, got.status, got.body)
        text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "2026-11-23 10:15:00", got.body.decode())
        text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", "2026-11-23T10:15:00", text)
        text = re.sub(r"(?<![\d-])20\d\d-\d\d(-\d\d)?(?![\d-])(?! 10:15)(?!T10:15)", lambda m: "2026-11-23" if m[1] else "2026-11", text)
        template = documents.template_of("GET", "/api/v1" + path)
        self.keep(name, {"answer": f"GET {template} 200", "body": text})

    def told_applicant(self):
        return self.hub.get("/events/e1", "spj").json["decided"]["applicant_told"]

    def over_http(self):
        self.call("me", 200, "GET", "/me", "wjw")
        self.call("me-extended", 200, "POST", "/session/extend", "wjw")
        self.call("problem-401", 401, "GET", "/me")
        self.call("problem-422", 422, "POST", "/events", "spj", dump({**clinic(0), "id": "not visible", "time": "soon"}), CLOUD)
        self.call("accepted", 201, "POST", "/events", "spj", dump(clinic(1)), CLOUD)
        wait_until(lambda: self.told_applicant()["deliveries"][0]["state"] == "failed")  # there is no connector
        self.call("accepted-pool", 201, "POST", "/events", "spj", dump(clinic(2, item="999999999999")), CLOUD)
        self.call("problem-409", 409, "POST", "/events", "spj", dump(clinic(1, region="371321")), CLOUD)
        self.call("accepted-results", 200, "POST", "/events", "spj", dump([clinic(1), {}]),
                  {"Content-Type": "application/cloudevents-batch+json"})
        self.call("event", 200, "GET", "/events/e1", "spj")
        self.call("event-masked", 200, "GET", "/events/e1", "lxhy")
        self.call("decision", 200, "GET", "/events/e1/explain", "spj")
        self.call("reasons", 200, "GET", "/events/e1/explain?body=zjj-371302", "spj")
        self.call("notices", 200, "GET", "/notices?limit=1", "wjw")
        self.call("notices-elsewhere", 200, "GET", "/notices?limit=2", "spj")
        self.call("pool", 200, "GET", "/pool", "scjg")
        self.call("problem-404", 404, "GET", "/notices/n1.0", "scjg")
        self.call("shown", 200, "POST", "/notices/n1.0/shown", "wjw")
        self.call("acknowledged", 200, "POST", "/notices/n1.0/acknowledge", "wjw", headers={"If-Match": '"1"'})
        self.call("problem-412", 412, "POST", "/notices/n1.0/claim", "wjw", headers={"If-Match": '"1"'})
        self.call("claimed", 200, "POST", "/notices/n1.0/claim", "wjw", headers={"If-Match": '"2"'})
        self.call("acknowledged-many", 200, "POST", "/notices/acknowledge", "wjw", dump({"notices": ["n1.0", "n99.0"]}))
        self.call("claimed-from-pool", 200, "POST", "/pool/n2.0/claim", "scjg")
        self.call("notices-mine", 200, "GET", "/notices?mine=true&limit=1", "wjw")
        self.call("notice", 200, "GET", "/notices/n1.0", "wjw")
        self.call("notice-masked", 200, "GET", "/notices/n1.0", "lxhy")
        self.call("cases", 200, "GET", "/cases?q=WIRE-1", "spj")
        self.call("case", 200, "GET", "/cases/WIRE-1", "spj")
        self.call("policy", 200, "GET", "/policy", "lxhy")
        self.call("matrix", 200, "GET", "/policy/matrix?item=000123011000&region=371302", "wjw")
        self.call("names", 200, "GET", "/policy/names", "wjw")
        self.call("calendar", 200, "GET", "/policy/calendar?from=2026-09-28&to=2026-10-11", "wjw")

    def they_meet(self):
        """Minutes, and what is still to be done at the next meeting."""
        self.call("meeting", 201, "POST", "/meetings", "lxhy", dump({"date": "2026-11-24", "title": "十一月联席会议", "decisions": [
            {"text": "修订医疗机构监管职责边界清单", "owner": "wjw-371302", "due": "2031-12-31", "about": "u3.0"},
            {"text": "更新联络员名单", "owner": "scjg-371302", "due": "2031-12-31"}]}))
        self.call("decision-done", 200, "POST", "/decisions/m1.1/done", "lxhy", dump({"remark": "名单已印发"}), {"If-Match": '"1"'})
        self.call("meetings", 200, "GET", "/meetings", "lxhy")
        self.call("meetings-own", 200, "GET", "/meetings", "wjw")
        self.call("agenda", 200, "GET", "/meetings/agenda", "lxhy")

    def versions(self):
        files = {}
        for name in ("bodies.csv", "calendar.json", "items.csv", "pack.json", "regions.csv", "rules.csv", "scope.csv"):
            with open(os.path.join(self.pack, name), encoding="utf-8") as f:
                files[name] = f.read()
        files["rules.csv"] += "V1,,,granted,000123011000,,,,,,copy,住房城乡建设@here,,,push,,,\n"
        sent = self.hub.request("POST", "/api/v1/policy/versions", dump({"why": "试验", "files": files}), user="lxhy")
        self.call("policy-versions", 200, "GET", "/policy/versions", "lxhy")
        self.call("policy-rehearsed", 200, "POST", f"/policy/versions/{sent.json['version']}/rehearse", "lxhy", dump({"events": 10}))
        self.call("policy-shadow", 200, "GET", "/policy/shadow", "lxhy")

    def contacts(self):
        people = [{"name": "联络员甲", "post": "liaison", "phone": "13900000021", "email": None, "hours": "09:00-17:30", "checked_on": "2026-11-23"},
                  {"name": "科长乙", "post": "section-head", "leave": [{"from": "2020-01-01", "to": "2999-01-01", "substitute": "联络员甲"}]}]
        self.call("contacts", 200, "PUT", "/bodies/wjw-371302/contacts", "gly", dump({"people": people}))
        self.call("contacts-read", 200, "GET", "/bodies/wjw-371302/contacts", "wjw")
        self.call("contacts-shown", 200, "POST", "/notices/n1.0/contacts", "spj", dump({"reason": "短信未达，电话联系"}))
        self.call("handover", 200, "POST", "/bodies/wjw-371302/handover", "gly", dump({"from": "scjg", "to": "wjw"}))

    def act(self, name, notice, verb, user, said, status=200):
        return self.call(name, status, "POST", f"/notices/{notice}/{verb}", user, dump(said))

    def its_life(self):
        """Returned twice, disputed and ruled; handed on; fed back, closed; taken back."""
        taken = self.hub.submit(clinic(3, item="370123020001")).json
        lead, assist = (next(n["id"] for n in taken["notices"] if n["role"] == role) for role in ("lead", "assist"))
        self.act("problem-422-return", lead, "return", "wjw", {"reason": "other"}, 422)
        self.act("returned", lead, "return", "wjw", {"reason": "not-in-scope", "remark": "不在职责范围"})
        self.call("notices-split", 200, "GET", "/notices?state=returned", "spj")
        self.act("returned-twice", assist, "return", "scjg", {"reason": "wrong-region"})
        dispute = self.call("disputes", 200, "GET", "/disputes", "lxhy")["items"][0]["id"]
        self.call("position", 200, "POST", f"/disputes/{dispute}/position", "wjw",
                  dump({"position": "由市场监管部门监管", "proposes": "scjg-371302"}))
        self.call("ruling", 200, "POST", f"/disputes/{dispute}/ruling", "lxhy", dump({"body": "scjg-371302", "basis": "会议纪要"}))
        self.call("dispute", 200, "GET", f"/disputes/{dispute}", "lxhy")
        on = self.hub.submit(clinic(4)).json["notices"][0]["id"]
        self.act("transferred", on, "transfer", "wjw", {"to": "wjw-371300", "remark": "市级管辖"})
        self.call("notice-transferred", 200, "GET", "/notices/" + on, "wjw")
        done = self.hub.submit(clinic(5)).json["notices"][0]["id"]
        self.hub.post(f"/notices/{done}/claim", "wjw")
        self.act("undone", done, "undo", "wjw", {"remark": "误操作"})
        self.hub.post(f"/notices/{done}/claim", "wjw")
        put = self.call("file-put", 200, "POST", f"/notices/{done}/files", "wjw", b"%PDF-1.7\n%%EOF\n",
                        headers={"Content-Disposition": "attachment; filename*=UTF-8''%E7%AC%94%E5%BD%95.pdf"})
        self.act("fed-back", done, "feedback", "wjw", {
            "files": [put["file"]["file"]], "result": "fails", "disposal": "rectify", "checked_on": "2026-11-24", "rectify_by": "2026-12-01",
            "penalty": {"document": "兰卫罚〔2026〕1号", "kind": "警告"}, "remark": "限期整改"})
        self.act("closed", done, "close", "wjw", {})
        promised = self.hub.submit(clinic(8, commitments=[{"kind": "deferred-material", "what": "环境检测报告", "due": "2031-12-31"}])).json
        self.act("paused", promised["notices"][0]["id"], "pause", "lxhy", {"reason": "等待现场核查"})
        self.act("resumed", promised["notices"][0]["id"], "resume", "lxhy", {})
        self.act("fulfilled", promised["notices"][0]["id"], "fulfil", "spj", {"clock": 0, "remark": "已补齐"})
        self.call("audit", 200, "GET", "/audit?limit=3", "sjj")
        # Its channels begin with sms, and there is no connector: nobody of the body has been reached.
        assert self.hub.submit(clinic(9, item="000117051000", attributes={"area_m2": 1200, "risk": "high"})).status == 201
        wait_until(lambda: self.hub.get("/board", "lxhy").json["total"]["undelivered"] > 0, what="a failed text")
        self.call("board", 200, "GET", "/board?by=region", "lxhy")
        self.call("notices-undelivered", 200, "GET", "/notices?figure=undelivered", "lxhy")
        self.call("notice-closed", 200, "GET", "/notices/" + done, "wjw")
        letter = self.act("written", done, "letters", "wjw", {"kind": "change-opinion", "to": "spj-371302", "subject": "建议变更许可", "text": "面积不足"})["made"]
        self.act("replied", letter, "reply", "spj", {"text": "同意变更"})
        self.call("notice-letter", 200, "GET", "/notices/" + letter, "spj")
        self.they_meet()

    async def said(self, rpc, name, method, params, number):
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        kind = "".join(word.capitalize() for word in method.split("."))
        answer = await rpc.say(json.dumps(request))
        self.keep(f"ws-{name}", {"message": kind, "frame": request})
        back = "Error" if "error" in answer else {"InboxOpen": "InboxOpened", "EventSubmit": "EventAccepted",
                                                       "BoardOpen": "BoardOpened"}.get(kind, "NoticeState")
        self.keep(f"ws-{name}-answer", {"message": back, "frame": answer})
        return answer.get("result")

    async def pushed(self, rpc, name, method, about):
        params = await rpc.push(method, about)
        self.keep(f"ws-{name}", {"message": name.capitalize(), "frame": {"jsonrpc": "2.0", "method": method, "params": params}})

    async def over_websocket(self):
        url, options = self.hub.socket_url("wjw")
        approver_url, approver = self.hub.socket_url("spj")
        async with websockets.connect(url, **options) as mine, websockets.connect(approver_url, **approver) as theirs:
            rpc, other = Rpc(mine), Rpc(theirs)
            await self.said(rpc, "inbox-open", "inbox.open", {"body": "wjw-371302"}, 1)
            taken = await self.said(other, "event-submit", "event.submit", clinic(6), 1)
            lead = taken["notices"][0]["id"]
            await self.said(other, "events-submit", "event.submit", [clinic(6), clinic(6, region="371321")], 2)
            await self.said(other, "event-conflict", "event.submit", clinic(6, region="371321"), 3)
            await self.pushed(rpc, "notice", "notice", "WIRE-6")
            for number, (verb, params) in enumerate((
                    ("shown", {}), ("acknowledge", {"version": 1}), ("claim", {}), ("undo", {"remark": "误操作"}),
                    ("feedback", {"result": "conforms", "disposal": "pass", "checked_on": "2026-11-24"}), ("close", {"remark": "完成"}),
                    ("fulfil", {"clock": 0}), ("pause", {"reason": "企业停业"}), ("resume", {}),
                    ("transfer", {"to": "wjw-371300"}), ("return", {"reason": "not-our-remit"}),
                    ("letter", {"kind": "co-letter", "to": "spj-371302", "subject": "协同", "text": "请告知"}), ("reply", {"text": "收到"})), 2):
                await self.said(rpc, verb, "notice." + verb, {"notice": lead, **params}, number)
                if verb == "acknowledge":
                    await self.pushed(rpc, "change", "change", lead)
            await self.said(rpc, "claim-missing", "notice.claim", {"notice": "n99.0"}, 20)
            await self.said(rpc, "board-open", "board.open", {}, 21)
            assert self.hub.submit(clinic(7)).status == 201
            await self.pushed(rpc, "board", "board", "sent")
            self.hub.process.send_signal(signal.SIGTERM)
            await self.pushed(rpc, "bye", "bye", "draining")


def add_people(hub, pack):
    for name, grants in PEOPLE.items():
        for role, body in grants:
            subprocess.run([BIN, "user", "add", name, "--role", role, "--body", body, "--data", hub.data, "--policy", pack], check=True,
                           input=name + "\n", text=True, capture_output=True)
        wait_until(lambda n=name, g=grants: hub.try_sign_in(n) and len(hub.get("/me", n).json["bodies"]) == len(g), what=name)


def tell():
    with tempfile.TemporaryDirectory(prefix="tdm-") as folder:
        return tell_with(pack_of_now(folder))


def tell_with(pack):
    with AuditHub("--policy", pack, demo=False) as hub:
        add_people(hub, pack)
        story = Story(hub, pack)
        story.over_http()
        story.versions()
        story.contacts()
        story.its_life()
        asyncio.run(story.over_websocket())
        assert hub.process.wait(LIMIT_S) == 0
    tell_office(story, pack, add_people, clinic)
    return story.files


def text_of(example):
    return json.dumps(example, ensure_ascii=False, indent="\t") + "\n"


class Wire(unittest.TestCase):
    maxDiff = None

    def test_the_hub_says_what_the_files_say(self):
        told = {name + ".json": text_of(example) for name, example in tell().items()}
        there = {name: text_of(example) for name, example in documents.examples()}
        self.assertEqual(sorted(told), sorted(there))
        for name, text in told.items():
            with self.subTest(name):
                self.assertEqual(text, there[name])


def write():
    os.makedirs(FOLDER, exist_ok=True)
    for name, example in tell().items():
        with open(os.path.join(FOLDER, name + ".json"), "w", encoding="utf-8") as f:
            f.write(text_of(example))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        unittest.main()
