"""What the client gives back: frozen values, without a connection behind them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Container:
    """A running application."""

    url_id: str
    image_name: str
    #: The grant it was started from; empty where the server did not say.
    mapping_id: str
    #: Its address through the proxy, for a browser. Who opens it is asked to log in.
    address: str


@dataclasses.dataclass(frozen=True)
class Application:
    """Something that may be started."""

    #: Its id, the ``mapping_id`` of the grant: 32 hexadecimal digits.
    mapping_id: str
    #: For people: the image's own title, or else the image's name.
    name: str
    image_name: str
    description: str
    #: Names of the start options that it takes, such as ``resolution``.
    configurables: tuple[str, ...]
    policy: Mapping[str, Any]
    #: Where it runs now, or None.
    container: Container | None

    def is_called(self, wanted: str) -> bool:
        """Whether people may mean this by ``wanted``: its id, its name, its image's."""
        names = {self.mapping_id, self.name, self.image_name}
        names.add(self.image_name.rsplit("/", 1)[-1].partition(":")[0])
        names.add(self.image_name.partition(":")[0])
        return wanted.strip().casefold() in {name.casefold() for name in names}


@dataclasses.dataclass(frozen=True)
class Progress:
    """One line of what is going on while something starts."""

    message: str
    #: 0 to 100, or None where nobody knows.
    percent: int | None = None
    #: Something to keep in sight, not only to pass by.
    warning: bool = False


#: Whoever wants to show progress gives one of these.
OnProgress = Callable[[Progress], None]


def ignore(progress: Progress) -> None:
    """The ``OnProgress`` of who does not want any."""
