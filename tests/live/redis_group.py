"""Several Redis servers of a test's own on loopback: a master with replicas and their sentinels, or a cluster. Each is ended by its process."""
import asyncio
import json
import os
import signal
import subprocess
import tempfile
import threading
import urllib.parse

import redis
import websockets

from hub import BIN, LIMIT_S, Hub, end_group, end_with_us, event, free_port, wait_until

KEY = "tdm:{371300}:"
PASSWORD, OF_SENTINELS = "a:b@c,d/e", "hush-hush"
SHIPPED = os.path.abspath("hub/deploy/redis.conf")
QUICK = ("--repl-diskless-sync-delay", "0")
MAY_FORGET = "redis.wait_replicas is 0"
ALONE = ("--min-replicas-to-write", "0", *QUICK)


class Server:
    """A redis-server with the settings that are shipped; or, with others, a sentinel. It writes into the file what it is made to be."""

    def __init__(self, folder, *arguments, password=None, settings=f"include {SHIPPED}\n"):
        self.port = free_port()
        self.folder, self.arguments, self.password = tempfile.mkdtemp(dir=folder), arguments, password
        self.process = None
        with open(f"{self.folder}/redis.conf", "w") as f:
            f.write(settings)
        self.launch()

    def launch(self):
        with open(f"{self.folder}/log", "ab") as log:
            self.process = subprocess.Popen(
                ["redis-server", f"{self.folder}/redis.conf", *self.arguments, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=end_with_us)

    def client(self):
        return redis.Redis(port=self.port, password=self.password, decode_responses=True, socket_timeout=LIMIT_S)

    def answers(self):
        assert self.process.poll() is None, "redis-server ended: " + self.log_text()
        try:
            return self.client().ping()
        except redis.RedisError:
            return False

    def log_text(self):
        with open(f"{self.folder}/log", errors="replace") as f:
            return f.read()[-2000:]

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        self.process.wait(LIMIT_S)

    def about(self):
        """Its own view of its part; a sentinel that gives it another ends all connections."""
        try:
            return self.client().info("replication")
        except redis.ConnectionError:
            return {"role": "nobody"}

    def is_replica_in_step(self):
        about = self.about()
        return about["role"] == "slave" and about["master_link_status"] == "up"


def end_all(servers):
    for s in servers:
        end_group(s.process)


class Watched:
    """One master, its replicas and three sentinels that promote one of them when it is gone."""

    def __init__(self, folder, replicas=2):
        words = (*QUICK, "--requirepass", PASSWORD, "--masterauth", PASSWORD)
        self.master = Server(folder, *words, password=PASSWORD)
        wait_until(self.master.answers, what="the master")
        follow = ("--replicaof", f"127.0.0.1 {self.master.port}")
        self.replicas = [Server(folder, *words, *follow, password=PASSWORD) for _ in range(replicas)]
        for r in self.replicas:
            wait_until(lambda r=r: r.answers() and r.is_replica_in_step(), what="a replica")
        self.sentinels = [self.sentinel(folder) for _ in range(3)]
        for s in self.sentinels:
            wait_until(lambda s=s: s.answers() and self.knows_all(s), what="the sentinels know each other")

    def sentinel(self, folder):
        lines = [f"sentinel monitor city 127.0.0.1 {self.master.port} 2", "sentinel down-after-milliseconds city 5000",
                 "sentinel failover-timeout city 10000", f"sentinel auth-pass city {PASSWORD}",
                 f"requirepass {OF_SENTINELS}", f"sentinel sentinel-pass {OF_SENTINELS}"]
        return Server(folder, "--sentinel", password=OF_SENTINELS, settings="\n".join(lines) + "\n")

    def knows_all(self, sentinel):
        about = sentinel.client().sentinel_master("city")
        return about["num-other-sentinels"] == 2 and about["num-slaves"] == len(self.replicas)

    @property
    def servers(self):
        return [self.master, *self.replicas, *self.sentinels]

    def environment(self, folder):
        """How the hub finds it, with the password of Redis in the url and that of the sentinels in a file."""
        with open(f"{folder}/secret", "w") as f:
            f.write(OF_SENTINELS + "\n")
        hosts = ",".join(f"127.0.0.1:{s.port}" for s in self.sentinels)
        return {"TANDEM_REDIS_URL": f"sentinel://:{urllib.parse.quote(PASSWORD, safe='')}@{hosts}/city",
                "TANDEM_REDIS_SENTINEL_PASSWORD_FILE": f"{folder}/secret", "TANDEM_REDIS_WAIT_REPLICAS": "1",
                "TANDEM_REDIS_TIMEOUT": "5s"}  # one of them stands still


class Cluster:
    """Masters with one replica each, made by redis-cli."""

    def __init__(self, folder, masters=3, replicas=1):
        words = (*QUICK, "--requirepass", PASSWORD, "--masterauth", PASSWORD)
        self.servers = [Server(folder, *words, "--cluster-enabled", "yes", "--cluster-node-timeout", "5000",
                               "--cluster-port", str(free_port()), password=PASSWORD) for _ in range(masters * (1 + replicas))]
        for s in self.servers:
            wait_until(s.answers, what="a node")
        self.cli("create", *(f"127.0.0.1:{s.port}" for s in self.servers), "--cluster-replicas", str(replicas), "--cluster-yes")
        for s in self.servers:
            wait_until(lambda s=s: self.is_well(s), what="the cluster")
        for s in self.servers[masters:]:
            wait_until(s.is_replica_in_step, what="a replica")
        self.slot = self.servers[0].client().execute_command("CLUSTER", "KEYSLOT", KEY)

    def is_well(self, server):
        about = server.client().execute_command("CLUSTER", "INFO")
        return "cluster_state:ok" in about and f"cluster_known_nodes:{len(self.servers)}\r" in about

    def cli(self, *words):
        subprocess.run(["redis-cli", "-a", PASSWORD, "--no-auth-warning", "--cluster", *words], check=True, timeout=LIMIT_S, stdout=subprocess.DEVNULL)

    def running(self):
        return [s for s in self.servers if s.process.poll() is None]

    def name(self, server):
        return server.client().execute_command("CLUSTER", "MYID")

    def masters(self):
        return [s for s in self.running() if s.about()["role"] == "master"]

    def owner(self):
        """Who says that it serves the cell; all that run agree on it."""
        found = {master[1] for s in self.running() for first, last, master, *_ in s.client().execute_command("CLUSTER", "SLOTS")
                 if first <= self.slot <= last}
        return next((s for s in self.running() if found == {s.port}), None)

    def environment(self, *named):
        hosts = ",".join(f"127.0.0.1:{s.port}" for s in named)
        return {"TANDEM_REDIS_URL": f"cluster://:{urllib.parse.quote(PASSWORD, safe='')}@{hosts}", "TANDEM_REDIS_WAIT_REPLICAS": "1"}


class Load:
    """A source system: sends event after event, each again until it is answered, as the contract asks of it."""

    def __init__(self, hub, first=0):
        self.hub, self.answered, self.refused, self.failure = hub, {}, 0, None
        self.next = first
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.guarded, daemon=True)
        self.thread.start()

    def guarded(self):
        try:
            while not self.ending.is_set():
                self.send(self.next)
                self.next += 1
        except BaseException as e:  # noqa: B902
            self.failure = e

    def send(self, number):
        while True:
            answer = self.hub.submit(event(number))
            if answer.status in (200, 201):
                self.answered[number] = answer.json["event"]
                return
            assert answer.status == 503, (answer.status, answer.body)
            self.refused += 1
            self.ending.wait(0.02)

    def goes_on(self, more=20):
        """Waits until so many more have been answered."""
        wanted = len(self.answered) + more
        wait_until(lambda: self.failure or len(self.answered) >= wanted, what=f"{more} more events")
        assert not self.failure, self.failure

    def end(self):
        self.ending.set()
        self.thread.join(LIMIT_S)
        assert not self.failure and not self.thread.is_alive(), self.failure


