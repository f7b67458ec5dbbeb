"""`make run` as a child, for the tests of the launcher: real processes on a data folder of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS = 180
# What would send the child to servers that somebody else started.
FOREIGN = ("DATABASE_URL", "REDIS_URL", "LAGERBOK_DATABASE_POOL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY", "DEBUG")


def environment(data, **more):
    inherited = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**inherited, "LAGERBOK_DATA": str(data), "LAGERBOK_DEMO": "0", **more}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, *, what, seconds=90.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
        time.sleep(0.1)


def children_of(pid):
    """Process ids of all descendants, by /proc."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += [int(child), *children_of(int(child))]
    return found


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def exists(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Run:
    """A running `make run`, without make."""

    def __init__(self, data, *, port=None, **more):
        self.port = port or free_port()
        self.log = Path(f"{data}.log")
        self.data = Path(data)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.run"],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(data, PORT=str(self.port), **more),
            )

    @property
    def output(self):
        return self.log.read_text()

    def wait_ready(self, seconds=START_SECONDS):
        end = time.monotonic() + seconds
        while "Ctrl+C stops it." not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < end, self.output
            time.sleep(0.1)
        wait_until(self.is_ready, what=self.output)
        return self

    def is_ready(self):
        return self.status("readyz") == 200

    def status(self, page):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{page}", timeout=10) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def child(self, *words):
        """The direct child whose command line holds the words."""
        ids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return next(int(pid) for pid in ids if all(word in command_of(pid) for word in words))

    def interrupt(self):
        """Press Ctrl+C; return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)

    def end(self):
        if self.process.poll() is None:
            self.interrupt()


def run_command(data, *arguments, **more):
    """Run manage.py to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment(data, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def run_to_end(data, **more):
    """Run `make run` where it is expected to give up; return exit code and output."""
    done = subprocess.run(
        [sys.executable, "-m", "config.run"],
        cwd=PROJECT,
        env=environment(data, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout
