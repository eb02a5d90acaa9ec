"""Declarations as files: YAML, for people, and CSV, for spreadsheets.

::

    users: [carol]                      # users without grants
    applications: [remoteapp/tiny]      # applications without grants
    grants:
      - application: remoteapp/veusz:latest
        users: [alice, bob]             # or: user: alice
        allow_home: true
        volume: /srv/data:/data:ro

Everything but the application and the users of a grant may be left out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from remoteappmanager.db import csv_format
from remoteappmanager.db.bulk import DEFAULT_POLICY, Declaration, Grant, sorted_grants
from remoteappmanager.db.values import PlainPolicy, check_name, make_policy

YAML = "yaml"
CSV = "csv"
FORMATS = (YAML, CSV)

_SUFFIXES = {".yaml": YAML, ".yml": YAML, ".csv": CSV}
_FLAGS = ("allow_home", "allow_view", "allow_startup_data")
_GRANT_KEYS = ("application", "user", "users", "app_license", "volume", *_FLAGS)
#: A name in a list of a grant in the list of grants is at 4.
_MAX_DEPTH = 10
# libyaml's classes are ten times as fast; they are in the usual builds.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def format_of(file_name: str) -> str | None:
    """The format that a file's name tells, or None."""
    lowered = file_name.lower()
    return next((kind for suffix, kind in _SUFFIXES.items() if lowered.endswith(suffix)), None)


def read(content: bytes, kind: str) -> Declaration:
    """The declaration in a file's content. Raises ``ValueError`` naming the line that is wrong."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise ValueError(f"line {line}: this is not UTF-8 text") from exc
    return csv_format.parse(text) if kind == CSV else _read_yaml(text)


def write(declaration: Declaration, kind: str) -> str:
    """The file of a declaration; ``read`` gives the same declaration back."""
    return csv_format.render(declaration) if kind == CSV else _write_yaml(declaration)


# --- YAML ----------------------------------------------------------------------
#
# Nodes are read and not values, for two reasons: they know their lines, and a
# user whose name is 007 or no stays one.


def _read_yaml(text: str) -> Declaration:
    try:
        _check_depth(text)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{line}{exc.problem or exc.context}") from exc
    except yaml.reader.ReaderError as exc:
        line_number = text.count("\n", 0, exc.position) + 1
        raise ValueError(f"line {line_number}: {exc.reason}") from exc
    if root is None:
        raise ValueError("the file is empty")
    keys = ("users", "applications", "grants")
    parts = _mapping(root, "the file", keys)
    users = _names(parts.get("users"), "the user's name")
    applications = _names(parts.get("applications"), "the application's image")
    grants = [
        grant for item in _items(parts.get("grants"), "grants") for grant in _read_grants(item)
    ]
    return Declaration.of(users, applications, grants)


def _check_depth(text: str) -> None:
    """Refuse what is nested beyond sense: libyaml's composer would overflow the C stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise ValueError(f"line {line}: this is nested too deeply")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _read_grants(node: yaml.Node) -> Iterator[Grant]:
    found = _mapping(node, "a grant", _GRANT_KEYS)
    if "application" not in found:
        raise _wrong(node, "the grant has no application")
    if ("user" in found) == ("users" in found):
        raise _wrong(node, "the grant has either user or users")
    application = _name(found["application"], "the application's image")
    if "user" in found:
        users = [_name(found["user"], "the user's name")]
    else:
        users = _names(found["users"], "the user's name")
    flags = {name: _flag(found[name], name) for name in _FLAGS if name in found}
    volume = _text(found.get("volume"), "volume")
    try:
        policy = make_policy(_text(found.get("app_license"), "app_license"), volume=volume, **flags)
    except ValueError as exc:
        raise _wrong(found.get("volume", node), str(exc)) from exc
    for user in users:
        yield Grant(user, application, policy)


def _mapping(node: yaml.Node, what: str, keys: tuple[str, ...]) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _wrong(node, f"{what} is a list of keys with values, the keys {', '.join(keys)}")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if name not in keys:
            raise _wrong(key, f"unknown key {name!r}: {what} has {', '.join(keys)}")
        if name in found:
            raise _wrong(key, f"the key {name!r} is there twice")
        found[name] = value
    return found


def _items(node: yaml.Node | None, what: str) -> list[yaml.Node]:
    """The items of a list; a missing list and one of nothing have none."""
    if node is None or _is_null(node):
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise _wrong(node, f"{what} is a list")
    return list(node.value)


def _names(node: yaml.Node | None, what: str) -> list[str]:
    return [_name(item, what) for item in _items(node, f"{what}s")]


def _name(node: yaml.Node, what: str) -> str:
    text = _text(node, what) or ""
    try:
        return check_name(what, text.strip())
    except ValueError as exc:
        raise _wrong(node, str(exc)) from exc


def _text(node: yaml.Node | None, what: str) -> str | None:
    if node is None or _is_null(node):
        return None
    if not isinstance(node, yaml.ScalarNode):
        raise _wrong(node, f"{what} is a text")
    return str(node.value)


def _flag(node: yaml.Node, what: str) -> bool:
    if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:bool":
        return node.value.lower() in ("true", "yes", "on")
    raise _wrong(node, f"{what} is true or false")


def _is_null(node: yaml.Node) -> bool:
    return node.tag == "tag:yaml.org,2002:null"


def _wrong(node: yaml.Node, message: str) -> ValueError:
    return ValueError(f"line {node.start_mark.line + 1}: {message}")


def _write_yaml(declaration: Declaration) -> str:
    grouped: dict[tuple[str, PlainPolicy], list[str]] = {}
    for grant in sorted_grants(declaration.grants):
        grouped.setdefault((grant.application, grant.policy), []).append(grant.user)
    document: dict[str, Any] = {
        "users": sorted(declaration.users),
        "applications": sorted(declaration.applications),
        "grants": [
            {"application": application, "users": users, **_write_policy(policy)}
            for (application, policy), users in grouped.items()
        ],
    }
    dump: Callable[..., str] = yaml.dump
    return dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def _write_policy(policy: PlainPolicy) -> dict[str, Any]:
    """What differs from the policy that allows nothing."""
    fields = {**dataclasses.asdict(policy), "volume": policy.volume}
    usual = {**dataclasses.asdict(DEFAULT_POLICY), "volume": None}
    names = ("app_license", "allow_home", "allow_view", "volume", "allow_startup_data")
    return {name: fields[name] for name in names if fields[name] != usual[name]}
