"""Measures the hub as it is shipped, prints one table with a bar for each figure, and ends with 1 if one is missed.

bench.py [NAME ...] [--runs N] [--notices N] [--numbered] [--tiny]
  NAME      floors, latency, single, posts, batches, memory, sockets, clock, decide, check, diff, swap, peers; without one, all of them
  --runs    how often each is measured (5); the table has medians
  --notices how many are open in clock (1,000,000; 2 GB of Redis)
  --numbered in batches also events that their source numbers (CloudEvents `sequence`)
  --tiny    a few events of everything, to see that it works: no bars
"""
import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

import clockwork

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "live"))
import floors  # noqa: E402
import policies  # noqa: E402
from hub import BIN, Hub, wait_until  # noqa: E402

BUILD = os.environ.get("TANDEM_BUILD", os.path.join(ROOT, "build-bench"))
TOOLS = os.path.join(BUILD, "tests", "bench")
# Items that one department supervises where they were handed down: its county's leads, its city's gets a copy.
ITEMS = {"000109903000": "gaj", "000111901000": "mzj", "000114903000": "rsj", "000116901000": "hbj", "000120904000": "nyj",
         "000123904000": "wjw"}
REGIONS = ["371302", "371311", "371312", "371321", "371322", "371323", "371324", "371325"]
PASSWORD = "bench"
PEOPLE = ["submits", "approves"]  # of policies: two persons


def say(text=""):
    print(text, flush=True)


class Road:
    """A hub with people in it, and what its client has to know of both."""

    def __init__(self, tiny, *arguments):
        self.hub = Hub("--log_level", "warn", "--redis.timeout", "60s", *arguments, demo=False)
        self.runs = 0
        self.places = [(i, r) for r in REGIONS[:2 if tiny else None] for i in list(ITEMS)[:2 if tiny else None]]
        self.bodies = sorted({f"{ITEMS[i]}-{r}" for i, r in self.places} | {f"{ITEMS[i]}-371300" for i, _ in self.places})

    def command(self, *words, text=""):
        done = subprocess.run([BIN, *words], input=text, capture_output=True, text=True, env=self.environment)
        assert done.returncode == 0, f"tandem {' '.join(words)}: {done.stderr}"
        return done.stdout

    def __enter__(self):
        self.hub.start()
        self.environment = dict(os.environ, TANDEM_DATA=self.hub.data, TANDEM_REDIS_URL=f"unix:{self.hub.redis_socket()}")
        key = re.search(r"tdm_\S+", self.command("key", "add", "bench", "--body", "spj-371302", "--source", "/sources/")).group(0)
        lines = [f"port {self.hub.port}", f"key {key}"] + [f"place {i} {r}" for i, r in self.places]
        for body in self.bodies:
            self.command("user", "add", body, "--role", "supervisor", "--body", body, text=PASSWORD + "\n")
        for body in self.bodies:
            wait_until(lambda body=body: self.hub.try_sign_in(body, PASSWORD), what=f"{body} to sign in")
            lines.append(f"session {body} {self.hub.cookies[body]}")
        for name in PEOPLE:
            self.command("user", "add", name, "--role", "admin", text=PASSWORD + "\n")
            wait_until(lambda name=name: self.hub.try_sign_in(name, PASSWORD), what=f"{name} to sign in")
        self.plan = os.path.join(self.hub.data, "plan")
        self.lines = lines
        write_lines(self.plan, lines)
        return self

    def __exit__(self, *exc):
        return self.hub.__exit__(*exc)

    def load(self, plan=None, **words):
        self.runs += 1
        return load(plan or self.plan, f"r{self.runs}", hub=self.hub.process.pid, redis=self.hub.redis_pid(), **words)

    def plan_of(self, name, wanted):
        """The plan with only those places."""
        plan = os.path.join(self.hub.data, f"plan-{name}")
        write_lines(plan, [x for x in self.lines if not x.startswith("place ") or wanted(x.split()[1])])
        return plan

    def policy(self, verb, version):
        """None, or what was answered instead."""
        answer = self.hub.post(f"/policy/versions/{version}/{verb}", "approves", {})
        return None if answer.status == 200 else f"{verb} {version}: {answer.body}"

    def redis_memory(self):
        out = subprocess.run(["redis-cli", "-s", self.hub.redis_socket(), "info", "memory"], capture_output=True, text=True)
        return int(re.search(r"used_memory:(\d+)", out.stdout).group(1))


def write_lines(path, lines):
    with open(path, "w") as f:
        f.write("\n".join(lines) + "\n")


