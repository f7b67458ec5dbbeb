"""Bad input on every form, filter and address, on imports and on commands: refused in words, and nothing is written.

About a thousand in the ordinary run. Ten thousand, or any other number, and other ones:

    BAD_INPUTS=10000 BAD_INPUT_SEED=7 python -m pytest tests/web/test_bad_input.py
"""

import json
import os
import traceback
from collections import Counter
from pathlib import Path
from random import Random
from urllib.parse import quote
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import BaseCommand, CommandError, call_command, get_commands, load_command_class
from django.db import connection, transaction
from django.http import FileResponse
from django.test import Client
from django.urls import Resolver404, resolve

from config.base.errors import DomainError
from config.base.jobs import queue
from config.base.models import UserPreference
from costing.imports import KINDS, ImportOptions, UnreadableFile, import_whole, read_file
from tests.web import bad_files, permissions_table
from tests.web.addresses import addresses, arguments
from tests.web.bad_input import GARBAGE, fields_of, guess, row_counts, spoil, table_names
from tests.web.one_of_each import one_of_each

pytestmark = [pytest.mark.walk, pytest.mark.django_db, pytest.mark.timeout(3600)]

TOTAL = int(os.environ.get("BAD_INPUTS", "1000"))
SEED = int(os.environ.get("BAD_INPUT_SEED", "1"))
REPORT = os.environ.get("BAD_INPUT_REPORT", "")
TRIES = 5  # what is sent to a page before the next one
FRAGMENT = {"HX-Request": "true"}
# Of a hundred, how many of which; a file is tried on its page and by the use case behind it.
SHARES = {"forms": 50, "addresses": 24, "imports": 14, "commands": 6, "scans": 6}
OUR_APPS = ("config", "inventory", "ledger", "costing", "reconciliation")
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

    def send_body(self, path, body):
        """One POST of JSON, or of what claims to be."""
        self.send("post", path, body, content_type="application/json")

    def send(self, method, path, data=None, headers=None, **more):
        """One request. A 500 is a failure, and so is a refused one that leaves rows."""
        what = f"{method} {path} {data or ''}"[:400]
        point = transaction.savepoint()
        try:
            answer = getattr(self.client, method)(path, data or {}, headers=headers, **more)
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
        self.answers["called"] += 1
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
        _report(f"{sum(self.answers.values())} sent: {dict(self.answers)}")
        assert not self.failures, "\n\n".join(f"{kind}\n  {what}" for kind, what in self.failures.items())

    def look(self, what):
        """Fail where a refused one has left rows."""
        after = row_counts(self.tables)
        if after != self.before:
            changed = {name: (self.before[name], after[name]) for name in after if after[name] != self.before[name]}
            self._note(f"rows {sorted(changed)}", f"{what}\n  refused, but it wrote: {changed}")

    def fail(self, what, error):
        """Note a failure under where it arose in our code."""
        if isinstance(error, str):
            self._note(error, what)
            return
        ours = [frame for frame in traceback.extract_tb(error.__traceback__) if ".venv" not in frame.filename]
        ours = [frame for frame in ours if "tests" not in frame.filename]
        place = f"{ours[-1].filename}:{ours[-1].lineno}" if ours else "?"
        self._note(f"{type(error).__name__} at {place}", f"{what}\n  {error!s:.300}")

    def _note(self, kind, what):
        if kind not in self.failures:
            self.failures[kind] = what
            _report(f"{kind}\n  {what}")


