"""The rows of the bench about policies: deciding, proving, comparing, and changing them while events come."""
import json
import os
import re
import subprocess
import sys
import tempfile
import threading

from hub import BIN

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PACK = os.path.join(ROOT, "rules", "packs", "linyi")
RULES = "rules.csv"
ONE_MORE = "BENCH,,,granted,000123904000,,,,,,,,,,copy,住房城乡建设@here,2wd,,push,,试验,\n"


def files(one_more):
    """The pack as a page sends it, with one more row if wished."""
    found = {}
    for folder, _, names in os.walk(PACK):
        for name in (n for n in names if not n.endswith(".md")):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                found[os.path.relpath(f.name, PACK)] = f.read() + (ONE_MORE if one_more and name == RULES else "")
    return found


def write_pack(folder, one_more):
    for name, text in files(one_more).items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


def timed(*words):
    """Seconds of CPU time and megabytes that a command takes, and what it says. It has one thread and waits for nobody."""
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([BIN, *words], stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode in (0, 1), f"tandem {' '.join(words)} ended with {process.returncode}"
        out.seek(0)
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read()


def big_pack(folder, tiny, seed=1):
    size = ["--rows", "500", "--items", "20", "--regions", "20"] if tiny else []
    subprocess.run([sys.executable, "-B", os.path.join(HERE, "bigpack.py"), folder, "--seed", str(seed), *size], check=True)


def decide(bench, tools):
    """Medians of five runs already, by CPU time."""
    out = subprocess.run([os.path.join(tools, "bench_decide"), PACK], capture_output=True, text=True, check=True).stdout
    own, few, many = (int(n) for n in re.findall(r"(\d+) decisions/s", out))
    compiled = re.findall(r"read and compiled in ([\d.]+) ms, ([\d.]+) MB", out)[-1]
    bench.row("decisions a second, the pack as it is", [own], 500000, "/s", more=True)
    bench.row("decisions a second, 10,000 rows", [many], 1000000, "/s", more=True)
    bench.row("100 rows are so many times faster", [few / many], 5, "times")
    bench.row("10,000 rows read and compiled: CPU", [float(compiled[0])], 100, "ms")
    bench.row("10,000 rows compiled: memory", [float(compiled[1])], 32, "MB")


def peers(bench):
    """Three rule engines from npm on the same table; peers.sh ends otherwise when an answer differs."""
    done = subprocess.run(["sh", os.path.join(HERE, "peers.sh")], capture_output=True, text=True)
    assert done.returncode == 0 and "all answers are the same" in done.stdout, done.stdout + done.stderr
    ours = int(re.search(r"the table of the peers .* (\d+) decisions/s", done.stdout).group(1))
    bench.row("the same table of 10,000 rows: Tandem", [ours], unit="/s")
    for name, rate, count in re.findall(r"(\S.*?) +([\d.]+) decisions a CPU second, (\d+) answers", done.stdout):
        bench.row(f"{name}, {count} answers compared", [float(rate)], unit="/s")


def check(bench):
    with tempfile.TemporaryDirectory(prefix="tdm-") as folder:
        big_pack(folder, bench.tiny)
        runs = [timed("policy", "check", folder) for _ in range(bench.runs)]
        assert "situations that differ" in runs[0][2]
    bench.row("check of 10,000 rows, 300 items x 200 regions: CPU", [r[0] for r in runs], 60, "s")
    bench.row("the same: memory", [r[1] for r in runs], 1024, "MB")
    bench.row("check of the Linyi pack: CPU", [timed("policy", "check", PACK)[0] for _ in range(bench.runs)], 2, "s")


def events_write(path, places, count):
    with open(path, "w", encoding="utf-8") as f:
        for n in range(count):
            item, region = places[n % len(places)]
            data = {"case": f"C{n}", "item": item, "region": region, "applicant": {"kind": "entity", "name": "示例公司"},
                    "permit": {"number": f"P{n}", "decided_on": "2026-11-23"}, "attributes": {"area_m2": n % 3000, "risk": "high"}}
            f.write(json.dumps({"specversion": "1.0", "type": "approval.granted", "source": "/sources/bench", "id": f"e{n}",
                                "time": "2026-11-23T10:15:00+08:00", "data": data}, ensure_ascii=False) + "\n")


def diff(bench):
    count = 1000 if bench.tiny else 100000
    with tempfile.TemporaryDirectory(prefix="tdm-") as folder:
        packs = [os.path.join(folder, name) for name in ("old", "new", "old-big", "new-big")]
        path = os.path.join(folder, "events.ndjson")
        for at in (0, 1):
            write_pack(packs[at], at == 1)
            big_pack(packs[2 + at], bench.tiny, seed=1 + at)
        # Half of the places have nothing to do with the row that is new.
        events_write(path, [("000123904000", "371302"), ("000109903000", "371321")], count)
        runs = [timed("policy", "diff", *packs[:2], path, "--json") for _ in range(bench.runs)]
        told = json.loads(runs[0][2])
        assert (told["events"], told["changed"]) == (count, count // 2), told
        bench.row(f"diff of two packs on {count:,} events: CPU", [r[0] for r in runs], 5, "s")
        items = 20 if bench.tiny else 300
        events_write(path, [(f"0001{n:05d}000", "371301") for n in range(items)], count)
        runs = [timed("policy", "diff", *packs[2:], path) for _ in range(bench.runs)]
        bench.row("the same, two packs of 10,000 rows each: CPU", [r[0] for r in runs], 5, "s")


class Swapping(threading.Thread):
    """Puts two packs into force by turns until it is told to stop; the second first, when none was swapped before."""

    def __init__(self, road, pair, count, pause):
        super().__init__(daemon=True)
        self.road, self.pair, self.count, self.pause, self.over = road, pair, count, pause, threading.Event()
        self.refused = None

    def run(self):
        while not self.over.wait(self.pause) and not self.refused:
            self.refused = self.road.policy("activate", self.pair[(self.count + 1) % 2])
            self.count += 1


def swap(bench):
    """The longest way from a POST to its frame while packs change, beside that in as long a time when none does."""
    words = {"events": 5000, "warm": 500, "rate": 500, "connections": 32}
    road = bench.road
    answer = road.hub.post("/policy/versions", "submits", {"why": "bench", "files": files(True)})
    assert answer.status in (200, 201), answer.body
    pair = [road.hub.get("/policy", "submits").json["policy"], answer.json["version"]]
    for version in pair:
        assert not road.policy("approve", version)
    plain, changing, swaps = [], [], 0
    for _ in range(bench.runs):
        plain += bench.repeat(road.load, 1, **words)
        swapping = Swapping(road, pair, swaps, 0.1 if bench.tiny else 0.5)
        swapping.start()
        changing += bench.repeat(road.load, 1, **words)
        swapping.over.set()
        swapping.join()
        assert not swapping.refused, swapping.refused
        swaps = swapping.count
    bench.row("POST to frame, 500/s: p50", [g["p50_us"] / 1e3 for g in plain], unit="ms")
    bench.row("the same: the longest", [g["most_us"] / 1e3 for g in plain], unit="ms")
    bench.row(f"while packs change, {swaps // bench.runs} times a run: p50", [g["p50_us"] / 1e3 for g in changing], unit="ms")
    bench.row("the same: the longest", [g["most_us"] / 1e3 for g in changing], unit="ms")
    bench.row("the longest beyond that without, in one run", [(c["most_us"] - p["most_us"]) / 1e3 for p, c in zip(plain, changing)],
              5, "ms")