class Listener:
    """Somebody at the body's inbox. What a node has taken with it when it died is a gap in the feed: then he is told to come back, and reads the list."""

    def __init__(self, hub, body="wjw-371300"):
        self.hub, self.body, self.events, self.read, self.cursor, self.failure = hub, body, [], [], None, None
        self.opened = threading.Event()
        threading.Thread(target=self.guarded, daemon=True).start()
        assert self.opened.wait(LIMIT_S), self.failure

    def guarded(self):
        try:
            asyncio.run(self.follow())
        except BaseException as e:  # noqa: B902
            self.failure = e

    async def follow(self):
        while True:
            try:
                await self.listen()
            except websockets.ConnectionClosedError as e:
                if e.code != 4001:
                    raise

    async def listen(self):
        url, options = self.hub.socket_url("wjw")
        async with websockets.connect(url, max_queue=None, **options) as c:
            params = {"body": self.body} | ({"since": self.cursor} if self.cursor else {})
            await c.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "inbox.open", "params": params}))
            async for text in c:
                m = json.loads(text)
                if m.get("id") == 1:
                    self.begin(m["result"])
                elif m["method"] == "notice":
                    self.cursor = m["params"]["cursor"]
                    if m["params"]["notice"]["event"] not in self.read:
                        self.events.append(m["params"]["notice"]["event"])

    def begin(self, result):
        if self.cursor and not result["recovered"]:
            self.read = listed(self.hub, self.body)
            self.events = list(self.read)
        self.cursor = self.cursor or result["cursor"]
        self.opened.set()

    def has_heard(self, answered):
        """Each once, however long the feed's own connection was away."""
        wait_until(lambda: self.failure or len(set(self.events)) >= len(answered), what="the frames")
        assert sorted(self.events) == sorted(answered.values()), (self.failure, len(self.events), len(set(self.events)), len(answered))


