"""What the clerks note down: requests, refusals, and each quantity that they were told was posted."""

from __future__ import annotations

import math
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal

Moves = Iterable[tuple[str, str, Decimal]]
"""(item, place, signed quantity)."""


class Tally:
    """Shared by all clerks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.states: Counter[int] = Counter()
        self.postings: Counter[str] = Counter()
        self.refusals: Counter[tuple[str, str]] = Counter()
        self.resent: Counter[str] = Counter()
        self.moved: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.documents: list[str] = []
        self.faults: list[str] = []

    def answered(self, what: str, seconds: float, status: int) -> None:
        """Note an answer of the server."""
        with self._lock:
            self.seconds[what].append(seconds)
            self.states[status] += 1

    def forget_requests(self) -> None:
        """Begin to measure anew."""
        with self._lock:
            self.seconds.clear()
            self.states.clear()

    def posted(self, what: str, moves: Moves, documents: Iterable[str]) -> None:
        """Note what a clerk was told was posted."""
        with self._lock:
            self.postings[what] += 1
            self.documents += documents
            for item, place, quantity in moves:
                self.moved[item, place] += quantity

    def refused(self, what: str, codes: Iterable[str]) -> None:
        """Note a refusal, once for each different code."""
        with self._lock:
            for code in set(codes):
                self.refusals[what, code] += 1

    def sent_again(self, how: str) -> None:
        """Note a form that was sent more than once."""
        with self._lock:
            self.resent[how] += 1

    def fault(self, words: str) -> None:
        """Note what should never happen."""
        with self._lock:
            self.faults.append(words)

    def codes(self) -> Counter[str]:
        """Refusals by code, of everything that was asked."""
        total: Counter[str] = Counter()
        for (_what, code), count in list(self.refusals.items()):
            total[code] += count
        return total

    @property
    def has_seen_all(self) -> bool:
        """Whether everything was posted at least once, and something was refused since stock was short."""
        return all(self.postings[what] for what in POSTING) and self.codes()["insufficient_quantity"] > 0

    @property
    def attempts(self) -> int:
        """Postings that were tried: made, or refused for another reason than that they were sent before."""
        refused = sum(
            count for (what, code), count in self.refusals.items() if what in POSTING and code != "already_sent"
        )
        return sum(self.postings.values()) + refused

    @property
    def busy_share(self) -> float:
        """Which part of the postings that were tried was refused as busy."""
        return self.codes()["busy"] / max(self.attempts, 1)


POSTING = ("receive", "ship", "transfer ship", "transfer receive", "count post")
"""What posts; everything else prepares it."""


def report(tally: Tally, *, clerks: int, seconds: float) -> str:
    """The figures of a run as text, one line each."""
    answers = sum(tally.states.values())
    posted = sum(tally.postings.values())
    states = ", ".join(f"{count} x {state}" for state, count in sorted(tally.states.items()))
    lines = [
        f"{clerks} clerks, {seconds:.1f} s: {answers} requests ({answers / seconds:.1f} a second; {states})",
        f"{posted} postings ({posted / seconds:.1f} a second) of {tally.attempts} tried",
        f"busy: {100 * tally.busy_share:.2f} %",
        "posted: " + _counts(tally.postings),
        "sent more than once: " + _counts(tally.resent),
        "refused: " + _counts(Counter({f"{what}: {code}": n for (what, code), n in tally.refusals.items()})),
        f"{'request':24} {'number':>7} {'median ms':>10} {'95 % ms':>9} {'longest':>9}",
    ]
    for what, taken in sorted(tally.seconds.items()):
        figures = (percentile(taken, share) * 1000 for share in (0.5, 0.95, 1.0))
        lines.append(f"{what:24} {len(taken):7} " + "{:10.0f} {:9.0f} {:9.0f}".format(*figures))
    return "\n".join(lines)


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"
