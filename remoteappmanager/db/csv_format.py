"""The accounting as a table of text: the format of ``CSVDatabase`` and of ``remoteappdb apply``.

A row is a grant. A row without an application is a user without grants, and
one without a user is an application without grants: so a whole database can
be written, and read again, without loss.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from remoteappmanager.db.bulk import Declaration, Grant, sorted_grants
from remoteappmanager.db.values import PlainPolicy, check_name, make_policy

USER = "user.name"
IMAGE = "application.image"
LICENSE = "policy.app_license"
HOME = "policy.allow_home"
VIEW = "policy.allow_view"
COMMON = "policy.allow_common"
SOURCE = "policy.volume_source"
TARGET = "policy.volume_target"
MODE = "policy.volume_mode"
STARTUP_DATA = "policy.allow_startup_data"

HEADERS = (USER, IMAGE, LICENSE, HOME, VIEW, COMMON, SOURCE, TARGET, MODE, STARTUP_DATA)
#: Columns that the files of 1.x do not have.
OPTIONAL = (LICENSE, STARTUP_DATA)


def parse(text: str) -> Declaration:
    """The users, applications and grants of a table.

    Raises ``ValueError`` naming the missing header, or the line that is wrong.
    """
    users, applications, grants = set[str](), set[str](), set[Grant]()
    for line, row in _rows(text):
        try:
            found = _read(row)
        except ValueError as exc:
            raise ValueError(f"line {line}: {exc}") from exc
        user, application, policy = found
        if policy is not None:
            grants.add(Grant(user, application, policy))
        elif user:
            users.add(user)
        else:
            applications.add(application)
    return Declaration.of(users, applications, grants)


def render(declaration: Declaration) -> str:
    """The table of a declaration; ``parse`` gives the same declaration back."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(HEADERS)
    granted_users = {grant.user for grant in declaration.grants}
    granted_applications = {grant.application for grant in declaration.grants}
    blank = [""] * (len(HEADERS) - 2)
    for user in sorted(declaration.users - granted_users):
        writer.writerow([user, "", *blank])
    for application in sorted(declaration.applications - granted_applications):
        writer.writerow(["", application, *blank])
    for grant in sorted_grants(declaration.grants):
        policy = grant.policy
        writer.writerow(
            [
                grant.user,
                grant.application,
                policy.app_license or "",
                int(policy.allow_home),
                int(policy.allow_view),
                int(policy.allow_common),
                policy.volume_source or "",
                policy.volume_target or "",
                policy.volume_mode or "",
                int(policy.allow_startup_data),
            ]
        )
    return target.getvalue()


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with the line it begins on; empty lines are passed over."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    headers: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            start, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if headers is None:
                headers = _check_headers(cells)
                continue
            if len(cells) != len(headers):
                wanted, found = len(headers), len(cells)
                raise ValueError(f"line {start}: {found} cells where the header has {wanted}")
            yield start, dict(zip(headers, cells, strict=True))
    except csv.Error as exc:
        raise ValueError(f"line {line}: {exc}") from exc
    if headers is None:
        raise ValueError(f"the first row is missing: it names the columns ({', '.join(HEADERS)})")


def _check_headers(cells: list[str]) -> list[str]:
    headers = [cell.strip() for cell in cells]
    missing = [name for name in HEADERS if name not in headers and name not in OPTIONAL]
    if missing:
        raise ValueError(f"the header is missing: {', '.join(missing)}")
    for name in HEADERS:
        if headers.count(name) > 1:
            raise ValueError(f"the header {name} is there twice")
    return headers


def _read(row: dict[str, str]) -> tuple[str, str, PlainPolicy | None]:
    """User, application and policy of a row; what it does not have is empty or None."""
    user, application = row[USER].strip(), row[IMAGE].strip()
    if user:
        check_name(USER, user)
    if application:
        check_name(IMAGE, application)
    if user and application:
        return user, application, _policy(row)
    surplus = [name for name in HEADERS[2:] if row.get(name, "").strip() not in ("", "0")]
    if surplus or not (user or application):
        raise ValueError(f"{IMAGE if user else USER} is empty")
    return user, application, None


def _policy(row: dict[str, str]) -> PlainPolicy:
    volume = None
    if _flag(row, COMMON):
        parts = {name: row[name].strip() for name in (SOURCE, TARGET, MODE)}
        for name, value in parts.items():
            if not value:
                raise ValueError(f"{name} is empty, and {COMMON} is 1")
        volume = ":".join(parts.values())
    return make_policy(
        app_license=row.get(LICENSE) or None,
        allow_home=_flag(row, HOME),
        allow_view=_flag(row, VIEW),
        volume=volume,
        allow_startup_data=STARTUP_DATA in row and _flag(row, STARTUP_DATA),
    )


def _flag(row: dict[str, str], name: str) -> bool:
    value = row[name].strip()
    if value not in ("0", "1"):
        raise ValueError(f"{name} is 1 or 0, not {value!r}")
    return value == "1"
