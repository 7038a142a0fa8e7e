"""One running hub for a test: its own folder, its own private Redis, a port of its own; ended by its own process id.

with Hub() as hub: hub.sign_in("wjw"), hub.post(...), hub.get(...), hub.socket("wjw") …
Only the standard library and Debian's python3-websockets are used: clients nobody here wrote.
"""
import contextlib
import gzip
import ctypes
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

BIN = os.environ.get("TANDEM_BIN", "build/tandem")
LIMIT_S = 180  # only ends a hang: on a busy machine all takes its time
# What the hub allows others is an office's patience, and short for a test on a busy machine. A test that is about one of these says its own.
PATIENCE = {"TANDEM_REDIS_TIMEOUT": "30s", "TANDEM_REQUEST_TIMEOUT": "5m", "TANDEM_PONG": "10m", "TANDEM_DRAIN": "60s"}
RESERVED = []
MIDNIGHT_S = 180  # a test that compares days is over by then


def free_port():
    """Nobody else's until this process ends: none of those that clients are given by themselves, and marked for all other tests."""
    while True:
        port = random.randrange(20000, 32000)
        mark = socket.socket(socket.AF_UNIX)
        try:
            mark.bind(f"\0tandem-test-port-{port}")
            with contextlib.closing(socket.socket()) as s:
                s.bind(("127.0.0.1", port))
        except OSError:
            mark.close()
            continue
        RESERVED.append(mark)
        return port


def let_the_day_end():
    """A test that begins shortly before midnight in Beijing begins after it, so that all of it is of one day."""
    left = 86400 - (time.time() + 8 * 3600) % 86400
    if left < MIDNIGHT_S:
        time.sleep(left + 1)


let_the_day_end()


def is_listed(due):
    """Whether the shipped calendar lists the year of this time; where it does not, a deadline in working days is provisional."""
    with open("rules/packs/linyi/calendar.json", encoding="utf-8") as f:
        return due[:4] in json.load(f)["years"]


def but_for_the_calendar(problems):
    """What is wrong with a decision, without that its deadlines end in a year whose holidays have not been published."""
    return [p for p in problems if p["code"] != "provisional-calendar"]


def wait_until(question, seconds=LIMIT_S, what="the condition"):
    """Asks again until it is true; what is waited for is a condition, the limit only ends a hang."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = question()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come true in {seconds} s")


LIBC = ctypes.CDLL(None)


def end_with_us():
    """In a child, before it becomes another program: a test that is killed leaves nothing behind. Bound to the starting thread."""
    LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def end_group(process):
    """One that was started in a session of its own, with what it forked: a Redis' child that writes the log anew lives on without it and writes
    into a folder that is being removed."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(LIMIT_S)


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    @property
    def json(self):
        packed = self.headers["Content-Encoding"] == "gzip"
        return json.loads(gzip.decompress(self.body) if packed else self.body)


