"""Which function runs a kind of job. Handlers stand in the apps' ``tasks.py``, which every process imports."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.base.jobs.runner import RunningJob

Handler = Callable[["RunningJob"], None]

_HANDLERS: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the decorated function as what runs jobs of a kind."""

    def register(function: Handler) -> Handler:
        if _HANDLERS.setdefault(kind, function) is not function:
            raise ValueError(f"Two handlers for jobs of kind {kind}")
        return function

    return register


def handler_of(kind: str) -> Handler:
    """Return the function for a kind. Raises LookupError: a kind without one is a bug."""
    if kind not in _HANDLERS:
        raise LookupError(f"No handler for jobs of kind {kind}")
    return _HANDLERS[kind]


def kinds() -> list[str]:
    """All kinds that have a handler, sorted."""
    return sorted(_HANDLERS)
