"""Processes beside the tests."""

from urllib.parse import quote

from django.db import connection


def database_url():
    """The test database as an address: the environment of the worker names no other."""
    configured = connection.settings_dict
    parts = {name: configured[name.upper()] for name in ("user", "password", "port")}
    query = "&".join(f"{name}={quote(str(value))}" for name, value in parts.items() if value)
    return f"postgresql:///{configured['NAME']}?host={quote(configured['HOST'])}&{query}"
