"""Close the inventory up to a date."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from costing.enums import CloseKind
from costing.management import closing


class Command(BaseCommand):
    help = (
        "Close the inventory up to a date: settle what items settled at close have open, and shut the period. "
        "Exit code 1 if it is refused or ends with warnings, 2 for wrong options."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        closing.add_options(parser)

    def handle(self, *_arguments: Any, **given: Any) -> None:
        closing.run(self, CloseKind.CLOSE, given)
