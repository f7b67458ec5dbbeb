"""`make run`: the whole of Lagerbok on one machine, until Ctrl+C.

Embedded servers, migrations, the demo company when the database is empty, then the web server and a Celery worker,
each started again when it dies. `python -m config.run`; from the environment come PORT, LAGERBOK_DATA, and
LAGERBOK_DEMO=0 for a company of your own.
"""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import psycopg

from config.embedded import EmbeddedError, Home, Servers, home_for, own_servers
from config.environment import PROJECT_DIR, data_dir, flag
from config.processes import Account, spawn, stop, succeeds

HOST = "127.0.0.1"
DEMO_USERS = ("clerk", "lead", "purchaser", "accountant", "controller", "auditor", "admin")
DEMO_PASSWORD = "lagerbok"  # noqa: S105 - printed for everybody, for demo data only
WEB_READY_SECONDS = 60.0
READY_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.3
DEATHS_MAX = 5
DEATHS_WITHIN_SECONDS = 60.0


class RunError(RuntimeError):
    """The run cannot start or go on; the message says what to do."""


def main() -> int:
    """Run until Ctrl+C (exit code 0), or until something does not work (exit code 1, with the reason)."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        _run()
    except KeyboardInterrupt:
        say("Stopped. The data stay where they are.")
        return 0
    except (RunError, EmbeddedError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(text, flush=True)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl+C must not break the orderly end
    raise KeyboardInterrupt


def _run() -> None:
    port = _port()
    _check_port_free(port)
    home = home_for(data_dir())
    if home.note:
        say(f"Note: {home.note}.")
    with own_servers(home, purpose=f"make run on http://{HOST}:{port}/") as servers:
        _say_servers(servers)
        environment = _environment(home, servers, port)
        account = _account_for_python(home)
        _command(["migrate", "--verbosity", "0"], environment, account, saying="Bringing the database up to date")
        if flag("LAGERBOK_DEMO", default=True):
            saying = "Looking for a company, loading the demo company if there is none"
            _command(["load_demo", "--if-empty"], environment, account, saying=saying)
        with _programs(environment, account) as programs:
            _wait_for_web(port, programs)
            _say_ready(port, environment)
            _supervise(servers, programs)


# --- before the start ------------------------------------------------------------------------------------------------


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise RunError(f"PORT={text} is no port: give a number from 1 to 65535.")
    return int(text)


def _check_port_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen()
        except OSError as error:
            other = f"make run PORT={port % 65535 + 1}"
            raise RunError(
                f"Port {port} on {HOST} cannot be used ({error.strerror}). Choose another: {other}"
            ) from error


def _environment(home: Home, servers: Servers, port: int) -> dict[str, str]:
    environment = {
        **os.environ,
        **servers.environment,
        "LAGERBOK_DATA": str(home.root),
        "BIND": f"{HOST}:{port}",
        "PYTHONUNBUFFERED": "1",
    }
    environment.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    environment.setdefault("DEBUG", "0")
    if not environment.get("SECRET_KEY"):
        environment["SECRET_KEY"] = _kept_secret(home.root / "secret-key")
    return environment


def _kept_secret(path: Path) -> str:
    """Return this installation's key, made at the first start, so that people stay signed in over a restart."""
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()


def _account_for_python(home: Home) -> Account | None:
    """Return whom web and worker run as: the servers' account, when it can execute this Python and this code."""
    if home.account is None:
        return None
    loads = [sys.executable, "-c", "import django, config.celery"]
    if succeeds(loads, account=home.account, cwd=str(PROJECT_DIR)):
        say(f"You are root: the servers, the web server and the worker run as {home.account.name}.")
        return home.account
    say(
        f"You are root: the servers run as {home.account.name}. Web server and worker run as root, since "
        f"{home.account.name} cannot enter {PROJECT_DIR} or {sys.base_prefix}. An ordinary user is the better choice."
    )
    return None


def _command(arguments: Sequence[str], environment: dict[str, str], account: Account | None, *, saying: str) -> None:
    say(f"{saying} ...")
    process = spawn(
        [sys.executable, PROJECT_DIR / "manage.py", *arguments], account=account, env=environment, cwd=PROJECT_DIR
    )
    try:
        code = process.wait()
    except BaseException:
        stop(process)
        raise
    if code != 0:
        raise RunError(f"`manage.py {' '.join(arguments)}` ended with code {code}; its reason stands above.")


