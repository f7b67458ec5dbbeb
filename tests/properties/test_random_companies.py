"""Whatever people do, in whatever order and dated however: the books hold, and adjusting finds nothing twice.

RANDOM_COMPANIES=100 tries more of them.
"""

import os

import pytest

from costing import check_books, loading
from costing.average_periods import AveragePeriods
from costing.engine.adjust import adjust
from costing.models import ValueEntry
from inventory.enums import CostingMethod
from inventory.models import Item
from reconciliation.enums import Cause
from reconciliation.explanations import explain
from reconciliation.selectors import matrix
from tests.properties.random_company import RandomCompany

pytestmark = pytest.mark.django_db

CENT_E5 = 1_000


def still_wrong():
    """What the plain reference, reading every item whole, would correct."""
    periods = AveragePeriods.load()
    found = {}
    for item in Item.objects.select_related("item_model_group").order_by("pk"):
        (loaded,) = loading.load_items([item.pk], periods=periods, precision_e5=CENT_E5, full=True)
        is_average = item.item_model_group.costing_method == CostingMethod.AVERAGE
        corrections = adjust(loaded.books, is_average=is_average, period_of=periods.end).corrections
        if corrections:
            found[item.no] = corrections
    return found


@pytest.mark.parametrize("seed", range(int(os.environ.get("RANDOM_COMPANIES", "8"))))
def test_the_books_hold(seed):
    company = RandomCompany(seed)

    company.work(40)
    assert check_books.breaches() == []

    company.finish()
    assert check_books.breaches() == []
    assert still_wrong() == {}
    for line in explain(matrix()).all_lines():
        assert Cause.UNEXPLAINED not in {part.cause for part in line.causes}

    values = ValueEntry.objects.count()
    company.finish()
    assert ValueEntry.objects.count() == values
