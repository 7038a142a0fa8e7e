"""Traps that only the whole hub can step into: sign-ins beside other work, and several processes on one address."""
import os
import signal
import socket
import sys
import threading
import unittest

from hub import Hub, event, wait_until
from ws_server import sockets_of

SIGN_INS = 8


def seconds_of_cpu(pid, thread=None):
    path = f"/proc/{pid}/task/{thread}/schedstat" if thread else f"/proc/{pid}/schedstat"
    with open(path) as f:
        return int(f.read().split()[0]) / 1e9


def threads_of(pid):
    return {int(t) for t in os.listdir(f"/proc/{pid}/task")}


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        return [int(p) for p in f.read().split()]


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def another_redis(hub, before):
    try:
        return hub.redis_pid() != before and is_alive(hub.redis_pid())
    except ValueError:  # the file is being written
        return False


def listeners_on(port):
    """Inodes of the sockets that listen on this port of 127.0.0.1."""
    with open("/proc/net/tcp") as f:
        rows = [line.split() for line in list(f)[1:]]
    return {row[9] for row in rows if row[3] == "0A" and row[1] == f"0100007F:{port:04X}"}


class Traps(unittest.TestCase):
    def test_argon2_leaves_the_loop_alone(self):
        """A password is hashed by another thread: the loop's own thread has next to no part in that work. (The demo people's hashes
        are cheap on purpose; an unknown name costs what a real one does.)"""
        with Hub() as hub:
            hub.sign_in("wjw")
            pid = hub.process.pid
            loop_before = seconds_of_cpu(pid, pid)
            others_before = {t: seconds_of_cpu(pid, t) for t in threads_of(pid) - {pid}}
            threads = [threading.Thread(target=hub.try_sign_in, args=(f"nobody{i}", "guess")) for i in range(SIGN_INS)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            loop = seconds_of_cpu(pid, pid) - loop_before
            others = sum(seconds_of_cpu(pid, t) - others_before.get(t, 0) for t in threads_of(pid) - {pid})
            self.assertGreater(others, 0.1, "no hashing was seen at all")
            self.assertLess(loop, others / 3)

    def test_workers_share_the_address(self):
        """Each process has a listening socket of its own on the one port, and each of them answers."""
        with Hub("--workers", "2", demo=False) as hub:
            pid = hub.process.pid

            def workers():
                mine = listeners_on(hub.port)
                return [p for p in children_of(pid) if mine & set(sockets_of(p))]
            both = wait_until(lambda: len(workers()) == 2 and workers(), what="two workers that listen")
            self.assertEqual(len(listeners_on(hub.port)), 2)
            self.assertNotEqual(listeners_on(hub.port) & set(sockets_of(both[0])), listeners_on(hub.port) & set(sockets_of(both[1])))
            before = [seconds_of_cpu(p) for p in both]

            def all_have_worked():
                self.assertEqual(hub.request("GET", "/healthz").status, 200)
                return all(seconds_of_cpu(p) - b > 0.001 for p, b in zip(both, before))
            wait_until(all_have_worked, what="work for each worker")

    def test_a_worker_that_was_killed_is_told_of(self):
        """The others go on with what they have; that they are fewer stands in the log and in the exit status."""
        with Hub("--workers", "2", demo=False) as hub:
            def workers():
                mine = listeners_on(hub.port)
                return [p for p in children_of(hub.process.pid) if mine & set(sockets_of(p))]
            os.kill(wait_until(lambda: len(workers()) == 2 and workers(), what="two workers that listen")[0], signal.SIGKILL)
            wait_until(lambda: "a worker was ended by signal 9; 1 of 2 go on" in hub.log_text(), 30, "the line in the log")
            self.assertEqual(hub.request("GET", "/healthz").status, 200)
            self.assertEqual(hub.stop(), 3)

    def test_workers_hear_of_every_signal(self):
        """Two that come at once, before the parent runs again: the end is not forgotten over the settings that are to be read anew."""
        hub = Hub("--workers", "2", demo=False)
        with hub:
            for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGHUP, signal.SIGCONT):
                hub.process.send_signal(number)
            self.assertEqual(hub.process.wait(60), 0)

    def test_a_stream_does_not_hold_up_the_end(self):
        """Its last bytes are on their way when the hub drains; its client leaves the connection open, as one that would ask again."""
        with Hub() as hub:
            hub.sign_in("wjw")
            with socket.create_connection(("127.0.0.1", hub.port), 20) as client:
                client.sendall(f"GET /api/v1/stream HTTP/1.1\r\nHost: a\r\nCookie: {hub.cookies['wjw']}\r\n\r\n".encode())
                self.assertIn(b"200 OK", client.recv(4096))
                self.assertEqual(hub.stop(), 0)
                said = b""
                while part := client.recv(4096):
                    said += part
                self.assertIn(b"event: bye", said)
            self.assertNotIn("draining took longer", hub.log_text())

    def test_the_private_redis_is_started_again(self):
        """Nobody else looks after it: killed, it comes back with all that was answered, once, and ends with the hub."""
        for workers in ("1", "2"):
            with self.subTest(workers=workers), Hub("--workers", workers) as hub:
                wait_until(lambda: hub.try_sign_in("spj"), what="a worker that is ready")
                for number in range(1, 3):
                    # the worker that answers may not be the one that was asked whether it is ready
                    answer = wait_until(lambda: (a := hub.submit(event(number))).status != 503 and a, what="a worker that is ready")
                    self.assertEqual(answer.status, 201)
                    before = hub.redis_pid()
                    os.kill(before, signal.SIGKILL)
                    wait_until(lambda: another_redis(hub, before), what="another Redis")
                    wait_until(hub.is_ready, what="a hub that is ready again")
                for number in range(1, 3):
                    answer = wait_until(lambda: (a := hub.submit(event(number))).status != 503 and a, what="a worker that is ready")
                    self.assertEqual(answer.status, 200, "known from before")
                last = hub.redis_pid()
                self.assertEqual(hub.stop(), 0)
                self.assertFalse(is_alive(last))


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=1).result
    sys.exit(not result.wasSuccessful())
