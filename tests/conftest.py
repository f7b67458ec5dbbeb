"""Fixtures and options for all tests."""

import os
import shutil
from pathlib import Path

import pytest
from django.db import connection

SCENARIOS = Path(__file__).parent / "scenarios" / "cases"


def pytest_addoption(parser):
    parser.addoption(
        "--scenario-dir",
        metavar="DIR",
        type=Path,
        default=SCENARIOS,
        help="run the costing scenarios (*.yaml) below this folder; default: tests/scenarios/cases",
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """As pytest-django has it; a session that is left over at the end does not keep the database from being dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


# --- browser tests: everything below tests/browser needs a Chromium ---------------------------------------------------

BROWSER = Path(__file__).parent / "browser"


def chromium():
    """The Chromium to drive: CHROMIUM, else one on the PATH, else None."""
    names = (
        [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else ["chromium", "chromium-browser", "google-chrome"]
    )
    return next(filter(None, map(shutil.which, names)), None)


def pytest_collection_modifyitems(items):
    browser_items = [item for item in items if item.path.is_relative_to(BROWSER)]
    if browser_items and chromium() is None and os.environ.get("REQUIRE_BROWSER", "") not in {"", "0"}:
        raise pytest.UsageError("REQUIRE_BROWSER is set, but there is no Chromium on the PATH or in CHROMIUM")
    for item in browser_items:
        item.add_marker(pytest.mark.browser)
        if chromium() is None:
            item.add_marker(pytest.mark.skip(reason="no Chromium on the PATH or in CHROMIUM"))


def pytest_terminal_summary(terminalreporter):
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "no Chromium" in str(report.longrepr)]
    if skipped:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests need a Chromium: install one, or name it in CHROMIUM.")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Drive the installed Chromium; nothing is downloaded. Root has no sandbox to offer."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium(), "args": arguments}
