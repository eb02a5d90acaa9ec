"""The client's one way to wait: again and again, ever more slowly, until a deadline."""

from __future__ import annotations

import time
from collections.abc import Iterator

#: Seconds between attempts: the first pause, the growth, the longest pause.
FIRST, GROWTH, LONGEST = 0.1, 1.6, 2.0


def attempts(timeout: float) -> Iterator[float]:
    """Yield the seconds since the start, again and again until ``timeout``; at least once."""
    began = time.monotonic()
    pause = FIRST
    while True:
        elapsed = time.monotonic() - began
        yield elapsed
        remaining = timeout - (time.monotonic() - began)
        if remaining <= 0:
            return
        time.sleep(min(pause, remaining))
        pause = min(pause * GROWTH, LONGEST)
