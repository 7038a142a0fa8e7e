"""A hub whose texts go to a provider of the test's own, on a Redis that can be killed, with a pack whose clocks are short."""
import contextlib
import json
import os
import shutil
import subprocess
import tempfile

from hub import BIN, Hub, event, wait_until
from redis_box import Redis
from sms_provider import Provider

PHONE = "13800138001"
PEOPLE = (("li", "supervisor", "yjj-371300", "--phone", PHONE), ("spj", "approver", "spj-371302"))


def short_pack(folder, due, join):
    """The small pack of the cases; a notice that a text carries is soon overdue, and texts may wait for each other."""
    path = shutil.copytree("tests/cases/mini", f"{folder}/pack")
    with open(f"{path}/rules.csv", encoding="utf-8") as f:
        rules = f.read()
    with open(f"{path}/rules.csv", "w", encoding="utf-8") as f:
        f.write(rules.replace(",24h,,sms|push,", f",{due},,sms|push,"))
    if join:
        with open(f"{path}/pack.json", encoding="utf-8") as f:
            pack = json.load(f)
        with open(f"{path}/pack.json", "w", encoding="utf-8") as f:
            json.dump(dict(pack, sms_join=join), f, ensure_ascii=False)
    return path


def urgent(number):
    """The text goes out at once: the rule's channels begin with sms. The applicant has no telephone."""
    return event(number, item="000117051000", attributes={"area_m2": 1200, "risk": "high"},
                 applicant={"kind": "entity", "name": "测试企业"})


class SmsHub(contextlib.ExitStack):
    def __init__(self, **provider):
        super().__init__()
        self.folder = self.enter_context(tempfile.TemporaryDirectory(prefix="tdm-", dir="/tmp"))
        self.provider = self.enter_context(Provider(**provider))
        self.redis = Redis(self.folder)
        self.hub = None

    def start(self, connections=4, per_day=0, due="1m", join=None):
        self.enter_context(self.redis)
        self.hub = Hub("--config", self.provider.hub_settings(self.folder, connections), "--policy", short_pack(self.folder, due, join),
                       demo=False, data=self.folder, redis_url=self.redis.url, environment={"TANDEM_SMS_PER_DAY": str(per_day)})
        self.callback(self.end_hub)
        for name, role, body, *more in PEOPLE:
            subprocess.run([os.path.abspath(BIN), "user", "add", name, "--role", role, "--body", body, *more,
                            "--policy", f"{self.folder}/pack"], input="pass word\n", text=True, check=True,
                           stdout=subprocess.DEVNULL, env=self.hub.environment)
        self.hub.start()
        for name, *_ in PEOPLE:
            wait_until(lambda name=name: self.hub.try_sign_in(name, "pass word"), what=name)
        return self

    def end_hub(self):
        if self.hub.process and self.hub.process.poll() is None:
            self.hub.process.kill()
            self.hub.process.wait()
        self.hub.log.close()

    def take(self, number):
        """An event of which one body is told by a text; the notice's id."""
        answer = self.hub.submit(urgent(number))
        assert answer.status == 201, answer.body
        return next(n["id"] for n in answer.json["notices"] if n["body"] == "yjj-371300")

    def whole(self, notice):
        return self.hub.get("/notices/" + notice, "li").json

    def delivery(self, notice):
        (only,) = self.whole(notice)["deliveries"]
        return only

    def wait_state(self, notice, *states):
        def reached():
            delivery = self.delivery(notice)
            return delivery if delivery["state"] in states else None
        return wait_until(reached, what=f"{notice} being {' or '.join(states)}")
