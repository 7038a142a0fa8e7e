"""HTTP to the letter: what a client may send, and what it must get for it, over raw sockets.

http_letter.py BINARY [test …]: BINARY is the test server of tests/unit/http_echo.c.
"""
import os
import select
import signal
import socket
import struct
import tempfile
import time

import http_cases
from http_cases import H, chunked, get, post
from http_peer import PATIENCE_S, Server, main, until


def fnv(data):
    h = 2166136261
    for b in data:
        h = (h ^ b) * 16777619 & 0xffffffff
    return "%08x" % h


def echoed(body):
    return "len=%d hash=%s " % (len(body), fnv(body))


def test_cases(binary):
    """Every case of the tables, whole and byte by byte, with its status and whether the connection goes on."""
    server = Server(binary)
    failed = []
    for group, cases in http_cases.GROUPS.items():
        for name, data, status, goes_on in cases:
            for step in (len(data), 1 if len(data) < 2000 else 997):
                with server.dial() as c:
                    try:
                        c.slowly(data, step)
                        a = c.answer()
                        assert a.status == status, "got %d" % a.status
                        assert (a.get("Connection") == "close") != goes_on, a.headers
                        assert a.get("X-Content-Type-Options") == "nosniff" and a.get("Date").endswith(" GMT")
                        assert c.is_open() if goes_on else c.is_closed()
                        if not goes_on:
                            assert a.get("Content-Type") == "application/problem+json" and b'"status":%d' % status in a.body
                    except Exception as e:
                        failed.append("%s / %s / step %d: expected %d: %r" % (group, name, step, status, e))
    assert server.stop() == 0
    assert not failed, "\n".join(failed)


def test_refused_never_reach_the_handler(binary):
    server = Server(binary)
    for cases in http_cases.GROUPS.values():
        for _, data, _, goes_on in cases:
            if not goes_on:
                with server.dial() as c:
                    c.send(data)
                    c.answer()
    assert server.counts()["handled"] == 1  # this very question
    assert server.stop() == 0


def test_what_the_handler_sees(binary):
    server = Server(binary)
    with server.dial() as c:
        c.send(get(b"/a%20b/%E5%85%B3?q=%E5%85%B3+x&r=%zz"))
        assert "GET /a b/关 " in c.answer().body.decode()
        c.send(get(b"/echo?a=1&q=%E5%85%B3+x%26y"))
        assert "q=关 x&y " in c.answer().body.decode()
        for bad in (b"%zz", b"%", b"%00", b"%ff"):
            c.send(get(b"/echo?q=" + bad))
            assert "q=- " in c.answer().body.decode()
        c.send(get(b"http://b:80/echo?q=1"))
        assert "q=1 host=b:80 " in c.answer().body.decode()
        c.send(get(b"/headers", H + b"A:  b c \t\r\na: second\r\nE:\r\n"))
        assert c.answer().body == b"[Host]=[a]\n[A]=[b c]\n[a]=[second]\n[E]=[]\n"
        c.send(get(b"/echo", b"hOsT: x.y:1\r\n"))
        assert "host=x.y:1 upgrade=0 local=1 nul=1" in c.answer().body.decode()
    assert server.stop() == 0


def test_bodies(binary):
    """Lengths and chunks give the handler the same bytes, cut anywhere."""
    server = Server(binary)
    small = bytes(range(256)) * 3
    large = small * 1300
    framed = b"".join(b"%x\r\n%s\r\n" % (len(small[i:i + 100]), small[i:i + 100]) for i in range(0, len(small), 100))
    with server.dial() as c:
        for step in (1, 7, 100000):
            c.slowly(post(b"Content-Length: %d\r\n" % len(small), small), step)
            assert echoed(small) in c.answer().body.decode()
            c.slowly(chunked(framed + b"0\r\nA: b\r\n\r\n"), step)
            assert echoed(small) in c.answer().body.decode()
        c.send(post(b"Content-Length: %d\r\n" % len(large), large))
        assert echoed(large) in c.answer().body.decode()
        c.send(chunked(b"%X\r\n" % len(large) + large + b"\r\n0\r\n\r\n"))
        assert echoed(large) in c.answer().body.decode()
        limit = b"z" * 1048576
        c.send(post(b"Content-Length: 1048576\r\n", limit))
        assert echoed(limit) in c.answer().body.decode()
    assert server.stop() == 0


