"""Records whose cards have notes, files and a history: an app's module ``records`` names its own in ``RECORDS``.

RECORDS = {"inventory.vendor": RecordKind("inventory:vendor_detail", view=("base.document_view",), edit=...)}
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.urls import reverse


def everything(model: type[Model], _user: Any) -> QuerySet[Any]:
    """All records of a model, whoever asks."""
    return model._default_manager.all()


@dataclass(frozen=True, slots=True)
class RecordKind:
    """``view``: one of these rights opens history, notes and files; ``edit`` adds to them.

    ``key`` is the field that the record is called by. ``visible`` gives the records that a user sees. ``cost_fields``
    are columns whose changes only those see who may see cost; those that Django admin hides need not be named.
    ``own_pages``: the card has addresses of its own for these tabs. ``lines``: the model of lines that it logs.
    """

    url_name: str
    view: tuple[str, ...]
    edit: str
    key: str = "no"
    cost_fields: Collection[str] = ()
    visible: Callable[[type[Model], Any], QuerySet[Any]] = everything
    card: Callable[[Any], str] | None = None
    own_pages: bool = False
    lines: str = ""

    def url(self, record: Any) -> str:
        """The page of the record."""
        return self.card(record) if self.card else reverse(self.url_name, args=[getattr(record, self.key)])


@cache
def kinds() -> dict[str, RecordKind]:
    """Every kind by the label of its model."""
    found: dict[str, RecordKind] = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.records"
        if "site-packages" not in config.path and find_spec(name) is not None:
            found.update(getattr(import_module(name), "RECORDS", {}))
    return found


@cache
def cost_fields(label: str) -> frozenset[str]:
    """The columns of a model that tell cost: what its kind says, and what Django admin hides."""
    kind = kinds().get(label)
    try:
        shown = admin.site._registry.get(apps.get_model(label))
    except (LookupError, ValueError):
        shown = None
    return frozenset({*(kind.cost_fields if kind else ()), *getattr(shown, "cost_fields", ())})


def model_of(label: str) -> type[Model]:
    """The model of a kind."""
    return apps.get_model(label)


def page_of(record: Model, page: str) -> str:
    """The address of a record's ``history`` or ``files``."""
    label = record._meta.label_lower
    return reverse(f"base:record_{page}", args=[label, getattr(record, kinds()[label].key)])


def sees(kind: RecordKind, user: Any) -> bool:
    """Whether the user may open the record's history, notes and files."""
    return any(user.has_perm(name) for name in kind.view)
