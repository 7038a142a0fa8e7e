#!/usr/bin/env python3
"""WebSockets to the letter: ws_letter.py ECHO_SERVER.

Each function whose name begins with `case_` is one case on a connection of its own. The clients are a plain socket for what
no library would send, and the websockets library for what every library does. At the end stands what libwebsockets
4.1.6 lets through, so that a better version shows itself by failing here.
"""

import asyncio
import socket
import sys
import time
import traceback

try:
    import websockets
except ImportError:  # another Python than Debian's is first in the path
    sys.path.append("/usr/lib/python3/dist-packages")
    import websockets

from ws_client import BINARY, CLOSE, CONT, PING, PONG, TEXT, Client, frame
from ws_server import LIMIT_S, Server, wait_for

MIB = 1 << 20


def refused(s, status, behind=b"", **change):
    c = Client(s.port, change, behind=behind)
    a = c.answer()
    c.close()
    assert a.status == status, (change, a.status)
    assert not a.all("Sec-WebSocket-Accept")


def code_after(s, *frames, greet=False, end=True):
    """The close code the server sends when it gets these bytes (behind a good first message, if greet)."""
    c = Client(s.port).open()
    if greet:
        assert c.ask("hello") == "hello"
    for data in frames:
        c.sock.sendall(data)
    code = c.closed()
    assert not end or c.ended()
    c.close()
    return code


# The handshake


def case_handshake_good(s):
    c = Client(s.port)
    a = c.answer()
    assert a.status == 101
    assert a.all("Sec-WebSocket-Protocol") == ["tandem.v1"]
    assert [v.lower() for v in a.all("Upgrade")] == ["websocket"]
    assert [v.lower() for v in a.all("Connection")] == ["upgrade"]
    assert c.ask("grüß dich, 审批") == "grüß dich, 审批"


def case_handshake_protocol_is_selected_from_list(s):
    for offered in ("tandem.v1, bearer.xyz", "bearer.xyz, tandem.v1", "bearer.xyz,tandem.v1,tandem.v2"):
        c = Client(s.port, {"Protocol": "Sec-WebSocket-Protocol: " + offered})
        assert c.answer().all("Sec-WebSocket-Protocol") == ["tandem.v1"], offered
    two_lines = "Sec-WebSocket-Protocol: bearer.xyz\r\nSec-WebSocket-Protocol: tandem.v1"
    assert Client(s.port, {"Protocol": two_lines}).answer().all("Sec-WebSocket-Protocol") == ["tandem.v1"]


def case_handshake_long_headers(s):
    long = {"Protocol": "Sec-WebSocket-Protocol: bearer." + "k" * 300 + ", tandem.v1", "C": "Cookie: a=" + "c" * 6000,
            "Connection": "Connection: " + "x, " * 60 + "Upgrade"}
    c = Client(s.port, long).open()
    assert c.ask("short") == "short"


def case_handshake_no_extension(s):
    c = Client(s.port, {"E": "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"})
    a = c.answer()
    assert a.status == 101 and not a.all("Sec-WebSocket-Extensions")
    assert code_after(s, frame(TEXT, b"\xca\x48\xcd\xc9\xc9\x07\x00", rsv=0x40), end=False) == 1002


def case_handshake_version(s):
    for version in ("8", "12", "14", "013", "13 ,8"):
        refused(s, 426, Version="Sec-WebSocket-Version: " + version)
    refused(s, 400, Version=None)
    refused(s, 400, Version="Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13")


def case_handshake_key(s):
    for key in ("abc", "", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZTE=", "dGhlIHNhbXBsZSBub25jZR==",
                "dGhlIHNhbXBsZ!Bub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==QQ=="):
        refused(s, 400, Key="Sec-WebSocket-Key: " + key)
    refused(s, 400, Key=None)
    refused(s, 400, Key="Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")


def case_handshake_method(s):
    for method in ("POST", "PUT", "HEAD", "OPTIONS"):
        refused(s, 400, **{"": method + " /api/v1/ws HTTP/1.1", "L": "Content-Length: 0"})


def case_handshake_http_version(s):
    c = Client(s.port, {"": "GET /api/v1/ws HTTP/1.0"})
    assert c.answer().status in (400, 426, 505)


def case_handshake_host(s):
    refused(s, 400, Host=None)
    refused(s, 400, Host="Host: a\r\nHost: b")


