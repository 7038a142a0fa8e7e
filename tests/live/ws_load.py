#!/usr/bin/env python3
"""WebSockets in numbers: ws_load.py ECHO_SERVER [IDLE_COUNT].

Memory of an idle connection, work done for one among many idle ones, readers that do not read, and what the library
needs of its surroundings. Bytes are only judged in a build without sanitizers.
"""

import glob
import resource
import selectors
import subprocess
import sys
import time

from ws_client import PONG, TEXT, Client, frame
from ws_server import LIMIT_S, Server, wait_for

IDLE_BYTES = 4096
KIB = 1024
MIB = 1024 * KIB


def many(port, count, rcvbuf=None):
    """Many connections, each of which has spoken once."""
    out = []
    while len(out) < count:
        batch = [Client(port, rcvbuf=rcvbuf) for _ in range(min(200, count - len(out)))]
        for c in batch:
            c.open().send(TEXT, "hello")
        for c in batch:
            assert c.text() == "hello"
        out += batch
    return out


def case_idle_memory(exe, idle_count):
    """Resident bytes an idle WebSocket costs, the HTTP connection it came from included, as everything is."""
    with Server(exe) as s:
        warm = many(s.port, 50)
        before = s.resident_bytes()
        idle = many(s.port, idle_count)
        each = (s.resident_bytes() - before) / idle_count
        print(f"     {idle_count} idle connections: {each:.0f} bytes each" + (" (sanitized)" if s.sanitized else ""))
        assert s.sanitized or each <= IDLE_BYTES, each
        assert warm[0].ask("count") == f"{idle_count + 50} open"
        for c in idle:
            c.close()
        wait_for(lambda: warm[0].ask("count") == "50 open")


def work_of_an_echo(s, clients):
    """CPU microseconds of the server for ten pongs and an echo, by turns on all of these connections."""
    rounds, pongs = 2000, frame(PONG, "p") * 10
    begun = s.cpu_seconds()
    for i in range(rounds):
        c = clients[i % len(clients)]
        c.sock.sendall(pongs + frame(TEXT, "echo"))
        assert c.text() == "echo"
    return (s.cpu_seconds() - begun) / rounds * 1e6


def case_idle_connections_cost_no_time(exe, idle_count):
    """libwebsockets' own keep-alive keeps every connection in one sorted list, which each pong would walk."""
    with Server(exe) as s:
        few = many(s.port, 20)
        alone = min(work_of_an_echo(s, few) for _ in range(3))
        idle = many(s.port, 4000)
        among = min(work_of_an_echo(s, few + idle[:2000]) for _ in range(3))
        print(f"     ten pongs and an echo take {alone:.1f} us of CPU alone, {among:.1f} us among 4000")
        assert among < 3 * alone + 20, (alone, among)


def read_all(clients, want_bytes):
    """Reads on all sockets until each has had so many bytes."""
    sel = selectors.DefaultSelector()
    left = {}
    for c in clients:
        c.sock.setblocking(False)
        left[c] = want_bytes - len(c.buf)
        sel.register(c.sock, selectors.EVENT_READ, c)
    end = time.monotonic() + LIMIT_S
    while left and time.monotonic() < end:
        for key, _ in sel.select(1):
            c = key.data
            left[c] -= len(c.sock.recv(1 << 20))
            if left[c] <= 0:
                sel.unregister(c.sock)
                del left[c]
    return not left


