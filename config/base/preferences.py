"""How the signed-in user wants the pages: language, region, theme, density, and the columns of each list."""

from collections.abc import Callable, Sequence
from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from config.base.formatting import REGIONS, activate_region
from config.base.models import UserPreference

RECENT_KEPT = 12


def preference_of(user: object) -> UserPreference:
    """Return the user's preference row; one with the defaults, not stored, where there is none."""
    if not getattr(user, "is_authenticated", False):
        return UserPreference()
    return UserPreference.objects.filter(user_id=user.pk).first() or UserPreference(user_id=user.pk)  # type: ignore[attr-defined]


def default_region(language: str) -> str:
    """The region that goes with a language where the user chose none."""
    return language if language in REGIONS else "en"


class PreferenceMiddleware:
    """Apply the user's language and region to the request, and offer the row as ``request.preference``.

    It stands after the authentication and locale middleware. Without a chosen language the browser's one stays.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            return self.get_response(request)
        preference = preference_of(getattr(request, "user", None))
        request.preference = preference  # type: ignore[attr-defined]
        if preference.language in dict(settings.LANGUAGES):
            translation.activate(preference.language)
            request.LANGUAGE_CODE = translation.get_language()
        activate_region(preference.region or default_region((translation.get_language() or "en")[:2]))
        return self.get_response(request)


def request_preference(request: HttpRequest) -> UserPreference:
    """The preference of the request; read from the database where the middleware did not run (error pages, tests)."""
    found = getattr(request, "preference", None)
    return found if found is not None else preference_of(getattr(request, "user", None))


def today_of(request: HttpRequest) -> date:
    """Today as the interface hands it to the domain: the user's work date where set, else the local date."""
    return request_preference(request).work_date or timezone.localdate()


def table_columns(preference: UserPreference, table_name: str) -> list[str]:
    """The columns that the user chose for a list, in order; empty where nothing was chosen."""
    stored = preference.tables.get(table_name, [])
    return [name for name in stored if isinstance(name, str)] if isinstance(stored, list) else []


def remember_columns(preference: UserPreference, table_name: str, columns: Sequence[str]) -> None:
    """Keep (or, when empty, forget) the columns of a list for the user."""
    tables = {name: value for name, value in preference.tables.items() if name != table_name}
    if columns:
        tables[table_name] = list(columns)
    preference.tables = tables
    UserPreference.objects.update_or_create(user_id=preference.user_id, defaults={"tables": tables})


def remember_recent(preference: UserPreference, *, label: str, url: str, kind: str) -> None:
    """Put a record on top of the user's recently opened ones. Writes only where the list changes."""
    entry = {"label": label, "url": url, "kind": kind}
    if not preference.user_id or preference.recent[:1] == [entry]:
        return
    recent = [entry] + [old for old in preference.recent if isinstance(old, dict) and old.get("url") != url]
    preference.recent = recent[:RECENT_KEPT]
    UserPreference.objects.update_or_create(user_id=preference.user_id, defaults={"recent": preference.recent})
