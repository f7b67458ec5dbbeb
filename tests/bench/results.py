"""The line that a measure prints, and the memory that it took."""

import resource
from dataclasses import dataclass, field
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass
class Measured:
    """Seconds of the application and of the floor for the same work; `note` for people."""

    name: str
    size: int
    seconds: float
    floor_seconds: float
    note: str = ""
    memory_mb: float = field(default_factory=lambda: peak_mb())

    def __str__(self) -> str:
        ratio = self.seconds / self.floor_seconds
        seconds, floor_seconds = _text(self.seconds), _text(self.floor_seconds)
        line = f"{self.name} {self.size} {seconds} {floor_seconds} {ratio:.2f} {self.memory_mb:.0f}"
        return f"{line}  # {self.note}" if self.note else line


def _text(seconds: float) -> str:
    """Three decimals, five where the work of one document is meant."""
    return f"{seconds:.3f}" if seconds >= 1 else f"{seconds:.5f}"


def reset_peak() -> None:
    """Forget the most memory held so far, where the system can (Linux)."""
    if _CLEAR.exists():
        _CLEAR.write_text("5")


def peak_mb() -> float:
    """The most memory that this process has held since `reset_peak`, or so far, in MB."""
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
