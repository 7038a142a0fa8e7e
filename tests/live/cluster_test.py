"""The hub on a real Redis Cluster: the cell's slot is moved under load; the only node that the url names dies, and then the one that
serves the cell."""
import json
import shutil
import tempfile
import unittest

from hub import Hub, wait_until
from redis_group import KEY, PASSWORD, Cluster, Listener, Load, add_people, check_all_there, check_copy, doctor, end_all


class OnACluster(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="tdm-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.cluster = Cluster(cls.folder)
        cls.addClassCleanup(end_all, cls.cluster.servers)
        owner = wait_until(cls.cluster.owner, what="an owner")
        cls.named = next(s for s in cls.cluster.masters() if s is not owner)
        cls.environment = cls.cluster.environment(cls.named)
        add_people(cls.environment)
        cls.hub = Hub(demo=False, environment=cls.environment)
        cls.enterClassContext(cls.hub)
        for user in ("spj", "wjw"):
            assert cls.hub.try_sign_in(user, "pass word")

    def test_the_cell_moves_and_its_node_dies(self):
        listener = Listener(self.hub)
        cluster, load = self.cluster, Load(self.hub)
        load.goes_on()
        found = doctor(self.environment)
        owner = wait_until(cluster.owner, what="an owner")
        self.assertTrue(found["good"], found)
        self.assertIn(f"slot {cluster.slot}", found["found"])
        self.assertIn(f"127.0.0.1 port {owner.port}", found["found"])

        target = next(s for s in cluster.masters() if s not in (owner, self.named))
        for source, other in ((owner, target), (target, owner)):
            self.move(source, other, load)
            wait_until(lambda other=other: cluster.owner() is other, what="the move")
            load.goes_on()

        self.named.kill()
        wait_until(lambda: len(cluster.masters()) == 3, what="its replica in its place")
        owner.kill()
        promoted = wait_until(cluster.owner, what="the promoted replica")
        self.assertIsNot(promoted, owner)
        owner.launch()  # as the replica without which nothing is answered
        load.goes_on()
        load.end()
        self.intake_goes_on(promoted)
        check_all_there(self.hub, load.answered)
        listener.has_heard(load.answered)
        check_copy(self.folder, cluster.environment(*cluster.running()), load.answered)

    def scripts_look_at_no_key_they_have_emptied(self, owner):
        """In the middle of a move that would end them there, with the first half done."""
        def run(name, keys, *arguments):
            with open(f"hub/store/lua/{name}.lua", encoding="utf-8") as f:
                return owner.eval(f.read(), len(keys), *keys, 1, *arguments)

        self.assertEqual(run("text_pass", self.TEXT_KEYS, "h", "i", 0, 60000, 10000000, 1000), [1, 3, 10001000, ""])
        self.assertEqual(run("policy_step", self.STEP_KEYS, 1, "{}", "line", "shadow", "v", "", ""), [1, 0, 2])

    TEXT_KEYS = [KEY + "try:" + name for name in ("optouts", "sent", "window")]
    STEP_KEYS = [KEY + "try:" + name for name in ("steps", "policies", "answers", "shadow", "shadow_last", "audit")]

    def keys_for_scripts(self, owner):
        """A window that was over long ago, and the last shadow's figures."""
        for key in self.TEXT_KEYS + self.STEP_KEYS:
            owner.delete(key)
            if key.endswith(("steps", "last", "audit")):
                owner.rpush(key, "x")
            elif key.endswith("sent"):
                owner.sadd(key, "x")
            else:
                owner.hset(key, "until", 1)

    def intake_goes_on(self, owner):
        entry = owner.client().xadd(KEY + "intake", {"event": json.dumps({})})
        wait_until(lambda: entry in str(owner.client().xrange(KEY + "intake:done")), what="the outcome of what stands in the stream")

    def move(self, source, target, load):
        """As redis-cli does it, but key by key, so that the hub is seen with the slot in two places."""
        a, b, slot = source.client(), target.client(), self.cluster.slot
        self.keys_for_scripts(a)
        b.execute_command("CLUSTER", "SETSLOT", slot, "IMPORTING", self.cluster.name(source))
        a.execute_command("CLUSTER", "SETSLOT", slot, "MIGRATING", self.cluster.name(target))
        self.scripts_look_at_no_key_they_have_emptied(a)
        refused = load.refused
        wait_until(lambda: load.refused > refused, what="a refused event")
        self.assertEqual(self.hub.get("/me", "wjw").status, 200)
        for key in sorted(self.keys(a), key=lambda key: "users" not in key):
            a.execute_command("MIGRATE", "127.0.0.1", target.port, key, 0, 60000, "AUTH", PASSWORD)
            if key == KEY + "users":
                self.assertTrue(self.hub.try_sign_in("wjw", "pass word"), "whom only the other node knows")
        for node in (target, source, *(s for s in self.cluster.masters() if s not in (source, target))):
            node.client().execute_command("CLUSTER", "SETSLOT", slot, "NODE", self.cluster.name(target))

    def keys(self, client):
        found = client.execute_command("CLUSTER", "GETKEYSINSLOT", self.cluster.slot, 100000)
        self.assertTrue(found)
        self.assertTrue(all(key.startswith(KEY) for key in found), found)
        return found


if __name__ == "__main__":
    unittest.main()
