"""How many statements a posting takes: few for one line, and no more for many (tests/web/test_inventory_queries.py)."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from costing.posting import documents
from inventory.enums import DocumentKind
from inventory.models import Customer, Vendor
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 1, 15)


def statements_of(order):
    """Post a whole order; count the statements, with BEGIN and COMMIT."""
    with CaptureQueriesContext(connection) as queries:
        documents.post_document(document_id=order.pk, posting_date=DAY, handle=True, invoice=True, user_id=None)
    return len(queries)


@pytest.mark.parametrize(("method", "bought", "sold"), [("fifo", 28, 29), ("standard", 28, 29), ("average", 30, 32)])
class TestOneLine:
    """A ceiling, so that a statement that creeps in is noticed; fewer is better."""

    def test_is_posted_in_few_statements(self, method, bought, sold):
        factories.company()
        item = factories.item("CUP", method=method, standard_cost="5.00")
        # The first posting makes the account set.
        statements_of(factories.purchase_order(item, quantity="10", unit_cost="5.00"))

        assert statements_of(factories.purchase_order(item, quantity="10", unit_cost="5.00")) <= bought
        assert statements_of(factories.sales_order(item, quantity="1")) <= sold


class TestManyLines:
    def test_take_as_many_statements_as_two(self):
        factories.company()
        cups = [factories.item(f"CUP{number}") for number in range(8)]

        def order(kind, chosen):
            partner = {"vendor": Vendor.objects.get()} if kind == DocumentKind.PURCHASE_ORDER else {}
            partner = partner or {"customer": Customer.objects.get()}
            made = factories.document(kind=kind, **partner)
            for item in chosen:
                factories.document_line(made, item=item, quantity="2", unit_amount="5.00")
            return made

        statements_of(order(DocumentKind.PURCHASE_ORDER, cups))

        for kind in (DocumentKind.PURCHASE_ORDER, DocumentKind.SALES_ORDER):
            assert statements_of(order(kind, cups[:2])) == statements_of(order(kind, cups[2:]))
