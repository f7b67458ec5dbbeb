"""Bad input on every form, filter and address, on imports and on commands: refused in words, and nothing is written.

About a thousand in the ordinary run. Ten thousand, or any other number, and other ones:

    BAD_INPUTS=10000 BAD_INPUT_SEED=7 python -m pytest tests/web/test_bad_input.py
"""

import os
import traceback
from collections import Counter
from random import Random
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.http import FileResponse
from django.test import Client

from config.base.errors import DomainError
from config.base.jobs import queue
from config.base.models import UserPreference
from costing.imports import KINDS, ImportOptions, UnreadableFile, import_whole, read_file
from tests.web import permissions_table
from tests.web.addresses import addresses, arguments
from tests.web.bad_input import GARBAGE, fields_of, guess, row_counts, spoil, table_names
from tests.web.one_of_each import one_of_each

pytestmark = [pytest.mark.walk, pytest.mark.django_db, pytest.mark.timeout(3600)]

TOTAL = int(os.environ.get("BAD_INPUTS", "1000"))
SEED = int(os.environ.get("BAD_INPUT_SEED", "1"))
TRIES = 5  # what is sent to a page before the next one
FRAGMENT = {"HX-Request": "true"}
NOT_OURS = ("admin:index", "logout", "login", "password_change", "password_change_done", "healthz", "readyz", "metrics")


