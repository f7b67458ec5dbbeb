"""Copies of a database, so that every timed run begins with the very same books on disk."""

import multiprocessing
from collections.abc import Callable

from django.db import connection

_made: set[str] = set()
WORK, EMPTY = "lagerbok_bench_work", "lagerbok_bench_empty"


def use(name: str) -> None:
    """Let the default connection speak to another database."""
    connection.close()
    connection.settings_dict["NAME"] = name


def keep_as(name: str) -> str:
    """Keep the present database under another name, as a template for runs; it must be left alone from then on."""
    _copy(connection.settings_dict["NAME"], name)
    return name


def fresh(template: str) -> str:
    """Make the work database anew from a template; return its name."""
    _copy(template, WORK)
    return WORK


def use_empty() -> None:
    """Let the default connection speak to a database without books; the first that asks must not have any yet."""
    if not exists(EMPTY):
        keep_as(EMPTY)
    use(fresh(EMPTY))


def exists(name: str) -> bool:
    return name in _made


def drop_all() -> None:
    """Remove every database that was made here."""
    for name in sorted(_made):
        _on_server(f'DROP DATABASE IF EXISTS "{name}"')
    _made.clear()


def in_a_process(work: Callable[[], object]) -> None:
    """Do work in a process of its own, so that its memory is not counted among that of what is measured."""
    connection.close()
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{work} failed with exit code {process.exitcode}")


def _copy(template: str, name: str) -> None:
    connection.close()
    _on_server(f'DROP DATABASE IF EXISTS "{name}"')
    _on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    _on_server("CHECKPOINT")
    _made.add(name)


def _on_server(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
