"""manage.py import_data: what it prints and how it ends."""

import json

import pytest
from django.core.management import CommandError, call_command

from inventory.models import Location

pytestmark = pytest.mark.django_db


def test_ends_well_when_all_is_done(company, write_csv, capsys):
    call_command("import_data", "locations", write_csv("code,name\nROMA,Rome\n"))

    assert capsys.readouterr().out == "1 rows: 1 documents or records done, 0 refused, 0 passed over.\n"
    assert Location.objects.filter(code="ROMA").exists()


def test_ends_with_1_when_something_was_refused(company, write_csv, capsys):
    with pytest.raises(SystemExit) as end:
        call_command("import_data", "locations", write_csv("code,name\nROMA,Rome\nOSLO,Oslo\n"))

    assert end.value.code == 1
    assert capsys.readouterr().out.splitlines() == [
        "Line 3, column code: OSLO exists already. [invalid_input]",
        "2 rows: 1 documents or records done, 1 refused, 0 passed over.",
    ]


def test_prints_json(company, write_csv, capsys):
    with pytest.raises(SystemExit):
        call_command("import_data", "locations", write_csv("code,in_transit\nROMA,perhaps\n"), json=True)

    assert json.loads(capsys.readouterr().out) == {
        "kind": "locations",
        "dry_run": False,
        "rows": 1,
        "done": [],
        "refused": ["ROMA"],
        "skipped": [],
        "problems": [
            {
                "line": 2,
                "column": "in_transit",
                "message": "“perhaps” is neither yes nor no.",
                "code": "invalid_input",
            }
        ],
        "posted": [],
    }


@pytest.mark.parametrize("arguments", [["locations", "none.csv"], ["planets", "data.csv"]])
def test_ends_with_2_for_bad_usage(company, arguments):
    with pytest.raises(CommandError) as refusal:
        call_command("import_data", *arguments)

    assert refusal.value.returncode == 2 or "planets" in str(refusal.value)


def test_refuses_an_unknown_user(company, write_csv):
    with pytest.raises(CommandError, match="no user nobody") as refusal:
        call_command("import_data", "locations", write_csv("code\nX\n"), user="nobody")

    assert refusal.value.returncode == 2
