"""A Redis of a test's own, with the settings the hub insists on, that can be killed and started again on the same data, or cut off."""
import contextlib
import signal
import socket
import subprocess
import threading

from hub import LIMIT_S, end_group, end_with_us, wait_until

TORN = "Unexpected end of file reading the append only file"


class Redis:
    def __init__(self, folder):
        self.folder, self.process = folder, None
        self.url = f"unix:{folder}/redis.sock"
        self.log = open(f"{folder}/redis.log", "w+b")
        self.log_read = 0  # up to here it was looked at

    def start(self):
        self.launch()
        wait_until(self.answers, what="the test's Redis")
        return self

    def launch(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", f"{self.folder}/redis.sock", "--dir", self.folder, "--save", "",
             "--appendonly", "yes", "--appendfsync", "always", "--no-appendfsync-on-rewrite", "no",
             "--aof-load-truncated", "no", "--maxmemory-policy", "noeviction"],
            stdout=self.log, start_new_session=True, preexec_fn=end_with_us)

    def answers(self):
        if self.process.poll() is not None:
            self.log.seek(self.log_read)
            said = self.log.read()[-2000:].decode(errors="replace")
            self.log_read = self.log.tell()
            if TORN not in said:
                raise AssertionError(f"redis-server ended with {self.process.returncode}: {said}")
            self.mend()
        return self.ask("PING") == "PONG"

    def mend(self):
        """SIGKILL may come between two pages of one write(2): the log then ends within a command that nobody was answered, and Redis waits
        for a person, who does this. What the test asserts afterwards is asserted of the mended log too."""
        manifest = f"{self.folder}/appendonlydir/appendonly.aof.manifest"
        subprocess.run(["redis-check-aof", "--fix", manifest], input="y\n", stdout=subprocess.DEVNULL, text=True, check=True)
        print("the log's torn end was cut off", flush=True)
        self.launch()

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-s", f"{self.folder}/redis.sock", *words], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, check=False).stdout.strip()

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        self.process.wait(LIMIT_S)

    __enter__ = start

    def __exit__(self, *_):
        end_group(self.process)
        self.log.close()


class Blink:
    """Between a hub and its Redis: cuts every connection in the moment when a word comes by, or holds them all cut for as long as it is told to."""

    def __init__(self, path, to):
        self.to, self.word, self.cuts, self.held, self.open = to, None, 0, False, set()
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(path)
        self.door.listen(64)
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        while True:
            try:
                near = self.door.accept()[0]
            except OSError:
                return
            if self.held:
                near.close()
                continue
            far = socket.socket(socket.AF_UNIX)
            far.connect(self.to)
            self.open |= {near, far}
            threading.Thread(target=self.pass_on, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self.pass_on, args=(far, near, False), daemon=True).start()

    def pass_on(self, here, there, asks):
        with contextlib.suppress(OSError):
            while data := here.recv(65536):
                if asks and self.word and self.word in data:
                    self.word = None
                    self.cuts += 1
                    self.cut()
                    break
                there.sendall(data)
        with contextlib.suppress(OSError):
            there.shutdown(socket.SHUT_RDWR)
        self.open.discard(here)
        here.close()

    def cut(self):
        for end in list(self.open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def hold(self):
        self.held = True
        self.cut()
