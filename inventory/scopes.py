"""What a user is limited to, and what is proposed to him: responsibility centres, and the default location.

A user of some centres sees their documents, and those that belong to no centre; a user of none sees all. Ledger entries
are not limited: stock and its value are the company's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from inventory.models import Location, ResponsibilityCentre, UserScope


@dataclass(frozen=True, slots=True)
class Scope:
    """The centres of a user (none: all of them), and where he works."""

    centres: tuple[ResponsibilityCentre, ...] = ()
    default_location: Location | None = None

    @property
    def default_centre(self) -> ResponsibilityCentre | None:
        """The centre of new documents: that of a user who has one only."""
        return self.centres[0] if len(self.centres) == 1 else None


def scope_of(user: Any) -> Scope:
    """The scope of a user, read once in a request: two queries at most."""
    kept: Scope | None = getattr(user, "_scope", None)
    if kept is not None:
        return kept
    row = UserScope.objects.select_related("default_location").filter(user_id=user.pk).first()
    found = Scope()
    if row is not None:
        centres = tuple(row.responsibility_centres.order_by("code"))
        found = Scope(centres, _usable(row.default_location))
    user._scope = found
    return found


def documents_of(user: Any, documents: QuerySet[Any], *, path: str = "") -> QuerySet[Any]:
    """The documents that a user sees; `path` leads from other rows to their document (`document__`)."""
    centres = scope_of(user).centres
    if not centres:
        return documents
    column = f"{path}responsibility_centre"
    own = Q(**{f"{column}__in": [centre.pk for centre in centres]})
    return documents.filter(own | Q(**{f"{column}__isnull": True}))


def proposals(user: Any, *names: str) -> dict[str, Any]:
    """First values of a new record: the code of the user's location under each of the names."""
    place = scope_of(user).default_location
    return dict.fromkeys(names, place.code) if place else {}


def _usable(place: Location | None) -> Location | None:
    return None if place is None or place.blocked or place.in_transit else place
