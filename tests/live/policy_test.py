"""The policy as a thing that offices change, from outside: submitted, approved by a second person, put into force, compared, rehearsed."""
import concurrent.futures
import datetime as dt
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import documents
from hub import BIN, LIMIT_S, Hub, OneHub, event, wait_until

PACK = "rules/packs/linyi"
ZONE = dt.timezone(dt.timedelta(hours=8))
LEAD, OTHER = "wjw-371302", "zjj-371302"
CLINIC = "000123901000"


def files():
    """The pack as a page sends it."""
    found = {}
    for root, _, names in os.walk(PACK):
        for name in names:
            path = os.path.relpath(os.path.join(root, name), PACK)
            if not name.endswith(".md"):
                with open(os.path.join(root, name), encoding="utf-8") as f:
                    found[path] = f.read()
    return found


def row(number, to="住房城乡建设@here", role="copy"):
    """One more row; a number makes it another version."""
    return f"X{number},,,granted,{CLINIC},,,,,,,,,,{role},{to},2wd,,push,,第 {number} 号文,\n"


def with_row(number, **more):
    pack = files()
    pack["rules.csv"] += row(number, **more)
    return pack


class Base(unittest.TestCase):
    maxDiff = None

    def call(self, hub, method, path, user, body=None, want=200):
        answer = hub.request(method, "/api/v1" + path, body, user=user, timeout=LIMIT_S)
        documents.hold_answer(method, "/api/v1" + path.partition("?")[0], answer)
        self.assertEqual(answer.status, want, answer.body)
        return answer.json

    def submit(self, hub, pack, user="lxhy", want=201, why="试验"):
        return self.call(hub, "POST", "/policy/versions", user, {"why": why, "files": pack}, want)

    def approved(self, hub, pack):
        version = self.submit(hub, pack)["version"]
        self.call(hub, "POST", f"/policy/versions/{version}/approve", "admin", {})
        return version

    def activate(self, hub, version, want=200, **body):
        return self.call(hub, "POST", f"/policy/versions/{version}/activate", "lxhy", body, want)

    def in_force(self, hub):
        return hub.get("/policy", "admin").json["policy"]

    def folder(self):
        made = tempfile.mkdtemp(prefix="tdm-", dir="/tmp")
        self.addCleanup(shutil.rmtree, made)
        return made

    def steps(self, hub, version):
        return [s["step"] for s in self.call(hub, "GET", f"/policy/versions/{version}", "sjj")["steps"]]


