"""Load the demo company."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base.errors import DomainError
from costing import demo
from costing.management import options
from costing.management.progress import Progress
from reconciliation import explanations
from reconciliation.plain import as_plain
from reconciliation.scopes import Scope


class Command(BaseCommand):
    help = (
        "Load the demo company into empty books: three months of a gift shop. A load that was broken off goes on. "
        "Sales lines: Online Retail by Daqing Chen, UCI, CC BY 4.0. Exit code 1 if something was refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there are books already")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_arguments: Any, **given: Any) -> None:
        if given["if_empty"] and (demo.is_loaded() or not (demo.is_empty() or demo.is_begun())):
            if given["json"]:
                self.stdout.write(json.dumps({"loaded": False}))
            return
        try:
            result = demo.load(today=timezone.localdate(), report=Progress("load_demo"))
        except DomainError as error:
            raise CommandError(str(error), returncode=options.FINISHED_WITH_REFUSALS) from error
        if given["json"]:
            figures = asdict(result) | {"loaded": True, "lines_per_second": round(result.lines_per_second, 1)}
            figures["matrix"] = as_plain(explanations.explained(Scope()))
            self.stdout.write(json.dumps(figures, cls=DjangoJSONEncoder, ensure_ascii=False))
        else:
            self._write_text(result)
            call_command("reconcile", stdout=self.stdout)

    def _write_text(self, result: demo.DemoResult) -> None:
        for line in result.left_out:
            self.stdout.write(_("Left out: %(line)s") % {"line": line})
        self.stdout.write(
            _("%(items)s items; %(lines)s document lines in %(seconds).1f s, %(speed).0f lines a second.")
            % {
                "items": result.items,
                "lines": result.lines,
                "seconds": result.seconds,
                "speed": result.lines_per_second,
            }
        )
        self.stdout.write(
            _("Cost adjustment: %(entries)s entries for %(items)s items, %(amount)s net; %(posted)s posted to G/L.")
            % {
                "entries": result.adjustment_entries,
                "items": result.adjusted_items,
                "amount": result.adjustment_amount,
                "posted": result.gl_posted,
            }
        )
