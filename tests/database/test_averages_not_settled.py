"""An item whose averages do not settle is put aside with the reason; nothing of it is written, others are adjusted."""

from datetime import date
from decimal import Decimal

import pytest

from config.base.errors import DomainError, ErrorCode
from costing import adjustment, check_books
from costing.engine import average_period
from costing.enums import RunState
from costing.lineage import loading
from costing.lineage.records import Direction
from costing.models import AdjustmentRunItem, CostingSetup, ValueEntry
from inventory.models import ItemLedgerEntry
from tests.dearer import DAY
from tests.scenarios.loading import parse
from tests.scenarios.runner import perform
from tests.scenarios.world import set_up

pytestmark = pytest.mark.django_db


def jan(day):
    return date(2026, 1, day)


# EAST and WEST send each other goods of their own: e = (100 + 3 w) / 13, w = (120 + 4 e) / 10.
COMPANY = {
    "id": "two-places",
    "title": "Two places feed each other",
    "setup": {"average_cost_period": "month", "average_cost_calculation": "item_location_variant"},
    "items": [{"item": "TEA", "method": "average"}, {"item": "CUP", "method": "fifo"}],
    "locations": ["EAST", "WEST"],
    "steps": [
        {"purchase": {"date": jan(5), "item": "TEA", "location": "EAST", "quantity": "10", "unit_cost": "10"}},
        {"purchase": {"date": jan(5), "item": "TEA", "location": "WEST", "quantity": "6", "unit_cost": "20"}},
        {"transfer": {"date": jan(10), "item": "TEA", "from": "EAST", "to": "WEST", "quantity": "4"}},
        {"transfer": {"date": jan(11), "item": "TEA", "from": "WEST", "to": "EAST", "quantity": "3"}},
        {
            "receive": {
                "ref": "R",
                "date": jan(5),
                "item": "CUP",
                "location": "EAST",
                "quantity": "2",
                "unit_cost": "5",
            }
        },
        {"sale": {"date": jan(6), "item": "CUP", "location": "EAST", "quantity": "1"}},
        {"invoice": {"of": "R", "date": jan(7), "quantity": "2", "unit_cost": "6"}},
    ],
}


@pytest.fixture
def two_places(monkeypatch):
    """The places of TEA need several rounds; they get one."""
    scenario = parse(COMPANY)
    world = set_up(scenario)
    for step in scenario.steps:
        perform(world, step)
    monkeypatch.setattr(average_period, "MAX_ROUNDS", 1)
    return world


def corrections():
    found = ValueEntry.objects.filter(adjustment=True).order_by("pk")
    return list(found.values_list("item__no", "cost_amount_actual"))


def test_the_item_is_put_aside_with_its_entries_and_a_cure(two_places):
    result = adjustment.adjust_cost(today=DAY)

    tea = AdjustmentRunItem.objects.get(run_id=result.run_id, item__no="TEA")
    issues = ItemLedgerEntry.objects.filter(item__no="TEA", quantity__lt=0).order_by("pk")
    assert (tea.state, tea.error_code) == (RunState.FAILED, ErrorCode.NOT_ADJUSTED)
    assert "item TEA in the period up to 2026-01-31" in tea.failure
    for issue in issues:
        assert f"{issue.pk} ({issue.document_no})" in tea.failure
    assert "choose a shorter average cost period" in tea.failure
    assert corrections() == [("CUP", Decimal("-1"))]
    assert result.failed == 1
    assert check_books.breaches() == []


def test_a_posting_that_adjusts_at_once_is_refused(two_places):
    CostingSetup.objects.update(automatic_cost_adjustment="always")
    before = ValueEntry.objects.count()
    sale = {"date": jan(20), "item": "TEA", "location": "EAST", "quantity": "1"}
    (step,) = parse(COMPANY | {"steps": [{"sale": sale}]}).steps

    with pytest.raises(DomainError) as refusal:
        perform(two_places, step)

    assert refusal.value.code == ErrorCode.NOT_ADJUSTED
    assert refusal.value.problems[0].item_no == "TEA"
    assert ValueEntry.objects.count() == before


def test_its_lineage_shows_what_is_posted(two_places):
    issue = ItemLedgerEntry.objects.filter(item__no="TEA", quantity__lt=0).earliest("pk")

    trail, pools = loading.load(issue.pk, Direction.BACK)

    (pool,) = [pools.get(key) for key in trail.pools[issue.pk]]
    (share,) = pool.issues
    assert share.share_e5 == share.posted_e5 != 0


def test_with_rounds_enough_it_is_adjusted(two_places, monkeypatch):
    monkeypatch.undo()

    result = adjustment.adjust_cost(today=DAY)

    assert result.failed == 0
    assert ("TEA", Decimal("-6.10")) in corrections()
    assert check_books.breaches() == []