def case_handshake_upgrade(s):
    for value in ("h2c", "h2c, websocket", "websocket, h2c", "websocke", "websocket/13"):
        refused(s, 400, Upgrade="Upgrade: " + value)
    refused(s, 400, Upgrade="Upgrade: websocket\r\nUpgrade: h2c")
    refused(s, 400, S="HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA")
    refused(s, 426, Upgrade=None, Connection="Connection: keep-alive")


def case_handshake_connection(s):
    for value in ("keep-alive", "close", "upgraded", "x-upgrade"):
        refused(s, 400, Connection="Connection: " + value)
    refused(s, 400, Connection=None)


def case_handshake_protocol_missing(s):
    refused(s, 400, Protocol=None)
    for value in ("", "tandem.v2", "TANDEM.V1", "tandem.v1x", "xtandem.v1", "tandem.v1;q=1"):
        refused(s, 400, Protocol="Sec-WebSocket-Protocol: " + value)


def case_handshake_body(s):
    refused(s, 400, b"hello", L="Content-Length: 5")
    refused(s, 400, b"0\r\n\r\n", L="Transfer-Encoding: chunked")


def case_handshake_http2_is_not_spoken(s):
    c = Client(s.port, request="PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
    try:
        c.more()
    except (EOFError, ConnectionError):
        return
    assert c.buf.startswith(b"HTTP/1.1 "), c.buf[:40]


# The first frame, looked at before libwebsockets has it


def case_first_frame_with_the_handshake(s):
    c = Client(s.port, behind=frame(TEXT, "early") + frame(TEXT, "birds")).open()
    assert c.text() == "early" and c.text() == "birds"
    assert c.ask("on") == "on"


def case_first_frame_byte_by_byte(s):
    c = Client(s.port).open()
    for byte in frame(TEXT, "x" * 300) + frame(TEXT, "slow"):
        c.sock.sendall(bytes([byte]))
    assert c.text() == "x" * 300 and c.text() == "slow"


def case_first_frame_unmasked(s):
    assert code_after(s, frame(TEXT, "bare", mask=False)) == 1002
    assert code_after(s, frame(PING, "", mask=False)) == 1002
    c = Client(s.port).open()
    for byte in frame(TEXT, "bare", mask=False):
        try:
            c.sock.sendall(bytes([byte]))
        except ConnectionError:
            break
    assert c.closed() in (1002, 0)


def case_first_frame_unmasked_with_the_handshake(s):
    c = Client(s.port, behind=frame(TEXT, "bare", mask=False))
    assert c.ended() and b"bare" not in c.buf


def case_first_frame_length_of_2_62(s):
    assert code_after(s, frame(TEXT, claim=1 << 62)) == 1009
    assert code_after(s, frame(TEXT, claim=(1 << 64) - 1)) == 1009


def case_first_comes_from_the_server(s):
    c = Client(s.port).open()
    d = Client(s.port).open()
    d.send(TEXT, "everyone before you spoke")
    assert c.text() == "before you spoke"
    assert c.ask("now") == "now"


# Messages


def case_message_sizes(s):
    c = Client(s.port).open()
    for n in (0, 1, 125, 126, 127, 511, 512, 513, 528, 1024, 65535, 65536, 200000):
        assert c.ask("a" * n) == "a" * n, n


def case_message_many_in_one_segment(s):
    c = Client(s.port).open()
    c.sock.sendall(b"".join(frame(TEXT, f"m{i}") for i in range(500)))
    assert [c.text() for _ in range(500)] == [f"m{i}" for i in range(500)]


def case_message_at_the_limit(s):
    with Server(s.exe, QUEUE_BYTES=4 * MIB) as big:
        c = Client(big.port).open()
        assert len(c.ask("b" * MIB)) == MIB
        assert code_after(big, frame(TEXT, b"b" * (MIB + 1))) == 1009
        half = b"b" * (MIB // 2 + 1)
        assert code_after(big, frame(TEXT, half, fin=False) + frame(CONT, half)) == 1009


def case_message_later_length_of_2_62(s):
    assert code_after(s, frame(TEXT, b"z" * 2000, claim=1 << 62), greet=True) == 1009


def case_message_length_of_2_63(s):
    assert code_after(s, frame(TEXT, b"z" * 2000, claim=1 << 63), greet=True) in (0, 1002, 1009)


def case_message_fragments(s):
    c = Client(s.port).open()
    text, got = "审批".encode(), []
    for i, byte in enumerate(text):
        c.send(TEXT if i == 0 else CONT, bytes([byte]), fin=i == len(text) - 1)
        c.send(PING, b"between")
        got.append(c.read())
    got.append(c.read())
    assert got.count((PONG, b"between")) == len(text) and (TEXT, text) in got
    frames = [frame(TEXT, "f", fin=False)] + [frame(CONT, "f", fin=False)] * 126 + [frame(CONT, "f")]
    c.sock.sendall(b"".join(frames))
    assert c.text() == "f" * 128


def case_message_endless_empty_fragments(s):
    assert code_after(s, frame(TEXT, fin=False), frame(CONT, fin=False) * 200) == 1009
    assert code_after(s, frame(TEXT, fin=False) + frame(CONT, "x", fin=False) * 200, greet=True) == 1009


def case_message_binary(s):
    assert code_after(s, frame(BINARY, b"\x00\x01")) == 4002
    assert code_after(s, frame(BINARY, b"", fin=False), greet=True) == 4002


def case_message_utf8(s):
    for bad in (b"\xff", b"\xc0\xaf", b"ab\xed\xa0\x80", b"\xf4\x90\x80\x80", b"cut \xe5\xae", b"\xe0\x80\xaf"):
        assert code_after(s, frame(TEXT, bad)) == 1007, bad
    assert code_after(s, frame(TEXT, b"\xe5\xae", fin=False) + frame(CONT, b"x")) == 1007
    assert code_after(s, frame(TEXT, "审".encode() * 400 + b"\xe5")) == 1007


# Frames and their rules


def case_frame_reserved_bits(s):
    for bits in (0x10, 0x20, 0x40):
        assert code_after(s, frame(TEXT, "r", rsv=bits), end=False) == 1002
        assert code_after(s, frame(PING, "r", rsv=bits), greet=True, end=False) == 1002


def case_frame_reserved_opcodes(s):
    for op in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        assert code_after(s, frame(op, "o")) == 1002, op


def case_frame_order(s):
    assert code_after(s, frame(CONT, "alone")) == 1002
    assert code_after(s, frame(TEXT, "one", fin=False) + frame(TEXT, "two")) == 1002
    assert code_after(s, frame(TEXT, "one") + frame(CONT, "two")) == 1002


def case_control_frames(s):
    for op in (PING, PONG, CLOSE):
        assert code_after(s, frame(op, b"\x03\xe8", fin=False)) == 1002, op
        assert code_after(s, frame(op, b"c" * 126), greet=True) in (0, 1002), op
    c = Client(s.port).open()
    for payload in (b"", b"p", b"p" * 125):
        c.send(PING, payload)
        assert c.read() == (PONG, payload)
    c.send(PONG, b"unasked")
    assert c.ask("still") == "still"


# Closing


def case_close_by_the_client(s):
    for code in (1000, 1001, 3000, 4999):
        c = Client(s.port).open()
        c.send(CLOSE, code.to_bytes(2, "big") + b"bye")
        assert c.closed() == code and c.ended()
    for wrong in (0, 999, 1004, 1005, 1006, 1015, 2999):
        c = Client(s.port).open()
        c.send(CLOSE, wrong.to_bytes(2, "big"))
        assert c.closed() == 1002, wrong


def case_close_flushes_what_waits(s):
    c = Client(s.port).open()
    c.sock.sendall(frame(TEXT, "burst 3000") + frame(TEXT, "close 4003"))
    got = [c.text() for _ in range(3000)]
    assert got == [f"message {i}" for i in range(3000)]
    assert c.closed() == 4003 and c.ended()


def case_close_nothing_follows(s):
    c = Client(s.port).open()
    c.sock.sendall(frame(TEXT, "close 1008") + frame(TEXT, "one more"))
    op, payload = c.read()
    assert op == CLOSE and payload[:2] == (1008).to_bytes(2, "big")
    c.send(CLOSE, payload[:2])
    assert c.ended() and not c.buf


def case_close_unanswered_is_cut(s):
    c = Client(s.port).open()
    begun = time.monotonic()
    c.send(TEXT, "close 4003")
    assert c.read()[0] == CLOSE
    assert c.ended() and time.monotonic() - begun > 1.0


def case_close_by_reset(s):
    watch = Client(s.port).open()
    before = watch.ask("count")
    for _ in range(20):
        c = Client(s.port).open()
        c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        c.close()
    wait_for(lambda: watch.ask("count") == before)


# Pings of the server


def case_ping_comes_and_silence_closes(s):
    # The silence that closes is long against what a busy machine keeps this client from speaking.
    with Server(s.exe, PING_MS=1000, PONG_MS=8000) as quick:
        good, quiet, busy = [Client(quick.port).open() for _ in range(3)]
        for c in (good, quiet, busy):
            assert c.ask("hello") == "hello"
        for _ in range(3):  # longer than a ping and the silence
            op, payload = good.read()
            assert op == PING and payload
            good.send(PONG, payload)
            busy.send(TEXT, "no pong, but a voice")
        assert quiet.closed() == 4001
        assert good.ask("still") == "still"
        busy.send(TEXT, "close 4003")
        assert busy.closed() == 4003


# Out, in few system calls


def case_burst_is_coalesced(s):
    c = Client(s.port).open()
    assert c.ask("warm") == "warm"
    before = c.data_segments_in()
    c.send(TEXT, "burst 1000")
    got = [c.text() for _ in range(1000)]
    assert got == [f"message {i}" for i in range(1000)]
    segments = c.data_segments_in() - before
    assert segments <= 20, segments


def case_burst_between_pings(s):
    c = Client(s.port, rcvbuf=4096).open()
    c.sock.sendall(b"".join(frame(TEXT, "burst 100") + frame(PING, f"{i}") for i in range(60)))
    texts = pongs = 0
    while texts < 6000:
        op, payload = c.read()
        pongs += op == PONG
        if op == TEXT:
            assert payload == b"message %d" % (texts % 100)
            texts += 1
    # libwebsockets answers one ping at a time and drops those that come meanwhile, which RFC 6455 5.5.3 allows.
    assert pongs >= 1 or c.read()[0] == PONG


# A client nobody here wrote


def case_library_client(s):
    async def talk():
        url = f"ws://127.0.0.1:{s.port}/api/v1/ws"
        async with websockets.connect(url, subprotocols=["tandem.v1", "bearer.xyz"], max_size=None) as ws:
            assert ws.subprotocol == "tandem.v1" and not ws.extensions
            await ws.send("hello")
            assert await ws.recv() == "hello"
            await ws.send(["in ", "pieces ", "更多"])
            assert await ws.recv() == "in pieces 更多"
            await ws.send("burst 200")
            assert [await ws.recv() for _ in range(200)] == [f"message {i}" for i in range(200)]
            await ws.send("big 100000")
            assert len(await ws.recv()) == 100000
            await asyncio.wait_for(await ws.ping(), LIMIT_S)
            await ws.send(b"bytes")
            try:
                await ws.recv()
                raise AssertionError("binary was taken")
            except websockets.ConnectionClosed as e:
                assert e.rcvd.code == 4002

    asyncio.run(asyncio.wait_for(talk(), LIMIT_S))


# What libwebsockets 4.1.6 lets through: harmless to us, and not to be reached from outside without replacing it


def case_let_through_unmasked_later_frame(s):
    c = Client(s.port).open()
    assert c.ask("masked") == "masked"
    c.send(TEXT, "bare", mask=False)
    assert c.text() == "bare"


def case_let_through_length_written_too_long(s):
    c = Client(s.port).open()
    c.send(TEXT, "long", claim=4)
    assert c.text() == "long"


def case_let_through_close_reason_not_utf8(s):
    c = Client(s.port).open()
    c.send(CLOSE, (1000).to_bytes(2, "big") + b"\xff")
    assert c.closed() == 1000


def run(s, case):
    try:
        case(s)
        assert s.process.poll() is None, "the server has ended"
        return None
    except Exception:  # the next cases want their turn
        return traceback.format_exc()


def main():
    cases = [f for n, f in globals().items() if n.startswith("case_") and (len(sys.argv) < 3 or sys.argv[2] in n)]
    failed = 0
    with Server(sys.argv[1]) as s:
        s.exe = sys.argv[1]
        for case in cases:
            begun = time.monotonic()
            fault = run(s, case)
            failed += fault is not None
            print(f"{'FAIL' if fault else 'ok  '} {case.__name__[5:]} {time.monotonic() - begun:.1f} s", flush=True)
            if fault:
                print(fault)
        s.exe = None
    print(f"{len(cases)} cases, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
