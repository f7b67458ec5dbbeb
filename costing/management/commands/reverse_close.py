"""Reverse the latest inventory close."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.base.errors import DomainError
from costing import closing
from costing.enums import CloseKind, RunState
from costing.management import options
from costing.models import InventoryClose


class Command(BaseCommand):
    help = (
        "Reverse the latest inventory close, or the run with a number; one that was never finished is given up. "
        "Exit code 1 if it is refused, 2 for wrong options."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("close", nargs="?", type=int, metavar="NO", help="the run (default: the latest close)")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_arguments: Any, **given: Any) -> None:
        close = _find(given["close"])
        try:
            if not (close.state == RunState.RUNNING and closing.give_up(close.pk)):
                closing.reverse_close(close_id=close.pk)
        except DomainError as error:
            raise CommandError(str(error), returncode=options.FINISHED_WITH_REFUSALS) from error
        close.refresh_from_db()
        if given["json"]:
            self.stdout.write(json.dumps({"close_id": close.pk, "state": close.state}))
        else:
            self.stdout.write(f"{close.get_kind_display()} {close.pk}: {close.get_state_display()}")


def _find(number: int | None) -> InventoryClose:
    runs = InventoryClose.objects.filter(rehearsal=False)
    standing = runs.filter(kind=CloseKind.CLOSE, state__in=(RunState.RUNNING, RunState.DONE))
    found = runs.filter(pk=number).first() if number else standing.order_by("-pk").first()
    if found is None:
        raise CommandError(_("There is no such inventory close."), returncode=options.BAD_USAGE)
    return found
