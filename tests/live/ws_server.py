"""Starts and ends the echo server of tests/unit/ws_echo.c; looks at it from outside through /proc."""

import os
import signal
import subprocess
import time

LIMIT_S = 120  # only ends a hang


def sockets_of(pid):
    """Inodes of the sockets a process holds."""
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            link = os.readlink(f"/proc/{pid}/fd/{name}")
        except FileNotFoundError:
            continue
        if link.startswith("socket:["):
            yield link[8:-1]


class Server:
    def __init__(self, exe, before=None, **env):
        # Most clients here answer no ping, so there is none unless a case is about it.
        env = {k: str(v) for k, v in {"PING_MS": 3600000, **env}.items()}
        self.process = subprocess.Popen([exe], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        preexec_fn=before, env=dict(os.environ, **env))
        words = self.process.stdout.readline().split()
        if not words:
            raise RuntimeError(self.process.stderr.read())
        self.port = int(words[0])
        self.sanitized = "sanitized" in words
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind:
            self.process.kill()
            self.process.communicate()
        else:
            self.end()

    def end(self):
        """SIGTERM; everything must be given back: the loop aborts on a handle left open, the sanitizer on a leak."""
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=LIMIT_S)
        assert self.process.returncode == 0 and out.strip() == "clean", (self.process.returncode, out, err[-3000:])

    def resident_bytes(self):
        with open(f"/proc/{self.pid}/statm") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/schedstat") as f:
            return int(f.read().split()[0]) / 1e9

    def descriptor_limit(self):
        with open(f"/proc/{self.pid}/limits") as f:
            return next(int(line.split()[3]) for line in f if line.startswith("Max open files"))

    def listening_count(self):
        inodes = set(sockets_of(self.pid))
        count = 0
        for table in ("tcp", "tcp6"):
            with open(f"/proc/{self.pid}/net/{table}") as f:
                count += sum(1 for row in map(str.split, f) if row[3] == "0A" and row[9] in inodes)
        return count


def wait_for(what, seconds=LIMIT_S):
    """Until what() is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.02)
    raise AssertionError("waited in vain")