@pytest.fixture
def world(shop, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(queue.current_app, "send_task", lambda *_args, **_kwargs: None)
    return one_of_each(shop)


class Trial:
    """Requests one after another, each taken back; what went wrong, each kind of failure once."""

    def __init__(self, world):
        self.user = world.of["lead"].user
        type(self.user).objects.filter(pk=self.user.pk).update(is_superuser=True)
        self.client = Client(raise_request_exception=False)
        self.client.force_login(self.user)
        UserPreference.objects.get_or_create(user=self.user)  # made by looking at the first page
        connection.check_constraints()
        self.tables = table_names()
        self.before = row_counts(self.tables)
        self.failures, self.answers = {}, Counter()

    def send(self, method, path, data=None, headers=None):
        """One request. A 500 is a failure, and so is a refused one that leaves rows."""
        what = f"{method} {path} {data or ''}"[:400]
        point = transaction.savepoint()
        try:
            answer = getattr(self.client, method)(path, data or {}, headers=headers)
            self.answers[answer.status_code] += 1
            if isinstance(answer, FileResponse):
                answer.getvalue()  # read to its end, it closes its file
            if answer.status_code == 500:
                self.fail(what, answer.exc_info[1] if getattr(answer, "exc_info", None) else "500")
            elif answer.status_code >= 400:
                self.look(what)
            elif method == "post":
                connection.check_constraints()  # what a commit would find
        except Exception as error:  # noqa: BLE001 a failure of the page
            self.fail(what, error)
        finally:
            transaction.savepoint_rollback(point)

    def call(self, function, what):
        """One call of ours that may refuse; what refuses leaves nothing."""
        point = transaction.savepoint()
        try:
            function()
        except (DomainError, UnreadableFile, CommandError, SystemExit):
            self.look(what[:400])
        except Exception as error:  # noqa: BLE001 a failure of what was called
            self.fail(what[:400], error)
        finally:
            transaction.savepoint_rollback(point)

    def check(self):
        """Fail with one request of each kind of failure."""
        assert not self.failures, "\n\n".join(f"{kind}\n  {what}" for kind, what in self.failures.items())

    def look(self, what):
        """Fail where a refused one has left rows."""
        after = row_counts(self.tables)
        if after != self.before:
            changed = {name: (self.before[name], after[name]) for name in after if after[name] != self.before[name]}
            self.failures.setdefault(f"rows {sorted(changed)}", f"{what}\n  refused, but it wrote: {changed}")

    def fail(self, what, error):
        """Note a failure under where it arose in our code."""
        if isinstance(error, str):
            self.failures.setdefault(error, what)
            return
        ours = [frame for frame in traceback.extract_tb(error.__traceback__) if ".venv" not in frame.filename]
        ours = [frame for frame in ours if "tests" not in frame.filename]
        place = f"{ours[-1].filename}:{ours[-1].lineno}" if ours else "?"
        self.failures.setdefault(f"{type(error).__name__} at {place}", f"{what}\n  {error!s:.300}")


def paths_of(world):
    """(path, arguments) of every address, as the user of the trial."""
    for address in addresses():
        if address.name not in NOT_OURS:
            yield address, address.path(arguments(address, world, "lead"))


def test_forms(world):
    """What every page takes, with something wrong in it."""
    random, trial = Random(SEED), Trial(world)
    table = permissions_table.read()
    pages = [path for address, path in paths_of(world) if "w" in table.get(address.route, {"": "w"}).values()]
    random.shuffle(pages)
    wanted = TOTAL * 6 // 10
    for turn in range(wanted // TRIES):
        path = pages[turn % len(pages)]
        fields = fields_of(trial.client, path)
        for _try in range(TRIES):
            trial.send("post", path, spoil(random, fields), random.choice((None, FRAGMENT)))
    trial.check()
    assert trial.answers[422] > wanted // 10  # most were refused by a form, not by a missing page


def test_filters_and_addresses(world):
    """What stands in the address line: filters, sorting, paging, and numbers of records."""
    random, trial = Random(SEED + 1), Trial(world)
    found = list(paths_of(world))
    for _number in range(TOTAL * 2 // 10):
        address, path = random.choice(found)
        if random.random() < 0.4 and address.arguments:
            given = arguments(address, world, "lead")
            name = random.choice(address.arguments)
            path = path.replace(f"/{given[name]}", f"/{quote(str(random.choice(GARBAGE)), safe='')}", 1)
        words = ("q", "sort", "page", "per_page", "columns", "item", "location", "posting_date", "date_to", "amount")
        query = {random.choice(words): random.choice(GARBAGE) for _each in range(random.randint(0, 3))}
        if random.random() < 0.3:
            query = {f"{name}_{random.choice(('from', 'to', 'min', 'max'))}": value for name, value in query.items()}
        trial.send("get", path, query, random.choice((None, FRAGMENT)))
    trial.check()


def table_of(random, kind):
    """A CSV file of a kind: its heads, more or less, and rows of guesses with garbage among them."""
    heads = [column.name for column in kind.columns]
    if random.random() < 0.2:
        heads[random.randrange(len(heads))] = random.choice(GARBAGE)
    rows = [
        [random.choice(GARBAGE) if random.random() < 0.15 else guess(random, head) for head in heads]
        for _row in range(random.randint(0, 4))
    ]
    lines = [random.choice((",", ";", "\t")).join(row) for row in (heads, *rows)]
    data = "\n".join(lines).encode("utf-8")
    damage = random.random()
    if damage < 0.1:
        return random.randbytes(60)
    return data[: random.randint(0, len(data))] + b"\xff\xfe" if damage < 0.2 else data


def test_imports(world, tmp_path):
    """Files that are none, and files whose rows are wrong: refused as a whole, row by row named."""
    random, trial = Random(SEED + 2), Trial(world)
    for number in range(TOTAL // 10):
        kind = random.choice(list(KINDS.values()))
        data = table_of(random, kind)
        path = tmp_path / f"{number}.{random.choice(('csv', 'csv', 'csv', 'xlsx', 'txt'))}"
        path.write_bytes(data)
        with path.open("rb") as file:
            trial.send("post", f"/import/{kind.name}/", {"file": file, "region": "en"})
        trial.call(lambda kind=kind, path=path: _import(kind, path), f"{kind.name} {data!r}")
    trial.check()


def _import(kind, path):
    import_whole(kind, read_file(path), ImportOptions())


COMMANDS = {
    "adjust_cost": ["--item", "--through", "--workers", "--preview"],
    "check_books": ["--json"],
    "close_inventory": ["--on", "--item", "--rehearsal"],
    "recalculate_inventory": ["--on", "--item"],
    "reverse_close": ["", "--json"],
    "post_inventory_cost": ["--through", "--retry", "--test-report", "--report-only"],
    "import_data": ["", "--region", "--user", "--dry-run"],
    "reconcile": ["--from", "--to", "--item", "--location", "--category", "--lot", "--known-at"],
    "recalculate_low_level_codes": [""],
}


def test_commands(world, capsys):
    """Arguments that no command should take: said what is wrong, no traceback."""
    random, trial = Random(SEED + 3), Trial(world)
    for _number in range(TOTAL // 10):
        name = random.choice(sorted(COMMANDS))
        words = []
        for option in random.sample(COMMANDS[name], k=min(2, len(COMMANDS[name]))):
            words += [word for word in (option, random.choice(GARBAGE)) if word and "\x00" not in word]
        trial.call(lambda name=name, words=words: call_command(name, *words), f"{name} {words}")
    trial.check()