class Versions(OneHub, Base):
    people = ("lxhy", "admin", "sjj", "spj", "wjw")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.hub.get("/policy", "admin").json["policy"]

    def test_from_submission_to_force_and_the_old_decision_still_explains_itself(self):
        hub = self.hub
        before = hub.submit(event("P1", item=CLINIC)).json
        was = self.in_force(hub)
        answer = self.submit(hub, with_row(1))
        version = answer["version"]
        self.assertEqual(answer["state"], "submitted")
        self.assertEqual(answer["check"]["summary"]["errors"], 0)
        self.assertEqual(answer["diff"]["lines_added"], 1)
        self.assertEqual(self.submit(hub, with_row(1), want=200), answer)
        self.assertEqual(self.submit(hub, with_row(1), user="admin", want=200, why="再交")["steps"], answer["steps"])

        self.assertEqual(answer["allowed"], ["withdraw", "rehearse", "shadow-on"])
        for user, allowed in (("admin", ["approve", "withdraw", "rehearse", "shadow-on"]), ("sjj", [])):
            self.assertEqual(self.call(hub, "GET", f"/policy/versions/{version}", user)["allowed"], allowed)
        own = self.call(hub, "POST", f"/policy/versions/{version}/approve", "lxhy", want=403)
        self.assertIn("second person", own["detail"])
        self.assertIn("approve", self.activate(hub, version, want=409)["detail"])
        life = self.call(hub, "POST", f"/policy/versions/{version}/approve", "admin", {"why": "已核"})
        self.assertEqual([life["state"], life["steps"][0]["why"]], ["approved", "已核"])
        self.assertEqual(life["allowed"], ["activate", "withdraw", "rehearse", "shadow-on"])
        self.assertEqual(self.activate(hub, version)["state"], "in-force")
        again = self.activate(hub, version, want=409)
        self.assertIn("in force already", again["detail"])
        self.assertEqual((again["code"], again["zh"]), ("version-in-force", "这个版本已在施行"))
        self.assertEqual(self.in_force(hub), version)

        after = hub.submit(event("P2", item=CLINIC)).json
        self.assertEqual([before["policy"], after["policy"]], [was, version])
        self.assertIn(OTHER, [n["body"] for n in after["notices"]])
        old = hub.get(f"/events/{before['event']}/explain", "spj").json
        self.assertEqual(old["policy"], was)
        self.assertNotIn(OTHER, [n["body"] for n in old["notices"]])

        items = self.call(hub, "GET", "/policy/versions", "sjj")["items"]
        self.assertEqual({i["version"]: i["state"] for i in items if i["version"] in (was, version)}, {was: "former", version: "in-force"})
        listed = self.call(hub, "GET", "/policy/versions", "lxhy")["items"]
        self.assertEqual([i["allowed"] for i in listed if i["version"] == version], [[]])
        self.assertEqual(self.steps(hub, version), ["activated", "approved", "submitted"])
        acts = [a["act"] for a in hub.get(f"/audit?about={version}", "sjj").json["items"]]
        self.assertEqual(acts, ["policy-activated", "policy-approved", "policy-submitted"])

    def test_every_fault_at_once_with_its_place(self):
        pack = files()
        pack["rules.csv"] += "ZZ,,,granted,,,,,,,,,,,boss,nobody,2wd,,push,,x,\n"
        pack["bodies.csv"] = pack["bodies.csv"].replace(",supervision,", ",police,", 1)
        errors = self.submit(self.hub, pack, want=422)["errors"]
        line = len(pack["rules.csv"].splitlines())
        self.assertIn(("/files/rules.csv", "rules.csv", line), [(e["pointer"], e["file"], e["line"]) for e in errors])
        self.assertIn("/files/bodies.csv", [e["pointer"] for e in errors])
        self.assertEqual({(e["file"], e["code"], e["zh"]) for e in errors}, {
            ("bodies.csv", "word-unknown", "不是本列可填的值"), ("rules.csv", "recipient-bad", "告知对象的写法不对"),
            ("rules.csv", "word-unknown", "须为 lead、assist、copy、applicant、none 之一")})
        told = self.call(self.hub, "POST", "/policy/versions", "lxhy", {"why": " ", "files": {"a.exe": "", "rules.csv": 1}}, 422)
        self.assertEqual({e["pointer"] for e in told["errors"]}, {"/why", "/files/a.exe", "/files/rules.csv"})
        other = files()
        other["pack.json"] = other["pack.json"].replace('"371300"', '"371302"')
        wrong = self.submit(self.hub, other, want=422)["errors"][0]
        self.assertEqual((wrong["code"], wrong["zh"]), ("jurisdiction-other", "辖区与本系统的不同"))
        self.call(self.hub, "POST", "/policy/versions", "lxhy", {"why": "x" * 501, "files": files()}, 422)

    def test_only_who_may(self):
        for user in ("wjw", "spj", "sjj"):
            self.submit(self.hub, files(), user=user, want=403)
        self.call(self.hub, "GET", "/policy/versions", "wjw", want=403)
        self.call(self.hub, "GET", "/policy/versions/linyi@00000000", "sjj", want=404)

    def test_a_pack_with_errors_is_kept_and_not_put_into_force(self):
        pack = files()
        pack["rules.csv"] = "".join(line for line in pack["rules.csv"].splitlines(True) if ",lead," not in line)
        answer = self.submit(self.hub, pack)
        self.assertGreater(answer["check"]["summary"]["errors"], 0)
        worst = answer["check"]["findings"][0]
        self.assertEqual((worst["severity"], worst["witness"]["specversion"]), ("error", "1.0"))
        self.call(self.hub, "POST", f"/policy/versions/{answer['version']}/approve", "admin")
        refused = self.activate(self.hub, answer["version"], want=409)
        self.assertEqual(refused["check"]["summary"]["errors"], answer["check"]["summary"]["errors"])
        self.call(self.hub, "DELETE", f"/policy/versions/{answer['version']}", "lxhy")
        self.call(self.hub, "GET", f"/policy/versions/{answer['version']}", "lxhy", want=404)

    # Doctors' registrations have one more body that leads, everywhere.
    FAULT = row(0, to="body:znb-371300", role="lead").replace(CLINIC, "000123904000")

    def test_errors_that_stand_already_are_approved_by_name(self):
        pack = os.path.join(self.folder(), "pack")
        shutil.copytree(PACK, pack)
        with open(os.path.join(pack, "rules.csv"), "a", encoding="utf-8") as f:
            f.write(self.FAULT)
        with Hub("--policy", pack) as hub:
            hub.sign_in("lxhy", "admin", "sjj")
            pack = files()
            pack["rules.csv"] += self.FAULT + row(1)
            answer = self.submit(hub, pack)
            path = f"/policy/versions/{answer['version']}"
            errors = answer["check"]["summary"]["errors"]
            self.assertEqual((errors > 0, answer["check"]["summary"]["standing"]), (True, errors))
            self.assertTrue(answer["check"]["findings"][0]["standing"])
            self.call(hub, "POST", path + "/approve", "admin", {"standing": 1}, 422)
            self.call(hub, "POST", path + "/approve", "admin")
            refused = self.activate(hub, answer["version"], want=409)
            self.assertIn("standing", refused["detail"])
            life = self.call(hub, "POST", path + "/approve", "admin", {"standing": True})
            self.assertEqual([s["standing"] for s in life["steps"]], [True, False, False])
            self.assertEqual(self.call(hub, "POST", path + "/approve", "admin")["steps"], life["steps"])
            self.assertEqual(self.activate(hub, answer["version"])["state"], "in-force")
            acts = [a["act"] for a in hub.get(f"/audit?about={answer['version']}", "sjj").json["items"]]
            self.assertEqual(acts, ["policy-activated", "policy-approved-standing", "policy-approved", "policy-submitted"])

            worse = dict(pack, **{"rules.csv": pack["rules.csv"] + row(2, to="body:znb-371300", role="lead")})
            answer = self.submit(hub, worse)
            self.assertFalse(answer["check"]["findings"][0]["standing"])
            self.call(hub, "POST", f"/policy/versions/{answer['version']}/approve", "admin", {"standing": True})
            refused = self.activate(hub, answer["version"], want=409)
            self.assertIn("of them new", refused["detail"])

    def test_rehearsal_limit_and_comparison(self):
        hub = self.hub
        version = self.approved(hub, with_row(2, to="市场监管@here"))
        path = f"/policy/versions/{version}/rehearse"
        for n in range(8):
            hub.submit(event(f"S{n}"))
        between = time.time() + 0.5
        wait_until(lambda: time.time() > between + 0.5, what="a second between the two")
        for n in range(8):
            hub.submit(event(f"R{n}", item=CLINIC))

        def since_then():
            """Counted back from when the hub has the question, which may take it longer than the second between."""
            told = self.call(hub, "POST", path, "lxhy", {"days": (time.time() - between) / 86400})
            return told if told["events"] == 8 else None
        self.assertEqual(wait_until(since_then, what="those of the last moment")["changed"], 8)
        self.assertGreater(self.call(hub, "POST", path, "lxhy", {"days": 1})["events"], 15)
        told = self.call(hub, "POST", path, "lxhy", {"events": 16, "days": 7})
        # The demo's own events come between, two at most.
        self.assertEqual((told["of"], told["events"]), ("events", 16))
        self.assertIn(told["changed"], range(6, 11))
        self.assertEqual(sum(b["gained"] for b in told["by_body"]), told["gained"])
        self.assertIn("371302", [r["region"] for r in told["by_region"]])
        self.assertTrue([x for x in told["samples"] if x["id"].startswith("t-R")])
        refused = self.activate(hub, version, want=409, limit=10, events=16)
        self.assertIn(f"{refused['diff']['changed'] * 100 / 16:.2f} %", refused["detail"])
        compared = self.call(hub, "GET", f"/policy/versions/{version}/diff?from={self.first}", "sjj")
        self.assertEqual((compared["of"], [c["name"] for c in compared["content"]]), ("combinations", ["X2"]))
        self.assertGreater(compared["changed"], 0)
        for wrong in ("events", "days", "dyas"):
            self.assertEqual(self.call(hub, "POST", path, "lxhy", {wrong: 0}, 422)["errors"][0]["pointer"], "/" + wrong)
        self.assertEqual(self.activate(hub, version, want=422, limti=1)["errors"][0]["zh"], "不认识的成员")
        self.call(hub, "GET", f"/policy/versions/{version}/diff?from=linyi@00000000", "sjj", want=404)
        self.assertEqual(self.activate(hub, version, limit=90, events=16)["state"], "in-force")

    def test_a_limit_holds_against_what_is_in_force_by_then(self):
        """Proven against one policy, while another is put into force: what it is to replace is the other."""
        with Hub() as hub:
            hub.sign_in("lxhy", "admin", "sjj", "spj")
            for batch in range(2):
                told = hub.request("POST", "/api/v1/events", [event(f"L{batch}-{n}", item=CLINIC) for n in range(8000)], user="spj",
                                   headers={"Content-Type": "application/cloudevents-batch+json"})
                self.assertEqual(told.status, 200)
            pack = files()
            pack["rules.csv"] += row(31).replace(CLINIC, "000117904000")
            same, other = self.approved(hub, pack), self.approved(hub, with_row(32))
            with concurrent.futures.ThreadPoolExecutor() as pool:
                slow = pool.submit(hub.request, "POST", f"/api/v1/policy/versions/{same}/activate", {"limit": 1, "events": 16000}, user="lxhy")
                self.activate(hub, other)
                self.assertIn(slow.result().status, (409, 200))  # 200 only before the other
            self.assertEqual(self.in_force(hub), other)

    def test_a_shadow_decides_silently_and_what_differs_is_counted(self):
        hub = self.hub
        version = self.submit(hub, with_row(9, to="水利@here"))["version"]
        path = f"/policy/versions/{version}/shadow"
        self.call(hub, "POST", path, "lxhy", {"on": 1}, 422)
        now = self.in_force(hub)
        self.assertIn("in force", self.call(hub, "POST", f"/policy/versions/{now}/shadow", "lxhy", {"on": True}, 409)["detail"])
        self.assertFalse(self.call(hub, "GET", "/policy/shadow", "sjj")["on"])
        self.call(hub, "POST", path, "lxhy", {"on": True})
        taken = [hub.submit(event(f"H{n}", item=item)).json for n, item in enumerate((CLINIC, "370123020001", CLINIC))]

        def ours(told):
            return [x for x in told["last"] if x["event"] in [answer["event"] for answer in taken]]

        def found():
            told = self.call(hub, "GET", "/policy/shadow", "sjj")
            return told if len(ours(told)) == 2 else None
        told = wait_until(found, what="what differs")
        self.assertEqual(told["changed"], len(told["last"]))
        self.assertEqual((told["on"], told["version"], told["by"], told["against"]), (True, version, "lxhy", now))
        self.assertGreaterEqual(told["events"], 3)
        self.assertEqual([x["event"] for x in ours(told)], [taken[2]["event"], taken[0]["event"]])
        self.assertEqual({x["what"] for x in ours(told)}, {"+slj-371302 copy"})
        for answer in taken:
            self.assertEqual(answer["policy"], now)
            self.assertNotIn("slj-371302", [n["body"] for n in answer["notices"]])
        self.call(hub, "POST", path, "admin", {"on": False})
        last = hub.submit(event("H9", item=CLINIC)).json["event"]
        after = self.call(hub, "GET", "/policy/shadow", "sjj")
        self.assertFalse(after["on"])
        self.assertNotIn(last, [x["event"] for x in after["last"]])

    def test_matrix_says_who_leads(self):
        told = self.call(self.hub, "GET", f"/policy/matrix?item={CLINIC}&region=371302", "wjw")
        cell = told["items"][0]["cells"][[r["code"] for r in told["regions"]].index("371302")]
        self.assertEqual((cell["state"], cell["lead"]), ("ok", LEAD))
        self.assertTrue(cell["rules"])
        self.call(self.hub, "GET", "/policy/matrix?item=999999999999", "wjw", want=404)
        self.call(self.hub, "GET", "/policy/matrix?at=gestern", "wjw", want=422)

    def test_each_day_that_cannot_be_read_is_named(self):
        for query, wrong in (("to=gestern", ["/to"]), ("from=x&to=2026-02-30", ["/from", "/to"]), ("from=2026-02-02&to=2026-02-01", ["/from"]),
                             ("from=2016-01-01&to=2026-12-31", ["/from"])):
            told = self.call(self.hub, "GET", "/policy/calendar?" + query, "wjw", want=422)
            self.assertEqual([e["pointer"] for e in told["errors"]], wrong, query)

    def test_no_more_long_work_at_once_than_may_be(self):
        """Twelve at once: some are served, the others are told to come back, and the hub goes on."""
        answers = []

        def twelve():
            """Until they were at once at the hub too."""
            with concurrent.futures.ThreadPoolExecutor(12) as pool:
                answers.extend(pool.map(lambda _: self.hub.get("/policy/matrix", "wjw"), range(12)))
            return 503 in {a.status for a in answers}
        wait_until(twelve, what="more than may be at once")
        self.assertEqual({a.status for a in answers}, {200, 503})
        self.assertTrue(all(a.headers["Retry-After"] for a in answers if a.status == 503))
        self.call(self.hub, "GET", "/policy/matrix", "wjw")


