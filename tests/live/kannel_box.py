"""A real Kannel for tests: bearerbox, smsbox and a simulated carrier, in a folder of their own on free loopback ports.

    with KannelBox(callback_base="http://127.0.0.1:8080/api/v1/connectors/sms1") as box:
        box.settings()          # what the kannel connector needs, as a dict of its settings
        box.phone_messages()    # what has reached phones: (from, to, text), in order
        box.send_mo("8613800138000", "10690000", "收到")   # a person's reply

Everything it started is ended by stop(), by its own process, and the folder is removed. Needs Debian's kannel and kannel-extras.
"""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import urllib.parse
import urllib.request

from hub import LIMIT_S, free_port, wait_until

FAKESMSC = "/usr/lib/kannel/test/fakesmsc"
NUMBER = "10690000"
PASSWORD = "test-only-password"
TOKEN = "test-only-callback-token"

# fakesmsc prints "<from to ucs-2 DATA>", and each part of a long message as "<from to udh HEADER data DATA>".
GOT = re.compile(r"Got message \d+: <(\S+) (\S+) (?:udh (\S+) data|ucs-2) ?(\S*)>")
# smsbox's access log, a line for each reply it has got rid of.
ANSWERED = re.compile(r"SMS HTTP-request .* reply: (\d+) ")

CONFIG = """
group = core
admin-interface = 127.0.0.1
admin-port = {admin}
admin-password = {password}
status-password = {password}
admin-deny-ip = "*.*.*.*"
admin-allow-ip = "127.0.0.1"
smsbox-interface = 127.0.0.1
smsbox-port = {boxes}
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-file = "{folder}/bearerbox.log"
log-level = 1
store-type = spool
store-location = "{folder}/store"
dlr-storage = spool
dlr-spool = "{folder}/dlr"
sms-resend-freq = 2
sms-resend-retry = 3

group = smsc
smsc = fake
our-host = 127.0.0.1
smsc-id = FAKE
port = {carrier}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-interface = 127.0.0.1
sendsms-port = {sendsms}
sendsms-chars = "0123456789+ "
global-sender = {number}
log-file = "{folder}/smsbox.log"
log-level = 1
access-log = "{folder}/access.log"
mo-recode = true
http-request-retry = 10
http-queue-delay = 1

group = sendsms-user
username = hub
password = {password}
user-deny-ip = "*.*.*.*"
user-allow-ip = "127.0.0.1"
max-messages = 10
concatenation = true
omit-empty = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
omit-empty = true
get-url = "{callback_base}/reply?t={token}&from=%p&to=%P&text=%b&charset=%C&id=%I"
"""


def available():
    return bool(shutil.which("bearerbox") and shutil.which("smsbox") and os.path.exists(FAKESMSC))


class KannelBox:
    def __init__(self, callback_base):
        self.callback_base = callback_base
        self.folder = tempfile.mkdtemp(prefix="tandem-kannel-")
        self.admin, self.boxes, self.carrier, self.sendsms = (free_port() for _ in range(4))
        self.bearerbox = self.smsbox = self.phone = None
        self.phone_logs = []
        for name in ("store", "dlr"):
            os.mkdir(os.path.join(self.folder, name))
        self.config = self.write("kannel.conf", CONFIG.format(
            admin=self.admin, boxes=self.boxes, carrier=self.carrier, sendsms=self.sendsms, folder=self.folder,
            number=NUMBER, password=PASSWORD, token=TOKEN, callback_base=callback_base))
        self.password_file = self.write("password", PASSWORD + "\n")
        self.token_file = self.write("token", TOKEN + "\n")

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    @property
    def url(self):
        return "http://127.0.0.1:%d/cgi-bin/sendsms" % self.sendsms

    def settings(self):
        return {"url": self.url, "username": "hub", "password_file": self.password_file, "from": NUMBER,
                "dlr_token_file": self.token_file}

    def hub_settings(self, name):
        """The same as lines of the hub's settings file."""
        pairs = {"kind": "kannel", **self.settings()}
        return "".join("connector.%s.%s = %s\n" % (name, key, value) for key, value in pairs.items())

    def run(self, *command, **more):
        return subprocess.Popen(command, cwd=self.folder, stderr=subprocess.STDOUT, **more)

    def start(self):
        log = open(os.path.join(self.folder, "boxes.log"), "ab")
        with log:
            self.bearerbox = self.run("bearerbox", "-v", "4", self.config, stdin=subprocess.DEVNULL, stdout=log)
            wait_until(lambda: self.status("status"), what="bearerbox")
            self.smsbox = self.run("smsbox", "-v", "4", self.config, stdin=subprocess.DEVNULL, stdout=log)
        wait_until(self.smsbox_is_up, what="smsbox")
        self.phone_on()
        return self

    def stop(self):
        self.phone_off()
        for process in (self.smsbox, self.bearerbox):
            self.end(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def end(process):
        if process and process.poll() is None:
            process.terminate()
            try:
                process.wait(LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def status(self, page):
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/%s.txt?password=%s" % (self.admin, page, PASSWORD),
                                        timeout=LIMIT_S) as r:
                return r.read().decode("utf-8", "replace")
        except OSError:
            return ""

    def smsbox_is_up(self):
        try:
            socket.create_connection(("127.0.0.1", self.sendsms), 1).close()
        except OSError:
            return False
        return "smsbox" in self.status("status")

    def phone_on(self):
        """One carrier link with all phones behind it: prints what arrives, sends what is written to it."""
        self.phone_logs.append(os.path.join(self.folder, "phone%d.log" % len(self.phone_logs)))
        with open(self.phone_logs[-1], "wb") as log:
            self.phone = self.run(FAKESMSC, "-H", "127.0.0.1", "-r", str(self.carrier), "-v", "0",
                                  stdin=subprocess.PIPE, stdout=log)
        wait_until(self.phone_is_on, what="the carrier's link")

    def phone_is_on(self):
        return "FAKE:%d (online" % self.carrier in self.status("status")

    def phone_off(self):
        if self.phone:
            self.phone.stdin.close()
            self.end(self.phone)
            self.phone = None

    def send_mo(self, sender, receiver, text):
        ucs2 = urllib.parse.quote_from_bytes(text.encode("utf-16-be"), safe="")
        self.phone.stdin.write(("%s %s ucs2 %s\n" % (sender, receiver, ucs2)).encode())
        self.phone.stdin.flush()

    def replies_answered(self):
        """How the hub has answered the replies so far: HTTP statuses, in the order of the answers."""
        try:
            with open(os.path.join(self.folder, "access.log"), encoding="utf-8", errors="replace") as f:
                return [int(status) for status in ANSWERED.findall(f.read())]
        except FileNotFoundError:
            return []

    def phone_messages(self):
        """What phones have got so far: (from, to, text), long messages put together again."""
        messages, parts = [], []
        for path in self.phone_logs:
            with open(path, "rb") as f:
                found = GOT.findall(f.read().decode("ascii", "replace"))
            for sender, receiver, udh, data in found:
                parts.append(urllib.parse.unquote_to_bytes(data.replace("+", " ")))
                header = urllib.parse.unquote_to_bytes(udh)
                if header and header[4] != header[5]:  # part n of m
                    continue
                messages.append((sender, receiver, b"".join(parts).decode("utf-16-be")))
                parts = []
        return messages