def listed(hub, body):
    events, cursor = [], ""
    while cursor is not None:
        page = hub.get(f"/notices?body={body}&limit=200&cursor={cursor}", "wjw").json
        events += [n["event"] for n in page["items"]]
        cursor = page["next"]
    return events


def check_all_there(hub, answered, body="wjw-371300"):
    """Every event that was answered is there, once, under the number that it was answered with, and nothing else is."""
    there = listed(hub, body)
    assert len(set(answered.values())) == len(answered), "two events were answered with one number"
    assert sorted(there) == sorted(answered.values()), (len(there), len(set(there)), len(answered))


def add_people(environment):
    """By the command, which speaks to the same Redis as the hub."""
    for name, role, body in (("spj", "approver", "spj-371302"), ("wjw", "supervisor", "wjw-371300")):
        subprocess.run([os.path.abspath(BIN), "user", "add", name, "--role", role, "--body", body], input="pass word\n", text=True,
                       check=True, timeout=LIMIT_S, capture_output=True, env=dict(os.environ, **environment))


def check_copy(folder, environment, answered):
    """The copy of a group's data holds all of it, and a hub with a private Redis works on what was made of it."""
    data = f"{folder}/restored"
    for words, settings in ((["backup", f"{folder}/copy"], environment), (["restore", f"{folder}/copy", "--data", data], {})):
        done = subprocess.run([os.path.abspath(BIN), *words], text=True, capture_output=True, timeout=LIMIT_S, env=dict(os.environ, **settings))
        assert done.returncode == 0, (words, done.stdout, done.stderr)
    with Hub(demo=False, data=data) as hub:
        for user in ("spj", "wjw"):
            assert hub.try_sign_in(user, "pass word")
        check_all_there(hub, answered)
        number, first = next(iter(answered.items()))
        assert hub.submit(event(number)).json["event"] == first
        assert hub.submit(event("after")).status == 201


def doctor(environment):
    done = subprocess.run([os.path.abspath(BIN), "doctor", "--json"], text=True, capture_output=True, timeout=LIMIT_S,
                          env=dict(os.environ, **environment), check=False)
    return next(c for c in json.loads(done.stdout)["checks"] if c["name"] == "Redis")
