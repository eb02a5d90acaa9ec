"""How much memory processes have."""

from __future__ import annotations

import pathlib
from collections.abc import Iterable
from typing import NamedTuple


class Memory(NamedTuple):
    """Bytes that processes have resident, and those of them that they share with nobody."""

    resident: int
    own: int


def memory_of(pids: Iterable[int]) -> Memory:
    """The memory of processes, added up (``proc_pid_smaps(5)``)."""
    sizes = {"Rss": 0, "Private_Clean": 0, "Private_Dirty": 0}
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in sizes:
                sizes[name] += int(rest.split()[0]) * 1024
    return Memory(sizes["Rss"], sizes["Private_Clean"] + sizes["Private_Dirty"])
