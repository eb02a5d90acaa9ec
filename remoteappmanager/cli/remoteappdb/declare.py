"""``remoteappdb DB apply`` and ``export``: the whole accounting as one file."""

from __future__ import annotations

import dataclasses
import os
import sys
import typing
from typing import Any

import click

from remoteappmanager.cli.remoteappdb.context import RemoteAppDBContext
from remoteappmanager.cli.remoteappdb.manners import (
    examples,
    json_option,
    print_json,
    printable,
)

if typing.TYPE_CHECKING:
    from remoteappmanager.db.bulk import Grant, Plan

_format_option = click.option(
    "--format",
    "kind",
    type=click.Choice(["yaml", "csv"]),
    help="The file's format; by default its name tells.",
)
#: From this many changes on, it is said that they are under way.
_MANY = 5000


@click.command(
    epilog=examples(
        "remoteappdb /srv/remoteapp.db apply accounting.yaml --dry-run",
        "remoteappdb /srv/remoteapp.db apply accounting.yaml",
        "remoteappdb /srv/remoteapp.db apply accounting.csv --prune",
    )
)
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Print what would be done; do nothing.")
@click.option("--prune", is_flag=True, help="Remove what the file does not have.")
@_format_option
@json_option
@click.pass_obj
def apply(
    context: RemoteAppDBContext,
    file: str,
    dry_run: bool,
    prune: bool,
    kind: str | None,
    as_json: bool,
) -> None:
    """Bring users, applications and grants to what FILE says.

    FILE is YAML or CSV (- is the standard input). What is missing is created,
    and with --prune what FILE does not have is removed; without it, nothing
    ever is. The difference is printed first. All of it happens or none.
    """
    from remoteappmanager.db import bulk_files

    kind = _kind(file, kind)
    with click.open_file(file, "rb") as source:
        content = source.read()
    try:
        declaration = bulk_files.read(content, kind)
    except ValueError as exc:
        raise ValueError(f"{'standard input' if file == '-' else file}: {exc}") from exc
    plan = context.database.apply(
        declaration,
        prune=prune,
        dry_run=dry_run,
        on_plan=None if as_json else lambda plan: _print_plan(plan, dry_run),
    )
    if as_json:
        print_json({**_json(plan), "dry_run": dry_run})
    elif not dry_run and not plan.is_empty:
        click.echo("Done.", err=True)


@click.command(
    epilog=examples(
        "remoteappdb /srv/remoteapp.db export accounting.yaml",
        "remoteappdb /srv/remoteapp.db export --format csv",
    )
)
@click.argument("file", required=False, type=click.Path(allow_dash=True))
@_format_option
@click.option("--force", is_flag=True, help="Overwrite FILE where it exists.")
@click.pass_obj
def export(context: RemoteAppDBContext, file: str | None, kind: str | None, force: bool) -> None:
    """Write users, applications and grants to FILE, as apply reads it.

    Without FILE, or with -, to the standard output, as YAML unless --format
    says otherwise.
    """
    from remoteappmanager.db import bulk_files

    to_stdout = file in (None, "-")
    kind = kind or "yaml" if to_stdout else _kind(str(file), kind)
    text = bulk_files.write(context.database.export(), kind).encode("utf-8")
    if to_stdout:
        click.echo(text, nl=False)
        return
    # Licences may be in it: it is for its owner alone.
    with open(str(file), "wb" if force else "xb", opener=_private) as target:
        target.write(text)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def _kind(file: str, kind: str | None) -> str:
    from remoteappmanager.db import bulk_files

    found = kind or bulk_files.format_of(file)
    if found is None:
        raise click.UsageError(
            f"{file!r} ends neither in .yaml nor in .csv: give --format yaml or --format csv."
        )
    return found


def _print_plan(plan: Plan, dry_run: bool) -> None:
    lines = [
        *(f"+ user {printable(name)}" for name in plan.create_users),
        *(f"+ application {printable(image)}" for image in plan.create_applications),
        *(f"+ grant {_words(grant)}" for grant in plan.grant),
        *(f"- grant {_words(grant)}" for _, grant in plan.revoke),
        *(f"- application {printable(image)}" for image in plan.remove_applications),
        *(f"- user {printable(name)}" for name in plan.remove_users),
    ]
    summary = f"{plan.additions} to add, {plan.removals} to remove."
    if plan.is_empty:
        summary = "Nothing to change."
    if plan.kept:
        summary += f" {plan.kept} in the database alone are kept (--prune removes them)."
    click.echo("\n".join([*lines, summary]))
    if len(lines) >= _MANY and not dry_run:
        sys.stdout.flush()
        click.echo("Writing ...", err=True)


def _words(grant: Grant) -> str:
    policy = grant.policy
    options = [
        name for name in ("allow_home", "allow_view", "allow_startup_data") if getattr(policy, name)
    ]
    if policy.volume:
        options.append(f"volume {policy.volume}")
    if policy.app_license:
        options.append(f"app_license {policy.app_license}")
    details = f" ({', '.join(options)})" if options else ""
    return printable(f"{grant.application} to {grant.user}{details}")


def _json(plan: Plan) -> dict[str, Any]:
    return {
        "create_users": list(plan.create_users),
        "create_applications": list(plan.create_applications),
        "grant": [dataclasses.asdict(grant) for grant in plan.grant],
        "remove_users": list(plan.remove_users),
        "remove_applications": list(plan.remove_applications),
        "revoke": [{"mapping_id": id, **dataclasses.asdict(grant)} for id, grant in plan.revoke],
        "kept": plan.kept,
    }
