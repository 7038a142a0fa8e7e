"""The yearly notice from its file to open deadlines: imported, taken over by SIGHUP, recounted once and written into the audit log."""
import datetime as dt
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from hub import BIN, LIMIT_S, Hub, event, wait_until
from redis_box import Blink, Redis

ZONE = dt.timezone(dt.timedelta(hours=8))


def tandem(*arguments):
    return subprocess.run([BIN, *arguments], capture_output=True, text=True, timeout=LIMIT_S, check=False)


def notice(path, off, work):
    """As published: a day is an event with a mark in its summary."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for day, mark in [(d, "节日（休）") for d in off] + [(d, "节日（班）") for d in work]:
        lines += ["BEGIN:VEVENT", f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{day + dt.timedelta(1):%Y%m%d}",
                  f"SUMMARY:{mark}", "END:VEVENT"]
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write("\r\n".join(lines + ["END:VCALENDAR", ""]))


def metric(hub, name):
    text = hub.request("GET", "/metrics").body.decode()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith(name + " ")))


def one(hub, case):
    return hub.get(f"/notices?q={case}&role=lead", "wjw").json["items"][0]


def audit(hub):
    """The lines about deadlines, read from the private Redis itself."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(hub.redis_socket())
        s.sendall(b"LRANGE tdm:{371300}:audit 0 -1\r\n")
        file = s.makefile("rb")
        lines = []
        for _ in range(int(file.readline()[1:])):
            lines.append(file.read(int(file.readline()[1:]) + 2)[:-2])
    return [one for one in map(json.loads, lines) if one.get("act") == "recount"]


class Unlisted:
    """A pack whose calendar does not know this year nor the next, and a notice that brings them."""
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tdm-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.pack = os.path.join(self.folder, "pack")
        shutil.copytree("rules/packs/linyi", self.pack)
        self.today = dt.datetime.now(ZONE).date()
        self.years = (self.today.year, self.today.year + 1)
        self.calendar = os.path.join(self.pack, "calendar.json")
        with open(self.calendar, encoding="utf-8") as f:
            content = json.load(f)
        for year in self.years:
            content["years"].pop(str(year), None)
        with open(self.calendar, "w", encoding="utf-8") as f:
            json.dump(content, f)
        self.ics = os.path.join(self.folder, "notice.ics")

    def write_notice(self):
        """The next ten days are off, and enough of both years for them to count as given."""
        days = {self.today + dt.timedelta(n) for n in range(11)}
        for year in self.years:
            days |= {dt.date(year, 3, n) for n in range(1, 12)}
        notice(self.ics, sorted(days), [])


class Calendar(Unlisted, unittest.TestCase):
    def test_open_deadlines_follow_the_notice(self):
        with Hub("--policy", self.pack) as hub:
            self.assertEqual(metric(hub, "tandem_calendar_missing_year"), self.today.year)
            self.assertIn(f"does not list {self.today.year}", hub.log_text())
            hub.sign_in("spj", "wjw")
            hub.submit(event("K1", item="000123901000"))
            hub.submit(event("K2", item="000123901000"))
            before = [one(hub, "TESTK1"), one(hub, "TESTK2")]
            self.assertTrue(all(n["provisional"] for n in before))
            self.assertEqual(hub.post(f"/notices/{before[1]['id']}/claim", "wjw").status, 200)

            self.write_notice()
            done = tandem("calendar", "import", self.pack, self.ics)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"{self.today.year}: new,", done.stdout)
            hub.process.send_signal(signal.SIGHUP)
            wait_until(lambda: not one(hub, "TESTK1")["provisional"], what="the new deadline")
            wait_until(lambda: not one(hub, "TESTK2")["provisional"], what="the claimed one's")
            after = [one(hub, "TESTK1"), one(hub, "TESTK2")]
            for was, now in zip(before, after):
                self.assertGreater(now["due"], was["due"])
                self.assertEqual(now["due"], tandem("calendar", "due", self.pack, now["received"], "2wd").stdout.strip())
                self.assertGreater(now["version"], was["version"])
            self.assertEqual(metric(hub, "tandem_calendar_missing_year"), 0)
            told = wait_until(lambda: [a for a in audit(hub) if a["notice"] in [n["id"] for n in before]], what="the audit log")
            self.assertEqual(len(told), 2)
            self.assertIn(before[0]["due"], "".join(a["detail"] for a in told))
            wait_until(lambda: "stand by the calendar in force" in hub.log_text(), what="the end of the walk")

            # Nothing is done twice, not even by a hub that starts anew.
            lines = len(audit(hub))
            hub.stop()
            hub.start()
            hub.process.send_signal(signal.SIGHUP)
            hub.sign_in("spj", "wjw")
            self.assertEqual(one(hub, "TESTK1")["version"], after[0]["version"])
            self.assertEqual(len(audit(hub)), lines)

    def test_a_hub_that_was_down_catches_up_at_its_start(self):
        hub = Hub("--policy", self.pack)
        with hub:
            hub.sign_in("spj", "wjw")
            hub.submit(event("K3", item="000123901000"))
            self.assertTrue(one(hub, "TESTK3")["provisional"])
            hub.stop()
            self.write_notice()
            self.assertEqual(tandem("calendar", "import", self.pack, self.ics).returncode, 0)
            hub.start()
            hub.sign_in("wjw")
            wait_until(lambda: not one(hub, "TESTK3")["provisional"], what="the new deadline")

    def test_redis_goes_away_while_deadlines_are_counted_anew(self):
        """What could not be written is counted once more, and only then it is said that all is done."""
        self.enterContext(Redis(self.folder))
        blink = Blink(f"{self.folder}/blink.sock", f"{self.folder}/redis.sock")
        with Hub("--policy", self.pack, redis_url=f"unix:{self.folder}/blink.sock") as hub:
            hub.sign_in("spj", "wjw")
            hub.submit(event("K4", item="000123901000"))
            self.assertTrue(one(hub, "TESTK4")["provisional"])
            self.write_notice()
            self.assertEqual(tandem("calendar", "import", self.pack, self.ics).returncode, 0)
            wait_until(lambda: hub.log_text().count("stand by the calendar in force") == 1, what="the end of the start's walk")
            blink.word = b'"act":"recount"'
            hub.process.send_signal(signal.SIGHUP)
            wait_until(lambda: hub.log_text().count("stand by the calendar in force") == 2, what="the end of the walk")
            self.assertEqual(blink.cuts, 1)
            self.assertFalse(one(hub, "TESTK4")["provisional"])

    def test_what_contradicts_itself_is_refused_and_nothing_changes(self):
        with open(self.calendar, encoding="utf-8") as f:
            before = f.read()
        day = dt.date(self.today.year, 3, 1)
        for off, work in (([day, day], []), ([day], [day])):
            notice(self.ics, off, work)
            answer = tandem("calendar", "import", self.pack, self.ics)
            self.assertEqual(answer.returncode, 1)
            self.assertIn(f"{self.ics}:9: {day} is", answer.stderr)
            with open(self.calendar, encoding="utf-8") as f:
                self.assertEqual(f.read(), before)
        self.assertEqual(tandem("calendar", "import", self.pack, "no/such").returncode, 2)
        self.assertEqual(sorted(os.listdir(self.pack)), sorted(os.listdir("rules/packs/linyi")))


if __name__ == "__main__":
    unittest.main()
