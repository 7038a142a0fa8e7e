"""The test server of the HTTP layer, and a client that is nothing but a socket and a reader of answers."""
import contextlib
import ctypes
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import traceback

PATIENCE_S = 120


def until(condition, what):
    """Waits for a condition, not for a time; gives up only when it never comes true."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        select.select([], [], [], 0.01)
    raise AssertionError("never came true: " + what)


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """Between fork and exec: whatever ends the test, also a signal that nobody can catch, ends its server."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Server:
    running = []

    def __init__(self, binary, *options, listen="127.0.0.1:0"):
        self.listen = listen
        self.process = subprocess.Popen([binary, listen, *options], stdout=subprocess.PIPE, text=True,
                                        preexec_fn=die_with_parent)
        Server.running.append(self)
        line = self.process.stdout.readline()
        self.port = int(line.split()[1]) if line.startswith("port ") else None

    def dial(self):
        if self.listen.startswith("unix:"):
            s = socket.socket(socket.AF_UNIX)
            s.connect(self.listen[5:])
        elif self.listen.startswith("["):
            s = socket.create_connection(("::1", self.port))
        else:
            s = socket.create_connection(("127.0.0.1", self.port))
        return Client(s)

    def has_room(self):
        """Whether a connection serves; one that is told that there is no room may hear it before it has asked."""
        with self.dial() as c:
            try:
                return c.is_open()
            except (EOFError, ConnectionError):
                return False

    def term(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self):
        code = self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        return code

    def stop(self):
        if self.process.poll() is None:
            self.term()
        return self.wait()

    @classmethod
    def end_all(cls):
        """What a test that failed has left running."""
        for server in cls.running:
            if server.process.poll() is None:
                server.process.kill()
                server.process.wait()
            server.process.stdout.close()
        cls.running.clear()

    def counts(self):
        """What the server says of itself; where its limit is short and we were kept from asking, we ask again."""
        def ask():
            with self.dial() as c, contextlib.suppress(EOFError, ConnectionResetError):
                c.send(b"GET /counts HTTP/1.0\r\n\r\n")
                answer = c.answer()
                return answer.body.decode() if answer.status == 200 else None
        return {k: int(v) for k, v in (pair.split("=") for pair in until(ask, "the server's counts").split())}


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def get(self, name):
        values = [v for n, v in self.headers if n.lower() == name.lower()]
        return values[0] if len(values) == 1 else values or None


class Client:
    def __init__(self, sock):
        self.sock = sock
        self.sock.settimeout(PATIENCE_S)
        self.kept = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, data):
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the answer that came before says why

    def slowly(self, data, step=1):
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(0, len(data), step):
            self.send(data[i:i + step])

    def more(self):
        data = self.sock.recv(65536)
        if not data:
            raise EOFError(bytes(self.kept[:200]))
        self.kept += data

    def line(self):
        while b"\r\n" not in self.kept:
            self.more()
        return self.take(self.kept.index(b"\r\n") + 2)[:-2]

    def take(self, count):
        while len(self.kept) < count:
            self.more()
        data = bytes(self.kept[:count])
        del self.kept[:count]
        return data

    def rest(self):
        """Everything up to the end of the stream, which has to come."""
        data, self.kept = self.kept, bytearray()
        while True:
            piece = self.sock.recv(65536)
            if not piece:
                return bytes(data)
            data += piece

    def head(self):
        line = self.line().decode("latin-1")
        m = re.fullmatch(r"HTTP/1\.1 (\d\d\d) [A-Za-z -]+", line)
        assert m, "not a status line: %r" % line
        headers = []
        while True:
            line = self.line().decode("latin-1")
            if not line:
                return Answer(int(m[1]), headers, b"")
            name, value = re.fullmatch(r"([!-9;-~]+): (.*)", line).groups()
            headers.append((name, value))

    def chunks(self):
        body = b""
        while True:
            size = int(self.line(), 16)
            body += self.take(size)
            assert self.take(2) == b"\r\n"
            if size == 0:
                return body

    def answer(self, is_head=False):
        a = self.head()
        if is_head or a.status in (204, 304) or a.status < 200:
            return a
        if a.get("Transfer-Encoding") == "chunked":
            a.body = self.chunks()
        elif a.get("Content-Length") is not None:
            a.body = self.take(int(a.get("Content-Length")))
        else:
            a.body = self.rest()
        return a

    def is_closed(self):
        """Waits for the end of the stream; anything else that comes is an answer too many."""
        try:
            data = self.kept + self.sock.recv(65536)
        except ConnectionResetError:
            return True
        if data:
            raise AssertionError("more came: %r" % bytes(data[:200]))
        return True

    def is_open(self):
        """The connection still serves."""
        self.send(b"GET /echo/still HTTP/1.1\r\nHost: a\r\n\r\n")
        return b"GET /echo/still " in self.answer().body


def main(tests):
    """Runs every function whose name begins with test_; each gets the path of the server's binary."""
    binary = sys.argv[1]
    chosen = sys.argv[2:]
    failed = 0
    run = 0
    for name, function in sorted(tests.items()):
        if not name.startswith("test_") or (chosen and name not in chosen):
            continue
        run += 1
        begun = time.monotonic()
        try:
            function(binary)
            fault = None
        except Exception as e:  # every failure is told, and the next test still runs
            traceback.print_exc()
            fault = e
            failed += 1
        finally:
            Server.end_all()
        print("%s %s %.1f s%s" % ("FAIL" if fault else "ok  ", name[5:], time.monotonic() - begun,
                                  ": %s" % fault if fault else ""), flush=True)
    print("%s: %d tests, %d failed" % (os.path.basename(sys.argv[0]), run, failed))
    sys.exit(1 if failed or not run else 0)
