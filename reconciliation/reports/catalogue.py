"""All reports by name, in the order in which they are listed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reconciliation.reports.ageing import ageing
from reconciliation.reports.layout import Report
from reconciliation.reports.not_invoiced import received_not_invoiced, shipped_not_invoiced
from reconciliation.reports.registers import item_register
from reconciliation.reports.tie_out import tie_out
from reconciliation.reports.valuation import cost_specification, inventory_valuation
from reconciliation.reports.work_in_process import wip_valuation

AS_OF = ("date_to", "item", "category", "location", "lot", "known_at")
PERIOD = ("date_from", *AS_OF)

REPORTS: dict[str, Report] = {
    report.name: report
    for report in (
        Report(
            "inventory-valuation",
            _("Inventory valuation"),
            _("Quantity and value as of a date, actual and expected apart, and what of it the general ledger holds."),
            inventory_valuation,
            ("group_by", *PERIOD),
        ),
        Report(
            "cost-specification",
            _("Inventory valuation, cost specification"),
            _("What the value of each item consists of: direct cost, indirect cost, revaluation, rounding, variance."),
            cost_specification,
            AS_OF,
        ),
        Report(
            "wip-valuation",
            _("WIP valuation"),
            _("What stands on work in process, order by order."),
            wip_valuation,
            AS_OF,
        ),
        Report(
            "ageing",
            _("Ageing"),
            _("The value of stock by the age of the receipts that are left."),
            ageing,
            ("buckets", "date_to", "item", "category", "location"),
        ),
        Report(
            "received-not-invoiced",
            _("Received not invoiced"),
            _("Receipts whose cost is still expected."),
            received_not_invoiced,
            AS_OF,
        ),
        Report(
            "shipped-not-invoiced",
            _("Shipped not invoiced"),
            _("Shipments whose cost is still expected."),
            shipped_not_invoiced,
            AS_OF,
        ),
        Report(
            "item-register",
            _("Item register"),
            _("Every posting with what it did to the value of stock."),
            item_register,
            PERIOD,
        ),
        Report(
            "tie-out",
            _("Inventory to G/L tie-out"),
            _("Every account of the matrix from its value entries to the general ledger, cause by cause."),
            tie_out,
            PERIOD,
        ),
    )
}
