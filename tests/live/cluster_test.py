"""The hub on a real Redis Cluster: the cell's slot is moved under load, and the node that serves it dies."""
import shutil
import tempfile
import unittest

from hub import Hub, wait_until
from redis_group import KEY, Cluster, Load, add_people, check_all_there, doctor, end_all


class OnACluster(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="tdm-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.cluster = Cluster(cls.folder)
        cls.addClassCleanup(end_all, cls.cluster.servers)
        cls.environment = {"TANDEM_REDIS_URL": cls.cluster.url()}
        add_people(cls.environment)
        cls.hub = Hub(demo=False, environment=cls.environment)
        cls.enterClassContext(cls.hub)
        for user in ("spj", "wjw"):
            assert cls.hub.try_sign_in(user, "pass word")

    def test_events(self):
        load = Load(self.hub)
        load.goes_on()
        load.end()
        check_all_there(self.hub, load.answered)


if __name__ == "__main__":
    unittest.main()
