"""What is marked, with what depends on it, leads to the very corrections that the whole books lead to."""

import pytest

from config.base.errors import DomainError
from costing import loading
from costing.average_periods import AveragePeriods
from costing.engine.adjust import adjust
from costing.engine.arrays import in_arrays
from costing.models import AvgCostAdjmtEntryPoint
from tests.properties.test_books_stay_whole import Trader

pytestmark = pytest.mark.django_db

CENT = 1_000


def computed(*, full):
    """The corrections of every unadjusted item, and how much was read for them. What is read in part, is computed in
    arrays, and by the reference all the same.
    """
    item_ids = set(AvgCostAdjmtEntryPoint.objects.values_list("item_id", flat=True))
    periods = AveragePeriods.load()
    items = loading.load_items(item_ids, periods=periods, precision_e5=CENT, full=full)
    others = in_arrays(items[0].batch.columns, period_of=periods.end) if items else []
    found = {}
    for item, other in zip(items, others, strict=True):
        adjustment = adjust(item.books, is_average=item.is_average, period_of=periods.end)
        if other is not None:
            assert list(other.corrections) == adjustment.corrections
            assert other.became_invoiced == adjustment.became_invoiced
        key = "entry_key", "original_key", "kind"
        corrections = sorted(adjustment.corrections, key=lambda c: [getattr(c, name) for name in key])
        found[item.item_id] = (corrections, sorted(adjustment.became_invoiced))
    return found, sum(item.entries_read for item in items)


@pytest.mark.parametrize("seed", range(100, 104))
def test_incremental_reading_leads_to_the_same_corrections(seed, monkeypatch):
    monkeypatch.setattr(loading, "WORTH_FOLLOWING", 0)  # follow marks, however many there are
    trader = Trader(seed)
    read_in_part = read_in_full = 0

    for _round in range(8):
        for _step in range(6):
            trader.do()
        part, count = computed(full=False)
        whole, full_count = computed(full=True)
        assert part == whole
        read_in_part, read_in_full = read_in_part + count, read_in_full + full_count
        try:
            trader.adjust()
        except DomainError:
            continue

    assert read_in_part < read_in_full
