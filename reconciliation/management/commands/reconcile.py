"""Reconcile inventory with the general ledger, on a terminal."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.base.expressions import Expression
from config.base.parsing import NotReadable
from costing.management import options
from costing.management.options import BAD_USAGE
from inventory.models import Item, ItemCategory, ItemLedgerEntry, Location
from reconciliation import explanations
from reconciliation.forms import read_words
from reconciliation.moments import read_moment
from reconciliation.plain import as_plain, plain_amount
from reconciliation.scopes import Scope
from reconciliation.selectors import Matrix

DIFFERENCES = 1
COLUMNS = ("inventory", "interim", "wip")


class Command(BaseCommand):
    help = (
        "Reconcile inventory with the general ledger. Exit code 0 when every difference is 0.00, 1 when one is not,"
        " 2 for wrong options."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="date_from", type=options.day, help="first posting date, 2026-01-01")
        parser.add_argument("--to", dest="date_to", type=options.day, help="last posting date, 2026-01-31")
        parser.add_argument("--item", help="item numbers: CHAIR, 'CH*', 'A|B'")
        parser.add_argument("--location", help="location codes; '' in single quotes means the blank one: \"''\"")
        parser.add_argument("--category", help="an item category, with all below it")
        parser.add_argument("--lot", help="lot numbers")
        parser.add_argument("--known-at", dest="known_at", help="only what was posted by then: '2026-02-04 10:51'")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *_arguments: Any, **given: Any) -> None:
        scope = _scope(given)
        found = explanations.explained(scope)
        if given["json"]:
            self.stdout.write(json.dumps(as_plain(found), ensure_ascii=False))
        else:
            self._write(found)
        if not found.is_balanced:
            raise SystemExit(DIFFERENCES)

    def _write(self, found: Matrix) -> None:
        heads = [_("Inventory"), _("Interim"), _("WIP"), _("Total"), _("G/L Total"), _("Difference")]
        self.stdout.write(f"{'':34}" + "".join(f"{head:>16}" for head in heads))
        for line in found.all_lines():
            figures = [line.cells.get(column) for column in COLUMNS]
            figures += [None, None, None] if line.gl_total is None else [line.total, line.gl_total, line.difference]
            self.stdout.write(f"{line.label!s:34.34}" + "".join(f"{plain_amount(figure):>16}" for figure in figures))
            for part in line.causes:
                self.stdout.write(f"{'':4}{part.label:30}" + f"{plain_amount(part.amount):>{16 * len(heads)}}")
        text = _("Every difference is 0.00.") if found.is_balanced else _("Inventory and the general ledger differ.")
        self.stdout.write(text)


def _scope(given: Mapping[str, Any]) -> Scope:
    if given["date_from"] and given["date_to"] and given["date_from"] > given["date_to"]:
        raise CommandError(_("--from is later than --to."), returncode=BAD_USAGE)
    return Scope(
        date_from=given["date_from"],
        date_to=given["date_to"],
        item=_read(given["item"], "--item", Item, "no"),
        location=_read(given["location"], "--location", Location, "code"),
        lot=_read(given["lot"], "--lot", ItemLedgerEntry, "lot_no"),
        category_id=_category_id(given["category"]),
        known_at=_moment(given["known_at"]),
    )


def _category_id(code: str | None) -> int | None:
    if code is None:
        return None
    found = ItemCategory.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise CommandError(_("There is no category %(code)s.") % {"code": code}, returncode=BAD_USAGE)
    return found


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return read_moment(text)
    except ValidationError as error:
        raise CommandError(f"--known-at: {error.messages[0]}", returncode=BAD_USAGE) from error


def _read(text: str | None, option: str, model: Any, field: str) -> Expression | None:
    """Read a filter. One that finds nothing is a slip of the pen, not a company without differences."""
    if text is None:
        return None
    try:
        expression = read_words(text)
    except NotReadable as error:
        raise CommandError(f"{option}: {error}", returncode=BAD_USAGE) from error
    if text != "''" and not model.objects.filter(expression.q(field)).exists():
        message = _("%(option)s: nothing is called %(text)s.") % {"option": option, "text": text}
        raise CommandError(message, returncode=BAD_USAGE)
    return expression
