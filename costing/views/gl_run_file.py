"""The result of a run of posting to G/L as a file: totals by account, causes of what was skipped, notes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from config.base import exports
from config.base.formatting import current_region
from config.base.views import exporting
from config.base.views.access import AccessMixin
from costing import selectors
from costing.models import PostToGLRun
from costing.post_to_gl.findings import findings
from ledger.models import GLAccount

RUN_VIEWERS = ("base.gl_view", "base.setup_edit")
COST_VIEW = "base.cost_view"


class PostToGLRunFileView(AccessMixin):
    permission_any = RUN_VIEWERS

    def get(self, request: HttpRequest, pk: int, export_format: str) -> HttpResponseBase:
        """The file; amounts only for those who may see cost."""
        run = get_object_or_404(PostToGLRun, pk=pk)
        sees_cost = self.may(COST_VIEW)
        columns = [
            exports.ExportColumn("part", _("Part"), "text"),
            exports.ExportColumn("name", _("Account or cause"), "text"),
            exports.ExportColumn("text", _("What is wrong"), "text"),
            exports.ExportColumn("count", _("Value entries"), "integer"),
        ]
        if sees_cost:
            columns.append(exports.ExportColumn("amount", _("Amount"), "amount"))
        rows = [row if sees_cost else row[:-1] for row in _rows(run, sees_cost=sees_cost)]
        kind = _("Posting to G/L") if run.post else _("Test report (not posted)")
        export = exports.Export(
            title=f"{kind} {run.pk}",
            filename=f"posting-to-gl-{run.pk}",
            columns=columns,
            rows=iter(rows),
            count=len(rows),
            totals={},
            total_kinds={},
            filters={
                _("Through"): str(run.through or ""),
                _("Items"): run.item_nos,
                _("Document no."): run.document_no,
            },
            ignored=[],
        )
        region = current_region() if request.GET.get("dialect") == "region" else None
        return exporting.deliver(request, export, export_format, region=region)


def totals_of(run: PostToGLRun) -> list[tuple[str, str, Decimal]]:
    """Number, name and net amount of each account that the run moved, or would."""
    if run.gl_register_id is not None:
        return selectors.totals_by_account(run.gl_register_id)
    names = dict(GLAccount.objects.filter(no__in=run.account_totals).values_list("no", "name"))
    return [(no, names.get(no, ""), Decimal(total)) for no, total in sorted(run.account_totals.items())]


def _rows(run: PostToGLRun, *, sees_cost: bool) -> Iterator[list[Any]]:
    if sees_cost:
        part = _("Posted, by account") if run.post else _("Would be posted, by account")
        for no, name, total in totals_of(run):
            yield [part, f"{no} {name}", "", None, total]
    for found in findings(run.pk):
        yield [_("Skipped entries"), found.label, found.reason, found.count, found.amount]
    for values, note in sorted(run.dimension_notes.items()):
        yield [_("Posted with their own dimensions"), values, note["reason"], note["count"], None]
