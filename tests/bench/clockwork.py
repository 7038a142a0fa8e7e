"""What open notices with deadlines cost while nothing is due, and what it is like when many fall due at one moment.

The pack is linyi's with rules of its own: each event is for two bodies that must answer, within days, or for one item within a minute.
"""
import csv
import os
import re
import shutil
import signal
import socket
import subprocess
import time

SOON = "000109903000"  # falls due a minute after it came
RULES = [{"id": "L", "event": "granted", "item": f"!{SOON}", "role": "lead", "to": "sector@here", "due": "2wd", "via": "push"},
         {"id": "A", "event": "granted", "item": f"!{SOON}", "role": "assist", "to": "sector@city", "due": "3wd", "via": "push"},
         {"id": "LS", "event": "granted", "item": SOON, "role": "lead", "to": "sector@here", "due": "1m", "via": "push"},
         {"id": "AS", "event": "granted", "item": SOON, "role": "assist", "to": "sector@city", "due": "1m", "via": "push"}]
SOON_MS = 60000


def make_pack(linyi, folder):
    shutil.copytree(linyi, folder)
    with open(os.path.join(linyi, "rules.csv"), encoding="utf-8-sig", newline="") as f:
        columns = next(csv.reader(f))
    with open(os.path.join(folder, "rules.csv"), "w", encoding="utf-8", newline="") as f:
        rows = csv.DictWriter(f, columns, restval="", lineterminator="\n")
        rows.writeheader()
        rows.writerows(dict(r, basis="bench") for r in RULES)
    return folder


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def redis(hub, *words):
    return subprocess.run(["redis-cli", "-s", hub.redis_socket(), *words], capture_output=True, text=True, check=True).stdout


def redis_is_calm(hub):
    """Not rewriting its log: that is the price of what was loaded, not of the clock."""
    return not re.search(r"aof_rewrite_(in_progress|scheduled):1", redis(hub, "info", "persistence"))


class Probe:
    """Asks for one thing after the other over one connection, and remembers how long the longest answer took."""

    def __init__(self, port, cookie=""):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cookie = f"Cookie: {cookie}\r\n" if cookie else ""
        self.longest_ms = 0.0

    def ask(self, path):
        start = time.monotonic()
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\n{self.cookie}\r\n".encode())
        got = b""
        while b"\r\n\r\n" not in got:
            got += self.more()
        head, body = got.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"content-length: *(\d+)", head, re.I).group(1))
        while len(body) < length:
            body += self.more()
        self.longest_ms = max(self.longest_ms, (time.monotonic() - start) * 1e3)
        assert b" 20" in head.split(b"\r\n", 1)[0], head
        return body

    def more(self):
        data = self.socket.recv(65536)
        assert data, "the server closed the connection"
        return data

    def close(self):
        self.socket.close()


def count_fired(probe):
    return int(re.search(rb"^tandem_deadlines_fired_total (\d+)", probe.ask("/metrics"), re.M).group(1))


def shares(pids, seconds):
    """Of a core, by each; the time itself is what is measured here."""
    before, start = [cpu_seconds(p) for p in pids], time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - start
    return [(cpu_seconds(p) - b) / took for p, b in zip(pids, before)]


def idle(hub, seconds):
    """Shares of a core of the hub, of its Redis, and of that Redis while the hub stands still and asks nothing; in turns, because Redis has
    upkeep of its own to end after so much was written."""
    pids, turns = [hub.process.pid, hub.redis_pid()], []
    for _ in range(3):
        ours = shares(pids, seconds)
        os.kill(pids[0], signal.SIGSTOP)
        alone = shares(pids[1:], seconds)
        os.kill(pids[0], signal.SIGCONT)
        turns.append(ours + alone)
    return [sum(turn) / len(turns) for turn in zip(*turns)]


def idle_probe(port, seconds):
    """What this machine and this client add by themselves."""
    probe, end = Probe(port), time.monotonic() + seconds
    while time.monotonic() < end:
        probe.ask("/healthz")
        time.sleep(0.002)
    probe.close()
    return probe.longest_ms


def work_off(hub, start, notices):
    """From when the first of those that came since `start` falls due until all have been worked off."""
    person = next(iter(hub.cookies))
    seen = hub.get(f"/notices?body={person}&limit=1", person).json["items"][0]["id"]
    first_due = start + SOON_MS / 1e3
    while time.monotonic() < first_due - 1:
        time.sleep(0.1)
    healthz, metrics, notice, turn = Probe(hub.port), Probe(hub.port), Probe(hub.port, hub.cookies[person]), 0
    fired = count_fired(metrics)
    while turn % 16 or count_fired(metrics) < fired + notices:
        assert time.monotonic() < first_due + 120, "what is due is not worked off"
        healthz.ask("/healthz")
        notice.ask(f"/api/v1/notices/{seen}")
        time.sleep(0.002)
        turn += 1
    done = time.monotonic()
    for probe in (healthz, notice, metrics):
        probe.close()
    return {"seconds": done - first_due, "healthz_ms": healthz.longest_ms, "notice_ms": notice.longest_ms}
