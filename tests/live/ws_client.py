"""A WebSocket client made of a plain socket, for tests that must send what no library would."""

import base64
import contextlib
import hashlib
import os
import socket
import struct

TEXT, BINARY, CONT, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def frame(op, payload=b"", fin=True, mask=True, rsv=0, claim=None):
    """One frame; `claim` is a length to write into the header instead of the true one, always in 64 bits."""
    if isinstance(payload, str):
        payload = payload.encode()
    n = len(payload)
    bit = 0x80 if mask else 0
    head = bytes([(0x80 if fin else 0) | rsv | op])
    if claim is not None:
        head += bytes([bit | 127]) + struct.pack(">Q", claim)
    elif n < 126:
        head += bytes([bit | n])
    elif n < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", n)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", n)
    if not mask:
        return head + payload
    key = os.urandom(4)
    whole = int.from_bytes(payload, "big") ^ int.from_bytes((key * (n // 4 + 1))[:n], "big")
    return head + key + whole.to_bytes(n, "big")


class Answer:
    def __init__(self, raw):
        head = raw.decode("latin-1").split("\r\n")
        self.status = int(head[0].split()[1])
        self.headers = [tuple(x.strip() for x in line.split(":", 1)) for line in head[1:] if ":" in line]

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]


class Client:
    """Opens a connection; `request` replaces the whole handshake, `change` maps header names to other lines or None."""

    def __init__(self, port, change=None, request=None, behind=b"", timeout=120, rcvbuf=None):
        self.sock = socket.socket()
        if rcvbuf:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        self.sock.settimeout(timeout)
        self.sock.connect(("127.0.0.1", port))
        self.buf = b""
        self.key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall((request or self.handshake(change or {})).encode("latin-1") + behind)

    def handshake(self, change):
        lines = {"": "GET /api/v1/ws HTTP/1.1", "Host": "Host: tandem.test", "Upgrade": "Upgrade: websocket",
                 "Connection": "Connection: keep-alive, Upgrade", "Version": "Sec-WebSocket-Version: 13",
                 "Key": "Sec-WebSocket-Key: " + self.key, "Protocol": "Sec-WebSocket-Protocol: tandem.v1"}
        lines.update(change)
        return "\r\n".join(x for x in lines.values() if x is not None) + "\r\n\r\n"

    def more(self):
        data = self.sock.recv(65536)
        if not data:
            raise EOFError
        self.buf += data

    def take(self, n):
        while len(self.buf) < n:
            self.more()
        out, self.buf = self.buf[:n], self.buf[n:]
        return out

    def answer(self):
        while b"\r\n\r\n" not in self.buf:
            self.more()
        head, self.buf = self.buf.split(b"\r\n\r\n", 1)
        return Answer(head)

    def open(self):
        a = self.answer()
        assert a.status == 101, a.status
        want = base64.b64encode(hashlib.sha1(self.key.encode() + GUID).digest()).decode()
        assert a.all("Sec-WebSocket-Accept") == [want]
        return self

    def send(self, *args, **kw):
        self.sock.sendall(frame(*args, **kw))

    def read(self):
        """The next frame: (op, payload). Frames from a server are whole and unmasked."""
        b0, b1 = self.take(2)
        assert b0 & 0x80 and not b0 & 0x70 and not b1 & 0x80, (b0, b1)
        n = b1 & 0x7f
        if n == 126:
            n = struct.unpack(">H", self.take(2))[0]
        elif n == 127:
            n = struct.unpack(">Q", self.take(8))[0]
        return b0 & 0xf, self.take(n)

    def text(self):
        op, payload = self.read()
        while op == PING:
            self.send(PONG, payload)
            op, payload = self.read()
        assert op == TEXT, (op, payload[:40])
        return payload.decode()

    def ask(self, text):
        self.send(TEXT, text)
        return self.text()

    def closed(self):
        """Reads to the close: its code, 0 when the connection just ended."""
        try:
            while True:
                op, payload = self.read()
                if op == CLOSE:
                    with contextlib.suppress(ConnectionError):  # who answers late answers nobody
                        self.send(CLOSE, payload[:2])
                    return struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
        except (EOFError, ConnectionError):
            return 0

    def ended(self):
        """Whether the server has ended the connection: true once nothing more comes."""
        try:
            while True:
                self.more()
        except (EOFError, ConnectionError):
            return True

    def data_segments_in(self):
        info = self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        return struct.unpack_from("I", info, 152)[0]

    def close(self):
        self.sock.close()
