"""Who may sign in and as what, from outside: made, changed and ended over HTTP by those who run the hub, and by nobody else."""
import asyncio
import json
import os
import pwd
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import websockets

import documents
from admin_test import BODY, OTHERS, Base
from hub import BIN, LIMIT_S, Hub, OneHub, wait_until

PHONE = "13900000021"


class Users(OneHub, Base):
    people = ("admin", *OTHERS)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, *more in (("second", ), ("local", "--body", BODY)):
            subprocess.run([BIN, "user", "add", name, "--role", "admin", *more, "--data", cls.hub.data], check=True, input=f"{name}\n",
                           text=True, capture_output=True)
            wait_until(lambda name=name: cls.hub.try_sign_in(name), what="the new person")
        cls.other = Hub(demo=False, redis_url="unix:" + cls.hub.redis_socket())
        cls.addClassCleanup(cls.other.__exit__, None, None, None)
        cls.other.start()
        wait_until(lambda: cls.other.try_sign_in("admin"), what="the people, at the other hub")

    def add(self, name, role="supervisor", body="wjw-371302", want=201, **more):
        said = {"name": name, "role": role, **({"body": body} if body else {}), **more.pop("said", {})}
        return self.call("POST", "/users", said, want=want, **more).json

    def make(self, name, *hubs, **more):
        """Somebody new, signed in at the hubs; the password."""
        password = self.add(name, **more)["password"]
        for hub in hubs or (self.hub,):
            wait_until(lambda hub=hub: hub.try_sign_in(name, password), what=f"{name}'s sign-in")
        return password

    def act(self, name, what, said=None, want=200, method="POST", **more):
        return self.call(method, f"/users/{quote(name, safe='')}/{what}", said, want=want, **more).json

    def listed(self):
        return {u["name"]: u for u in self.call("GET", "/users?limit=200").json["items"]}

    def status(self, name, hub=None, path="/me"):
        return (hub or self.hub).get(path, name).status

    def test_nobody_else_sees_any_of_it(self):
        role = {"role": "admin"}
        calls = (("GET", "/users", None), ("POST", "/users", {"name": "stolen", **role}), ("POST", "/users/wjw/grants", role),
                 ("DELETE", "/users/wjw/grants", role), ("POST", "/users/wjw/disable", None), ("POST", "/users/wjw/enable", None),
                 ("POST", "/users/wjw/password", None))
        before = self.listed()
        made = self.call("POST", "/keys", {"name": "no-person", "bodies": [BODY]}, want=201).json["key"]
        bearer = {"Authorization": "Bearer " + made}
        wait_until(lambda: self.hub.request("GET", "/api/v1/me", headers=bearer).status == 200, what="the key")
        for method, path, body in calls:
            for user in OTHERS:
                self.call(method, path, body, user, 403)
            self.call(method, path, body, "local", 404)
            self.call(method, path, body, None, 403, headers=bearer)
            self.call(method, path, body, None, 401)
            if method != "GET":
                self.call(method, path, body, "admin", 403, headers={"Origin": "http://elsewhere.example"})
        self.assertEqual(self.listed(), before)

    def test_a_person_is_made_with_a_password_that_is_said_once(self):
        made = self.add("li.1", said={"phone": PHONE}, headers={"Idempotency-Key": "once"})
        self.assertEqual(made["grants"], [{"role": "supervisor", "body": "wjw-371302", "body_name": "兰山区卫生健康局"}])
        self.assertEqual((made["phone"], made["disabled"], made["allowed"]), ("+86139****0021", False, ["grant", "password", "disable"]))
        answer = wait_until(lambda: self.hub.try_sign_in("li.1", made["password"]), what="the sign-in")
        self.assertEqual([b["id"] for b in answer.json["bodies"]], ["wjw-371302"])
        again = self.call("POST", "/users", {"name": "li.1", "role": "auditor", "body": BODY}, want=409, headers={"Idempotency-Key": "once"})
        self.assertNotIn(b"password\":", again.body)
        listed = self.call("GET", "/users?limit=200")
        self.assertEqual([u for u in listed.json["items"] if u["name"] == "li.1"], [{k: v for k, v in made.items() if k != "password"}])
        command = subprocess.run([BIN, "user", "list", "--json", "--data", self.hub.data], text=True, capture_output=True, check=True).stdout
        self.assertIn("li.1", command)
        line = self.audit("user-add")[0]
        self.assertEqual((line["who"], line["detail"], line["body"]), ("admin", "li.1 supervisor", "wjw-371302"))
        kept = subprocess.run(["redis-cli", "-s", self.hub.redis_socket(), "HGET", "tdm:{371300}:users", "li.1"], text=True, capture_output=True, check=True)
        for place in (listed.body.decode(), command, json.dumps(self.audit("user-add")), self.hub.log_text(), kept.stdout):
            self.assertNotIn(made["password"], place)
        for place in (listed.body.decode(), json.dumps(self.audit("user-add")), self.hub.log_text()):
            self.assertNotIn(PHONE, place)
        self.assertEqual(self.call("GET", "/users").headers["Cache-Control"], "no-store")

    def test_a_name_is_one_person_s_however_often_it_is_asked_for_at_once(self):
        said = {"name": "twice", "role": "supervisor", "body": "wjw-371302"}
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda i: (self.hub, self.other)[i % 2].post("/users", "admin", said), range(8)))
        self.assertEqual(sorted(a.status for a in answers), [201] + [409] * 7)
        password = next(a.json["password"] for a in answers if a.status == 201)
        wait_until(lambda: self.hub.try_sign_in("twice", password), what="the sign-in")
        self.assertEqual(len([a for a in self.audit("user-add") if a["detail"].startswith("twice ")]), 1)

    def test_faults_are_told_all_at_once(self):
        for said, pointers in (({"name": "a b", "role": "system", "body": "nobody", "phone": "12"}, ["/name", "/phone", "/role", "/body"]),
                               ({}, ["/name", "/role"]), ({"name": "x" * 65, "role": "supervisor"}, ["/name", "/body"]), ({"name": "..", "role": "admin"}, ["/name"]),
                               ({"name": "王 小明", "role": "admin"}, ["/name"]), ({"name": "a\u0007", "role": "admin"}, ["/name"])):
            self.assertEqual([e["pointer"] for e in self.call("POST", "/users", said, want=422).json["errors"]], pointers)
        self.assertEqual(self.act("wjw", "grants", {"role": "supervisor", "body": "no-such"}, 422)["errors"][0]["pointer"], "/body")
        self.act("no-such", "disable", want=404)
        self.act("no-such", "password", want=404)
        self.assertNotIn("no-such", self.listed())

    def test_names_as_people_have_them_work_in_addresses(self):
        for name in ("王小明", "a/b", "a%2e?#&+'\"", "-"):
            self.make(name)
            self.assertTrue(self.act(name, "disable")["disabled"])
            wait_until(lambda name=name: self.status(name) == 401, what="the end")

    def test_a_page_ends_where_the_next_begins(self):
        whole = [u["name"] for u in self.call("GET", "/users?limit=200").json["items"]]
        self.assertEqual(whole, sorted(whole, key=str.encode))
        seen, cursor = [], ""
        while cursor is not None:
            page = self.call("GET", f"/users?limit=3&cursor={quote(cursor)}").json
            self.assertLessEqual(len(page["items"]), 3)
            seen += [u["name"] for u in page["items"]]
            cursor = page["next"]
        self.assertEqual(seen, whole)

    def test_who_is_disabled_is_out_on_every_hub_at_once(self):
        self.make("leaver", self.hub, self.other)

        async def ends():
            (url, how), (far_url, far_how) = self.hub.socket_url("leaver"), self.other.socket_url("leaver")
            async with websockets.connect(url, **how) as here, websockets.connect(far_url, **far_how) as there:
                await asyncio.to_thread(self.act, "leaver", "disable")
                for connection in (here, there):
                    await asyncio.wait_for(connection.wait_closed(), LIMIT_S)
                    self.assertEqual(connection.close_code, 4003)

        asyncio.run(ends())
        for hub in (self.hub, self.other):
            wait_until(lambda hub=hub: self.status("leaver", hub) == 401, what="the end of the session")
        self.assertEqual(self.act("leaver", "disable")["allowed"], ["grant", "password", "enable"])
        refused = self.call("POST", "/users", {"name": "leaver", "role": "supervisor", "body": "wjw-371302"}, want=409).json
        self.assertIn("who is disabled", refused["detail"], "a name stays with its person")
        self.assertEqual([(a["who"], a["detail"]) for a in self.audit("user-disable") if a["detail"] == "leaver"], [("admin", "leaver")], "once")

    def test_an_old_session_stays_ended_when_its_person_comes_back(self):
        password = self.make("back", self.hub, self.other)
        self.act("back", "disable")
        wait_until(lambda: self.status("back") == 401, what="the end")
        self.assertIsNone(self.hub.try_sign_in("back", password))
        self.assertFalse(self.act("back", "enable")["disabled"])
        old = dict(self.hub.cookies), dict(self.other.cookies)
        wait_until(lambda: self.hub.try_sign_in("back", password), what="the sign-in")
        self.hub.cookies, self.other.cookies = old
        self.assertEqual((self.status("back"), self.status("back", self.other)), (401, 401))

    def test_a_new_password_ends_what_the_old_one_began(self):
        old = self.make("forgetful", self.hub, self.other)
        new = self.act("forgetful", "password", headers={"Idempotency-Key": "p"})["password"]
        self.assertNotEqual(new, old)
        for hub in (self.hub, self.other):
            wait_until(lambda hub=hub: self.status("forgetful", hub) == 401, what="the end of the session")
            self.assertIsNone(hub.try_sign_in("forgetful", old))
            self.assertTrue(hub.try_sign_in("forgetful", new))
        self.assertNotEqual(self.act("forgetful", "password", headers={"Idempotency-Key": "p"})["password"], new, "none is kept to be said again")
        self.assertNotIn(new, json.dumps(self.audit("user-password")) + self.hub.log_text())

    def test_a_command_s_new_password_ends_sessions_too(self):
        self.make("cli")
        subprocess.run([BIN, "user", "password", "cli", "--data", self.hub.data], check=True, input="another one\n", text=True, capture_output=True)
        wait_until(lambda: self.status("cli") == 401, what="the end of the session")
        self.assertTrue(self.hub.try_sign_in("cli", "another one"))

    def test_what_is_done_at_the_command_line_is_written_down_too(self):
        def command(*words, said="", want=0):
            self.assertEqual(subprocess.run([BIN, *words, "--data", self.hub.data], input=said, text=True, capture_output=True).returncode, want)

        role = ("--role", "supervisor", "--body")
        command("user", "add", "typed", *role, "wjw-371302", "--phone", PHONE, said="pass word\n")
        command("user", "add", "typed", *role, "wjw-371302")  # nothing new
        command("user", "add", "typed", *role, "wjw-371300", "--phone", "13900000022")
        command("user", "password", "typed", said="pass another\n")
        command("user", "disable", "typed")
        command("user", "disable", "typed")  # nothing new
        command("user", "add", "typed", *role, "wjw-371302", want=1)
        command("user", "enable", "typed")
        command("key", "add", "typed", "--body", BODY)
        command("key", "add", "typed", "--body", BODY, want=1)
        command("key", "revoke", "typed")
        command("key", "revoke", "typed", want=1)
        lines = [{**a, "at": None} for act in ("user-add", "user-grant", "user-phone", "user-password", "user-disable", "user-enable", "key-add", "key-revoke")
                 for a in self.audit(act) if a["detail"].split()[0] == "typed"]
        who = "command line: " + pwd.getpwuid(os.getuid()).pw_name
        said = (("user-add", "typed supervisor", "wjw-371302"), ("user-grant", "typed supervisor", "wjw-371300"), ("user-phone", "typed", None),
                ("user-password", "typed", None), ("user-disable", "typed", None), ("user-enable", "typed", None), ("key-add", "typed", None), ("key-revoke", "typed", None))
        self.assertEqual(lines, [{"at": None, "who": who, "act": act, **({"body": body} if body else {}), "detail": detail} for act, detail, body in said])
        self.add(who, want=422)
        log = "".join(json.dumps(self.audit(act)) for act in ("user-add", "user-phone", "user-password"))
        for secret in ("pass word", "pass another", PHONE, PHONE[1:]):
            self.assertNotIn(secret, log + self.hub.log_text())

    def test_of_two_commands_that_shut_each_other_out_one_is_refused(self):
        with Hub(demo=False) as hub:
            def command(*words):
                return subprocess.run([BIN, "user", *words, "--data", hub.data], input="pass word\n", text=True, capture_output=True)

            for name in ("one", "two"):
                self.assertEqual(command("add", name, "--role", "admin").returncode, 0)
            for _ in range(6):
                with ThreadPoolExecutor(2) as pool:
                    answers = list(pool.map(lambda name: command("disable", name).returncode, ("one", "two")))
                self.assertEqual(sorted(answers), [0, 1])
                for name in ("one", "two"):
                    self.assertEqual(command("enable", name).returncode, 0)

    def test_of_commands_that_make_a_key_of_one_name_at_once_one_does(self):
        def add(_):
            return subprocess.run([BIN, "key", "add", "contested", "--body", BODY, "--data", self.hub.data], text=True, capture_output=True)

        subprocess.run(["redis-cli", "-s", self.hub.redis_socket(), "CLIENT", "PAUSE", "700", "WRITE"], check=True, capture_output=True)
        with ThreadPoolExecutor(6) as pool:  # all have looked before any has written
            answers = list(pool.map(add, range(6)))
        self.assertEqual(sorted(a.returncode for a in answers), [0] + [1] * 5)
        key = next(a.stdout.strip() for a in answers if a.stdout)
        bearer = {"Authorization": "Bearer " + key}
        wait_until(lambda: self.hub.request("GET", "/api/v1/me", headers=bearer).status == 200, what="the key")

    def own(self, name, old, new, want=200, hub=None, **more):
        return self.call("POST", "/me/password", {"old": old, "new": new}, name, want, hub, **more)

    def test_one_s_own_password_is_changed_and_all_other_sessions_end(self):
        old = self.make("changer", self.hub, self.other)
        stays = self.hub.cookies["changer"]
        self.assertTrue(self.hub.try_sign_in("changer", old))
        new = "十个字以上的新密码呀"

        async def ends():
            url, how = self.other.socket_url("changer")
            async with websockets.connect(url, **how) as there:
                answer = await asyncio.to_thread(self.own, "changer", old, new)
                await asyncio.wait_for(there.wait_closed(), LIMIT_S)
                self.assertEqual(there.close_code, 4003)
                return answer

        answer = asyncio.run(ends())
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIn("HttpOnly; SameSite=Strict", answer.headers["Set-Cookie"])
        fresh = answer.headers["Set-Cookie"].partition(";")[0]
        for hub in (self.hub, self.other):  # at once, also where the account has not been read again yet
            self.assertEqual(hub.request("GET", "/api/v1/me", headers={"Cookie": fresh}).json["user"], "changer")
        for hub, cookie in ((self.hub, stays), (self.hub, self.hub.cookies["changer"]), (self.other, self.other.cookies["changer"])):
            wait_until(lambda: hub.request("GET", "/api/v1/me", headers={"Cookie": cookie}).status == 401, what="the end of the other sessions")
        self.assertIsNone(self.hub.try_sign_in("changer", old))
        self.assertTrue(self.other.try_sign_in("changer", new))
        longer = self.hub.request("POST", "/api/v1/session/extend", headers={"Cookie": fresh})
        self.assertEqual(longer.status, 200)
        line = self.audit("user-password")[0]
        self.assertEqual((line["who"], line["detail"]), ("changer", "changer"))
        for secret in (old, new):
            self.assertNotIn(secret, json.dumps(self.audit("user-password"), ensure_ascii=False) + self.hub.log_text() + answer.body.decode())

    def test_a_wrong_old_password_is_a_guess_like_any_other(self):
        password = self.make("guessed")
        for new, pointer in (("short", "/new"), (password, "/new"), ("x" * 257, "/new"), (5, "/new")):
            self.assertEqual([e["pointer"] for e in self.own("guessed", password, new, 422).json["errors"]], [pointer])
        self.assertEqual([e["pointer"] for e in self.own("guessed", None, None, 422).json["errors"]], ["/old", "/new"])
        for _ in range(5):
            self.assertEqual(self.own("guessed", "wrong", "long enough by far", 422).json["errors"][0]["pointer"], "/old")
        self.assertGreater(int(self.own("guessed", password, "long enough by far", 429).headers["Retry-After"]), 0)
        self.assertIsNone(self.hub.try_sign_in("guessed", password), "the name is shut")
        self.assertEqual(self.status("guessed"), 200)

    def test_only_who_has_a_password_changes_it_and_only_from_our_page(self):
        made = self.call("POST", "/keys", {"name": "no-password", "bodies": [BODY]}, want=201).json["key"]
        bearer = {"Authorization": "Bearer " + made}
        wait_until(lambda: self.hub.request("GET", "/api/v1/me", headers=bearer).status == 200, what="the key")
        said = {"old": "x", "new": "long enough by far"}
        self.call("POST", "/me/password", said, None, 403, headers=bearer)
        self.call("POST", "/me/password", said, None, 401)
        self.call("POST", "/me/password", said, "wjw", 403, headers={"Origin": "http://elsewhere.example"})

    def test_of_a_reset_and_a_change_at_once_the_old_password_is_none_s(self):
        for turn in range(4):
            name = f"raced{turn}"
            old = self.make(name, self.hub)
            with ThreadPoolExecutor(2) as pool:
                own = pool.submit(self.hub.post, "/me/password", name, {"old": old, "new": "long enough by far"})
                reset = pool.submit(self.other.post, f"/users/{name}/password", "admin")
                own, reset = own.result(), reset.result()
            self.assertEqual(reset.status, 200)
            self.assertIn(own.status, (200, 401, 422))
            made = reset.json["password"]
            wait_until(lambda: self.hub.try_sign_in(name, made), what="the password that was made last: who resets it means it")
            self.assertIsNone(self.hub.try_sign_in(name, old))

    def test_a_role_is_given_and_taken_on_every_hub(self):
        self.make("mover", self.hub, self.other)
        role = {"role": "approver", "body": BODY}
        made = self.act("mover", "grants", role)
        self.assertEqual([(g["role"], g["body"]) for g in made["grants"]], [("supervisor", "wjw-371302"), ("approver", BODY)])
        self.assertEqual(made["allowed"], ["grant", "take", "password", "disable"])
        self.assertEqual(self.act("mover", "grants", role), made, "the same again")
        def roles(hub):
            return hub.get("/me", "mover").json.get("roles")
        for hub in (self.hub, self.other):
            wait_until(lambda hub=hub: roles(hub) == ["supervisor", "approver"], what="the role")
        self.act("mover", "grants", {"role": "supervisor", "body": "wjw-371302"}, method="DELETE")
        for hub in (self.hub, self.other):
            wait_until(lambda hub=hub: roles(hub) == ["approver"], what="the end of the role")
            self.assertEqual(self.status("mover", hub, "/notices?body=wjw-371302"), self.status("mover", hub, "/notices?body=zjj-371302"))
        self.assertIn("only role", self.act("mover", "grants", role, 409, "DELETE")["detail"])
        lines = [(a["act"], a["detail"], a["body"]) for act in ("user-grant", "user-take") for a in self.audit(act) if a["detail"].startswith("mover")]
        self.assertEqual(lines, [("user-grant", "mover approver", BODY), ("user-take", "mover supervisor", "wjw-371302")])

    def test_nobody_changes_their_own_account(self):
        for what, said in (("disable", None), ("enable", None), ("password", None), ("grants", {"role": "auditor", "body": BODY})):
            self.act("admin", what, said, 409)
        self.assertIn("own account", self.act("admin", "grants", {"role": "admin"}, 409, "DELETE")["detail"])
        self.assertEqual(self.listed()["admin"]["allowed"], [])
        self.assertEqual(self.status("admin"), 200)

    def test_of_two_who_shut_each_other_out_one_remains(self):
        for turn in range(3):
            pair = [f"boss{turn}a", f"boss{turn}b"]
            for name in pair:
                self.make(name, self.hub, self.other, role="admin", body=None)
            with ThreadPoolExecutor(2) as pool:
                answers = list(pool.map(lambda i: (self.hub, self.other)[i].post(f"/users/{pair[1 - i]}/disable", pair[i]), range(2)))
            self.assertEqual(sorted(a.status for a in answers)[0], 200, [a.body for a in answers])
            self.assertEqual([self.listed()[name]["disabled"] for name in pair].count(False), 1)
            self.assertIn(sorted(a.status for a in answers)[1], (401, 404))

    def test_who_runs_the_hub_no_more_changes_nothing_more(self):
        """The hub's own memory may be a moment behind; the account as it is kept is not."""
        self.make("former", role="admin", body=None)
        self.act("former", "grants", {"role": "auditor", "body": BODY})
        kept = json.loads(subprocess.run(["redis-cli", "-s", self.hub.redis_socket(), "HGET", "tdm:{371300}:users", "former"], text=True,
                                         capture_output=True, check=True).stdout)
        kept["grants"] = [g for g in kept["grants"] if g["role"] == "auditor"]
        subprocess.run(["redis-cli", "-s", self.hub.redis_socket(), "HSET", "tdm:{371300}:users", "former", json.dumps(kept)], check=True, capture_output=True)
        answer = self.hub.post("/users", "former", {"name": "smuggled", "role": "admin"})
        self.assertIn(answer.status, (403, 404))
        self.assertNotIn("smuggled", self.listed())


if __name__ == "__main__":
    unittest.main()
