"""The manners that ``remoteappmanager`` and ``remoteappadmin`` share."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Sequence
from typing import Any

from remoteappmanager.base_application import BaseApplication
from remoteappmanager.command_line_config import CommandLineConfig
from remoteappmanager.composition import load
from remoteappmanager.exceptions import ConfigurationError
from remoteappmanager.file_config import FileConfig
from remoteappmanager.logging.masking import set_up_logging
from remoteappmanager.version import __version__

#: A password in a database's address.
_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]+@")
_SECRET_KEYS = re.compile(r"passw|secret|token|key$", re.IGNORECASE)


def run(application_class: type[BaseApplication], program: str, argv: Sequence[str]) -> int:
    """Run a per-user process until a signal ends it; the exit code.

    A wrong configuration is one line on stderr.
    """
    arguments = list(argv)
    if "--version" in arguments:
        print(f"{program} {__version__}")
        return 0
    if "--help" in arguments or "-h" in arguments:
        print(usage(program))
        return 0
    show = "--show-config" in arguments
    try:
        command_line, file, environment, sources = load(
            [argument for argument in arguments if argument != "--show-config"]
        )
        if show:
            print(shown(command_line, file, environment, sources))
            return 0
        set_up_logging(environment.debug)
        asyncio.run(_serve(application_class, command_line, file, environment))
    except ConfigurationError as exc:
        print(f"{program}: {exc}", file=sys.stderr)
        return 2
    return 0


async def _serve(application_class: type[BaseApplication], *configs: Any) -> None:
    await application_class(*configs).run()


def usage(program: str) -> str:
    """The help text."""
    lines = [
        f"Usage: {program} [OPTIONS]",
        "",
        "Started by JupyterHub, which gives everything by environment. The options are for",
        "development and tests; an option wins over the environment.",
        "",
        f"Example: {program} --config-file ./remoteappmanager_config.py --show-config",
        "",
    ]
    options = {
        f"--{name.replace('_', '-')} {'NUMBER' if name == 'port' else 'TEXT'}": trait.help
        for name, trait in CommandLineConfig.class_traits().items()
    }
    options["--show-config"] = "Print the effective configuration with its sources, and end"
    options["--version"] = "Print the version, and end"
    options["--help"] = "Print this, and end"
    width = max(map(len, options)) + 2
    return "\n".join(lines + [f"  {name:{width}}{text}" for name, text in options.items()])


def shown(
    command_line: CommandLineConfig,
    file: FileConfig,
    environment: Any,
    sources: dict[str, dict[str, str]],
) -> str:
    """The effective configuration with its sources, secrets masked."""
    values = {
        "command line": {n: getattr(command_line, n) for n in command_line.trait_names()},
        "file": {n: masked(getattr(file, n)) for n in file.trait_names()},
        "environment": environment.shown(),
    }
    lines = []
    for section, found in values.items():
        lines.append(f"# {section}")
        for name in sorted(found):
            lines.append(f"{name} = {found[name]!r}  # {sources[section][name]}")
        lines.append("")
    return "\n".join(lines).rstrip()


def masked(value: Any) -> Any:
    """``value`` without passwords: in addresses, and under keys that sound like one."""
    if isinstance(value, str):
        return _PASSWORD.sub(r"\1********@", value)
    if isinstance(value, dict):
        return {
            key: "********" if _SECRET_KEYS.search(str(key)) and inner else masked(inner)
            for key, inner in value.items()
        }
    return value
