"""Answers that go on, over raw sockets: how they are framed, and what may wait for who does not read.

http_streams.py BINARY [test …]: BINARY is the test server of tests/unit/http_echo.c.
"""
import socket

from http_cases import H, get
from http_peer import Server, main, until


def test_stream(binary):
    """Server-sent events go out in chunks, to HTTP/1.0 without; nobody who does not read makes them pile up."""
    server = Server(binary)
    for request, head in ((get(b"/stream"), ("chunked", None)), (get(b"/stream", version=b"HTTP/1.0"), (None, "close"))):
        with server.dial() as c, server.dial() as other:
            c.send(request)
            a = c.head()
            assert (a.get("Transfer-Encoding"), a.get("Connection")) == head
            assert a.get("Content-Type") == "text/event-stream" and a.get("Content-Length") is None
            until(lambda: b"data: 2" in c.kept or c.more(), "the events come")
            other.send(get(b"/stream/end"))
            assert other.answer().body == b"ended\n"
            if head[0]:
                assert c.chunks() == b"data: 1\n\ndata: 2\n\n" and c.is_open()
            else:
                assert c.rest() == b"data: 1\n\ndata: 2\n\n"
    with server.dial() as c, server.dial() as other:
        c.send(get(b"/stream"))
        assert c.head().status == 200
        other.send(get(b"/stream/burst"))
        assert other.answer().body == b"room\n", "what one turn of the loop brings does not make its reader slow"
        other.send(get(b"/stream/end"))
        assert other.answer().body == b"ended\n"
        assert len(c.chunks()) > 100000
    with server.dial() as c, server.dial() as other:
        c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        c.send(get(b"/stream"))
        assert c.head().status == 200
        other.send(get(b"/stream/fill"))
        assert other.answer().body == b"full\n"
    until(lambda: server.counts()["gone"] == 1, "the stream's owner is told once")
    with server.dial() as c:
        c.send(b"HEAD /stream HTTP/1.1\r\n" + H + b"\r\n")
        assert c.head().get("Transfer-Encoding") == "chunked" and c.is_open()
    assert server.stop() == 0


def test_streams_together(binary):
    """What waits for all streams has a limit: past it, who does not read keeps only a little; what is gone counts no more."""
    server = Server(binary, "backlog=500000")

    def waiting():
        with server.dial() as asks:
            asks.send(get(b"/stream/waiting"))
            return [int(part.split(b"=")[1]) for part in asks.answer().body.split()]

    def filled(c, asks):
        c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        c.send(get(b"/stream"))
        assert c.head().status == 200
        until(lambda: asks.send(get(b"/stream/fill?piece")) or asks.answer().body == b"full\n", "too much waits")
        return waiting()

    with server.dial() as asks:
        with server.dial() as first:
            one, together = filled(first, asks)
            assert one > 500000 and together == one, "the first may keep what is allowed for one"
            with server.dial() as second:
                little, together = filled(second, asks)
                assert little < 200000 and together == one + little, "past the limit of all the second keeps what it could not help"
            until(lambda: waiting()[1] == one, "what waited for the second is forgotten with it")
        until(lambda: waiting()[1] == 0, "nothing waits")
        with server.dial() as third:
            assert filled(third, asks)[0] > 500000
    assert server.stop() == 0


if __name__ == "__main__":
    main(globals())
