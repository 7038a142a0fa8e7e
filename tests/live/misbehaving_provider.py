#!/usr/bin/env python3
"""An SMS provider that does everything wrong, for the tests of connectors/http.c.

The first line on standard output is the port. Then one line for each request whose head has arrived:

    <path> <id, the first word of the body> <connection> <number on that connection> <body bytes> <expect|->

The path picks what happens next; see MODES. It ends when its standard input is closed.
"""
import os
import socket
import struct
import sys
import threading

LOCK = threading.Lock()


def say(*words):
    with LOCK:
        print(*words, flush=True)


class Connection:
    def __init__(self, sock, number):
        self.sock, self.number, self.count, self.rest = sock, number, 0, b""

    def read_until(self, enough):
        while not enough(self.rest):
            data = self.sock.recv(65536)
            if not data:
                return False
            self.rest += data
        return True

    def serve(self):
        try:
            while self.serve_one():
                pass
        except OSError:
            pass
        finally:
            self.sock.close()

    def serve_one(self):
        if not self.read_until(lambda b: b"\r\n\r\n" in b):
            return False
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        path = lines[0].split(" ")[1].lstrip("/")
        length = int(headers.get("content-length", "0"))
        self.count += 1
        if not self.read_until(lambda b: len(b) >= length):
            return False
        body, self.rest = self.rest[:length], self.rest[length:]
        say(path, body.split(b" ")[0].decode("ascii", "replace") or "-", self.number, self.count, len(body),
            "expect" if "expect" in headers else "-")
        return MODES[path](self)

    def answer(self, status, body=b"", *headers):
        lines = ["HTTP/1.1 " + status, "Content-Length: %d" % len(body), *headers, "", ""]
        self.sock.sendall("\r\n".join(lines).encode() + body)
        return True

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def hang(self):
        self.sock.recv(1)
        return False

    def half(self):
        self.sock.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 24\r\n\r\n0: Accepted")
        return False

    def huge(self):
        self.sock.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 1073741824\r\n\r\n0: ")
        return self.pour(b"x" * 65536)

    def heads(self):
        self.sock.sendall(b"HTTP/1.1 202 Accepted\r\n")
        return self.pour(b"X-More: " + b"x" * 4000 + b"\r\n")

    def hundreds(self):
        return self.pour(b"HTTP/1.1 100 Continue\r\n\r\n")

    def pour(self, data):
        for _ in range(16384):
            self.sock.sendall(data)
        return False

    def noise(self):
        self.sock.sendall(b"\x16\x03\x01\x00\xff\x00\r\n\r\nSMPP\r\n")
        return False


MODES = {
    "ok": lambda c: c.answer("202 Accepted", b"0: Accepted for delivery"),
    "queued": lambda c: c.answer("202 Accepted", b"3: Queued for later delivery"),
    "fin": lambda c: False,
    "rst": Connection.reset,
    "hang": Connection.hang,
    "half": Connection.half,
    "huge": Connection.huge,
    "heads": Connection.heads,
    "hundreds": Connection.hundreds,
    "noise": Connection.noise,
    "garbage": lambda c: c.answer("200 OK", b"<html>welcome</html>"),
    "later": lambda c: c.answer("503 Service Unavailable", b"", "Retry-After: 7"),
    "toofast": lambda c: c.answer("429 Too Many Requests", b"", "Retry-After: 99999999999"),
    "broken": lambda c: c.answer("500 Internal Server Error", b"0: Accepted for delivery"),
    "moved": lambda c: c.answer("307 Temporary Redirect", b"", "Location: /ok"),
    "expectation": lambda c: c.answer("417 Expectation Failed"),
    "forbidden": lambda c: c.answer("403 Forbidden", b"Authorization failed for sendsms"),
}


def accept_all(listener):
    number = 0
    while True:
        sock, _ = listener.accept()
        number += 1
        threading.Thread(target=Connection(sock, number).serve, daemon=True).start()


def main():
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    say(listener.getsockname()[1])
    threading.Thread(target=accept_all, args=(listener,), daemon=True).start()
    sys.stdin.read()
    with LOCK:
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