def case_slow_readers(exe, idle_count):
    """Those who never read are closed; memory stays bounded; the others get everything."""
    queue, slow_count, messages, size = 128 * KIB, 100, 300, 20 * KIB
    with Server(exe, QUEUE_BYTES=queue) as s:
        good = many(s.port, 10)
        slow = many(s.port, slow_count, rcvbuf=4096)
        speaker = Client(s.port).open()
        assert speaker.ask("count") == f"{slow_count + 11} open"
        before = s.resident_bytes()
        text = "everyone " + "m" * 480
        burst = frame(TEXT, text) * 40
        most = 0
        for _ in range(messages * size // (480 * 40)):
            speaker.sock.sendall(burst)
            assert read_all(good + [speaker], 40 * 484)
            speaker.sock.setblocking(True)
            most = max(most, s.resident_bytes() - before)
        speaker.sock.settimeout(LIMIT_S)
        wait_for(lambda: speaker.ask("count") == "11 open")
        bound = slow_count * 2 * queue + 4096 * KIB
        print(f"     {slow_count} readers that do not read: at most {most // KIB} KiB more, {bound // KIB} allowed")
        assert s.sanitized or most < bound, (most, bound)
        for c in slow:
            c.close()


def case_slow_readers_together(exe, idle_count):
    """None of them is too slow by itself; together they keep too much, and who reads is not made to pay for it."""
    with Server(exe, QUEUE_BYTES=64 * MIB, BACKLOG_BYTES=2 * MIB) as s:
        slow = many(s.port, 20, rcvbuf=4096)
        speaker = Client(s.port).open()
        assert speaker.ask("count") == "21 open"
        text = "everyone " + "m" * 480
        for _ in range(300):
            speaker.sock.sendall(frame(TEXT, text) * 40)
            assert [speaker.text() for _ in range(40)] == [text[9:]] * 40
        wait_for(lambda: speaker.ask("count") == "1 open")
        for c in slow:
            c.close()
        # Nothing of it is counted on: it would make the next one who pauses pay.
        late = Client(s.port, rcvbuf=4096).open()
        late.sock.sendall(frame(TEXT, "big 100000") * 20)
        assert [len(late.text()) for _ in range(20)] == [100000] * 20


def case_slow_reader_of_private_messages(exe, idle_count):
    with Server(exe, QUEUE_BYTES=64 * KIB) as s:
        watch = Client(s.port).open()
        slow = Client(s.port, rcvbuf=4096).open()
        slow.sock.setblocking(False)
        begun = time.monotonic()
        try:
            while time.monotonic() - begun < 20:
                slow.sock.sendall(frame(TEXT, "burst 2000"))
        except (BlockingIOError, ConnectionError):
            pass
        wait_for(lambda: watch.ask("count") == "1 open")


def case_queue_is_the_limit(exe, idle_count):
    """One message over the limit goes to a reader who has read everything; what comes behind it closes, unless the socket takes all."""
    with Server(exe, QUEUE_BYTES=100000) as s:
        c = Client(s.port, rcvbuf=32 * KIB).open()
        for size in (99990, 200000):
            c.send(TEXT, f"big {size}")
            assert len(c.text()) == size
        c.sock.sendall(frame(TEXT, f"big {6 * MIB}") + frame(TEXT, "big 1"))
        assert c.closed() in (4001, 0)  # the code comes behind what waits; it is cut when that takes more than two seconds


def case_burst_is_not_slowness(exe, idle_count):
    """What one turn of the loop brings is more than may wait, and its reader has had no turn yet."""
    with Server(exe, QUEUE_BYTES=32 * KIB) as s:
        c = Client(s.port).open()
        c.send(TEXT, "burst 10000")
        assert [c.text() for _ in range(10000)] == [f"message {i}" for i in range(10000)]
        assert c.ask("still") == "still"


def case_flood_of_connections(exe, idle_count):
    """Opened and thrown away in every state; nothing stays behind."""
    with Server(exe) as s:
        watch = Client(s.port).open()
        for i in range(600):
            c = Client(s.port)
            if i % 3:
                c.open()
            if i % 3 == 2:
                c.sock.sendall(frame(TEXT, "x" * 3000)[: 100 + i])
            c.close()
        wait_for(lambda: watch.ask("count") == "1 open")


def case_ends_with_everything_open(exe, idle_count):
    """SIGTERM with connections in every state: a close to each, all handles closed, the loop freed."""
    with Server(exe, QUEUE_BYTES=1 << 24) as s:
        fresh = [Client(s.port).open() for _ in range(20)]
        spoken = many(s.port, 20)
        part = many(s.port, 20)
        for c in part:
            c.sock.sendall(frame(TEXT, "y" * 5000)[:4000])
        stuck = many(s.port, 5, rcvbuf=4096)
        for c in stuck:
            c.sock.sendall(frame(TEXT, "big 1000000") * 12)
        refused = [Client(s.port).open() for _ in range(5)]
        for c in refused:
            c.send(TEXT, "bare", mask=False)
        wait_for(lambda: spoken[0].ask("waiting") != "0 bytes")
        s.end()
        s.end = lambda: None
        for c in fresh + spoken + part:
            assert c.closed() == 1001
        assert all(c.closed() == 1002 for c in refused)


def case_descriptors_are_set(exe, idle_count):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for want in (512, 4096, hard):
        want = min(want, hard)
        with Server(exe, before=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, want), want))) as s:
            assert s.descriptor_limit() == min(want, 65536), (want, s.descriptor_limit())
            clients = [Client(s.port).open() for _ in range(min(want - 100, 600))]
            assert clients[-1].ask("here") == "here"


def case_only_our_listener(exe, idle_count):
    with Server(exe) as s:
        assert Client(s.port).open().ask("x") == "x"
        assert s.listening_count() == 1


def case_event_library_missing(exe, idle_count):
    """In a mount namespace of its own where the plugin is an empty file: refused at start, in words."""
    plugins = glob.glob("/usr/lib/*/libwebsockets-evlib_uv.so*")
    script = 'for p in "$@"; do mount --bind /dev/null "$p" || exit 77; done; exec "$EXE"'
    for command in (["unshare", "-m"], ["unshare", "-rm"]):
        r = subprocess.run(command + ["sh", "-c", script, "sh"] + plugins, env={"EXE": exe, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
                           capture_output=True, text=True, timeout=LIMIT_S)
        if r.returncode == 1 and "unshare" not in r.stderr:
            assert "libwebsockets-evlib-uv" in r.stderr, r.stderr
            return
    print("     not tried: no mount namespace to be had here")


def main():
    exe = sys.argv[1]
    idle_count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    only = sys.argv[3] if len(sys.argv) > 3 else ""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    cases = [(n, f) for n, f in list(globals().items()) if n.startswith("case_") and only in n]
    for name, case in cases:
        case(exe, idle_count)
        print("ok  ", name[5:], flush=True)
    print(f"{len(cases)} cases, 0 failed")


if __name__ == "__main__":
    main()
