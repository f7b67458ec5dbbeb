"""The table of marks."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.base.tables import Column, DateTimeColumn, QuantityColumn, Table
from costing.models import Mark
from costing.tables.closing import document_of, entry_of
from costing.tables.words import item_url


class MarkTable(Table):
    item = Column(
        accessor="issue__item__no", verbose_name=_("Item"), linkify=lambda record: item_url(record.issue.item.no)
    )
    issue = Column(accessor="issue_id", verbose_name=_("Issue"), linkify=entry_of("issue"))
    issue_document = Column(
        accessor="issue__document_no", verbose_name=_("Document of the issue"), linkify=document_of("issue")
    )
    receipt = Column(accessor="receipt_id", verbose_name=_("Receipt"), linkify=entry_of("receipt"))
    receipt_document = Column(
        accessor="receipt__document_no", verbose_name=_("Document of the receipt"), linkify=document_of("receipt")
    )
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    settled = QuantityColumn(verbose_name=_("Settled"))
    user = Column(accessor="user__username", verbose_name=_("Marked by"))
    created_at = DateTimeColumn(verbose_name=_("Marked"))
    remove = Column(
        accessor="pk",
        verbose_name=_("Remove"),
        orderable=False,
        exclude_from_export=True,
        linkify=lambda record: reverse("costing:mark_delete", args=[record.pk]),
    )

    main_columns = ("item", "issue", "quantity")

    def render_remove(self) -> Any:
        return _("Unmark")

    class Meta:
        model = Mark
        fields = (
            "item",
            "issue",
            "issue_document",
            "receipt",
            "receipt_document",
            "quantity",
            "settled",
            "user",
            "created_at",
            "remove",
        )
