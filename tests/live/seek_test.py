"""Sentinels that say what they are told to, around two real Redis: one that was cut off still names the old master, one names a replica,
one is no sentinel at all. And passwords of both."""
import contextlib
import os
import shutil
import socketserver
import subprocess
import tempfile
import threading
import unittest

from hub import BIN, LIMIT_S, Hub, end_with_us, wait_until
from redis_group import ALONE, MAY_FORGET, OF_SENTINELS, PASSWORD, Load, Server, add_people, check_all_there, doctor, end_all


class Sentinel:
    """Names a port as the master, with the number of the failover that made it so; only to those who know the password."""

    def __init__(self, port, epoch=0):
        self.named, self.epoch, self.asked = port, epoch, 0
        told = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError):
                    self.talk()

            def talk(self):
                may = False
                while (line := self.rfile.readline()):
                    words = [self.rfile.read(int(self.rfile.readline()[1:]) + 2)[:-2].decode() for _ in range(int(line[1:]))]
                    if words == ["AUTH", OF_SENTINELS]:
                        may = True
                        self.wfile.write(b"+OK\r\n")
                    else:
                        self.wfile.write(told.answer(words) if may else b"-NOAUTH Authentication required.\r\n")

        socketserver.ThreadingTCPServer.daemon_threads = True
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, words):
        self.asked += 1
        if words == ["SENTINEL", "get-master-addr-by-name", "city"]:
            return self.texts("127.0.0.1", self.named)
        if words == ["SENTINEL", "MASTER", "city"]:
            return self.texts("name", "city", "config-epoch", self.epoch)
        return b"-ERR unknown command 'x'\r\n"

    @staticmethod
    def texts(*items):
        return b"*%d\r\n" % len(items) + b"".join(b"$%d\r\n%s\r\n" % (len(str(i)), str(i).encode()) for i in items)

    def end(self):
        self.server.shutdown()
        self.server.server_close()


class Sought(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="tdm-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        words = (*ALONE, "--requirepass", PASSWORD, "--masterauth", PASSWORD)
        cls.old = Server(cls.folder, *words, password=PASSWORD)
        wait_until(cls.old.answers, what="the master")
        cls.new = Server(cls.folder, *words, "--replicaof", f"127.0.0.1 {cls.old.port}", password=PASSWORD)
        cls.addClassCleanup(end_all, [cls.old, cls.new])
        wait_until(lambda: cls.new.answers() and cls.new.is_replica_in_step(), what="the replica")
        cls.sentinels = [Sentinel(cls.old.port) for _ in range(3)]
        for s in cls.sentinels:
            cls.addClassCleanup(s.end)
        cls.environment = {"TANDEM_REDIS_URL": cls.url(*(s.port for s in cls.sentinels)), "TANDEM_REDIS_WAIT_REPLICAS": "0",
                           "TANDEM_REDIS_PASSWORD_FILE": cls.secret("r", PASSWORD),
                           "TANDEM_REDIS_SENTINEL_PASSWORD_FILE": cls.secret("s", OF_SENTINELS)}
        add_people(cls.environment)

    @staticmethod
    def url(*ports):
        return f"sentinel://{','.join(f'127.0.0.1:{p}' for p in ports)}/city"

    @classmethod
    def secret(cls, name, text):
        path = os.path.join(cls.folder, name)
        with open(path, "w") as f:
            f.write(text + "\n")
        return path

    def test_a_sentinel_that_was_cut_off_is_not_believed(self):
        for s in self.sentinels:
            s.named, s.epoch = self.old.port, 0
        with Hub(demo=False, environment=self.environment) as hub:
            for user in ("spj", "wjw"):
                self.assertTrue(hub.try_sign_in(user, "pass word"))
            self.assertIn(MAY_FORGET, hub.log_text())
            load = Load(hub)
            load.goes_on()
            load.end()
            wait_until(lambda: self.new.client().info("replication")["slave_repl_offset"] >=
                       self.old.client().info("replication")["master_repl_offset"], what="the replica has it all")
            self.new.client().execute_command("REPLICAOF", "NO", "ONE")
            # Two were told of the switch; the third goes on naming the old master, which lives and takes it all.
            for s in self.sentinels[:2]:
                s.named, s.epoch = self.new.port, 1
            wait_until(lambda: f"Redis is there: 127.0.0.1 port {self.new.port}" in hub.log_text(), what="the new master")
            asked = [s.asked for s in self.sentinels]
            more = Load(hub, first=load.next)
            wait_until(lambda: all(s.asked >= n + 6 for s, n in zip(self.sentinels, asked)), what="they are asked again and again")
            more.goes_on()
            more.end()
            self.assertEqual(more.refused, 0)
            check_all_there(hub, {**load.answered, **more.answered})
            # All that know of the switch fall silent: the one that is left is known to be behind.
            said = hub.log_text().count("Redis cannot be used")
            for s in self.sentinels[:2]:
                s.end()
            asked = self.sentinels[2].asked
            wait_until(lambda: self.sentinels[2].asked >= asked + 6, what="it is asked again and again")
            self.assertEqual(hub.log_text().count("Redis cannot be used"), said)

    def test_what_is_told_when_it_cannot_be(self):
        """A command waits for its Redis for a while, so all cases are tried at once."""
        self.new.client().execute_command("REPLICAOF", "NO", "ONE")
        follower = Server(self.folder, *ALONE, "--requirepass", PASSWORD, "--masterauth", PASSWORD, "--replicaof",
                          f"127.0.0.1 {self.new.port}", password=PASSWORD)
        self.addCleanup(end_all, [follower])
        wait_until(lambda: follower.answers() and follower.is_replica_in_step(), what="another replica")
        well, wrong = Sentinel(self.new.port), Sentinel(follower.port)
        for s in (well, wrong):
            self.addCleanup(s.end)
        url = self.url(well.port)
        cases = [({"URL": url, "SENTINEL_PASSWORD_FILE": ""}, "NOAUTH"), ({"URL": url.replace("/city", "/town")}, "unknown command"),
                 ({"URL": self.url(1, 1)}, "refused"), ({"URL": url, "PASSWORD_FILE": ""}, "NOAUTH"),
                 ({"URL": f"cluster://127.0.0.1:{self.new.port}"}, "cluster support disabled"),
                 ({"URL": self.url(wrong.port)}, "this Redis is a replica")]
        started = [subprocess.Popen([os.path.abspath(BIN), "user", "list"], stderr=subprocess.PIPE, text=True, preexec_fn=end_with_us,
                                    env={**os.environ, **self.environment, **{f"TANDEM_REDIS_{k}": v for k, v in case.items()}})
                   for case, _ in cases]
        for process, (case, said) in zip(started, cases):
            told = process.communicate(timeout=LIMIT_S)[1]
            self.assertEqual(process.returncode, 3, case)
            self.assertIn(said, told, case)
        found = doctor({**self.environment, "TANDEM_REDIS_URL": url})
        self.assertTrue(found["good"], found)
        self.assertIn(MAY_FORGET, found["found"])


if __name__ == "__main__":
    unittest.main()
