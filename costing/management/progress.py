"""A line on the terminal that says how far a command has come; nothing where the output goes to a file."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

_INTERVAL_SECONDS = 0.2


class Progress:
    """Call it with done and total. It writes to the error stream, so that `--json` output stays clean."""

    def __init__(self, label: str, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.label = label
        self.stream = stream or sys.stderr
        self.clock = clock
        self._last = float("-inf")
        self._is_terminal = self.stream.isatty()

    def __call__(self, done: int, total: int) -> None:
        """Show the state, at most a few times a second, and always the last."""
        now = self.clock()
        if not self._is_terminal or (done < total and now - self._last < _INTERVAL_SECONDS):
            return
        self._last = now
        percent = 100 * done // max(total, 1)
        self.stream.write(f"\r{self.label}: {done}/{total} ({percent} %)" + ("\n" if done >= total else ""))
        self.stream.flush()
