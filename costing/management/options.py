"""What the costing commands share: reading dates and item numbers."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from datetime import date

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from inventory.models import Item

FINISHED_WITH_REFUSALS = 1
BAD_USAGE = 2


def add_scope(parser: ArgumentParser) -> None:
    """Add the options of which items, and up to which date."""
    parser.add_argument("--item", action="append", metavar="NO", dest="items", help="this item only (may be repeated)")
    parser.add_argument("--through", type=day, metavar="YYYY-MM-DD", help="up to and including this date")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def day(text: str) -> date:
    """Read an ISO date."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("%(text)s is not a date like 2026-01-31.") % {"text": text}) from error


def item_ids(numbers: Sequence[str] | None) -> list[int] | None:
    """Return the keys of items by number; None where none was named. An unknown number ends the command."""
    if not numbers:
        return None
    found = dict(Item.objects.filter(no__in=numbers).values_list("no", "pk"))
    unknown = [number for number in numbers if number not in found]
    if unknown:
        message = _("There is no item %(numbers)s.") % {"numbers": ", ".join(unknown)}
        raise CommandError(message, returncode=BAD_USAGE)
    return [found[number] for number in numbers]