def _report(text):
    """Write a line to the file that the environment names, while a long run goes on."""
    if REPORT:
        with Path(REPORT).open("a") as report:
            report.write(f"{text}\n")


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
    wanted = TOTAL * SHARES["forms"] // 100
    for turn in range(wanted // TRIES):
        path = pages[turn % len(pages)]
        fields = fields_of(trial.client, path)
        for _try in range(TRIES):
            trial.send("post", path, spoil(random, fields), random.choice((None, FRAGMENT)))
    trial.check()
    assert trial.answers[422] > wanted // 10  # most were refused by a form, not by a missing page


WORDS = (
    "q",
    "sort",
    "page",
    "per_page",
    "columns",
    "view",
    "tab",
    "panel",
    "dialect",
    "lookup",
    "rows",
    "blank",
    "all",
)
PLAUSIBLE = (
    *("..", "1..", "..5", "2026-01-01..2026-03-31", "a..b", "5..1", ">=10", "<=", "<>", "<>X", "CH*", "*", "A|B", "|"),
    *(
        "p1",
        "p99",
        "cm",
        "-30d..t",
        "t..",
        "blank",
        '"exact phrase"',
        '"',
        "-no",
        "no,no",
        "-",
        "no;drop",
        "=CHAIR",
        "''",
    ),
    *("0", "1", "2", "-1", "999999999999999999999", "25", "250", "all", "yes", "no", "maybe", "on", "csv"),
)


def filter_names(path):
    """The words that the list at a path reads from its address."""
    view = getattr(resolve(path.partition("?")[0]).func, "view_class", None)
    filters = getattr(getattr(view, "filterset_class", None), "base_filters", {})
    form = getattr(getattr(view, "form_class", None), "base_fields", {})
    columns = getattr(getattr(view, "table_class", None), "base_columns", {})
    return [*filters, *form], list(columns)


def a_query(random, path):
    """Words of an address, some of them the list's own."""
    own, columns = filter_names(path)
    query = {}
    for _each in range(random.randint(0, 4)):
        name = random.choice(own) if own and random.random() < 0.6 else random.choice((*WORDS, *PLAUSIBLE[:3], "item"))
        value = random.choice(PLAUSIBLE if random.random() < 0.5 else GARBAGE)
        if name in ("sort", "columns") and columns and random.random() < 0.6:
            value = (
                random.choice(("", "-"))
                + random.choice(columns)
                + random.choice(("", ",x", f",{random.choice(columns)}"))
            )
        query[name] = [value, random.choice(GARBAGE)] if random.random() < 0.05 else value
    return query


def test_filters_and_addresses(world):
    """What stands in the address line: filters, sorting, columns, paging, files of lists, and numbers of records."""
    random, trial = Random(SEED + 1), Trial(world)
    found = list(paths_of(world))
    for _number in range(TOTAL * SHARES["addresses"] // 100):
        address, path = random.choice(found)
        given = arguments(address, world, "lead")
        if "export_format" in given:
            path = path.replace(".csv", random.choice((".csv", ".json", ".xlsx")), 1)
        if random.random() < 0.3 and address.arguments:
            name = random.choice(address.arguments)
            path = path.replace(f"/{given[name]}", f"/{quote(str(random.choice(GARBAGE)), safe='')}", 1)
        try:
            query = a_query(random, path)
        except Resolver404:
            query = {}
        trial.send("get", path, query, random.choice((None, FRAGMENT)))
    trial.check()
    assert trial.answers[200] > trial.answers[404]


def test_imports(world, tmp_path):
    """Files that are none, and files whose rows are wrong: refused as a whole, row by row named."""
    random, trial = Random(SEED + 2), Trial(world)
    kinds = list(KINDS.values())
    for number in range(TOTAL * SHARES["imports"] // 100 // 2):
        kind = random.choice(kinds)
        name, data = bad_files.a_file(random, kind)
        preview = random.choice(({}, {"_preview": "1"}))
        common = {"skip_existing": random.choice(("", "on"))} | preview
        if random.random() < 0.3:
            trial.send("post", f"/import/{kind.name}/", {"text": bad_files.pasted(random, kind)} | common)
        else:
            place = random.choice((f"/import/{kind.name}/", f"/import/{kind.name}/", "/catalogue-items/import/"))
            trial.send("post", place, {"file": SimpleUploadedFile(name, data), "vendor": "V1"} | common)
        path = tmp_path / f"{number}{Path(name).suffix}"
        path.write_bytes(data)
        trial.call(lambda kind=kind, path=path: _import(kind, path), f"{kind.name} {name} {data!r}")
    trial.check()
    assert trial.answers[422] > trial.answers[302]


def _import(kind, path):
    import_whole(kind, read_file(path), ImportOptions())


def commands():
    """(name, its options and positional arguments) of every command of ours; loading the demo takes a while."""
    for name, app in sorted(get_commands().items()):
        if isinstance(app, str) and app.split(".")[0] in OUR_APPS and name != "load_demo":
            parser = load_command_class(app, name).create_parser("manage.py", name)
            ours = [action for action in parser._actions if action.dest not in BaseCommand.base_stealth_options]
            known = ("help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color")
            yield name, [action for action in ours if action.dest not in (*known, "skip_checks")]


def test_commands(world, capsys):
    """Arguments that no command should take: said what is wrong, no traceback."""
    random, trial = Random(SEED + 3), Trial(world)
    known = list(commands())
    for _number in range(TOTAL * SHARES["commands"] // 100):
        name, actions = random.choice(known)
        words = []
        for action in random.sample(actions, k=random.randint(0, min(3, len(actions)))):
            value = guess(random, action.dest) if random.random() < 0.4 else random.choice(GARBAGE)
            values = [value for _each in range(random.choice((1, 1, 1, 0, 2)) if action.nargs != 0 else 0)]
            words += [word for word in (*action.option_strings[-1:], *values) if "\x00" not in word]
        if random.random() < 0.1:
            words.append(random.choice(("--nothing", "-x", "--help", "--item=", "--")))
        trial.call(lambda name=name, words=words: call_command(name, *words), f"{name} {words}")
    trial.check()


SCAN_WORDS = ("key", "session", "user", "code", "quantity", "lot", "serial")
CODES = ("CHAIR", "7041234567892", "(01)07041234567892(10)L-1", "]C10107041234567892", "OSLO", "A1", "\x1d10L-1\x1d")


def test_scans_and_other_json(world):
    """What the queue of the scan station sends, or somebody in its name: anything but JSON, and JSON of anything."""
    random, trial = Random(SEED + 4), Trial(world)
    for _number in range(TOTAL * SHARES["scans"] // 100):
        body = {"key": str(UUID(int=random.getrandbits(128))), "session": world.scan.pk, "code": random.choice(CODES)}
        for name in random.sample(SCAN_WORDS, k=random.choice((0, 1, 1, 2, 3))):
            body[name] = random.choice((*GARBAGE, None, [], {}, 1.5, True, -1, 10**30, random.choice(CODES)))
        data = json.dumps(body)
        if random.random() < 0.15:
            data = random.choice((data[:-5], "[]", "null", "1", "", "[" * 5000, '{"key": NaN}', "\ud800", data + data))
        path = random.choice(("/scan/apply/", "/scan/apply/", "/scan/undo/"))
        trial.send_body(path, data.encode("utf-8", "surrogatepass"))
    trial.check()
