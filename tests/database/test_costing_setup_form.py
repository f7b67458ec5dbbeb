"""Costing setup is changed with its consequences said first, and its use case made to do them."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.forms.models import model_to_dict
from django.urls import reverse

from config.base.models import ChangeLog
from costing.adjustment import adjust_cost
from costing.forms import CostingSetupForm
from costing.models import AvgCostAdjmtEntryPoint, CostingSetup, ValueEntryToPost
from costing.posting.documents import post_document
from ledger.models import AccountingPeriod
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def setup():
    factories.company(expected_cost_posting=False)
    return CostingSetup.objects.get()


def form_of(setup, **changes):
    return CostingSetupForm({**model_to_dict(setup), **changes}, instance=setup)


def post_a_receipt(*, on=date(2026, 1, 1), method="fifo"):
    item = factories.item("BIKE", method=method)
    order = factories.purchase_order(item, quantity="10", unit_cost="5.00")
    post_document(document_id=order.pk, posting_date=on, handle=True, invoice=False, user_id=None)
    return item


def save(client, setup, **changes):
    client.force_login(get_user_model().objects.create_superuser("root"))
    url = reverse("admin:costing_costingsetup_change", args=[setup.pk])
    fields = model_to_dict(setup, fields=CostingSetupForm.Meta.fields) | changes
    posted = {name: value for name, value in fields.items() if value not in (None, False)}
    return client.post(url, posted)


def test_everything_can_be_chosen_while_nothing_is_posted(setup):
    assert form_of(setup, expected_cost_posting=True, average_cost_period="month").is_valid()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("expected_cost_posting", True, "1 value entry is put in the queue"),
        ("average_cost_period", "month", "1 item with an average cost is valued anew from the first entry on"),
        ("average_cost_calculation", "item_location_variant", "1 item with an average cost is valued anew"),
    ],
)
def test_what_re_values_posted_entries_says_so_and_is_confirmed(setup, field, value, said):
    post_a_receipt(method="average")

    form = form_of(setup, **{field: value})

    assert said in form.errors["confirmed"][0]
    assert form_of(setup, confirmed=True, **{field: value}).is_valid()


def test_a_new_version_is_held_against_the_one_before(setup):
    post_a_receipt()
    version = {**model_to_dict(setup, exclude=["id"]), "starting_date": date(2026, 7, 1)}

    assert CostingSetupForm(version).is_valid()
    assert list(CostingSetupForm({**version, "expected_cost_posting": True}).errors) == ["confirmed"]


def test_the_other_choices_need_no_confirmation(setup):
    post_a_receipt()

    assert form_of(setup, automatic_cost_posting=False, automatic_cost_adjustment="always").is_valid()


class TestSaving:
    def test_puts_expected_values_in_the_queue_and_notes_since_when(self, client, setup):
        post_a_receipt()

        save(client, setup, expected_cost_posting=True, confirmed=True)

        setup.refresh_from_db()
        assert setup.expected_cost_posting
        assert setup.expected_cost_posted_since is not None
        assert ValueEntryToPost.objects.count() == 1

    def test_changes_nothing_without_the_confirmation(self, client, setup):
        post_a_receipt()

        save(client, setup, expected_cost_posting=True)

        setup.refresh_from_db()
        assert not setup.expected_cost_posting
        assert not ValueEntryToPost.objects.exists()

    def test_begins_a_new_average_period_with_the_first_open_year_and_leaves_closed_ones(self, client, setup):
        item = post_a_receipt(on=date(2025, 12, 30), method="average")
        sale = factories.sales_order(item, quantity="1")
        post_document(document_id=sale.pk, posting_date=date(2026, 1, 10), handle=True, invoice=False, user_id=None)
        adjust_cost()
        AccountingPeriod.objects.filter(starting_date__lt=date(2026, 1, 1)).update(closed=True)

        save(client, setup, average_cost_period="month", confirmed=True)

        versions = CostingSetup.objects.order_by("starting_date").values_list("starting_date", "average_cost_period")
        assert list(versions) == [(setup.starting_date, "day"), (date(2026, 1, 1), "month")]
        assert list(AvgCostAdjmtEntryPoint.objects.values_list("valuation_date", flat=True)) == [date(2026, 1, 31)]
        assert ChangeLog.objects.filter(model_label="costing.costingsetup").exists()