def load(plan, run, **words):
    done = subprocess.run([os.path.join(TOOLS, "road_load"), f"plan={plan}", f"run={run}",
                           *(f"{k}={v}" for k, v in words.items())], capture_output=True, text=True,
                          errors="replace")
    assert done.returncode == 0, f"road_load {words}: {done.stderr}"
    return json.loads(done.stdout)


class Stub:
    """The server that stores nothing, known to the client by the same plan with another port."""

    def __init__(self, road):
        self.road = road

    def __enter__(self):
        self.process = subprocess.Popen([os.path.join(TOOLS, "road_stub")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.plan = os.path.join(self.road.hub.data, "plan-stub")
        self.port = int(self.process.stdout.readline())
        write_lines(self.plan, [f"port {self.port}"] + self.road.lines[1:])
        return self

    def __exit__(self, *exc):
        self.process.stdin.close()
        self.process.wait(10)

    def load(self, **words):
        return load(self.plan, "r1", hub=self.process.pid, **words)


class Bench:
    def __init__(self, road, told):
        self.road, self.runs, self.tiny = road, 1 if told.tiny else told.runs, told.tiny
        self.notices, self.numbered = told.notices, told.numbered
        self.rows = []

    def row(self, what, values, bar=None, unit="us", more=False):
        """bar: at most that, or with more at least that; None: only told."""
        value = statistics.median(values)
        good = None if bar is None else value >= bar if more else value <= bar
        self.rows.append((what, value, min(values), max(values), unit, bar, good, more))

    def repeat(self, load, count=None, **words):
        if self.tiny:
            words.update(events=min(words["events"], 200), warm=100)
        return [load(**words) for _ in range(count or self.runs)]

    def cost(self, what, hub_bar, redis_bar, **words):
        """What an event costs with its two frames and its two acknowledgements, in CPU time beside wall time."""
        got = self.repeat(self.road.load, **words)
        if words["acks"] == "ws":
            with Stub(self.road) as stub:
                bare = self.repeat(stub.load, **words)
            self.row(f"{what}, storing nothing: CPU an event", [g["hub_us"] for g in bare])
        self.row(f"{what}: hub CPU an event", [g["hub_us"] for g in got], hub_bar)
        self.row(f"{what}: Redis CPU an event", [g["redis_us"] for g in got], redis_bar)
        self.row(f"{what}: client CPU an event", [g["client_us"] for g in got])
        self.row(f"{what}: events a second, wall time", [g["events"] / g["seconds"] for g in got], unit="/s")

    def latency(self):
        words = {"events": 5000, "warm": 500, "rate": 1000, "connections": 32}
        with Stub(self.road) as stub:
            pairs = [(self.repeat(stub.load, 1, **words)[0], self.repeat(self.road.load, 1, **words)[0])
                     for _ in range(self.runs)]
        self.row("POST to frame, 1,000/s: p50", [h["p50_us"] / 1e3 for _, h in pairs], 1.5, "ms")
        self.row("POST to frame, 1,000/s: p99", [h["p99_us"] / 1e3 for _, h in pairs], unit="ms")
        self.row("the same, storing nothing: p50", [s["p50_us"] / 1e3 for s, _ in pairs], unit="ms")
        self.row("the same, storing nothing: p99", [s["p99_us"] / 1e3 for s, _ in pairs], unit="ms")
        self.row("p99 beyond that, in one run", [(h["p99_us"] - s["p99_us"]) / 1e3 for s, h in pairs], 10, "ms")

    def single(self):
        self.cost("single POSTs, WebSocket acks", 60, None, events=20000, warm=2000, connections=64, acks="ws", window=2000)

    def posts(self):
        self.cost("single POSTs, acks by POST too", None, None, events=10000, warm=1000, connections=64, acks="http",
                  window=2000)

    def batches(self):
        words = {"events": 50000, "warm": 10000, "connections": 8, "batch": 100, "acks": "many"}
        self.cost("batches of 100, acks too", 28, 35, **words)
        if self.numbered:
            self.cost("the same, numbered by their source", None, None, numbered=1, **words)

    def memory(self):
        """Of events that are through: two notices, their receipts and what finds them again, up to a million notices."""
        events = 200 if self.tiny else 500000
        with Road(self.tiny) as road:
            before = road.redis_memory()
            road.load(events=events, connections=8, batch=100, acks="many")
            self.row(f"Redis memory an event, {2 * events} notices", [(road.redis_memory() - before) / events], 2048, "bytes")

    def sockets(self):
        count = 20 if self.tiny else 10000
        got = []
        for _ in range(1 if self.tiny else min(self.runs, 3)):
            with Road(True) as road:
                got.append(road.load(idle=count, connections=0)["socket_bytes"])
        self.row(f"an idle WebSocket, of {count}", got, 4096, "bytes")

    def clock(self):
        """A million open notices with deadlines: a while with nothing due, then ten thousand due within a second or two."""
        events, soon, idle_s = (200, 100, 1) if self.tiny else (self.notices // 2, 5000, 20)
        with tempfile.TemporaryDirectory(prefix="tdm-") as folder:
            pack = clockwork.make_pack(policies.PACK, os.path.join(folder, "pack"))
            with Road(True, "--policy", pack, "--connection_queue", "16MiB") as road:
                road.load(road.plan_of("long", lambda item: item != clockwork.SOON), events=events, connections=8, batch=100)
                wait_until(lambda: clockwork.redis_is_calm(road.hub), 120, "Redis at rest")
                hub, redis, alone = clockwork.idle(road.hub, idle_s)
                self.row(f"{2 * events} open notices, none due: hub, of a core", [100 * hub], unit="%")
                self.row("the same: Redis, of a core", [100 * redis], unit="%")
                self.row("the same: Redis while the hub asks nothing", [100 * alone], unit="%")
                self.row("the clock: hub, and Redis beyond that", [100 * (hub + redis - alone)], 1, "%")
                with Stub(road) as stub:
                    bare_ms = clockwork.idle_probe(stub.port, idle_s)
                self.row("longest answer of a server storing nothing", [bare_ms], None, "ms")
                start = time.monotonic()
                road.load(road.plan_of("soon", lambda item: item == clockwork.SOON), events=soon, connections=8, batch=100)
                loaded_s = time.monotonic() - start
                worst = clockwork.work_off(road.hub, start, 2 * soon)
                self.row(f"{2 * soon} due in {loaded_s:.1f} s: the last was worked off after", [worst["seconds"]], 10, "s")
                self.row("longest answer meanwhile: GET /healthz", [worst["healthz_ms"]], 20, "ms")
                self.row("longest answer meanwhile: GET /notices/{id}", [worst["notice_ms"]], 20, "ms")

    def decide(self):
        policies.decide(self, TOOLS)

    def check(self):
        policies.check(self)

    def diff(self):
        policies.diff(self)

    def swap(self):
        policies.swap(self)

    def peers(self):
        policies.peers(self)

    def floors(self):
        floors.floors(self, TOOLS)

    def table(self):
        say(f"{'':52}{'median':>10}  {'least':>9} {'most':>9}        bar")
        for what, value, least, most, unit, bar, good, more in self.rows:
            verdict = "" if self.tiny or good is None else "pass" if good else "FAIL"
            limit = "" if bar is None else f"{'>=' if more else '<='} {bar:,}"
            say(f"{what:52}{value:10,.1f}  {least:9,.1f} {most:9,.1f} {unit:5}  {limit:>10}  {verdict}")
        return all(row[6] is not False for row in self.rows)


NAMES = ["floors", "latency", "single", "posts", "batches", "memory", "sockets", "clock", "decide", "check", "diff", "swap", "peers"]


def machine():
    with open("/proc/cpuinfo") as f:
        model = re.search(r"model name\s*:\s*(.*)", f.read())
    return f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def versions():
    redis = re.search(r"v=(\S+)", subprocess.run(["redis-server", "--version"], capture_output=True, text=True).stdout).group(1)
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    return f"Redis {redis} with appendfsync always, Python {platform.python_version()}, commit {commit}"


def main():
    words = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__.split("\n\n")[0])
    words.add_argument("name", nargs="*", help=", ".join(NAMES))
    words.add_argument("--runs", type=int, default=5)
    words.add_argument("--notices", type=int, default=1000000)
    words.add_argument("--numbered", action="store_true")
    words.add_argument("--tiny", action="store_true")
    told = words.parse_args()
    names = told.name or NAMES
    if unknown := [n for n in names if n not in NAMES]:
        words.error(f"there is no {unknown[0]}; there are {', '.join(NAMES)}")
    say(machine())
    say(versions())
    say(f"load before: {' '.join(f'{x:.2f}' for x in os.getloadavg())}; medians of {told.runs} runs\n")
    with Road(told.tiny) as road:
        bench = Bench(road, told)
        for name in names:
            getattr(bench, name)()
    good = bench.table()
    say(f"load after: {' '.join(f'{x:.2f}' for x in os.getloadavg())}")
    return 0 if good or told.tiny else 1


if __name__ == "__main__":
    sys.exit(main())