def test_pipelining(binary):
    """Answers leave in order, whatever takes longer; two POSTs in one segment are two requests."""
    server = Server(binary)
    with server.dial() as c:
        c.send(b"".join(post(b"Content-Length: 2\r\n", b"%02d" % i) for i in range(2)))
        for i in range(2):
            assert echoed(b"%02d" % i) in c.answer().body.decode()
        wire = b""
        for i in range(40):
            wire += get(b"/slow?ms=1") if i % 10 == 0 else get(b"/echo/%d" % i)
            wire += chunked(b"2\r\n%02d\r\n0\r\n\r\n" % i)
        c.send(wire)
        for i in range(40):
            assert c.answer().body.startswith(b"late" if i % 10 == 0 else b"GET /echo/%d " % i)
            assert echoed(b"%02d" % i) in c.answer().body.decode()
        c.send(get(b"/echo/1") + b"junk\r\n\r\n" + get(b"/echo/2"))
        assert c.answer().status == 200
        assert c.answer().status == 400 and c.is_closed()
    assert server.stop() == 0


def test_behind_a_large_answer(binary):
    """A request that came with the one before is taken when that one's answer has left, in one piece or in many; also behind a half-close."""
    server = Server(binary)
    for size in (60_000, 65_536, 100_000, 400_000):
        for asked in (get(b"/big?bytes=%d" % size), get(b"/big?static=1&bytes=%d" % size)):
            with server.dial() as c:
                c.send(asked + get(b"/echo/after") + asked + get(b"/echo/last"))
                c.sock.shutdown(socket.SHUT_WR)
                for last in (b"after", b"last"):
                    assert c.answer().body == b"x" * size
                    assert c.answer().body.startswith(b"GET /echo/" + last)
                assert c.is_closed()
    assert server.stop() == 0


def test_pipeline_is_bounded(binary):
    """A client that asks and asks and reads nothing is read no further, and in the end is closed."""
    server = Server(binary, "request_ms=600")
    with server.dial() as c:
        c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        c.sock.setblocking(False)
        wire = get(b"/big") * 100
        total = 0
        try:
            while total < 50_000_000:
                total += c.sock.send(wire)
        except (BlockingIOError, ConnectionResetError, BrokenPipeError):
            pass
        assert total < 20_000_000
        asked = []
        until(lambda: asked.append(1) or server.counts()["connections"] == 1, "the silent reader is closed")
        assert server.counts()["handled"] - len(asked) < 10
    assert server.stop() == 0


def test_unread_answer(binary):
    """One large answer that is not read ends the connection; one that is read does not."""
    server, patient = Server(binary, "request_ms=2000"), Server(binary)
    for query in (b"", b"?static=1"):
        with server.dial() as c:
            c.send(get(b"/big" + query))
            until(lambda: server.counts()["connections"] == 1, "the silent reader is closed")
            try:
                assert len(c.rest()) < 20_000_000
            except ConnectionResetError:
                pass
        with patient.dial() as c:
            c.send(get(b"/big" + query) + get(b"/echo/after"))
            assert c.answer().body == b"x" * 20_000_000
            assert c.answer().body.startswith(b"GET /echo/after")
    assert server.stop() == 0 and patient.stop() == 0


def test_slowly_read_answer(binary):
    """Who reads a little now and then is given time anew, however long all of it takes."""
    server = Server(binary, "request_ms=10000")
    with server.dial() as c:
        c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        c.send(get(b"/big"))
        left, begun = int(c.head().get("Content-Length")), time.monotonic()
        while time.monotonic() - begun < 12:
            left -= len(c.take(100_000))
            select.select([], [], [], 0.15)
        assert left > 0 and c.take(left) == b"x" * left and c.is_open()
    assert server.stop() == 0


def test_server_that_stood_still(binary):
    """What has come or was read meanwhile is looked at before anybody is too late."""
    server = Server(binary, "request_ms=10000")
    with server.dial() as reads, server.dial() as asks:
        reads.send(get(b"/big"))
        reads.more()
        asks.send(b"GET /echo")
        server.counts()  # answered after both
        server.process.send_signal(signal.SIGSTOP)
        asks.send(b"/late HTTP/1.1\r\n" + H + b"\r\n")
        reads.sock.settimeout(11)
        try:
            while True:
                reads.more()
        except TimeoutError:
            pass
        server.process.send_signal(signal.SIGCONT)
        reads.sock.settimeout(PATIENCE_S)
        assert asks.answer().body.startswith(b"GET /echo/late")
        assert reads.answer().body == b"x" * 20_000_000
    assert server.stop() == 0