# --- web and worker --------------------------------------------------------------------------------------------------


class _Program:
    """A child that is started again when it dies."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str], account: Account | None) -> None:
        self.name = name
        self._command, self._environment, self._account = command, environment, account
        self.start()

    def start(self) -> None:
        self.process: subprocess.Popen[bytes] = spawn(
            self._command, account=self._account, env=self._environment, cwd=PROJECT_DIR
        )


@contextlib.contextmanager
def _programs(environment: dict[str, str], account: Account | None) -> Iterator[list[_Program]]:
    """Start the web server and the worker; at the end stop the web first, so that nothing new is asked for."""
    web = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
    worker = [
        # That it runs as root, where it must, has been said (_account_for_python).
        sys.executable,
        "-W",
        "ignore:You're running the worker",
        "-m",
        "celery",
        "--app",
        "config",
        "--quiet",
        "worker",
        "--beat",
        "--loglevel",
        "WARNING",
        "--concurrency",
        str(max(2, min(4, os.cpu_count() or 2))),
        "--without-gossip",
        "--without-mingle",
    ]
    programs: list[_Program] = []
    try:
        programs.append(_Program("web server", web, environment, account))
        programs.append(_Program("worker", worker, environment, account))
        yield programs
    finally:
        say("\nStopping ...")
        for program in programs:
            stop(program.process, patience=10)


def _wait_for_web(port: int, programs: Sequence[_Program]) -> None:
    end = time.monotonic() + WEB_READY_SECONDS
    while _status(port, "healthz") != 200:
        for program in programs:
            if program.process.poll() is not None:
                raise RunError(f"The {program.name} did not start; its reason stands above.")
        if time.monotonic() > end:
            raise RunError(f"The web server does not answer on http://{HOST}:{port}/ after {WEB_READY_SECONDS:.0f} s.")
        time.sleep(0.1)
    end = time.monotonic() + READY_SECONDS
    while _status(port, "readyz") != 200 and time.monotonic() < end:
        time.sleep(0.2)


def _status(port: int, page: str) -> int | None:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/{page}", timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def _supervise(servers: Servers, programs: Sequence[_Program]) -> None:
    """Start again what dies, until Ctrl+C. Raises: RunError when that does not help."""
    deaths: dict[str, list[float]] = {}
    while True:
        for name in servers.dead():
            _count_death(deaths, name, servers.processes[name].returncode)
        servers.start()
        for program in programs:
            if program.process.poll() is not None:
                _count_death(deaths, program.name, program.process.returncode)
                program.start()
        time.sleep(LOOK_EVERY_SECONDS)


def _count_death(deaths: dict[str, list[float]], name: str, code: int) -> None:
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    now = time.monotonic()
    recent = [moment for moment in deaths.get(name, []) if now - moment < DEATHS_WITHIN_SECONDS] + [now]
    deaths[name] = recent
    if len(recent) > DEATHS_MAX:
        raise RunError(
            f"The {name} {how}, for the {len(recent)}th time within a minute. Giving up; the log folder may say why."
        )
    say(f"The {name} {how}: starting it again.")


# --- what to tell ----------------------------------------------------------------------------------------------------


def _say_servers(servers: Servers) -> None:
    embedded = ["PostgreSQL"] * ("DATABASE_URL" in servers.names) + ["Valkey"] * ("REDIS_URL" in servers.names)
    if embedded:
        say(f"Embedded {' and '.join(embedded)}: data in {servers.home.root}")


def _say_ready(port: int, environment: dict[str, str]) -> None:
    say(f"\nLagerbok: http://{HOST}:{port}/")
    if _status(port, "readyz") != 200:
        say(f"It is not quite ready: http://{HOST}:{port}/readyz says what is missing.")
    users = _demo_users(environment["DATABASE_URL"])
    if users:
        say(f"Sign in as {', '.join(users)}; password: {DEMO_PASSWORD}")
    if flag("DEBUG"):
        say("DEBUG is on.")
    say("Ctrl+C stops it.")


def _demo_users(database_url: str) -> list[str]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT username FROM auth_user WHERE username = ANY(%s)", [list(DEMO_USERS)]
        ).fetchall()
    known = {row[0] for row in rows}
    return [user for user in DEMO_USERS if user in known]


if __name__ == "__main__":
    sys.exit(main())
