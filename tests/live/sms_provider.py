"""A provider that speaks as Kannel's sendsms does and keeps count: what came in, by delivery and attempt, and what it answered.

It can hold its answers, so that a test can stop the hub between any two steps of a delivery, and send reports when it is told to.
"""
import http.client
import http.server
import re
import threading
import urllib.parse

PASSWORD, TOKEN = "test-only-password", "test-only-callback-token"
ACCEPTED = (202, "0: Accepted for delivery", {})
LATER = (503, "", {"Retry-After": "1"})
DROP = None  # takes the message and hangs up without a word


class Provider:
    """with Provider() as p: p.hub_settings(folder), p.posts, p.hold(), p.let_go(), p.report(id, mask)."""

    def __init__(self, answer=lambda message_id: ACCEPTED):
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                provider.take(self)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # a hub that was killed reads no answer

        self.answer = answer
        self.posts, self.urls, self.given = {}, {}, {}
        self.lock = threading.Condition()
        self.is_free = lambda message_id: True
        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, request):
        url = request.headers["X-Kannel-DLR-Url"]
        message_id = re.search(r"[?&]id=([^&]+)", url).group(1)
        with self.lock:
            self.posts[message_id] = self.posts.get(message_id, 0) + 1
            self.urls[message_id] = url
            self.lock.wait_for(lambda: self.is_free(message_id))
        answer = self.answer(message_id)
        try:
            self.give(request, answer)
        finally:
            with self.lock:
                self.given[message_id] = answer

    @staticmethod
    def give(request, answer):
        if answer is DROP:
            request.close_connection = True
            return
        status, text, headers = answer
        request.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(text))}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(text.encode())

    def answer_only(self, is_free):
        """Answers those whose id is_free is true for; the others wait."""
        with self.lock:
            self.is_free = is_free
            self.lock.notify_all()

    def hold(self):
        self.answer_only(lambda message_id: False)

    def let_go(self):
        self.answer_only(lambda message_id: True)

    def report(self, message_id, mask):
        """A delivery report, as Kannel makes it from the address that came with the message; the hub's status."""
        values = {"%d": str(mask), "%F": "carrier-" + message_id, "%A": "ACK%2F", "%p": "8613800138001"}
        url = re.sub("%[dFAp]", lambda m: values[m.group(0)], self.urls[message_id])
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
        try:
            connection.request("GET", f"{parts.path}?{parts.query}")
            return connection.getresponse().status
        finally:
            connection.close()

    def hub_settings(self, folder, connections=4):
        """A settings file of the hub with this provider as its connector sms1."""
        secrets = {}
        for name, text in (("password", PASSWORD), ("token", TOKEN)):
            secrets[name] = f"{folder}/{name}"
            with open(secrets[name], "w", encoding="utf-8") as f:
                f.write(text + "\n")
        settings = {"kind": "kannel", "url": f"http://127.0.0.1:{self.server.server_address[1]}/cgi-bin/sendsms",
                    "username": "hub", "password_file": secrets["password"], "from": "10690000",
                    "dlr_token_file": secrets["token"], "connections": connections}
        path = f"{folder}/tandem.conf"
        with open(path, "w", encoding="utf-8") as f:
            f.writelines(f"connector.sms1.{key} = {value}\n" for key, value in settings.items())
        return path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.let_go()
        self.server.shutdown()
        self.server.server_close()