def test_expect_continue(binary):
    server = Server(binary)
    with server.dial() as c:
        for headers, body in ((b"Content-Length: 3\r\n", b"abc"), (b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n0\r\n\r\n")):
            c.send(post(headers + b"Expect: 100-Continue\r\n"))
            assert c.line() == b"HTTP/1.1 100 Continue" and c.line() == b""
            c.send(body)
            assert echoed(b"abc") in c.answer().body.decode()
        c.send(post(b"Content-Length: 3\r\nExpect: 100-continue\r\n", b"abc"))
        assert c.answer().status == 200, "no 100 when the body is there already"
        c.send(post(b"Content-Length: 0\r\nExpect: 100-continue\r\n"))
        assert c.answer().status == 200, "no 100 without a body"
        c.send(get(b"/slow?ms=50") + post(b"Content-Length: 3\r\nExpect: 100-continue\r\n"))
        assert c.answer().body == b"late\n"
        assert c.answer().status == 100, "after the answer before it"
        c.send(b"abc")
        assert c.answer().status == 200
        c.send(b"POST /small HTTP/1.1\r\n" + H + b"Content-Length: 17\r\nExpect: 100-continue\r\n\r\n")
        assert c.answer().status == 413 and c.is_closed(), "413 instead of 100"
    with server.dial() as c:
        c.send(b"POST /echo HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc")
        assert c.answer().status == 200 and c.is_closed()
    assert server.stop() == 0


def test_keep_alive(binary):
    server = Server(binary)
    with server.dial() as c:
        c.send(b"GET /echo HTTP/1.0\r\n\r\n")
        assert c.answer().get("Connection") == "close" and c.is_closed()
    with server.dial() as c:
        for _ in range(3):
            c.send(b"GET /echo HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
            assert c.answer().get("Connection") == "keep-alive"
        assert c.is_open()
        c.send(get(b"/echo", H + b"Connection: x, Close\r\n") + get(b"/echo"))
        assert c.answer().get("Connection") == "close" and c.is_closed(), "what is behind a close is not answered"
    assert server.stop() == 0


def test_half_close(binary):
    """A client that says all it has to say and shuts its side gets every answer."""
    server = Server(binary)
    for target in (b"/echo", b"/slow?ms=50"):
        with server.dial() as c:
            c.send(get(target) * 3)
            c.sock.shutdown(socket.SHUT_WR)
            assert [c.answer().status for _ in range(3)] == [200] * 3 and c.is_closed()
    for cut in (b"GET /ec", post(b"Content-Length: 9\r\n", b"abc"), chunked(b"5\r\nab")):
        with server.dial() as c:
            c.send(cut)
            c.sock.shutdown(socket.SHUT_WR)
            assert c.answer().status == 400 and c.is_closed()
    with server.dial() as c:
        c.sock.shutdown(socket.SHUT_WR)
        assert c.is_closed()
    with server.dial() as c:
        c.send(get(b"/big"))
        c.sock.shutdown(socket.SHUT_WR)
        assert len(c.answer().body) == 20_000_000 and c.is_closed()
    assert server.stop() == 0


def test_body_longer_than_announced(binary):
    server = Server(binary)
    with server.dial() as c:
        c.send(post(b"Content-Length: 3\r\n", b"abc" + get(b"/echo/next")))
        assert echoed(b"abc") in c.answer().body.decode()
        assert c.answer().body.startswith(b"GET /echo/next")
        c.send(post(b"Content-Length: 3\r\n", b"abcdef\r\n\r\n"))
        assert echoed(b"abc") in c.answer().body.decode()
        assert c.answer().status == 400 and c.is_closed()
    assert server.stop() == 0


def test_client_goes_while_answered(binary):
    """The handler keeps its request until it answers; the answer is dropped, and nothing else suffers."""
    server = Server(binary)
    for is_hard in (False, True):
        with server.dial() as c:
            c.send(get(b"/hold"))
            until(lambda: server.counts()["held"] == 1, "the request is held")
            if is_hard:
                c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with server.dial() as c:
            c.send(get(b"/let-go"))
            assert c.answer().body == b"let go\n" and c.is_open()
        until(lambda: server.counts()["connections"] == 1, "the dead connection is gone")
    with server.dial() as c:
        for _ in range(20):
            c.send(get(b"/slow?ms=30"))
            c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            c.sock.close()
            c = server.dial()
        c.sock.close()
    until(lambda: server.counts()["late"] == 20, "every handler has answered")
    assert server.stop() == 0


def test_no_body_answers(binary):
    server = Server(binary)
    with server.dial() as c:
        c.send(b"HEAD /status HTTP/1.1\r\n" + H + b"\r\n")
        a = c.answer(is_head=True)
        assert a.status == 200 and a.get("Content-Length") == "5"
        for code in (204, 304):
            c.send(get(b"/status?code=%d" % code))
            a = c.answer()
            assert a.status == code and a.get("Content-Length") is None
        assert c.is_open()
        c.send(b"HEAD /a%zz HTTP/1.1\r\n" + H + b"\r\n")
        assert c.answer(is_head=True).status == 400 and c.is_closed()
    assert server.stop() == 0


def test_slow_head_and_trickled_body(binary):
    """A request has one time limit from its first byte to its last, however many bytes come meanwhile."""
    server = Server(binary, "request_ms=700", "idle_ms=60000")
    for start, piece in ((b"GET /echo HTTP/1.1\r\nHost: a\r\n", b"A: b\r\n"), (post(b"Content-Length: 100000\r\n"), b"x"),
                         (chunked(b""), b"1\r\nx\r\n"), (chunked(b"0\r\n"), b"A: b\r\n"), (b"GE", b"")):
        begun = time.monotonic()
        with server.dial() as c:
            c.sock.settimeout(0.05)
            c.send(start)
            while not c.kept:  # were there a limit from byte to byte, this would never end
                assert time.monotonic() - begun < PATIENCE_S, start
                try:
                    c.more()
                except socket.timeout:
                    c.send(piece)
            c.sock.settimeout(PATIENCE_S)
            a = c.answer()
            assert a.status == 408 and a.get("Connection") == "close" and c.is_closed(), start
            assert time.monotonic() - begun > 0.6, start
    assert server.counts()["handled"] == 1
    assert server.stop() == 0


def test_idle_connections(binary):
    """Nothing asked at all: the request's limit. Between two requests: the idle limit. Both without a word."""
    server = Server(binary, "request_ms=5000", "idle_ms=3600000")
    with server.dial() as idle, server.dial() as mute:
        assert idle.is_open()
        assert mute.is_closed()
        assert idle.is_open()
    assert server.stop() == 0
    server = Server(binary, "request_ms=3600000", "idle_ms=300")
    with server.dial() as idle:
        assert idle.is_open()
        assert idle.is_closed()
    assert server.stop() == 0


def test_too_many_connections(binary):
    server = Server(binary, "connections=3")
    held = [server.dial() for _ in range(3)]
    for c in held:
        assert c.is_open()
    with server.dial() as c:
        a = c.answer()
        assert a.status == 503 and a.get("Retry-After") and c.is_closed()
    for c in held:
        assert c.is_open()
        c.sock.close()
    until(server.has_room, "there is room again")
    assert server.stop() == 0


def test_upgrade_takes_the_bytes_behind(binary):
    server = Server(binary)
    asks = H + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
    wire = get(b"/upgrade", asks) + b"behind"
    for before in (b"", get(b"/echo"), get(b"/slow?ms=20")):
        with server.dial() as c:
            c.send(before + wire)
            if before:
                assert c.answer().status == 200
            assert c.rest() == wire, "the head and what stands behind it leave together"
    for fields in (asks + b"Content-Length: 2\r\n", asks.replace(b"websocket", b"h2c"), asks.replace(b"Upgrade\r", b"close\r")):
        with server.dial() as c:
            c.send(get(b"/upgrade", fields) + b"{}")
            assert c.answer().status == 426, fields
    assert server.stop() == 0


# The page's files

CSP = ("default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' wss:; "
       "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'")
PAGE = {"index.html": b"<p>plain</p>", "index.html.gz": b"gz of index", "assets/x-1a2b.js": b"plain x" * 1000,
        "assets/x-1a2b.js.br": b"br of x", "assets/x-1a2b.js.gz": b"gz of x", "assets/y-3c4d.mjs": b"plain y",
        "assets/only.css.br": b"alone", "a.json": b"{}", "a.svg": b"<svg/>", "a.woff2": b"wOF2", ".hidden": b"secret",
        "sub/.git/config": b"secret"}
TYPES = {"/": "text/html; charset=utf-8", "/assets/x-1a2b.js": "text/javascript; charset=utf-8",
         "/assets/y-3c4d.mjs": "text/javascript; charset=utf-8", "/a.json": "application/json", "/a.svg": "image/svg+xml",
         "/a.woff2": "font/woff2"}
# Accept-Encoding, and what comes of /assets/x-1a2b.js: (coding, body)
CHOICES = [
    (None, None), ("", None), ("identity", None), ("gzip", "gzip"), ("br", "br"), ("gzip, br", "br"), ("br, gzip", "br"),
    ("GZIP", "gzip"), ("gzip;q=1.0, br;q=0.5", "gzip"), ("br;q=0, gzip;q=0", None), ("br;q=0, gzip", "gzip"), ("*", "br"),
    ("*;q=0", None), ("br;q=0, *", "gzip"), ("br;q=0.000", None), ("br; q=0.001", "br"), ("br;level=9", None), ("br;q=x", None),
    ("deflate, zstd", None), ("xbr, gzipx", None), (",,, gzip ,", "gzip"), ("gzip;q=0.3,br;q=0.30", "br"),
]
SENT = {None: PAGE["assets/x-1a2b.js"], "br": b"br of x", "gzip": b"gz of x"}


def page_server(binary, folder):
    for name, content in PAGE.items():
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        with open(os.path.join(folder, name), "wb") as f:
            f.write(content)
    os.symlink("/etc/hostname", os.path.join(folder, "link.txt"))
    return Server(binary, "static=" + folder)


def test_page_codings(binary):
    with tempfile.TemporaryDirectory() as folder:
        server = page_server(binary, folder)
        with server.dial() as c:
            for accepts, coding in CHOICES:
                fields = H if accepts is None else H + b"Accept-Encoding: " + accepts.encode() + b"\r\n"
                c.send(get(b"/assets/x-1a2b.js", fields))
                a = c.answer()
                assert (a.status, a.get("Content-Encoding"), a.body) == (200, coding, SENT[coding]), (accepts, a.headers)
                assert a.get("Vary") == "Accept-Encoding"
                c.send(get(b"/assets/x-1a2b.js", fields + b"If-None-Match: " + a.get("ETag").encode() + b"\r\n"))
                again = c.answer()
                assert (again.status, again.get("ETag"), again.get("Content-Encoding")) == (304, a.get("ETag"), coding), accepts
            c.send(get(b"/", H + b"Accept-Encoding: br, gzip\r\n"))
            assert c.answer().body == b"gz of index", "no .br stands there"
        assert server.stop() == 0


def test_page_headers(binary):
    with tempfile.TemporaryDirectory() as folder:
        server = page_server(binary, folder)
        with server.dial() as c:
            for path, kind in TYPES.items():
                c.send(get(path.encode()))
                a = c.answer()
                assert (a.status, a.get("Content-Type")) == (200, kind), path
                assert a.get("Content-Security-Policy") == CSP and a.get("Referrer-Policy") == "no-referrer"
                assert a.get("X-Content-Type-Options") == "nosniff"
                assert a.get("Cache-Control") == ("public, max-age=31536000, immutable" if "assets" in path else "no-cache")
                c.send(b"HEAD " + path.encode() + b" HTTP/1.1\r\n" + H + b"\r\n")
                head = c.answer(is_head=True)
                assert [h for h in head.headers if h[0] != "Date"] == [h for h in a.headers if h[0] != "Date"], path
            for target in (b"/assets/only.css", b"/.hidden", b"/sub/.git/config", b"/link.txt", b"/assets", b"/assets/", b"//index.html",
                           b"/INDEX.html", b"/assets/x-1a2b.js.br"):
                c.send(get(target))
                assert c.answer().body.startswith(b"GET /"), target  # not one of the page's: the handler behind it has it
            c.send(post(b"Content-Length: 0\r\n").replace(b"/echo", b"/index.html"))
            assert c.answer().body.startswith(b"POST /index.html ")
        assert server.stop() == 0


def test_page_tags(binary):
    with tempfile.TemporaryDirectory() as folder:
        server = page_server(binary, folder)
        with server.dial() as c:
            c.send(get(b"/index.html"))
            tag = c.answer().get("ETag")
            assert tag[0] == tag[-1] == '"'
            for wish, status in (("*", 304), (tag, 304), ("W/" + tag, 304), ('"x", ' + tag, 304), (tag + ',"y"', 304), ('"x"', 200),
                                 (tag[:-2] + '"', 200), (tag.strip('"'), 200), ("", 200)):
                c.send(get(b"/", H + b"If-None-Match: " + wish.encode() + b"\r\n"))
                a = c.answer()
                assert a.status == status and a.get("ETag") == tag, wish
                assert a.get("Cache-Control") == "no-cache"
        assert server.stop() == 0


def test_page_not_built(binary):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, "static=" + folder)
        with server.dial() as c:
            c.send(get(b"/"))
            a = c.answer()
            assert a.status == 200 and b"npm run build" in a.body and a.get("Cache-Control") == "no-cache"
            assert a.get("Content-Security-Policy") == CSP
        assert server.stop() == 0


if __name__ == "__main__":
    main(globals())
