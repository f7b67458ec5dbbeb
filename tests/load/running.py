"""A load: the company is made, the clerks sign in and work, and then the books are asked what became of it.

Needs Django set up on the database of the server; the server itself is another process.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from costing import adjustment, check_books
from tests.load import books, company
from tests.load.browser import Browser
from tests.load.clerks import Clerk, Desk, Road
from tests.load.tally import Tally

BUSY_SHARE_MAX = 0.01
ADJUST_EVERY_SECONDS = 4.0
JOBS_SECONDS = 120.0
MORE_SECONDS = 90.0
"""How much longer the clerks of a slow machine may work until each kind of posting was made once."""
KINDS = {
    "receive": "purchase_receipt",
    "ship": "sales_shipment",
    "transfer ship": "transfer_shipment",
    "transfer receive": "transfer_receipt",
}


@dataclass(slots=True)
class Load:
    """What a load left: the clerks' notes, how long they worked, and everything that is wrong."""

    tally: Tally
    seconds: float
    wrong: list[str] = field(default_factory=list)


def run(port: int, *, clerks: int, seconds: float) -> Load:
    """Let so many clerks work on the server at a port for so long; check everything."""
    today = datetime.now(UTC).date()
    desk = Desk(company.make(clerks=clerks, today=today))
    before = books.Snapshot.take()
    tally = Tally()
    took = _work(port, tally, desk, clerks=clerks, seconds=seconds)
    load = Load(tally, took)
    load.wrong += _wrong_answers(tally) + _wrong_jobs()
    after = books.Snapshot.take()
    load.wrong += _wrong_books(tally, before, after)
    load.wrong += [f"check_books: {breach}" for breach in check_books.breaches()]
    result = adjustment.adjust_cost(today=today)
    if result.failed:
        load.wrong.append(f"cost adjustment failed for {result.failed} items")
    load.wrong += [f"check_books after the adjustment: {breach}" for breach in check_books.breaches()]
    deadlocks = books.Snapshot.take().deadlocks - before.deadlocks
    if deadlocks:
        load.wrong.append(f"{deadlocks} deadlocks")
    return load


def _work(port: int, tally: Tally, desk: Desk, *, clerks: int, seconds: float) -> float:
    """The work itself, from the first request to the last answer, in seconds; signing in comes before."""
    road = Road()
    people = [Clerk(number, port=port, tally=tally, road=road, desk=desk) for number in range(1, clerks + 1)]
    keeper = Browser(port, tally.answered)
    for browser, name in [(keeper, company.BOOKKEEPER), *((clerk.browser, clerk.name) for clerk in people)]:
        browser.sign_in(name, company.PASSWORD)
    tally.forget_requests()
    began = time.monotonic()
    over = threading.Event()
    bookkeeper = threading.Thread(target=_adjust, args=(keeper, tally, over), daemon=True)
    bookkeeper.start()
    for clerk in people:
        clerk.end, clerk.latest_end = began + seconds, began + seconds + MORE_SECONDS
        clerk.start()
    for clerk in people:
        clerk.join()
    took = time.monotonic() - began
    over.set()
    bookkeeper.join()
    return took


def _adjust(browser: Browser, tally: Tally, over: threading.Event) -> None:
    """Start cost adjustment on its page again and again, for the worker to do beside the clerks."""
    while not over.is_set():
        page = browser.get("/costing/adjust/", "adjust cost form")
        answer = browser.post("/costing/adjust/", page.fields, "adjust cost")
        if (page.status, answer.status) != (200, 302):
            tally.fault(f"adjust cost: {page.status}, {answer.status} {answer.complaints}")
        over.wait(ADJUST_EVERY_SECONDS)


def _wrong_jobs() -> list[str]:
    """Wait until the worker has done all that the bookkeeper asked for; say what did not end well."""
    end = time.monotonic() + JOBS_SECONDS
    while (jobs := books.jobs()).keys() & {"queued", "running"} and time.monotonic() < end:
        time.sleep(0.2)
    return [] if jobs.keys() == {"done"} else [f"jobs of cost adjustment: {jobs}"]


def _wrong_answers(tally: Tally) -> list[str]:
    wrong = list(tally.faults)
    wrong += [f"{count} answers with state {state}" for state, count in tally.states.items() if state not in SOUND]
    if tally.busy_share >= BUSY_SHARE_MAX:
        wrong.append(f"busy: {100 * tally.busy_share:.2f} % of {tally.attempts} postings")
    if not tally.attempts:
        wrong.append("nothing was posted")
    return wrong


SOUND = (200, 302, 422)
"""A page, a redirection after something was done, a refusal."""


def _wrong_books(tally: Tally, before: books.Snapshot, after: books.Snapshot) -> list[str]:
    wrong = books.differences(
        {each: quantity for each, quantity in tally.moved.items() if quantity}, after.moved_since(before)
    )
    made = Counter(kind for kind, _no in after.documents - before.documents)
    wrong += [
        f"{tally.postings[what]} x {what} was told, there are {made[kind]} documents"
        for what, kind in KINDS.items()
        if tally.postings[what] != made[kind]
    ]
    wrong += _unknown(tally.documents, [no for _kind, no in after.documents])
    return wrong + books.gaps_and_doubles() + books.counts_that_missed_movements()


def _unknown(told: Sequence[str], stored: Sequence[str]) -> list[str]:
    doubles = [f"{no} was told {count} times" for no, count in Counter(told).items() if count > 1]
    return doubles + [f"{no} was told, and is nowhere" for no in sorted(set(told) - set(stored)) if "CNT" not in no]


def wrong_in_log(output: str) -> list[str]:
    """What the server's own log complains of."""
    signs = ("Internal Server Error", "Traceback", "ERROR", "CRITICAL", "starting it again")
    return [line for line in output.splitlines() if any(sign in line for sign in signs)]
