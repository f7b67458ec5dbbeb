"""One company in a process of its own, with a warm connection: it opens pages and says how long they took."""

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext, setup_test_environment, teardown_test_environment

from tests.bench import databases


@dataclass(frozen=True)
class Opened:
    """`size`: bytes of the page before it is packed."""

    seconds: float
    queries: int
    size: int


class CompanyProcess:
    """`pages`: name -> kind. `open(name, times)`: how often it is opened; the fastest counts for the ratio."""

    def __init__(self, database: str, make_world: Callable[[], Any]) -> None:
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        connection.close()
        self._process = context.Process(target=_serve, args=(theirs, database, make_world), daemon=True)
        self._process.start()

    def wait(self) -> None:
        """Until the company stands and its pages are known."""
        self.pages: dict[str, str] = self._answer()

    def open(self, name: str, times: int) -> list[float]:
        """Seconds of each time."""
        self._pipe.send(("open", name, times))
        return list(self._answer())

    def count(self, name: str) -> Opened:
        """Open it once and count its queries."""
        self._pipe.send(("count", name, 1))
        opened: Opened = self._answer()
        return opened

    def call(self, work: Callable[[Any], Any]) -> Any:
        """Do other work in the company: a function of the module level, given the world."""
        self._pipe.send(("call", work, 1))
        return self._answer()

    def stop(self) -> None:
        self._pipe.send(("stop", "", 0))
        self._process.join()

    def _answer(self) -> Any:
        answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


def _serve(pipe: Any, database: str, make_world: Callable[[], Any]) -> None:
    from tests.web.page_walk import PageWalk

    databases.use(database)
    try:
        world = make_world()
        walk = PageWalk(world)
        # What a page is told by its context, which only tests keep; it is not kept while pages are timed.
        setup_test_environment()
        pages = {page.name: page for page in walk.pages()}
        teardown_test_environment()
    except Exception as error:  # noqa: BLE001 - the parent raises it
        pipe.send(RuntimeError(f"{type(error).__name__}: {error}"))
        return
    pipe.send({page.name: page.kind for page in pages.values()})
    while True:
        what, name, times = pipe.recv()
        if what == "stop":
            connection.close()
            return
        try:
            pipe.send(_do(what, name, times, walk, pages, world))
        except Exception as error:  # noqa: BLE001 - the parent raises it
            pipe.send(RuntimeError(f"{name}: {type(error).__name__}: {error}"))


def _do(what: str, name: Any, times: int, walk: Any, pages: dict[str, Any], world: Any) -> Any:
    if what == "call":
        return name(world)
    page = pages[name]
    if what == "open":
        return [_timed(walk, page) for _turn in range(times)]
    with CaptureQueriesContext(connection) as captured:
        answer = walk.get(page)
    return Opened(0, len(captured), len(answer.content))


def _timed(walk: Any, page: Any) -> float:
    started = time.perf_counter()
    answer = walk.get(page)
    seconds = time.perf_counter() - started
    if answer.status_code != 200:
        raise AssertionError(f"{page.path} answered {answer.status_code}")
    return seconds
