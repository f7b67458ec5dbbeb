"""Clerks who work with the pages of the server as people do, one after the other, without a pause for thought.

Each does what comes: receives, ships, sends goods to another place, takes in what another clerk sent, counts. Some
click twice, some post from two tabs, some lose the network while the server works and send the form again.
"""

from __future__ import annotations

import random
import re
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tests.load import company
from tests.load.browser import Answer, Browser, Fields, words_of
from tests.load.company import WaitingOrder
from tests.load.tally import Tally

Move = tuple[str, str, Decimal]
Told = Callable[[Answer, Fields], list[Move]]
"""What a posting moved, by what the clerk typed and the page that he sees afterwards."""

DOUBLE_CLICK, TWO_TABS, LOST = 0.06, 0.05, 0.06
ALREADY_SENT = "already_sent"
WAIT_SECONDS, WAITS_MAX = 0.2, 300
KEY = "_request_key"
_POSTED = re.compile(r"<p>((?:(?!</p>).)* (?:is|are) posted\.(?:(?!</p>).)*)</p>", re.DOTALL)
_DOCUMENT = re.compile(r'<a href="/[a-z-]+/([A-Z]+-\d+)/">')
_ROW = re.compile(r'<tr id="line-(\d+)".*?</tr>', re.DOTALL)
_CELL = re.compile(r'<td class="[^"]*" data-label="([^"]*)">(.*?)</td>', re.DOTALL)
_FIGURE = re.compile(r'data-value="([^"]*)"')
_CATEGORY = re.compile(r'<option value="(\d+)"')


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A transfer order whose goods are on the road: its address, where they go, the items by line number."""

    path: str
    target: str
    items: Mapping[str, str]


class Road:
    """The transfer orders that wait for somebody at the other end. Shared by all clerks."""

    def __init__(self) -> None:
        self._waiting: deque[UnderWay] = deque()

    def put(self, order: UnderWay) -> None:
        self._waiting.append(order)

    def take(self, *, leave: bool) -> UnderWay | None:
        """The order that has waited longest; with `leave` it stays, and somebody else may take it in as well."""
        try:
            return self._waiting[0] if leave else self._waiting.popleft()
        except IndexError:
            return None


class Desk:
    """The orders that wait to be received and shipped. Shared by all clerks."""

    def __init__(self, orders: Mapping[str, Iterable[WaitingOrder]]) -> None:
        self._orders = {route: deque(waiting) for route, waiting in orders.items()}

    def take(self, route: str, *, leave: bool = False) -> WaitingOrder | None:
        """The next one; with `leave` it stays, and somebody else takes it as well."""
        waiting = self._orders[route]
        try:
            return waiting[0] if leave else waiting.popleft()
        except IndexError:
            return None


class GaveUp(Exception):
    """A refusal ends what the clerk was about; he goes on with something else."""


class Clerk(threading.Thread):
    """Works from its start until `end`, and on until everything was done once, but not after `latest_end`.

    Both are monotonic seconds. Signing in comes before. The first thing differs from clerk to clerk.
    """

    def __init__(self, number: int, *, port: int, tally: Tally, road: Road, desk: Desk) -> None:
        super().__init__(name=company.clerk_name(number), daemon=True)
        self.number, self.tally, self.road, self.desk = number, tally, road, desk
        self.browser = Browser(port, tally.answered)
        self.dice = random.Random(number)
        self.end = self.latest_end = 0.0
        self.work = {
            self.receive: 22,
            self.ship: 32,
            self.send: 18,
            self.take_in: 18,
            self.count: 10,
        }

    def run(self) -> None:
        """Do one thing after the other; what is no answer of a sound server is a fault."""
        tasks, weights = list(self.work), list(self.work.values())
        task = tasks[self.number % len(tasks)]
        while self._goes_on():
            try:
                task()
            except GaveUp:
                pass
            except Exception:  # noqa: BLE001 the test looks at it
                self.tally.fault(f"{self.name}, {task.__name__}: {traceback.format_exc()}")
            task = self.dice.choices(tasks, weights=weights)[0]

    def _goes_on(self) -> bool:
        now = time.monotonic()
        return now < self.end or (now < self.latest_end and not self.tally.has_seen_all)

    # What clerks do.

    def receive(self) -> None:
        """Receive an order that waits, now and then one that another clerk receives as well, or a new one."""
        order = self.desk.take("purchases", leave=self.dice.random() < 0.1)
        if order is None:
            order = self._order_at_a_place("purchases", {"vendor": company.VENDOR}, most=6)
        moves = [(item, order.place, quantity) for item, quantity in order.lines.items()]
        self._post("receive", f"{order.path}receive/", lambda _page, _sent: moves)

    def ship(self) -> None:
        """Ship an order that waits, or a new one; where stock is short, delete it, or leave it."""
        order = self.desk.take("sales")
        if order is None:
            order = self._order_at_a_place("sales", {"customer": company.CUSTOMER}, most=8)
        moves = [(item, order.place, -quantity) for item, quantity in order.lines.items()]
        try:
            self._post("ship", f"{order.path}ship/", lambda _page, _sent: moves)
        except GaveUp:
            if self.dice.random() < 0.5:
                page = self._open(f"{order.path}delete/", "delete")
                self._expect("delete", self.browser.post(f"{order.path}delete/", page.fields, "delete"), 302)
            raise

    def send(self) -> None:
        """Send goods to another place."""
        source, target = self.dice.sample(company.PLACES, 2)
        places = {"from_location": source, "to_location": target, "in_transit_location": company.ROAD}
        order, lines = self._order("transfers", places, most=4)
        items = {f"line_{10_000 * number}": item for number, item in enumerate(lines, start=1)}
        self._post("transfer ship", f"{order}ship/", _along(items, source, company.ROAD))
        self.road.put(UnderWay(order, target, items))

    def take_in(self) -> None:
        """Take in what is on the road, now and then a part of it, now and then while another clerk does the same."""
        order = self.road.take(leave=self.dice.random() < 0.15)
        if order is None:
            return self.send()
        page = self._open(f"{order.path}receive/", "transfer receive form")
        wanted = {name: value for name, value in page.fields.items() if name in order.items}
        in_parts = self.dice.random() < 0.3
        if in_parts:
            wanted = {name: str(Decimal(value) // 2) for name, value in wanted.items()}
        told = _along(order.items, company.ROAD, order.target)
        self._post("transfer receive", f"{order.path}receive/", told, page=page, change=wanted)
        if in_parts:
            self.road.put(order)
        return None

    def count(self) -> None:
        """Count one category at one place: calculate, enter, finish, post."""
        place = self.dice.choice(company.PLACES)
        page = self._open("/counts/new/", "new count form")
        category = self.dice.choice(_CATEGORY.findall(page.body))
        fields = page.fields | {"location": place, "category": category, "with_zero": "on"}
        count = self._expect("new count", self.browser.post("/counts/new/", fields, "new count"), 302).location
        page = self._open(count, "count page")
        for line, cells in _rows(page).items():
            if not self._goes_on():
                raise GaveUp
            in_books = Decimal(_FIGURE.findall(cells["By the books"])[0])
            counted = max(in_books + self.dice.choice((-2, -1, 0, 0, 0, 0, 1, 2)), Decimal(0))
            typed = page.fields_of_line(line) | {"quantity_counted": str(counted)}
            answer = self.browser.post(f"{count}lines/{line}/", typed, "counted line", target=f"line-{line}")
            self._expect("counted line", answer, 200)
        if self.dice.random() < 0.5:  # the others post it at once
            page = self._open(f"{count}finish/", "count finish form")
            self._expect("count finish", self.browser.post(f"{count}finish/", page.fields, "count finish"), 302)
        self._post("count post", f"{count}post/", _differences(place))

    # How they do it.

    def _open(self, path: str, what: str) -> Answer:
        """Open a page to work on it. Raises: GaveUp when the working day is over, or where it is refused."""
        if not self._goes_on():
            raise GaveUp
        return self._expect(what, self.browser.get(path, what), 200)

    def _expect(self, what: str, answer: Answer, status: int) -> Answer:
        """Check an answer. Raises: GaveUp where it is a refusal, AssertionError where it is neither."""
        if answer.status == 422 and answer.codes:
            self.tally.refused(what, answer.codes)
            raise GaveUp
        assert answer.status == status, f"{what}: {answer.status} {answer.complaints} {words_of(answer.body)[:300]}"
        return answer

    def _order_at_a_place(self, route: str, partner: Fields, *, most: int) -> WaitingOrder:
        place = self.dice.choice(company.PLACES)
        path, lines = self._order(route, partner | {"location": place}, most=most)
        return WaitingOrder(path, place, lines)

    def _order(self, kind: str, header: Fields, *, most: int) -> tuple[str, dict[str, Decimal]]:
        """Make an order of up to three lines, items in no order; returns its address and the quantities by item."""
        page = self._open(f"/{kind}/new/", f"new {kind} form")
        made = self.browser.post(f"/{kind}/new/", page.fields | header, f"new {kind}")
        order = self._expect(f"new {kind}", made, 302).location
        page = self._open(order, f"{kind} page")
        lines = {
            item: Decimal(self.dice.randint(1, most))
            for item in self.dice.sample(company.ITEMS, self.dice.randint(1, 3))
        }
        for item, quantity in lines.items():
            if not self._goes_on():
                raise GaveUp
            typed = page.fields_of_line("new") | {"item": item, "quantity": str(quantity)}
            self._expect("line", self.browser.post(f"{order}lines/", typed, "line", target="line-new"), 200)
            # The page asks for its figures and actions again after each line.
            self._expect("page head", self.browser.get(order, "page head", target="page-head-refresh"), 200)
        return order, lines

    def _post(
        self, what: str, path: str, told: Told, *, page: Answer | None = None, change: Fields | None = None
    ) -> None:
        """Post by the form of a page, and note what was posted. Raises: GaveUp where nothing was."""
        sent = (page or self._open(path, f"{what} form")).fields | (change or {})
        chance = self.dice.random()
        forms = [sent]
        if chance < DOUBLE_CLICK:
            self.tally.sent_again("double click")
            forms = [sent, sent]
        elif chance < DOUBLE_CLICK + TWO_TABS:
            self.tally.sent_again("two tabs")
            forms = [sent, sent | {KEY: self._open(path, f"{what} form").fields[KEY]}]
        elif chance < DOUBLE_CLICK + TWO_TABS + LOST:
            self.tally.sent_again("lost answer")
            self.browser.post_unheard(path, sent, seconds=self.dice.uniform(0, 0.3))
        answers = self.browser.post_together(path, forms, what)
        by_key = {form[KEY]: self._settle(what, path, form, answers, forms) for form in forms}
        done = [(next(f for f in forms if f[KEY] == key), each) for key, each in by_key.items() if each is not None]
        if not done:
            raise GaveUp
        page = self.browser.get(done[0][1].location, f"after {what}")
        messages = " ".join(_POSTED.findall(page.body))
        assert messages, f"{what}: {path} is posted, but nobody says so"
        for position, (form, _answer) in enumerate(done):
            documents = set(_DOCUMENT.findall(messages)) if position == 0 else set()
            self.tally.posted(what, told(page, form), documents)

    def _settle(self, what: str, path: str, form: Fields, answers: list[Answer], forms: list[Fields]) -> Answer | None:
        """The answer that says that a form is posted, None where it was refused.

        While the first of the same form still works, the form is sent again, until somebody says what came of it.
        """
        mine = [answer for answer, sent in zip(answers, forms, strict=True) if sent[KEY] == form[KEY]]
        for _wait in range(WAITS_MAX):
            for answer in mine:
                if answer.status != 302:
                    self._check_refusal(what, answer)
            posted = [answer for answer in mine if answer.status == 302]
            if posted:
                return posted[0]
            if any(answer.codes != [ALREADY_SENT] for answer in mine):
                return None
            time.sleep(WAIT_SECONDS)
            mine = [self.browser.post(path, form, what)]
        raise AssertionError(f"{what}: {path} was sent before, and nobody says what came of it")

    def _check_refusal(self, what: str, answer: Answer) -> None:
        assert answer.status == 422, f"{what}: {answer.status} {words_of(answer.body)[:300]}"
        assert answer.codes, f"{what}: refused without a code: {answer.complaints}"
        self.tally.refused(what, answer.codes)


def _along(items: Mapping[str, str], source: str, target: str) -> Told:
    """Goods of a transfer order go from one place to the next, as much of each line as was typed."""

    def told(_page: Answer, sent: Fields) -> list[Move]:
        quantities = [(item, Decimal(sent[name] or 0)) for name, item in items.items() if name in sent]
        return [
            (item, place, sign * quantity)
            for item, quantity in quantities
            for place, sign in ((source, -1), (target, 1))
        ]

    return told


def _differences(place: str) -> Told:
    """What a count found, as its page says after it is posted."""

    def told(page: Answer, _sent: Fields) -> list[Move]:
        rows = _rows(page).values()
        return [(words_of(cells["Item"]), place, Decimal(_FIGURE.findall(cells["Difference"])[0])) for cells in rows]

    return told


def _rows(page: Answer) -> dict[str, dict[str, str]]:
    """The rows of a grid by the key of their line: each cell's markup by its label."""
    return {found.group(1): dict(_CELL.findall(found.group(0))) for found in _ROW.finditer(page.body)}
