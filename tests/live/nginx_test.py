"""hub/deploy/nginx.conf, as it is shipped but for addresses and certificate, in front of a hub: TLS, HTTP/2, WebSocket, limits."""
import asyncio
import json
import os
import re
import shutil
import ssl
import subprocess
import tempfile
import unittest

import websockets

from hub import LIMIT_S, Hub, event, free_port, wait_until

CONFIG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "hub", "deploy", "nginx.conf")


class Proxy:
    def __init__(self, hub_port):
        self.folder = tempfile.mkdtemp(prefix="tdm-nginx-")
        self.port, clear = free_port(), free_port()
        self.certificate = os.path.join(self.folder, "cert.pem")
        key = os.path.join(self.folder, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=hub.example", "-addext", "subjectAltName=DNS:hub.example",
                        "-keyout", key, "-out", self.certificate], check=True, capture_output=True)
        with open(CONFIG, encoding="utf-8") as f:
            text = f.read()
        for old, new in (("unix:/run/tandem/hub.sock", f"127.0.0.1:{hub_port}"), ("listen 443", f"listen 127.0.0.1:{self.port}"),
                         ("listen 80", f"listen 127.0.0.1:{clear}"), ("/etc/tandem/tls/fullchain.pem", self.certificate),
                         ("/etc/tandem/tls/privkey.pem", key)):
            assert old in text, old
            text = text.replace(old + ";" if old.startswith("unix") else old, new + ";" if old.startswith("unix") else new)
        temporary = "".join(f"{name}_temp_path {self.folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(os.path.join(self.folder, "nginx.conf"), "w", encoding="utf-8") as f:
            f.write(f"daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log;\n"
                    f"events {{ }}\nhttp {{ access_log off; {temporary}\n{text}\n}}\n")
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-c", os.path.join(self.folder, "nginx.conf"), "-p", self.folder],
                                        stdin=subprocess.DEVNULL)
        wait_until(lambda: self.curl("/healthz")[0] == 200, what="nginx")

    def curl(self, path, *more):
        out = subprocess.run(["curl", "-s", "--max-time", str(LIMIT_S), "--cacert", self.certificate,
                              "--resolve", f"hub.example:{self.port}:127.0.0.1",
                              "-w", "\n%{http_code} %{http_version}", f"https://hub.example:{self.port}{path}", *more],
                             capture_output=True, text=True, check=False).stdout
        body, _, last = out.rpartition("\n")
        status, _, version = last.partition(" ")
        return int(status), version, body

    def stop(self):
        self.process.terminate()
        self.process.wait(LIMIT_S)
        shutil.rmtree(self.folder)


class Front(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hub = Hub().start()
        cls.proxy = Proxy(cls.hub.port)

    @classmethod
    def tearDownClass(cls):
        cls.proxy.stop()
        cls.hub.__exit__(None, None, None)

    def sign_in(self, user):
        self.hub.sign_in(user)
        return self.hub.cookies[user]

    def test_http2_and_an_event(self):
        cookie = self.sign_in("spj")
        status, version, body = self.proxy.curl(
            "/api/v1/events", "-H", f"Cookie: {cookie}", "-H", "Content-Type: application/cloudevents+json",
            "--data", json.dumps(event(1)))
        self.assertEqual((status, version), (201, "2"), body)

    def test_a_batch_of_many_mebibytes_passes_and_a_larger_one_is_refused(self):
        cookie = self.sign_in("spj")
        with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
            batch = [event(100 + i, remark="附" * 2000) for i in range(300)]
            json.dump(batch, f, ensure_ascii=False)
            f.flush()
            status, _, body = self.proxy.curl("/api/v1/events", "-H", f"Cookie: {cookie}", "-H",
                                              "Content-Type: application/cloudevents-batch+json", "--data-binary", f"@{f.name}")
            self.assertEqual(status, 200, body[:300])
        with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
            f.write(" " * (18 << 20))
            f.flush()
            status = self.proxy.curl("/api/v1/events", "-H", f"Cookie: {cookie}", "-H",
                                     "Content-Type: application/cloudevents-batch+json", "--data-binary", f"@{f.name}")[0]
            self.assertEqual(status, 413)

    def test_websocket_through_tls(self):
        cookie = self.sign_in("wjw")
        context = ssl.create_default_context(cafile=self.proxy.certificate)

        async def talk():
            async with websockets.connect(
                    f"wss://hub.example:{self.proxy.port}/api/v1/ws", ssl=context, host="127.0.0.1", port=self.proxy.port,
                    server_hostname="hub.example", subprotocols=["tandem.v1"], extra_headers={"Cookie": cookie},
                    origin=f"https://hub.example:{self.proxy.port}", open_timeout=LIMIT_S) as ws:
                await ws.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "inbox.open", "params": {}}))
                return json.loads(await asyncio.wait_for(ws.recv(), LIMIT_S))

        answer = asyncio.run(talk())
        self.assertIn("cursor", answer["result"])

    def test_figures_stay_inside(self):
        self.assertEqual(self.proxy.curl("/metrics")[0], 404)
        status, _, body = self.proxy.curl("/readyz")
        self.assertEqual(status, 200, body)

    def test_clear_text_is_sent_to_tls(self):
        with open(os.path.join(self.proxy.folder, "nginx.conf"), encoding="utf-8") as f:
            port = re.findall(r"listen 127\.0\.0\.1:(\d+);", f.read())[-1]
        out = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "-H", "Host: hub.example",
                              f"http://127.0.0.1:{port}/x"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(out, "308 https://hub.example/x")


if __name__ == "__main__":
    unittest.main()
