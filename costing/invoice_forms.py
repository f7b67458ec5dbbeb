"""The form of an invoice of several receipts or shipments: a row of figures for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.forms import DayField, Form, NumberField
from costing.not_invoiced import Proposal
from costing.posting.combined_invoices import InvoiceWish


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An entry with the three fields of its line."""

    entry: Any
    fields: Sequence[forms.BoundField]

    @property
    def errors(self) -> list[str]:
        """What is wrong with the row, each with the label of its field."""
        return [f"{field.label}: {error}" for field in self.fields for error in field.errors]


class CombinedInvoiceForm(Form):
    """`entries` are those of `costing.not_invoiced.waiting`, `proposals` what they are proposed at."""

    posting_date = DayField(label=gettext_lazy("Posting date"))
    external_document_no = forms.CharField(
        label=gettext_lazy("External document no."),
        max_length=35,
        required=False,
        help_text=gettext_lazy("The number on the partner's own invoice."),
    )
    heading: ClassVar[Sequence[str]] = ("posting_date", "external_document_no")

    def __init__(
        self, *args: Any, entries: Sequence[Any] = (), proposals: Mapping[int, Proposal] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.entries = entries
        for entry in entries:
            proposal = (proposals or {})[entry.pk]
            words = {"no": entry.document_no, "item": entry.item.no}
            for name, label, initial, places in (
                ("quantity", _("Quantity of %(item)s, %(no)s"), proposal.quantity, 5),
                ("price", _("Unit amount of %(item)s, %(no)s"), proposal.unit_amount, 5),
                ("discount", _("Discount on %(item)s, %(no)s"), proposal.discount_amount, 5),
            ):
                self.fields[f"{name}_{entry.pk}"] = NumberField(
                    label=label % words, initial=initial, max_digits=18, decimal_places=places, required=False
                )

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields above the lines."""
        return [("", [self[name] for name in self.heading])]

    @property
    def rows(self) -> list[InvoiceRow]:
        """The lines with their fields."""
        return [
            InvoiceRow(entry, [self[f"{name}_{entry.pk}"] for name in ("quantity", "price", "discount")])
            for entry in self.entries
        ]

    @property
    def wishes(self) -> list[InvoiceWish]:
        """What is to be invoiced; a line whose quantity is blank or 0 is left out."""
        given = self.cleaned_data
        return [
            InvoiceWish(
                entry.pk,
                given[f"quantity_{entry.pk}"],
                given[f"price_{entry.pk}"] or Decimal(0),
                given[f"discount_{entry.pk}"] or Decimal(0),
            )
            for entry in self.entries
            if given[f"quantity_{entry.pk}"]
        ]