class Hub:
    def __init__(self, *arguments, demo=True, data=None, environment=None, redis_url=None, port=None):
        self.own_data = data is None
        # A unix socket's path is short, so the folder is made where paths are short.
        self.data = data or tempfile.mkdtemp(prefix="tdm-", dir="/tmp")
        self.port = port or free_port()
        self.arguments = list(arguments) + (["--demo"] if demo else [])
        self.environment = {**PATIENCE, **os.environ, **(environment or {})}
        if redis_url:
            self.environment["TANDEM_REDIS_URL"] = redis_url
        self.environment.setdefault("TANDEM_LOG_LEVEL", "info")
        self.environment.setdefault("TANDEM_DEMO_PAUSE", "0s")  # nothing comes but the demo's opening and what a test makes
        self.process = self.log = None
        self.cookies = {}

    def start(self):
        self.launch()
        return self.wait_ready()

    def launch(self):
        if self.log:
            self.log.close()
        self.log = open(os.path.join(self.data, f"hub-{self.port}.log"), "ab")
        self.log_from = os.path.getsize(self.log.name)
        self.process = subprocess.Popen(
            [BIN, "serve", "--port", str(self.port), "--data", self.data, *self.arguments],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, env=self.environment, preexec_fn=end_with_us)

    def wait_ready(self, seconds=LIMIT_S):
        wait_until(self.is_ready, seconds, f"readiness of the hub (see {self.log.name})")
        if "--demo" in self.arguments:
            wait_until(lambda: self.try_sign_in("admin"), what="the demo people")
            wait_until(self.has_begun, what="what the demo begins with")
        return self

    def has_begun(self):
        """Each process has brought what the demo begins with, or knows that another one does."""
        workers = max([int(w) for flag, w in zip(self.arguments, self.arguments[1:]) if flag == "--workers"],
                      default=int(self.environment.get("TANDEM_WORKERS", "1")))
        with open(self.log.name, errors="replace") as f:
            f.seek(self.log_from)
            return f.read().count('"the demo has begun') >= workers

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError("the hub ended: " + self.log_text()[-2000:])
        try:
            return self.request("GET", "/readyz").status == 200
        except OSError:
            return False

    def log_text(self):
        with open(self.log.name, errors="replace") as f:
            return f.read()

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        return self.process.wait(LIMIT_S)

    def open_files(self):
        """Where each leads, of those that are still open when they are looked at."""
        folder = f"/proc/{self.process.pid}/fd"
        for name in os.listdir(folder):
            with contextlib.suppress(OSError):
                yield os.readlink(os.path.join(folder, name))

    def redis_pid(self):
        with open(os.path.join(self.data, "redis", "redis.pid")) as f:
            return int(f.read())

    def redis_socket(self):
        for root, _, files in os.walk(os.path.join(self.data, "redis")):
            for name in files:
                if name.endswith(".sock"):
                    return os.path.join(root, name)
        raise AssertionError("no socket of the private Redis")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(LIMIT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"the hub did not drain in {LIMIT_S} s")
        return self.process.returncode if self.process else None

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc):
        try:
            if exc[0]:
                print(self.log_text()[-3000:])
            self.stop()
        finally:
            self.log.close()
            self.end_redis()
            if self.own_data and not exc[0]:
                shutil.rmtree(self.data, ignore_errors=True)

    def end_redis(self):
        """A hub that was killed leaves its private Redis behind; it is ended by the id it wrote down."""
        with contextlib.suppress(OSError, ValueError):
            os.kill(self.redis_pid(), signal.SIGKILL)

    # --- calls ---

    def request(self, method, path, body=None, headers=None, user=None, timeout=LIMIT_S):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = dict(headers or {})
        if user:
            headers["Cookie"] = self.cookies[user]
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode()
            headers.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def get(self, path, user, **more):
        return self.request("GET", "/api/v1" + path, user=user, **more)

    def post(self, path, user, body=None, **more):
        return self.request("POST", "/api/v1" + path, {} if body is None else body, user=user, **more)

    def try_sign_in(self, user, password=None):
        answer = self.request("POST", "/api/v1/session", {"user": user, "password": password or user})
        if answer.status != 200:
            return None
        self.cookies[user] = re.match(r"[^;]+", answer.headers["Set-Cookie"]).group(0)
        return answer

    def sign_in(self, *users):
        for user in users:
            assert self.try_sign_in(user), f"{user} cannot sign in"

    def submit(self, event, user="spj", **more):
        more.setdefault("headers", {"Content-Type": "application/cloudevents+json"})
        return self.request("POST", "/api/v1/events", json.dumps(event, ensure_ascii=False).encode(), user=user, **more)

    def socket_url(self, user):
        return f"ws://127.0.0.1:{self.port}/api/v1/ws", {
            "subprotocols": ["tandem.v1"], "origin": f"http://127.0.0.1:{self.port}", "ping_interval": None,
            "open_timeout": LIMIT_S, "extra_headers": {"Cookie": self.cookies[user]}}


class OneHub(unittest.TestCase):
    """Tests that share one hub: it is there before the first, with these people signed in, and has to end well after the last."""
    people = ()

    @classmethod
    def make_hub(cls):
        return Hub()

    @classmethod
    def setUpClass(cls):
        cls.hub = cls.make_hub()
        cls.addClassCleanup(cls.hub.__exit__, None, None, None)
        cls.hub.start()
        cls.hub.sign_in(*cls.people)

    @classmethod
    def tearDownClass(cls):
        status = cls.hub.stop()
        assert status == 0, f"the hub ended with {status}"


def event(number, **data):
    """A granted approval of an item whose lead and assist are in 兰山区."""
    document = {
        "specversion": "1.0", "type": "approval.granted", "source": "/sources/test", "id": f"t-{number}",
        "time": "2026-11-23T10:15:00+08:00", "datacontenttype": "application/json",
        "data": {
            "case": f"TEST{number}", "item": "370123020001", "region": "371302", "accepted_in": "371302",
            "bodies": {"accepting": "spj-371302", "reviewing": "spj-371300", "deciding": "spj-371300"},
            "applicant": {"kind": "entity", "name": f"测试企业{number}", "code": "91320105780688132K"},
            "permit": {"number": f"许可{number}号", "decided_on": "2026-11-23"}}}
    for key, value in data.items():
        (document if key in document else document["data"])[key] = value
    return document
