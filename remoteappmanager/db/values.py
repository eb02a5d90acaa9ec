"""What the databases hand out: frozen values, and the rules for what may go in.

Nothing here is loaded lazily, so the values can be used from any thread and
long after the query that made them.
"""

import dataclasses

from remoteappmanager.db.interfaces import ABCAccounting, ABCApplication, ABCApplicationPolicy
from remoteappmanager.utils import parse_volume_string

#: Names of users and applications are at most this long.
MAX_NAME = 255


@dataclasses.dataclass(frozen=True)
class PlainUser:
    """A user: ``id`` is stable for the life of the database, ``name`` is the login name."""

    id: int
    name: str


@dataclasses.dataclass(frozen=True)
class PlainApplication(ABCApplication):
    """An image that may be granted."""

    id: int
    image: str


@dataclasses.dataclass(frozen=True)
class PlainPolicy(ABCApplicationPolicy):
    """How a granted application may run. Two equal policies are one policy."""

    app_license: str | None = None
    allow_home: bool = False
    allow_view: bool = False
    allow_common: bool = False
    volume_source: str | None = None
    volume_target: str | None = None
    volume_mode: str | None = None
    allow_startup_data: bool = False

    @property
    def volume(self) -> str | None:
        """The volume as ``SOURCE:TARGET:MODE``, or None."""
        if self.volume_source is None:
            return None
        return f"{self.volume_source}:{self.volume_target}:{self.volume_mode}"


@dataclasses.dataclass(frozen=True)
class PlainAccounting(ABCAccounting):
    """One grant; ``id`` is the mapping id."""

    id: str
    user: PlainUser
    application: PlainApplication
    application_policy: PlainPolicy


def make_policy(
    app_license: str | None = None,
    allow_home: bool = False,
    allow_view: bool = False,
    volume: str | None = None,
    allow_startup_data: bool = False,
) -> PlainPolicy:
    """The policy that the arguments of ``grant_access`` describe.

    An empty licence or volume is none at all. Raises ``ValueError`` naming
    what is wrong with the volume or the licence.
    """
    source = target = mode = None
    if volume:
        source, target, mode = parse_volume_string(volume)
    if not findable(f"x{app_license}{volume}"):
        raise ValueError("the licence or the volume has characters that no text has")
    return PlainPolicy(
        app_license=app_license or None,
        allow_home=bool(allow_home),
        allow_view=bool(allow_view),
        allow_common=source is not None,
        volume_source=source,
        volume_target=target,
        volume_mode=mode,
        allow_startup_data=bool(allow_startup_data),
    )


def check_name(what: str, name: str) -> str:
    """``name`` as it is; ``ValueError`` naming ``what`` unless it can be a name.

    A name is 1 to 255 characters, without blanks around it and without
    control characters.
    """
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"{what} is empty")
    if name != name.strip():
        raise ValueError(f"{what} {name!r} has blanks around it")
    if len(name) > MAX_NAME:
        raise ValueError(f"{what} is longer than {MAX_NAME} characters")
    _check_text(what, name)
    return name


def findable(text: str) -> str:
    """``text``, or an empty one (nobody's name) where no database can hold it.

    PostgreSQL knows no NUL, and half of a surrogate pair cannot be encoded: asking
    for such a name would be an error where "there is none" is the answer.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return ""
    return "" if "\0" in text else text


def findable_id(id: int | None) -> int | None:
    """``id``, or -1 (nobody's id) where it is too large for a database."""
    return id if id is None or abs(id) < 2**31 else -1


def only_one(name: str, value: str | None, id: int | None) -> None:
    """Raise ``ValueError`` unless exactly one of a name (called ``name``) and an id is given."""
    if (value is None) == (id is None):
        raise ValueError(f"give exactly one of {name} and id")


def _check_text(what: str, text: str) -> None:
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError(f"{what} {text!r} has a control character")
    if not findable(text):
        raise ValueError(f"{what} {text!r} is not valid Unicode")
