"""The embedded servers by themselves: folders, accounts, sharing between commands."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config import embedded
from config.embedded import home as home_module
from config.embedded import programs as programs_module
from tests.house.running import PROJECT, environment, run_command

pytestmark = pytest.mark.house

NEEDS = {"DATABASE_URL", "REDIS_URL"}


@pytest.fixture
def started():
    servers = []

    def start(home):
        servers.append(embedded.Servers(home, durable=False, names=NEEDS))
        servers[-1].start()
        return servers[-1]

    yield start
    for each in servers:
        each.stop()


class TestFolders:
    def test_sockets_lie_in_the_data_folder(self, folder):
        home = embedded.home_for(folder / "short")

        assert home.sockets == folder / "short" / "run"

    def test_a_path_too_long_for_a_socket_gets_a_short_private_folder(self, folder, started):
        home = embedded.home_for(folder / ("x" * 100))

        servers = started(home)

        assert len(str(home.sockets)) < 60
        assert home.sockets.stat().st_mode & 0o777 == 0o700
        assert servers.answer()

    def test_somebody_elses_folder_for_the_sockets_is_refused(self, folder):
        home = embedded.home_for(folder / ("y" * 100))
        home.sockets.chmod(0o777)

        with pytest.raises(embedded.EmbeddedError, match="should be a private folder"):
            embedded.home_for(folder / ("y" * 100))

    def test_broken_off_first_start_is_made_good(self, folder, started):
        home = embedded.home_for(folder / "broken")
        (home.root / "postgres.new").mkdir()
        (home.root / "postgres.new" / "PG_VERSION").write_text("18\n")

        assert started(home).answer()

    def test_data_of_another_version_are_not_touched(self, folder, started):
        home = embedded.home_for(folder / "old")
        (home.root / "postgres" / "PG_VERSION").write_text("12\n")

        with pytest.raises(embedded.EmbeddedError, match="belong to PostgreSQL 12"):
            started(home)

    def test_upper_and_lower_case_of_nordic_letters(self, folder, started):
        home = embedded.home_for(folder / "letters")
        started(home)

        with psycopg.connect(home.database_url) as connection:
            assert connection.execute("SELECT upper('blåbærsyltetøy')").fetchone() == ("BLÅBÆRSYLTETØY",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to another account")
class TestAsRoot:
    def test_servers_run_as_an_ordinary_account(self, folder, started):
        servers = started(embedded.home_for(folder / "root"))

        owners = {Path(f"/proc/{process.pid}").stat().st_uid for process in servers.processes.values()}
        assert owners == {servers.home.account.uid}
        assert servers.home.account.name == "nobody"

    def test_below_a_folder_that_only_root_may_enter(self, folder, tmp_path, started, monkeypatch):
        private = tmp_path / "private"
        private.mkdir(mode=0o700)
        self.keep_system_home_in(folder / "system", monkeypatch)

        home = embedded.home_for(private / "var")
        servers = started(home)

        assert home.root.parent == folder / "system"
        assert f"nobody, who runs the servers for root, cannot enter {private}/var" in home.note
        assert servers.answer()
        assert private.stat().st_mode & 0o777 == 0o700

    def test_a_wheel_that_only_root_may_enter_is_copied(self, folder, started, monkeypatch):
        self.keep_system_home_in(folder / "programs", monkeypatch)
        real = programs_module.can_enter
        monkeypatch.setattr(
            programs_module,
            "can_enter",
            lambda path, account: "site-packages" not in str(path) and real(path, account=account),
        )

        servers = started(embedded.home_for(folder / "copied"))

        assert servers.answer()
        executable = Path(f"/proc/{servers.processes['postgres'].pid}/exe").readlink()
        assert executable.is_relative_to(folder / "programs" / "programs")

    @staticmethod
    def keep_system_home_in(path, monkeypatch):
        monkeypatch.setattr(home_module, "SYSTEM_HOME", path)
        monkeypatch.setattr(programs_module, "SYSTEM_HOME", path)


class TestCommands:
    def test_two_commands_at_once_share_one_server_and_the_first_waits_for_the_second(self, folder):
        # The slow one comes second and outlives the one that started the servers.
        quick = self.start(folder / "shared", "import time; time.sleep(2)")
        while not (folder / "shared" / "run" / ".s.PGSQL.5432").exists():
            assert quick.poll() is None
        slow = self.start(folder / "shared", "import time; time.sleep(4); " + QUESTION)

        slow_output, slow_errors = slow.communicate(timeout=60)
        quick.communicate(timeout=60)

        assert slow_output == "answered 1\n", slow_errors
        assert (slow.returncode, quick.returncode) == (0, 0)

    def test_help_starts_no_server(self, folder):
        done = run_command(folder / "unused", "migrate", "--help")

        assert done.returncode == 0
        assert not (folder / "unused").exists()

    @staticmethod
    def start(data, code):
        return subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", code],
            cwd=PROJECT,
            env=environment(data),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


QUESTION = (
    "from django.db import connection as c; k = c.cursor(); k.execute('SELECT 1'); print('answered', k.fetchone()[0])"
)
