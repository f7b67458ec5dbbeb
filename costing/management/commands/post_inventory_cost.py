"""Post the value entries that wait to the general ledger."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base.errors import DomainError
from costing import post_to_gl
from costing.management import options
from costing.management.progress import Progress
from costing.models import PostToGLRun


class Command(BaseCommand):
    help = (
        "Post inventory cost to the general ledger, entry by entry or with one line per posting group. "
        "Exit code 1 if an entry was skipped, 2 for wrong options."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        options.add_scope(parser)
        parser.add_argument(
            "--document-no", default="", metavar="NO", help="post per posting group, under this document number"
        )
        parser.add_argument("--report-only", action="store_true", help="say what would be posted, and post nothing")
        parser.add_argument("--test-report", action="store_true", help="list every error, and post nothing")
        parser.add_argument("--retry", type=int, metavar="RUN", help="only what this run skipped")

    def handle(self, *_arguments: Any, **given: Any) -> None:
        item_ids = options.item_ids(given["items"])
        try:
            result = post_to_gl.post_inventory_cost(
                through=given["through"],
                item_ids=item_ids,
                per_posting_group=bool(given["document_no"]),
                document_no=given["document_no"],
                post=not given["report_only"],
                is_test=given["test_report"],
                retry_of=given["retry"],
                report=Progress(_("Post to G/L")),
                today=timezone.localdate(),
            )
        except DomainError as error:
            raise CommandError(str(error), returncode=options.FINISHED_WITH_REFUSALS) from error
        if given["json"]:
            self.stdout.write(json.dumps(asdict(result), cls=DjangoJSONEncoder))
        else:
            self._write(result.run_id)
        if result.skipped:
            raise SystemExit(options.FINISHED_WITH_REFUSALS)

    def _write(self, run_id: int) -> None:
        run = PostToGLRun.objects.get(pk=run_id)
        sentence = (
            _("Run %(run)s: %(posted)s entries of %(amount)s would be posted, %(skipped)s skipped.")
            if not run.post
            else _("Run %(run)s: %(posted)s entries of %(amount)s posted, %(skipped)s skipped.")
        )
        values = {"run": run_id, "posted": run.posted_count, "amount": run.posted_amount, "skipped": run.skipped_count}
        self.stdout.write(sentence % values)
        for skipped in run.skipped.order_by("pk"):
            text = _("Value entry %(entry)s (%(code)s): %(reason)s")
            self.stdout.write(text % {"entry": skipped.value_entry_id, "code": skipped.code, "reason": skipped.reason})
