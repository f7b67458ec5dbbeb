"""Settings: the environment, production, policy headers, who may see what without log-in."""

import os
import subprocess
import sys

import pytest
from django.db import connection
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from config import health
from config.environment import database, flag
from tests.house.running import PROJECT

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "DATABASE_URL": "postgresql://app:secret@db.invalid:5433/books?sslmode=require",
    "REDIS_URL": "redis://broker.invalid/0",
    "SECRET_KEY": "an-example-of-a-key-that-is-long-enough-for-the-check-50-and-more",
    "ALLOWED_HOSTS": "lagerbok.example",
    "PATH": os.environ["PATH"],
}


def manage(*arguments, environment):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


class TestProduction:
    def test_the_deployment_check_finds_nothing(self):
        done = manage("check", "--deploy", "--fail-level", "DEBUG", environment=PRODUCTION)

        assert done.stdout == "System check identified no issues (0 silenced).\n"
        assert (done.returncode, done.stderr) == (0, "")

    @pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS"])
    def test_a_missing_variable_stops_the_start(self, name):
        environment = {key: value for key, value in PRODUCTION.items() if key != name}

        done = manage("check", environment=environment)

        assert done.returncode != 0
        assert f"Set {name} in the environment" in done.stderr


class TestPool:
    @pytest.mark.parametrize(("module", "pooled"), [("config.wsgi", "True"), ("config.celery", "False")])
    def test_only_the_web_process_pools_its_connections(self, module, pooled):
        question = "from django.conf import settings as s; print('pool' in s.DATABASES['default']['OPTIONS'])"

        done = subprocess.run(
            [sys.executable, "-c", f"import {module}; {question}"],
            cwd=PROJECT,
            env=PRODUCTION,
            capture_output=True,
            text=True,
            check=True,
        )

        assert done.stdout.strip() == pooled

    @pytest.mark.parametrize(("threads", "connections"), [("", "8"), ("4", "8"), ("20", "20")])
    def test_has_a_connection_for_each_thread(self, threads, connections):
        question = "from django.conf import settings as s; print(s.DATABASES['default']['OPTIONS']['pool']['max_size'])"

        done = subprocess.run(
            [sys.executable, "-c", f"import config.wsgi; {question}"],
            cwd=PROJECT,
            env=PRODUCTION | {"WEB_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        )

        assert done.stdout.strip() == connections


@pytest.mark.django_db
def test_the_server_compiles_no_statement():
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


class TestDatabaseURL:
    def test_host_port_and_driver_options(self):
        settings = database(PRODUCTION["DATABASE_URL"])

        assert (settings["NAME"], settings["USER"], settings["PASSWORD"]) == ("books", "app", "secret")
        assert (settings["HOST"], settings["PORT"]) == ("db.invalid", "5433")
        assert settings["OPTIONS"] == {"sslmode": "require"}

    def test_a_socket_folder(self):
        settings = database("postgresql:///books?host=/run/pg%20sockets&user=app")

        assert (settings["HOST"], settings["USER"], settings["OPTIONS"]) == ("/run/pg sockets", "app", {})

    def test_letters_of_a_password_that_mean_something_in_a_url(self):
        assert database("postgresql://app:p%40ss%2Fword@db/books")["PASSWORD"] == "p@ss/word"

    def test_another_database_is_refused(self):
        with pytest.raises(ValueError, match="PostgreSQL is the only database"):
            database("mysql://app@db/books")

    def test_no_database_is_refused(self):
        with pytest.raises(ValueError, match="names no database"):
            database("postgresql://app@db")


class TestFlag:
    @pytest.mark.parametrize(("text", "answer"), [("1", True), ("Yes", True), ("off", False), ("0", False), ("", True)])
    def test_words(self, monkeypatch, text, answer):
        monkeypatch.setenv("A_FLAG", text)

        assert flag("A_FLAG", default=True) is answer

    def test_a_slip_of_the_pen_is_refused(self, monkeypatch):
        monkeypatch.setenv("A_FLAG", "fasle")

        with pytest.raises(ValueError, match="A_FLAG='fasle'"):
            flag("A_FLAG")


class TestPolicy:
    def test_every_response_carries_the_strict_policy(self, client):
        policy = client.get("/healthz").headers["Content-Security-Policy"]

        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy

    def test_no_page_opens_without_log_in_but_these(self, client, db, monkeypatch):
        monkeypatch.setitem(health.CHECKS, "worker", lambda: True)

        opened = {route for route in plain_routes() if client.get(f"/{route}").status_code == 200}

        assert opened == {"healthz", "readyz", "metrics", "accounts/login/", "admin/login/"}


def plain_routes():
    """All routes without parameters."""

    def walk(patterns, prefix=""):
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern) and not {"<", "(", "^"} & set(route):
                yield route

    found = sorted(walk(get_resolver().url_patterns))
    assert len(found) > 10
    return found


class TestThrottling:
    @override_settings(AXES_ENABLED=True)
    def test_the_sixth_try_is_refused_even_with_the_right_password(self, client, django_user_model):
        django_user_model.objects.create_user("clerk", password="right")

        codes = [self.sign_in(client, "wrong") for _try in range(5)]

        assert codes == [200, 200, 200, 200, 429]
        assert self.sign_in(client, "right") == 429

    @override_settings(AXES_ENABLED=True)
    def test_somebody_else_still_gets_in(self, client, django_user_model):
        for name in ("clerk", "lead"):
            django_user_model.objects.create_user(name, password="right")
        for _try in range(5):
            self.sign_in(client, "wrong")

        assert self.sign_in(client, "right", name="lead") == 302

    @staticmethod
    def sign_in(client, password, name="clerk"):
        return client.post("/accounts/login/", {"username": name, "password": password}).status_code
