"""`make run`: what is killed comes back, what cannot work says so, Ctrl+C ends everything."""

import os
import signal

import psycopg
import pytest

from tests.house.running import Run, children_of, command_of, exists, free_port, run_command, run_to_end, wait_until

pytestmark = pytest.mark.house


class TestKilledParts:
    def test_a_killed_postgres_comes_back_with_its_data(self, running):
        marked = run_command(running.data, "shell", "-c", MAKE_USER.format(name="before-the-kill"))
        assert marked.returncode == 0, marked.stderr

        self.kill_and_wait(running, "postgres", "-D", says="The postgres was killed by signal 9: starting it again.")

        assert "before-the-kill" in user_names(running)

    def test_a_killed_broker_comes_back(self, running):
        self.kill_and_wait(running, "valkey-server", says="The valkey was killed by signal 9: starting it again.")

    def test_a_killed_worker_comes_back_and_leaves_no_child_behind(self, running):
        worker = running.child("celery")
        pool = children_of(worker)
        assert pool

        self.kill_and_wait(running, "celery", says="The worker was killed by signal 9: starting it again.")

        wait_until(lambda: not any(exists(pid) for pid in pool), what="children of the killed worker end")

    def test_a_killed_web_server_comes_back(self, running):
        self.kill_and_wait(running, "gunicorn", says="The web server was killed by signal 9: starting it again.")

    @staticmethod
    def kill_and_wait(running, *words, says):
        killed = running.child(*words)

        os.kill(killed, signal.SIGKILL)

        wait_until(lambda: says in running.output, what=running.output)
        wait_until(running.is_ready, what="ready again")
        assert running.child(*words) != killed


class TestSecondUse:
    def test_a_second_run_on_the_same_data_is_refused_and_names_the_first(self, running):
        code, output = run_to_end(running.data, PORT=str(free_port()))

        assert code == 1
        assert f"already runs on this data folder ({running.data})" in output
        assert f"process {running.process.pid}, make run on http://127.0.0.1:{running.port}/" in output
        assert running.is_ready()

    def test_a_port_in_use_is_refused(self, running, folder):
        code, output = run_to_end(folder / "other", PORT=str(running.port))

        assert code == 1
        assert f"Port {running.port} on 127.0.0.1 cannot be used (Address already in use)" in output
        assert f"make run PORT={running.port + 1}" in output

    def test_a_command_shares_the_servers_of_the_run(self, running):
        postgres = running.child("postgres", "-D")

        done = run_command(
            running.data,
            "shell",
            "-c",
            "from django.db import connection as c; c.ensure_connection(); print(c.pg_version)",
        )

        assert done.returncode == 0, done.stderr
        assert running.child("postgres", "-D") == postgres


class TestWrongSettings:
    def test_a_data_folder_that_cannot_be_written(self, folder):
        (folder / "a-file").write_text("")

        code, output = run_to_end(folder / "a-file" / "data")

        assert code == 1
        assert f"The data folder {folder}/a-file/data cannot be written by" in output
        assert "LAGERBOK_DATA" in output

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_data_folder_of_somebody_else(self, folder):
        (folder / "closed").mkdir(mode=0o500)

        code, output = run_to_end(folder / "closed")

        assert code == 1
        assert f"The data folder {folder}/closed cannot be written by" in output

    @pytest.mark.parametrize("port", ["eighty", "0", "70000"])
    def test_a_port_that_is_none(self, folder, port):
        code, output = run_to_end(folder / "other", PORT=port)

        assert code == 1
        assert f"PORT={port} is no port" in output


@pytest.fixture(scope="module")
def data(folder):
    return folder / ("a-long-name-" * 9)


class TestStartAndEnd:
    """A folder of its own, with a path too long for a socket, that was left by a machine that lost its power."""

    def test_ctrl_c_stops_everything(self, data):
        run = Run(data).wait_ready()
        children = children_of(run.process.pid)
        assert run_command(data, "shell", "-c", MAKE_USER.format(name="first-start")).returncode == 0

        code = run.interrupt()

        assert code == 0, run.output
        assert "Stopped. The data stay where they are." in run.output
        assert len(children) > 5
        assert [command_of(pid) for pid in children if exists(pid)] == []

    def test_a_second_start_keeps_the_data_in_spite_of_stale_pid_files(self, data):
        stranger = os.getpid()
        (data / "postgres" / "postmaster.pid").write_text(f"{stranger}\n{data}/postgres\n1\n5432\n")
        (data / "valkey" / "valkey.pid").write_text(f"{stranger}\n")
        run = Run(data).wait_ready()
        try:
            assert "first-start" in user_names(run)
        finally:
            run.end()

    def test_a_killed_run_takes_its_children_along_and_the_next_one_starts(self, data):
        run = Run(data).wait_ready()
        children = children_of(run.process.pid)

        os.kill(run.process.pid, signal.SIGKILL)
        run.process.wait()
        run = Run(data)  # at once: it has to wait for the old servers, and to stop those that stay

        try:
            run.wait_ready()
            wait_until(lambda: not any(exists(pid) for pid in children), what="children of the killed run end")
            assert "first-start" in user_names(run)
        finally:
            run.end()


MAKE_USER = "from django.contrib.auth.models import User; User.objects.create(username='{name}')"


def user_names(run):
    from config.embedded import home_for

    with psycopg.connect(home_for(run.data).database_url) as connection:
        return {row[0] for row in connection.execute("SELECT username FROM auth_user")}
