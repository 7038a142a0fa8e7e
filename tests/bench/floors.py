"""What the parts alone cost on this machine, so that figures of one machine can be read beside another's.

None of it is the hub: nginx that answers a POST with nothing, jansson that parses an event, and a Redis that keeps events in the leanest
layout that still has all a hub needs (document, deduplication, two inboxes, two deadlines, two counters; and acknowledgements of both).
"""
import contextlib
import json
import os
import re
import socket
import subprocess
import tempfile

from clockwork import cpu_seconds
from hub import end_with_us, free_port, wait_until

EVENT = {"specversion": "1.0", "type": "approval.granted", "source": "/sources/bench", "id": "0", "time": "2026-11-23T10:15:00+08:00",
         "datacontenttype": "application/json",
         "data": {"case": "C0", "version": 1, "item": "000123904000", "region": "371302", "accepted_in": "371302",
                  "bodies": {"accepting": "spj-371302", "reviewing": "spj-371300", "deciding": "spj-371300"},
                  "applicant": {"kind": "entity", "name": "示例公司", "address": "示例路一号"},
                  "permit": {"number": "P0", "name": "示例许可证", "content": "示例许可内容", "decided_on": "2026-11-23"},
                  "attributes": {"area_m2": 1200, "risk": "high"}}}
DOCUMENT = json.dumps(EVENT, ensure_ascii=False, separators=(",", ":")).encode()
A_CALL = 100
BODIES = 50
ACCEPT = """
local call = redis.call
for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
	local home = 'e:' .. math.floor(i / 10)
	if call('HSETNX', home, i, ARGV[3]) == 1 then
		for n = 0, 1 do
			local ref, body = i .. '.' .. n, (i + n) % tonumber(ARGV[4])
			call('XADD', 'in:' .. body, '*', 'n', ref)
			call('ZADD', 'due', i, ref)
			call('HINCRBY', 'count', body, 1)
		end
	end
end
return 1
"""
ACKNOWLEDGE = """
local call = redis.call
for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
	for n = 0, 1 do
		local ref, state = i .. '.' .. n, 's:' .. math.floor(i / 10)
		if not call('HGET', state, ref) then
			call('HSET', state, ref, 1)
			call('ZREM', 'due', ref)
			call('XADD', 'log', '*', 'n', ref)
			call('HINCRBY', 'taken', (i + n) % tonumber(ARGV[3]), 1)
		end
	end
end
return 1
"""


@contextlib.contextmanager
def running(*words):
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=end_with_us)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def connected(family, address):
    s = socket.socket(family)
    wait_until(lambda: s.connect_ex(address) == 0, what=f"a server at {address}")
    return s


def words_of(*words):
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in map(as_bytes, words))


def as_bytes(word):
    return word if isinstance(word, bytes) else str(word).encode()


def calls(s, script, ranges, *rest):
    """The script over each range, four calls on their way at a time."""
    answers, asked = s.makefile("rb"), 0
    s.sendall(words_of("SCRIPT", "LOAD", script))
    answers.readline()
    sha = answers.readline().strip()
    for first in ranges:
        s.sendall(words_of("EVALSHA", sha, 0, first, first + A_CALL - 1, *rest))
        asked += 1
        if asked > 4:
            assert answers.readline() == b":1\r\n"
            asked -= 1
    for _ in range(asked):
        assert answers.readline() == b":1\r\n"


def redis_lean_us(events):
    """Redis CPU an event with two acknowledgements."""
    with tempfile.TemporaryDirectory(prefix="tdm-", dir="/tmp") as folder:
        path = os.path.join(folder, "s")
        with running("redis-server", "--port", "0", "--unixsocket", path, "--dir", folder, "--save", "", "--appendonly", "yes",
                     "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0", "--hash-max-listpack-value", "1024") as pid:
            s = connected(socket.AF_UNIX, path)
            start = cpu_seconds(pid)
            calls(s, ACCEPT, range(0, events, A_CALL), DOCUMENT, BODIES)
            calls(s, ACKNOWLEDGE, range(0, events, A_CALL), BODIES)
            return (cpu_seconds(pid) - start) * 1e6 / events


def nginx_us(posts):
    """CPU a POST over 64 connections, answered with nothing."""
    with tempfile.TemporaryDirectory(prefix="tdm-", dir="/tmp") as folder:
        port, config = free_port(), os.path.join(folder, "conf")
        with open(config, "w") as f:
            f.write(f"daemon off; master_process off; pid {folder}/pid; error_log /dev/null;\nevents {{}}\n"
                    f"http {{ access_log off; client_body_temp_path {folder}; keepalive_requests 1000000;\n"
                    f"server {{ listen 127.0.0.1:{port}; location / {{ return 200; }} }} }}\n")
        with running("nginx", "-p", folder, "-c", config) as pid:
            sockets = [connected(socket.AF_INET, ("127.0.0.1", port)) for _ in range(64)]
            ask = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s" % (len(DOCUMENT), DOCUMENT)
            start = cpu_seconds(pid)
            for _ in range(posts // len(sockets)):
                for s in sockets:
                    s.sendall(ask)
                for s in sockets:
                    assert s.recv(4096).startswith(b"HTTP/1.1 200")
            return (cpu_seconds(pid) - start) * 1e6 / (posts // len(sockets) * len(sockets))


def jansson_us(tools, times):
    out = subprocess.run([os.path.join(tools, "bench_jansson"), str(times)], input=DOCUMENT, capture_output=True, check=True).stdout
    return float(re.search(rb"([\d.]+) us", out).group(1))


def floors(bench, tools):
    """The figures beside each are peers.md's, of the machine on which the bars were set."""
    few = bench.tiny
    bench.row("nginx, a POST answered with nothing (there 9.5)", [nginx_us(640 if few else 64000) for _ in range(bench.runs)])
    bench.row(f"jansson, an event of {len(DOCUMENT)} bytes (there 12.6)",
              [jansson_us(tools, 100 if few else 100000) for _ in range(bench.runs)])
    bench.row("Redis, lean layout, event and two acks (there 35.3)",
              [redis_lean_us(1000 if few else 100000) for _ in range(bench.runs)])
