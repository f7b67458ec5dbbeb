"""The command with several processes, on a run of two levels."""

import json
import subprocess
import sys
from decimal import Decimal

import pytest

from costing import check_books
from costing.models import AvgCostAdjmtEntryPoint, ValueEntry
from tests import factories
from tests.dearer import dearer, dearer_product
from tests.jobs.processes import worker_environment

pytestmark = pytest.mark.django_db(transaction=True)


def test_share_a_run():
    factories.company()
    for number in range(12):
        dearer(factories.item(f"ITEM{number:02d}"))
    dearer_product(factories.item("SEAT"), factories.item("CHAIR"))

    command = [sys.executable, "manage.py", "adjust_cost", "--workers", "2", "--json"]
    found = subprocess.run(command, env=worker_environment(), capture_output=True, text=True, check=True)

    result = json.loads(found.stdout)
    assert (result["items"], result["entries"], result["failed"]) == (14, 15, 0)
    assert ValueEntry.objects.get(adjustment=True, item__no="ITEM00").cost_amount_actual == Decimal(-2)
    assert not AvgCostAdjmtEntryPoint.objects.exists()
    assert check_books.breaches() == []
