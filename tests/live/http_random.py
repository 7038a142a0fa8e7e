"""Random conversations over HTTP: whatever stands behind whatever, cut and read at any pace, each request is answered once and in its turn.

http_random.py BINARY [test …]: BINARY is the test server of tests/unit/http_echo.c. HTTP_RANDOM_SEED and HTTP_RANDOM_TALKS choose others.
"""
import os
import random
import select
import socket
import threading

from http_cases import get, post
from http_letter import echoed
from http_peer import Server, main

SEED, TALKS = int(os.environ.get("HTTP_RANDOM_SEED", "1")), int(os.environ.get("HTTP_RANDOM_TALKS", "200"))
SIZES = (0, 1, 4000, 4096, 60_000, 65_536, 70_000, 131_072, 300_000)


def chunks_of(r, body):
    wire = b""
    while body:
        size = r.randint(1, len(body))
        wire, body = wire + b"%x\r\n%s\r\n" % (size, body[:size]), body[size:]
    return wire + b"0\r\n" + r.choice((b"", b"A: b\r\n")) + b"\r\n"


def a_request(r, number):
    """Its bytes, whether it is a HEAD, and what its answer has to be."""
    kind, size = r.choice(("echo", "length", "chunks", "big", "slow", "head", "empty")), r.choice(SIZES)
    body = bytes(r.randrange(256) for _ in range(8)) * (r.choice((0, 1, 500, 9000)))
    if kind == "length":
        return post(b"Content-Length: %d\r\n" % len(body), body), False, lambda a: echoed(body) in a.body.decode()
    if kind == "chunks":
        return post(b"Transfer-Encoding: chunked\r\n", chunks_of(r, body)), False, lambda a: echoed(body) in a.body.decode()
    if kind == "big":
        return get(b"/big?bytes=%d" % size + r.choice((b"", b"&static=1"))), False, lambda a: a.body == b"x" * size
    if kind == "slow":
        return get(b"/slow?ms=%d" % r.choice((0, 1, 5))), False, lambda a: a.body == b"late\n"
    if kind == "head":
        return get(b"/big?bytes=%d" % size).replace(b"GET", b"HEAD", 1), True, lambda a: a.get("Content-Length") == str(size)
    if kind == "empty":
        return get(b"/status?code=204"), False, lambda a: a.status == 204
    return get(b"/echo/%d" % number), False, lambda a: a.body.startswith(b"GET /echo/%d " % number)


def cut(r, wire):
    """Mostly large pieces; the first byte of some requests comes alone."""
    at = 0
    while at < len(wire):
        size = r.choice((1, 3, 100, 1400, 65_536, 1 << 20))
        yield wire[at:at + size]
        at += size


def send_all(c, r, wire, half_closes):
    for piece in cut(r, wire):
        c.send(piece)
        if r.random() < 0.05:
            select.select([], [], [], 0.002)
    if half_closes:
        c.sock.shutdown(socket.SHUT_WR)


def talk(server, seed):
    r = random.Random(seed)
    asked = [a_request(r, i) for i in range(r.randint(2, 25))]
    half_closes = r.random() < 0.5
    with server.dial() as c:
        if r.random() < 0.3:
            c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        sender = threading.Thread(target=send_all, args=(c, random.Random(seed + 1), b"".join(a[0] for a in asked), half_closes), daemon=True)
        sender.start()
        for i, (wire, is_head, is_right) in enumerate(asked):
            if r.random() < 0.1:
                select.select([], [], [], 0.005)
            try:
                answer = c.answer(is_head)
            except (EOFError, TimeoutError) as e:
                raise AssertionError(f"seed {seed}: no answer to {wire[:80]!r}, number {i} of {len(asked)}") from e
            assert is_right(answer), f"seed {seed}: {wire[:80]!r}, number {i} of {len(asked)}, got {answer.status} {answer.body[:80]!r}"
        sender.join()
        assert c.is_closed() if half_closes else c.is_open(), f"seed {seed}"


def test_talks(binary):
    server = Server(binary, "request_ms=20000")
    for i in range(TALKS):
        talk(server, SEED * 1_000_003 + i)
    assert server.stop() == 0


if __name__ == "__main__":
    main(globals())
