"""Every address of the URL configuration, and the arguments that lead it to something that is there.

    for address in addresses():
        path = address.path(arguments(address, world, "lead"))

Django admin is left out: its pages are Django's own, and `admin:index` stands for them.
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatch

from django.urls import URLResolver, get_resolver, reverse

from costing.imports import KINDS
from reconciliation.reports.catalogue import REPORTS

# What an argument is, by the name of the address (the first line that fits) and of the argument.
# A function of the world (tests/web/one_of_each.py) and of what the user owns there.
ARGUMENTS = [
    ("*", "export_format", lambda world, own: "csv"),
    ("base:help_topic", "topic", lambda world, own: "shortcuts"),
    ("reconciliation:report_export", "name", lambda world, own: next(iter(REPORTS))),
    ("base:job_*", "pk", lambda world, own: own.job.pk),
    ("base:view_delete", "pk", lambda world, own: own.view.pk),
    ("base:export_file", "pk", lambda world, own: own.exported.pk),
    ("base:record_*", "label", lambda world, own: "inventory.vendor"),
    ("base:record_*", "key", lambda world, own: world.vendor.no),
    ("base:record_file", "pk", lambda world, own: world.vendor_file.pk),
    # Lines of grids, before the documents that they stand on.
    ("inventory:item_units_lines_*", "line_pk", lambda world, own: world.chair_box.pk),
    ("inventory:item_variants_lines_*", "line_pk", lambda world, own: world.variant.pk),
    ("inventory:item_barcodes_lines_*", "line_pk", lambda world, own: world.barcode.pk),
    ("inventory:item_references_lines_*", "line_pk", lambda world, own: world.reference.pk),
    ("inventory:itemcategory_attributes_*", "line_pk", lambda world, own: world.handed_down.pk),
    ("inventory:itemattribute_options_*", "line_pk", lambda world, own: world.option.pk),
    ("inventory:location_bins_lines_*", "line_pk", lambda world, own: world.bin.pk),
    ("inventory:charge_*", "line_pk", lambda world, own: world.assignment.pk),
    ("inventory:purchase_*", "line_pk", lambda world, own: world.purchase.lines.first().pk),
    ("inventory:sale_*", "line_pk", lambda world, own: world.sale.lines.first().pk),
    ("*:purchasereturn_*", "line_pk", lambda world, own: world.purchase_return.lines.first().pk),
    ("*:purchasecredit_*", "line_pk", lambda world, own: world.purchase_credit.lines.first().pk),
    ("*:salereturn_*", "line_pk", lambda world, own: world.sales_return.lines.first().pk),
    ("*:salecredit_*", "line_pk", lambda world, own: world.sales_credit.lines.first().pk),
    ("inventory:transfer_*", "line_pk", lambda world, own: world.transfer.lines.first().pk),
    ("inventory:countsheet_*", "line_pk", lambda world, own: world.sheet_line.pk),
    ("inventory:count_*", "line_pk", lambda world, own: world.count.lines.first().pk),
    ("inventory:adjustment_batch_*", "line_pk", lambda world, own: own.adjustment_batch_line.pk),
    ("inventory:adjustment_*", "line_pk", lambda world, own: own.adjustment_line.pk),
    ("inventory:reclassification_batch_*", "line_pk", lambda world, own: own.reclassification_batch_line.pk),
    ("inventory:reclassification_*", "line_pk", lambda world, own: own.reclassification_line.pk),
    ("ledger:journal_lines_*", "line_pk", lambda world, own: own.general_line.pk),
    ("costing:revaluation_*", "line_pk", lambda world, own: own.revaluation_line.pk),
    ("costing:standard_*", "line_pk", lambda world, own: world.worksheet_line.pk),
    # Master data.
    ("inventory:item_file", "pk", lambda world, own: world.attachment.pk),
    ("inventory:salesprice_*", "pk", lambda world, own: world.sales_price.pk),
    ("inventory:purchaseprice_*", "pk", lambda world, own: world.purchase_price.pk),
    ("inventory:itemtemplate_*", "code", lambda world, own: world.template.code),
    ("inventory:itemcategory_*", "code", lambda world, own: world.category.code),
    ("inventory:itemattribute_*", "code", lambda world, own: world.attribute.code),
    ("inventory:itemcharge_*", "code", lambda world, own: "FREIGHT"),
    ("inventory:unitofmeasure_*", "code", lambda world, own: world.box.code),
    ("inventory:responsibilitycentre_*", "code", lambda world, own: world.centre.code),
    ("inventory:countingperiod_*", "code", lambda world, own: world.counting_period.code),
    ("*", "code", lambda world, own: "OSLO"),
    ("inventory:stockkeepingunit_*", "pk", lambda world, own: world.sku.pk),
    ("inventory:catalogueitem_*", "pk", lambda world, own: world.article.pk),
    ("inventory:vendor_*", "no", lambda world, own: world.vendor.no),
    ("inventory:customer_*", "no", lambda world, own: world.customer.no),
    # Documents.
    ("*:purchase_*", "no", lambda world, own: world.purchase.no),
    ("*:sale_*", "no", lambda world, own: world.sale.no),
    ("*:purchasereturn_*", "no", lambda world, own: world.purchase_return.no),
    ("*:purchasecredit_*", "no", lambda world, own: world.purchase_credit.no),
    ("*:salereturn_*", "no", lambda world, own: world.sales_return.no),
    ("*:salecredit_*", "no", lambda world, own: world.sales_credit.no),
    ("inventory:charge_*", "no", lambda world, own: world.purchase.no),
    ("inventory:charge_*", "charge_pk", lambda world, own: world.charge.pk),
    ("inventory:labels_receipt", "no", lambda world, own: world.posted("purchase_receipt").no),
    ("*:transfershipment_*", "no", lambda world, own: world.posted("transfer_shipment").no),
    ("*:transferreceipt_*", "no", lambda world, own: world.posted("transfer_receipt").no),
    ("costing:transfer_undo", "no", lambda world, own: world.posted("transfer_shipment").no),
    ("*:purchasereceipt_*", "no", lambda world, own: world.posted("purchase_receipt").no),
    ("*:purchaseinvoice_*", "no", lambda world, own: world.posted("purchase_invoice").no),
    ("*:purchasereturnshipment_*", "no", lambda world, own: world.posted("purchase_return_shipment").no),
    ("*:purchasecreditmemo_*", "no", lambda world, own: world.posted("purchase_credit_memo").no),
    ("*:salesshipment_*", "no", lambda world, own: world.posted("sales_shipment").no),
    ("*:salesinvoice_*", "no", lambda world, own: world.posted("sales_invoice").no),
    ("*:salesreturnreceipt_*", "no", lambda world, own: world.posted("sales_return_receipt").no),
    ("*:salescreditmemo_*", "no", lambda world, own: world.posted("sales_credit_memo").no),
    ("*:directtransfer_*", "no", lambda world, own: world.posted("direct_transfer").no),
    ("*:transfer_*", "no", lambda world, own: world.transfer.no),
    ("*:count_*", "no", lambda world, own: world.count.no),
    ("*:countsheet_*", "no", lambda world, own: world.count.no),
    ("*:countsheet_*", "sheet", lambda world, own: world.sheet.no),
    ("*_batch_*", "batch", lambda world, own: "FIRST"),
    ("inventory:scan_done", "pk", lambda world, own: world.ended_scan.pk),
    ("*:scan_*", "pk", lambda world, own: world.scan.pk),
    ("*:scan_*", "task", lambda world, own: world.scan.task),
    ("*:scan_*", "no", lambda world, own: world.scan.document_no),
    # Entries, costing and close.
    ("costing:import_*", "pk", lambda world, own: own.rehearsed.pk),
    ("costing:worksheet_close", "no", lambda world, own: world.unapplied.item.no),
    ("costing:worksheet_undo", "no", lambda world, own: world.unapplied.item.no),
    ("costing:worksheet_unapply", "pk", lambda world, own: world.application.pk),
    ("costing:worksheet_*", "pk", lambda world, own: world.issue.pk),
    ("costing:worksheet_*", "to", lambda world, own: world.entry.pk),
    ("inventory:itemledgerentry_*", "pk", lambda world, own: world.entry.pk),
    ("costing:valueentry_*", "pk", lambda world, own: world.value.pk),
    ("costing:glentry_*", "pk", lambda world, own: world.gl_entry.pk),
    ("costing:lineage*", "entry", lambda world, own: world.issue.pk),
    ("costing:period_*", "pk", lambda world, own: world.february.pk),
    ("costing:run_plan*", "pk", lambda world, own: world.plan.pk),
    ("costing:run_*", "pk", lambda world, own: world.run.pk),
    ("costing:run_*", "item", lambda world, own: world.run.items.first().item_id),
    ("costing:gl_run*", "pk", lambda world, own: world.gl_run_id),
    ("costing:document_cost", "no", lambda world, own: world.purchase.no),
    ("costing:mark_*", "pk", lambda world, own: world.mark.pk),
    ("costing:close_progress", "job", lambda world, own: world.close_job.pk),
    ("costing:close_give_up", "pk", lambda world, own: world.running.pk),
    ("costing:close_*", "pk", lambda world, own: world.close.pk),
    ("costing:close_*", "line", lambda world, own: world.close.log_lines.first().pk),
    ("costing:close_*", "rehearsal", lambda world, own: world.rehearsal.pk),
    # Ledger and reconciliation.
    ("ledger:glaccount_*", "no", lambda world, own: world.rent.no),
    ("reconciliation:account_roles", "no", lambda world, own: world.rent.no),
    ("ledger:voucher_reverse", "pk", lambda world, own: world.manual_voucher.pk),
    ("ledger:voucher_*", "pk", lambda world, own: world.voucher_id),
    ("ledger:period_*", "pk", lambda world, own: world.year.pk),
    ("reconciliation:snapshot*", "pk", lambda world, own: world.snapshot.pk),
    # Everything else that has a number is about an item.
    ("*", "no", lambda world, own: world.chair.no),
]

# Addresses that are another page for each word, each with a line of its own.
WORDS = {
    ("costing:import", "kind"): KINDS,
    ("costing:export_kind", "kind"): KINDS,
    ("reconciliation:report", "name"): REPORTS,
}
# What an address needs beyond its path.
QUERIES = {"costing:export_kind": "?blank=1", "inventory:labels_lots": "?item=CHAIR"}


@dataclass(frozen=True)
class Address:
    """One line of the URL configuration; `route` as it is written there."""

    name: str
    route: str
    arguments: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()  # arguments that are fixed

    def path(self, arguments):
        """The path with its arguments."""
        return reverse(self.name, kwargs=arguments) + QUERIES.get(self.name, "")


class NoArgument(Exception):
    """No line of ARGUMENTS fits."""


def addresses():
    """Every address once, in the order of its route."""
    found = {}
    for name, route, pattern in _walk(get_resolver().url_patterns, "/", ()):
        # An address without a name stands before one of the same route, and answers for it.
        if pattern.name:
            for address in _of_each_word(name, route, tuple(pattern.pattern.converters)):
                found.setdefault(address.route, address)
    return sorted(found.values(), key=lambda address: (address.route.replace(".", "/."), address.name))


def _of_each_word(name, route, arguments):
    for (address_name, argument), words in WORDS.items():
        if name == address_name:
            for word in words:
                others = tuple(each for each in arguments if each != argument)
                yield Address(name, re.sub(rf"<\w+:{argument}>", word, route), others, ((argument, word),))
            return
    yield Address(name, route, arguments)


def _walk(patterns, above, namespaces):
    for pattern in patterns:
        route = above + str(pattern.pattern)
        if not isinstance(pattern, URLResolver):
            yield ":".join((*namespaces, pattern.name or "")), route, pattern
        elif pattern.namespace == "admin":
            yield from (
                (f"admin:{each.name}", route + str(each.pattern), each)
                for each in pattern.url_patterns
                if getattr(each, "name", "") == "index"
            )
        else:
            inside = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, route, inside)


def arguments(address, world, username):
    """The arguments of an address, as `reverse` takes them. Raises: NoArgument, naming the line that is missing."""
    own = world.of[username]
    return {name: _argument(address.name, name)(world, own) for name in address.arguments} | dict(address.words)


def _argument(address_name, name):
    for pattern, argument, find in ARGUMENTS:
        if argument == name and fnmatch(address_name, pattern):
            return find
    raise NoArgument(
        f'{address_name} takes {name}: add ("{address_name}", "{name}", ...) to ARGUMENTS in tests/web/addresses.py, '
        "and what it is to tests/web/one_of_each.py"
    )
