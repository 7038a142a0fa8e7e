"""Sessions and the guessing of passwords, where only the store or several at once show it."""
import http.client
import subprocess
import unittest

from hub import LIMIT_S, Hub, wait_until


class Sessions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hub = Hub()
        cls.hub.start()

    @classmethod
    def tearDownClass(cls):
        status = cls.hub.stop()
        cls.hub.__exit__(None, None, None)
        assert status == 0, f"the hub ended with {status}"

    def redis(self, *words):
        return subprocess.run(["redis-cli", "-s", self.hub.redis_socket(), *words], capture_output=True, text=True, check=True).stdout.split()

    def test_a_session_that_the_store_has_dropped_ends_on_a_hub_that_remembers_it(self):
        self.hub.sign_in("wjw")
        self.assertEqual(self.hub.get("/me", "wjw").status, 200)
        names = self.redis("--scan", "--pattern", "*x:session:*")
        self.assertTrue(names)
        for name in names:
            self.redis("DEL", name)
        wait_until(lambda: self.hub.get("/me", "wjw").status == 401, 60, "the end of the session")

    def test_many_guesses_at_once_are_no_more_than_five(self):
        guesses = [http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=LIMIT_S) for _ in range(20)]
        for g in guesses:
            g.connect()
        for g in guesses:
            g.request("POST", "/api/v1/session", '{"user":"zjj","password":"x"}', {"Content-Type": "application/json"})
        statuses = [g.getresponse().status for g in guesses]
        for g in guesses:
            g.close()
        self.assertEqual(sorted(statuses), [401] * 5 + [429] * 15)

    def test_a_request_counts_once(self):
        self.hub.sign_in("spj")
        def count():
            text = self.hub.request("GET", "/metrics").body.decode()
            return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("tandem_http_requests_total"))
        before = count()
        for _ in range(5):
            self.hub.get("/me", "spj")
        self.assertEqual(count() - before, 6)


if __name__ == "__main__":
    unittest.main()
