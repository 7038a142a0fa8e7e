"""The hub on a real master with two replicas and three sentinels: the master dies, comes back as a replica, and the next one stands still;
then a copy is made of what the third one has."""
import shutil
import signal
import tempfile
import unittest

from hub import Hub, wait_until
from redis_group import MAY_FORGET, PASSWORD, Listener, Load, Watched, add_people, check_all_there, check_copy, doctor, end_all


class UnderSentinels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="tdm-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.group = Watched(cls.folder)
        cls.addClassCleanup(lambda: end_all(cls.group.servers))
        cls.environment = cls.group.environment(cls.folder)
        add_people(cls.environment)

        cls.hub = Hub(demo=False, environment=cls.environment)
        cls.enterClassContext(cls.hub)
        for user in ("spj", "wjw"):
            assert cls.hub.try_sign_in(user, "pass word")

    def has_moved_from(self, old):
        """To whom all sentinels name, if it is another one and a master by its own word too."""
        named = {int(s.client().sentinel_master("city")["port"]) for s in self.group.sentinels}
        now = next((s for s in self.group.servers if named == {s.port}), old)
        return now if now is not old and now.about()["role"] == "master" else None

    def test_masters_come_and_go(self):
        listener = Listener(self.hub)
        first, load = self.group.master, Load(self.hub)
        load.goes_on()
        found = doctor(self.environment)
        self.assertTrue(found["good"], found)
        self.assertIn(f"city is 127.0.0.1 port {first.port}", found["found"])
        self.assertNotIn(MAY_FORGET, found["found"] + self.hub.log_text())

        first.kill()
        second = wait_until(lambda: self.has_moved_from(first), what="a promoted replica")
        load.goes_on()
        first.launch()
        wait_until(lambda: first.answers() and first.is_replica_in_step(), what="the old master as a replica")
        load.goes_on()

        second.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: self.has_moved_from(second), what="a second promoted replica")
        load.goes_on()
        second.process.send_signal(signal.SIGCONT)
        load.goes_on()
        wait_until(lambda: second.is_replica_in_step(), what="who stood still as a replica")
        load.end()
        check_all_there(self.hub, load.answered)
        listener.has_heard(load.answered)
        check_copy(self.folder, self.with_password_file(), load.answered)

    def with_password_file(self):
        """The same Redis, its password in a file instead of the url."""
        with open(f"{self.folder}/password", "w") as f:
            f.write(PASSWORD + "\n")
        scheme, hosts = self.environment["TANDEM_REDIS_URL"].split("://:")[0], self.environment["TANDEM_REDIS_URL"].split("@")[1]
        return dict(self.environment, TANDEM_REDIS_URL=f"{scheme}://{hosts}", TANDEM_REDIS_PASSWORD_FILE=f"{self.folder}/password")


if __name__ == "__main__":
    unittest.main()
