"""How much of the books an adjustment reads: what is marked, what depends on it, and the sources of that."""

import pytest

from costing import adjustment, check_books, loading
from costing.average_periods import AveragePeriods
from costing.models import AdjustmentRunItem, ValueEntry
from inventory.models import ItemApplicationEntry, ItemLedgerEntry
from tests.bench import adjust as bench
from tests.bench import big_book_loading
from tests.bench.big_book_loading import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def adjusted_books():
    big_book_loading.load(4_000)
    adjustment.adjust_cost(today=TODAY)
    assert check_books.breaches() == []


def changed_items():
    """Some more cost comes in for one purchase of each of four items; their numbers."""
    return bench._execute(bench._CHANGE_INVOICES, {"items": 4, "turn": 0})


def dependents(entry_ids):
    """Follow cost forward over the active applications."""
    links = ItemApplicationEntry.objects.filter(cancelled_by=None).values_list(
        "item_ledger_entry_id", "inbound_item_entry_id", "outbound_item_entry_id"
    )
    reached = set(entry_ids)
    while True:
        found = {receiver for receiver, *sides in links if receiver not in reached and reached.intersection(sides)}
        if not found:
            return reached
        reached |= found


def test_one_invoice_in_large_books_reads_and_makes_what_depends_on_it(adjusted_books):
    item_ids = changed_items()
    changed = ValueEntry.objects.filter(document_no="CHARGE").values_list("item_ledger_entry_id", flat=True)
    last = ValueEntry.objects.latest("pk").pk

    run = adjustment.adjust_cost(today=TODAY)

    made = ValueEntry.objects.filter(pk__gt=last)
    averaged = ItemLedgerEntry.objects.filter(
        item__in=item_ids, item__item_model_group__costing_method="average", value_entries__valued_by_average_cost=True
    )
    assert made.exists()
    may_change = dependents({*changed, *averaged.values_list("pk", flat=True)})
    assert set(made.values_list("item_ledger_entry_id", flat=True)) <= may_change
    assert check_books.breaches() == []
    assert AdjustmentRunItem.objects.filter(run_id=run.run_id).count() == len(item_ids)


def test_items_that_follow_applications_read_neither_other_days_nor_other_chains(adjusted_books):
    changed_items()
    for value in ValueEntry.objects.filter(document_no="CHARGE").exclude(
        item_ledger_entry__item__item_model_group__costing_method="average"
    ):
        entry = value.item_ledger_entry
        loaded = loading.load_items([entry.item_id], periods=AveragePeriods.load(), precision_e5=1_000)[0]
        same_day = ItemLedgerEntry.objects.filter(
            item=entry.item, location=entry.location, value_entries__valuation_date=value.valuation_date
        )
        closed_layers = ItemApplicationEntry.objects.filter(
            outbound_item_entry__in=same_day, inbound_item_entry__open=False
        )
        marked = {*same_day.values_list("pk", flat=True), *closed_layers.values_list("inbound_item_entry", flat=True)}

        books = loaded.books

        assert books.affected == dependents(marked)
        assert set(books.entries) - books.affected <= {link.source_key for link in books.links}
        whole = loading.load_items([entry.item_id], periods=AveragePeriods.load(), precision_e5=1_000, full=True)[0]
        assert loaded.entries_read < whole.entries_read


def test_average_items_read_nothing_from_before_the_first_period_but_sources(adjusted_books):
    item_ids = changed_items()
    first = {
        value.item_id: value.valuation_date
        for value in ValueEntry.objects.filter(document_no="CHARGE", item__item_model_group__costing_method="average")
    }
    assert first

    loaded = {
        each.item_id: each for each in loading.load_items(item_ids, periods=AveragePeriods.load(), precision_e5=1_000)
    }

    for item_id, day in first.items():
        books = loaded[item_id].books
        valued = ItemLedgerEntry.objects.filter(item=item_id, value_entries__valuation_date__gte=day)
        assert books.first_day == day
        assert books.affected == set(valued.values_list("pk", flat=True))
        assert set(books.entries) - books.affected <= {link.source_key for link in books.links}