class Times(Base):
    def test_a_timed_activation_happens_once_with_several_hubs_and_after_a_restart(self):
        with Hub() as a:
            a.sign_in("lxhy", "admin", "sjj")
            b = Hub(redis_url="unix:" + a.redis_socket(), demo=True)
            with b:
                b.sign_in("admin", "lxhy", "sjj")
                soon, never = self.approved(a, with_row(3)), self.approved(a, with_row(4))
                began = time.monotonic()
                far = self.activate(a, never, at="2099-01-01T00:00:00+08:00")
                took = time.monotonic() - began  # a time has to be still to come when the hub has been told of it
                self.assertEqual(far["steps"][0]["for"], "2099-01-01T00:00:00+08:00")
                self.activate(a, soon, want=422, at="2020-01-01T00:00:00+08:00")
                at = dt.datetime.now(ZONE) + dt.timedelta(seconds=3 + 10 * took)
                self.assertEqual(self.activate(a, soon, at=at.isoformat())["state"], "scheduled")
                wait_until(lambda: self.in_force(a) == self.in_force(b) == soon, what="both hubs by the new one")
                life = self.call(b, "GET", f"/policy/versions/{soon}", "sjj")["steps"]
                self.assertEqual([x["step"] for x in life], ["activated", "scheduled", "approved", "submitted"])
                self.assertGreaterEqual(dt.datetime.fromisoformat(life[0]["at"]), at.replace(microsecond=0))
                self.call(b, "DELETE", f"/policy/versions/{never}", "lxhy")
                self.call(a, "GET", f"/policy/versions/{never}", "sjj", want=404)
                late = self.approved(a, with_row(5))
                at = dt.datetime.now(ZONE) + dt.timedelta(seconds=5 + 10 * took)
                self.activate(a, late, at=at.isoformat())
                b.stop()
            a.stop()
            wait_until(lambda: dt.datetime.now(ZONE) > at, what="its time")
            a.start()
            a.sign_in("lxhy", "admin", "sjj")
            wait_until(lambda: self.in_force(a) == late, what="what was due while the hub was down")
            self.assertEqual(self.steps(a, late).count("activated"), 1)

    def test_the_history_stands_in_its_order_after_a_restart(self):
        with Hub() as hub:
            hub.sign_in("lxhy", "sjj")
            versions = [self.submit(hub, with_row(70 + i))["version"] for i in range(5)]
            before = self.call(hub, "GET", "/policy/versions", "sjj")["items"]
            self.assertEqual([i["version"] for i in before[:5]], versions[::-1])
            hub.stop()
            hub.start()
            hub.sign_in("sjj")
            self.assertEqual(self.call(hub, "GET", "/policy/versions", "sjj")["items"], before)

    def test_the_folder_is_taken_only_when_it_has_changed(self):
        pack = os.path.join(self.folder(), "pack")
        shutil.copytree(PACK, pack)
        with Hub("--policy", pack) as hub:
            hub.sign_in("lxhy", "admin", "sjj")
            first = self.in_force(hub)
            version = self.approved(hub, with_row(6))
            self.activate(hub, version)
            hub.stop()
            hub.start()
            hub.sign_in("admin", "sjj")
            self.assertEqual(self.in_force(hub), version)
            hub.stop()
            with open(os.path.join(pack, "rules.csv"), "a", encoding="utf-8") as f:
                f.write(row(7))
            hub.start()
            hub.sign_in("admin", "sjj")
            third = self.in_force(hub)
            self.assertNotIn(third, (first, version))
            told = self.call(hub, "GET", f"/policy/versions/{third}", "sjj")
            self.assertEqual([(s["step"], s["by"]) for s in told["steps"]], [("activated", "folder")])
            self.assertIsNone(told["diff"])

    def test_a_person_is_of_a_body_of_the_version_in_force(self):
        def add(hub, name):
            return subprocess.run([os.path.abspath(BIN), "user", "add", name, "--role", "supervisor", "--body", "new-371302",
                                   "--data", hub.data], input="pass word\n", capture_output=True, text=True, timeout=LIMIT_S)
        pack = files()
        pack["bodies.csv"] += "new-371302,新设的局,supervision,371302,新的行业,,,\n"
        with Hub() as hub:
            hub.sign_in("lxhy", "admin")
            refused = add(hub, "early")
            self.assertEqual(refused.returncode, 2, refused.stderr)
            self.assertIn("no such body", refused.stderr)
            self.activate(hub, self.approved(hub, pack))
            taken = add(hub, "li")
            self.assertEqual(taken.returncode, 0, taken.stderr)

    def test_a_matrix_that_no_answer_holds_is_asked_for_in_parts(self):
        """Of a large city: some hundred thousand cells, each with the row that leads."""
        pack, lead = self.folder() + "/pack", "L" * 120
        shutil.copytree("tests/cases/mini", pack)
        for name, lines in (("regions.csv", (f"3713{i // 36:02d}{i:06d},镇{i},township,371300" for i in range(300))),
                            ("items.csv", (f"0009{i:05d}000,事项{i},卫生健康,,direct,,," for i in range(1200))),
                            ("rules.csv", [f"{lead},,,granted,,卫生健康,,,,,lead,sector@city,2wd,,push,,x,"])):
            with open(os.path.join(pack, name), "a", encoding="utf-8") as f:
                f.writelines(line + "\n" for line in lines)
        with Hub(environment={"TANDEM_POLICY": pack}) as hub:
            hub.sign_in("admin")
            told = self.call(hub, "GET", "/policy/matrix", "admin", want=413)
            self.assertIn("item or a region", told["detail"])
            items = self.call(hub, "GET", "/policy/matrix?region=371302", "admin")["items"]
            self.assertGreater(len(items), 1200)
            several = [cell for item in items for cell in item["cells"] if "leads" in cell]
            self.assertIn([LEAD, "wjw-371300"], [sorted(cell["leads"], reverse=True) for cell in several])
            self.assertEqual({cell["lead"] for cell in several}, {None})

    def test_a_hangup_looks_at_the_settings_too(self):
        folder = self.folder()
        file, first, second = (os.path.join(folder, name) for name in ("hub.conf", "first", "second"))
        shutil.copytree(PACK, first)
        shutil.copytree(PACK, second)
        with open(os.path.join(second, "rules.csv"), "a", encoding="utf-8") as f:
            f.write(row(100))

        def say(text):
            with open(file, "w", encoding="utf-8") as f:
                f.write(text)
        say(f"policy = {first}\n")
        with Hub("--config", file) as hub:
            hub.sign_in("admin")
            version = self.in_force(hub)
            for text in (f"policy = {second}\ncolour = green\n", f"policy = {second}\nconnector.a.kind = pigeon\n"):
                say(text)
                told = hub.log_text().count("settings have faults; the old ones")
                hub.process.send_signal(signal.SIGHUP)
                wait_until(lambda: hub.log_text().count("settings have faults; the old ones") > told)
                self.assertIn(f"{file}:2: ", hub.log_text())
                self.assertEqual(self.in_force(hub), version)
            say(f"policy = {second}\nping = 9s\n")
            hub.process.send_signal(signal.SIGHUP)
            wait_until(lambda: self.in_force(hub) != version)
            wait_until(lambda: "wait for the next start: ping" in hub.log_text())

    def test_a_decision_is_explained_by_its_own_version_however_many_came_since(self):
        pack = os.path.join(self.folder(), "pack")
        shutil.copytree(PACK, pack)
        with Hub("--policy", pack) as hub:
            hub.sign_in("admin", "sjj", "spj")
            told, versions = [], []
            for number in range(90):
                versions.append(self.in_force(hub))
                # Those of more versions than are kept, read back and let go again by turns.
                if number < 20:
                    told.append(hub.submit(event(f"V{number}", item=CLINIC)).json)
                with open(os.path.join(pack, "rules.csv"), "a", encoding="utf-8") as f:
                    f.write(row(100 + number))
                hub.process.send_signal(signal.SIGHUP)
                wait_until(lambda: self.in_force(hub) != versions[-1])
            hub.stop()
            hub.start()
            hub.sign_in("sjj", "spj")
            wait_until(lambda: hub.request("GET", "/readyz").status == 200)
            for answer, version in [*zip(told, versions), (told[0], versions[0])]:
                why = hub.get(f"/events/{answer['event']}/explain", "spj").json
                self.assertEqual(why["policy"], version)
                self.assertEqual([n["rules"] for n in why["notices"]], [n["rules"] for n in told[0]["notices"]] if version == versions[0] else
                                 [n["rules"] for n in why["notices"]])
                shown = hub.get(f"/events/{answer['event']}", "spj").json["decided"]
                self.assertEqual(shown["policy"], version)


if __name__ == "__main__":
    unittest.main()
