"""What the environment says: the only source of configuration besides the settings files."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

PROJECT_DIR = Path(__file__).resolve().parent.parent


def flag(name: str, *, default: bool = False) -> bool:
    """Return a yes or no from the environment: 1, true, yes, on; or 0, false, no, off, empty.

    Raises: ValueError for any other word, so that a slip of the pen never turns a guard off.
    """
    text = os.environ.get(name, "").strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ValueError(f"{name}={text!r}: write 1 or 0")


def words(name: str, *, default: str = "") -> list[str]:
    """Return a comma-separated list from the environment, without blanks."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def data_dir() -> Path:
    """Return the absolute folder that keeps the data: LAGERBOK_DATA, by default var/ in the project."""
    return Path(os.path.abspath(Path(os.environ.get("LAGERBOK_DATA") or PROJECT_DIR / "var").expanduser()))  # noqa: PTH100 - resolve() would follow links


def database(url: str) -> dict[str, Any]:
    """Return Django's settings for a PostgreSQL URL.

    Query parameters are passed to the driver (`sslmode=require`), but for `host`, which names a socket folder:
    `postgresql:///books?host=/run/postgresql&user=app`.
    Raises: ValueError when the URL names another database or none.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(
            f"DATABASE_URL must start with postgresql://, not {parts.scheme}:// - PostgreSQL is the only database"
        )
    options = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ValueError("DATABASE_URL names no database: postgresql://user:password@host:5432/NAME")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": options.pop("user", unquote(parts.username or "")),
        "PASSWORD": options.pop("password", unquote(parts.password or "")),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": options.pop("port", str(parts.port or "")),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
