"""Start, watch and stop PostgreSQL and Valkey."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import redis

from config.embedded.home import DATABASE, USER, EmbeddedError, Home
from config.embedded.programs import postgres_programs, valkey_program
from config.processes import is_running, spawn, stop

START_SECONDS = 60.0
LEFTOVER_SECONDS = 20.0
LOG_BYTES_MAX = 5_000_000
_BUILTIN_LOCALE_SINCE = 17
_THROWN_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def needed() -> set[str]:
    """Return which of DATABASE_URL and REDIS_URL the environment leaves to the embedded servers."""
    return {name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)}


class Servers:
    """The servers of one home, as children of this process. Only the owner of the home may start them."""

    def __init__(self, home: Home, *, durable: bool = True, names: set[str] | None = None) -> None:
        self.home = home
        self.names = needed() if names is None else names
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._durable = durable
        self._programs: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What DATABASE_URL and REDIS_URL should say for programs that use these servers."""
        urls = {"DATABASE_URL": self.home.database_url, "REDIS_URL": self.home.redis_url}
        return {name: url for name, url in urls.items() if name in self.names}

    def start(self) -> None:
        """Start what does not run, and return when it answers. Raises: EmbeddedError with the end of the log."""
        if "REDIS_URL" in self.names and not self._runs("valkey"):
            self._start_valkey()
        if "DATABASE_URL" in self.names and not self._runs("postgres"):
            self._start_postgres()

    def dead(self) -> list[str]:
        """Return the names of servers that ended by themselves; `start` starts them again."""
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def answer(self) -> bool:
        """Whether all that is needed takes connections, whoever started it."""
        return all(self._answers[name](self) for name in self.names)

    def stop(self) -> None:
        """Stop the servers cleanly, at the latest after some seconds."""
        for name in ("postgres", "valkey"):
            if name in self.processes:
                stop(self.processes.pop(name), first=signal.SIGINT, patience=20)

    def _runs(self, name: str) -> bool:
        return name in self.processes and self.processes[name].poll() is None

    # PostgreSQL

    def _start_postgres(self) -> None:
        if self._programs is None:
            self._programs = postgres_programs(self.home.account)
        data = self.home.root / "postgres"
        self._end_leftover(
            data / "postmaster.pid", working_in=data, then_remove=[self.home.sockets / ".s.PGSQL.5432.lock"]
        )
        if not (data / "PG_VERSION").exists():
            self._init_database(self._programs, data)
        self._check_version(self._programs, data)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.home.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "max_locks_per_transaction": "256",  # One advisory lock an item: documents and runs may have thousands.
            "timezone": "UTC",
            "log_timezone": "UTC",
            "port": "5432",
            **({} if self._durable else _THROWN_AWAY),
        }
        command: list[str | Path] = [self._programs / "postgres", "-D", data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self._spawn("postgres", command)
        self._wait("postgres")
        self._create_database()

    def _init_database(self, programs: Path, data: Path) -> None:
        """Make the data files; one that was broken off is made again, since PG_VERSION is written early."""
        unfinished = data.with_name("postgres.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self.home.account:
            os.chown(unfinished, self.home.account.uid, self.home.account.gid)
        command: list[str | Path] = [programs / "initdb", "-D", unfinished, "-U", USER, "-A", "trust", "-E", "UTF8"]
        if _major_version(programs) >= _BUILTIN_LOCALE_SINCE:
            # Upper and lower case of æ ø å without the libraries of the machine.
            command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            command += ["--no-locale"]
        if not self._durable:
            command += ["--no-sync"]
        log = self.home.root / "log" / "initdb.log"
        process = spawn(command, account=self.home.account, log=log, cwd=Path("/"), death_signal=signal.SIGKILL)
        if process.wait(timeout=START_SECONDS) != 0:
            raise EmbeddedError(f"The database could not be made. {_end_of(log)}")
        try:
            data.rmdir()  # home.py made it, empty
        except OSError as error:
            raise EmbeddedError(f"{data} holds files, but no database: move them away. Nothing was changed.") from error
        unfinished.rename(data)

    @staticmethod
    def _check_version(programs: Path, data: Path) -> None:
        ours, theirs = _major_version(programs), int((data / "PG_VERSION").read_text().split(".")[0])
        if ours != theirs:
            raise EmbeddedError(
                f"The data in {data} belong to PostgreSQL {theirs}, but this is {ours}. "
                "Move them with pg_dump of the old version."
            )

    def _create_database(self) -> None:
        with psycopg.connect(host=str(self.home.sockets), user=USER, dbname="postgres", autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f'CREATE DATABASE "{DATABASE}"')

    def _postgres_answers(self) -> bool:
        try:
            psycopg.connect(host=str(self.home.sockets), user=USER, dbname="postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    # Valkey

    def _start_valkey(self) -> None:
        data = self.home.root / "valkey"
        pid_file = data / "valkey.pid"
        self._end_leftover(pid_file, working_in=data, then_remove=[self.home.valkey_socket])
        command: list[str | Path] = [
            valkey_program(self.home.account),
            "--port",
            "0",
            "--unixsocket",
            self.home.valkey_socket,
            "--unixsocketperm",
            "700",
            "--dir",
            data,
            "--pidfile",
            pid_file,
            "--daemonize",
            "no",
            "--save",
            "",
            "--appendonly",
            "yes" if self._durable else "no",
            "--maxmemory-policy",
            "noeviction",
        ]
        self._spawn("valkey", command)
        self._wait("valkey")

    def _valkey_answers(self) -> bool:
        client = redis.Redis(unix_socket_path=str(self.home.valkey_socket), socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    # Both

    _answers = {"DATABASE_URL": _postgres_answers, "REDIS_URL": _valkey_answers}

    def _spawn(self, name: str, command: list[str | Path]) -> None:
        log = self._log(name)
        if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
            log.replace(log.with_suffix(".log.1"))
        # SIGINT: PostgreSQL's fast, clean shutdown; Valkey writes its file and ends.
        self.processes[name] = spawn(
            command,
            account=self.home.account,
            log=log,
            cwd=Path("/"),
            death_signal=signal.SIGINT,
        )

    def _log(self, name: str) -> Path:
        return self.home.root / "log" / f"{name}.log"

    def _wait(self, name: str) -> None:
        answers = self._valkey_answers if name == "valkey" else self._postgres_answers
        end = time.monotonic() + START_SECONDS
        while not answers():
            if self.processes[name].poll() is not None or time.monotonic() > end:
                stop(self.processes.pop(name), first=signal.SIGINT)
                raise EmbeddedError(f"{name} did not start. {_end_of(self._log(name))}")
            time.sleep(0.03)

    @staticmethod
    def _end_leftover(pid_file: Path, *, working_in: Path, then_remove: list[Path]) -> None:
        """End a server whose owner was killed, and remove a pid file that may by now name any other process."""
        pid = _pid_in(pid_file)
        end = time.monotonic() + LEFTOVER_SECONDS
        if pid is not None and is_running(pid, working_in=working_in):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
        while pid is not None and is_running(pid, working_in=working_in):
            if time.monotonic() > end:
                raise EmbeddedError(
                    f"Process {pid}, left over from an earlier start, does not end: stop it, then start again."
                )
            time.sleep(0.05)
        for path in (pid_file, *then_remove):
            path.unlink(missing_ok=True)


def _pid_in(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):  # ValueError: cut off while it was written
        return None


def _major_version(programs: Path) -> int:
    text = subprocess.run([programs / "postgres", "-V"], capture_output=True, text=True, check=True).stdout
    return int(text.split()[2].split(".")[0])


def _end_of(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").splitlines()[-12:]
    except OSError as error:
        return f"{log}: {error}"
    return "\n  ".join([f"The end of {log}:", *lines])
