"""The part of the wire story that is about the offices: the month's statement and ranking, sheets, and running the hub.

It has a hub of its own, because here there is a way out, and the other story needs that there is none.
"""
import datetime as dt
import os
import subprocess

from audit import CLOUD, AuditHub, dump
from hub import BIN, wait_until

SETTINGS = ("--connector.try.kind", "sandbox")
ROW = ("told", "leads", "delivered", "acknowledged", "claimed", "returned", "fed_back", "overdue", "withdrawn", "superseded")
YEAR = {"year": 2031, "off": [f"2031-03-{day:02}" for day in range(1, 13)], "work": []}
SHEETS = (("notices", "/notices.csv?body=wjw-371302", "wjw"), ("cases", "/cases.csv?q=WIRE-1", "spj"), ("pool", "/pool.csv", "wjw"),
          ("disputes", "/disputes.csv", "lxhy"), ("agenda", "/meetings/agenda.csv", "lxhy"), ("board", "/board.csv?by=region", "lxhy"))


def month_of(day):
    return day.isoformat()[:7]


class Office:
    def __init__(self, story, policy, clinic):
        self.story, self.hub, self.policy, self.clinic = story, story.hub, policy, clinic
        today = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
        self.month, self.before = month_of(today), month_of(today.replace(day=1) - dt.timedelta(1))

    def call(self, name, status, method, path, user, said=None):
        return self.story.call(name, status, method, path, user, said and dump(said))

    def sent(self):
        numbered = {**self.clinic(1), "sequence": "7"}
        for event in (numbered, {**self.clinic(2, item="999999999999"), "sequence": "9"}):
            assert self.hub.request("POST", "/api/v1/events", dump(event), CLOUD, "spj").status == 201
        self.call("claimed-many", 200, "POST", "/notices/claim", "wjw", {"notices": ["n1.0", "n99.0"]})
        wait_until(lambda: self.hub.get("/events/e1", "spj").json["decided"]["applicant_told"]["deliveries"][0]["state"] == "delivered",
                   what="the applicant's text")

    def its_month(self):
        statement = self.call("reconciliation", 200, "GET", f"/reconciliation?month={self.month}", "spj")
        row = next(d for b in statement["items"] for d in b["departments"] if d["body"]["id"] == "wjw-371302")
        self.call("differences", 200, "POST", "/reconciliation", "spj", {"month": self.month, "body": "spj-371302", "cases": ["WIRE-1", "WIRE-77"]})
        self.call("agreed", 200, "POST", "/reconciliation/agree", "wjw",
                  {"month": self.month, "bureau": "spj-371302", "body": "wjw-371302", "seen": {k: row[k] for k in ROW}})
        self.call("sources", 200, "GET", "/reconciliation/sources", "lxhy")
        self.call("ranking", 200, "GET", f"/ranking?month={self.month}", "lxhy")
        self.call("ranking-published", 200, "POST", "/ranking/publish", "lxhy", {"month": self.before})

    def its_sheets(self):
        meeting = self.hub.post("/meetings", "lxhy", {"date": "2026-11-24", "title": "十一月联席会议", "decisions": [
            {"text": "更新联络员名单", "owner": "wjw-371302", "due": "2031-12-31"}]}).json
        month = (("reconciliation", f"/reconciliation.csv?month={self.month}", "spj"), ("report", f"/report.csv?month={self.month}", "lxhy"),
                 ("minutes", f"/meetings/{meeting['id']}/minutes.csv", "lxhy"))
        self.call("meeting-one", 200, "GET", f"/meetings/{meeting['id']}", "wjw")
        for name, path, user in (*SHEETS, *month):
            self.story.sheet("sheet-" + name, path, user)

    def its_policy(self):
        """A version comes in by one person, is looked at, and is put in force by another; a second one is taken back."""
        files = {}
        for name in ("bodies.csv", "calendar.json", "items.csv", "pack.json", "regions.csv", "rules.csv", "scope.csv"):
            with open(os.path.join(self.policy, name), encoding="utf-8") as f:
                files[name] = f.read()
        rule = "V{},,,granted,000123011000,,,,,,copy,住房城乡建设@here,,,push,,,\n"
        said = {"why": "抄告住房城乡建设部门", "files": {**files, "rules.csv": files["rules.csv"] + rule.format(1)}}
        version = self.call("policy-submitted", 201, "POST", "/policy/versions", "lxhy", said)["version"]
        path = f"/policy/versions/{version}"
        self.call("policy-version", 200, "GET", path, "lxhy")
        self.call("policy-diff", 200, "GET", path + "/diff", "lxhy")
        self.call("policy-shadow-on", 200, "POST", path + "/shadow", "lxhy", {"on": True})
        self.call("policy-approved", 200, "POST", path + "/approve", "boss", {"standing": True})
        self.call("policy-activated", 200, "POST", path + "/activate", "lxhy", {})
        said["files"]["rules.csv"] += rule.format(2)
        other = self.hub.post("/policy/versions", "lxhy", said).json["version"]
        self.call("policy-withdrawn", 200, "DELETE", f"/policy/versions/{other}", "lxhy", {"why": "重复"})
        self.call("policy-explained", 200, "POST", "/policy/explain", "spj", self.clinic(3))

    def its_running(self):
        self.call("connectors", 200, "GET", "/connectors", "boss")
        self.call("connector-tested", 200, "POST", "/connectors/try/test", "boss", {"to": "13900000001"})
        self.call("key-added", 201, "POST", "/keys", "boss", {"name": "crm", "bodies": ["spj-371302"], "source": "/sources/crm"})
        self.call("keys", 200, "GET", "/keys", "boss")
        self.call("key-revoked", 200, "DELETE", "/keys/crm", "boss")
        person = {"name": "li", "role": "supervisor", "body": "wjw-371302"}
        self.call("user-added", 201, "POST", "/users", "boss", {**person, "phone": "13900000021"})
        role = {"role": "approver", "body": "spj-371302"}
        self.call("user-granted", 200, "POST", "/users/li/grants", "boss", role)
        self.call("user-taken", 200, "DELETE", "/users/li/grants", "boss", role)
        self.call("user-disabled", 200, "POST", "/users/li/disable", "boss")
        self.call("user-enabled", 200, "POST", "/users/li/enable", "boss")
        self.call("user-password", 200, "POST", "/users/li/password", "boss")
        self.call("users", 200, "GET", "/users?limit=3", "boss")
        self.call("calendar-years", 200, "GET", "/policy/calendar/years", "boss")
        self.call("calendar-imported", 201, "POST", "/policy/calendar", "boss", YEAR)


def tell_office(story, policy, add_people, clinic):
    with AuditHub("--policy", policy, *SETTINGS, demo=False) as hub:
        add_people(hub, policy)
        subprocess.run([BIN, "user", "add", "boss", "--role", "admin", "--data", hub.data, "--policy", policy], check=True, input="boss\n",
                       text=True, capture_output=True)
        wait_until(lambda: hub.try_sign_in("boss"), what="who runs the hub")
        story.hub = hub
        office = Office(story, policy, clinic)
        office.sent()
        office.its_month()
        office.its_sheets()
        office.its_running()
        office.its_policy()
        office.call("own-password", 200, "POST", "/me/password", "boss", {"old": "boss", "new": "long enough by far"})
