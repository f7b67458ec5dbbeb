"""The line that a measure prints."""

import resource
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """Seconds of the application and of the floor for the same work; `note` for people."""

    name: str
    size: int
    seconds: float
    floor_seconds: float
    note: str = ""

    def __str__(self) -> str:
        ratio = self.seconds / self.floor_seconds
        line = f"{self.name} {self.size} {self.seconds:.3f} {self.floor_seconds:.3f} {ratio:.2f} {peak_mb():.0f}"
        return f"{line}  # {self.note}" if self.note else line


def peak_mb() -> float:
    """The most memory that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
