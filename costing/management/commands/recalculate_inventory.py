"""Adjust what items settled at close have open, without settling or shutting anything."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from costing.enums import CloseKind
from costing.management import closing


class Command(BaseCommand):
    help = (
        "Adjust what items settled at close have open, without settling or shutting anything. "
        "Exit code 1 if it is refused or ends with warnings, 2 for wrong options."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        closing.add_options(parser)

    def handle(self, *_arguments: Any, **given: Any) -> None:
        closing.run(self, CloseKind.RECALCULATION, given)
