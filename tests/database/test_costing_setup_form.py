"""Costing setup cannot be changed into books that nobody can explain."""

from datetime import date

import pytest
from django.forms.models import model_to_dict

from costing.forms import CostingSetupForm
from costing.models import CostingSetup
from costing.posting.documents import post_document
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def setup():
    factories.company(expected_cost_posting=False)
    return CostingSetup.objects.get()


def form_of(setup, **changes):
    return CostingSetupForm({**model_to_dict(setup), **changes}, instance=setup)


def post_a_receipt():
    order = factories.purchase_order(factories.item("BIKE"), quantity="10", unit_cost="5.00")
    post_document(document_id=order.pk, posting_date=date(2026, 1, 1), handle=True, invoice=False, user_id=None)


def test_everything_can_be_chosen_while_nothing_is_posted(setup):
    assert form_of(setup, expected_cost_posting=True, average_cost_period="month").is_valid()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("expected_cost_posting", True),
        ("average_cost_period", "month"),
        ("average_cost_calculation", "item_location_variant"),
    ],
)
def test_what_would_re_value_posted_entries_is_refused(setup, field, value):
    post_a_receipt()

    assert list(form_of(setup, **{field: value}).errors) == [field]


def test_a_new_version_is_held_against_the_one_before(setup):
    post_a_receipt()
    version = {**model_to_dict(setup, exclude=["id"]), "starting_date": date(2026, 7, 1)}

    assert CostingSetupForm(version).is_valid()
    assert list(CostingSetupForm({**version, "expected_cost_posting": True}).errors) == ["expected_cost_posting"]


def test_the_other_choices_stay_open(setup):
    post_a_receipt()

    assert form_of(setup, automatic_cost_posting=False, automatic_cost_adjustment="always").is_valid()
