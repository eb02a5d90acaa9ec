"""``remoteappgate``: the gate, started by JupyterHub as a service, or by systemd."""

from __future__ import annotations

import asyncio
import sys

import click

from remoteappmanager.environment_config import EnvironmentConfig
from remoteappmanager.exceptions import RemoteAppError
from remoteappmanager.file_config import FileConfig
from remoteappmanager.gate_application import GateApplication, run_worker
from remoteappmanager.logging.masking import set_up_logging
from remoteappmanager.version import __version__


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config-file", default="", help="The configuration file, if the environment names none."
)
@click.option("--worker", hidden=True, default="", help="File descriptors, from the main process.")
@click.version_option(__version__, prog_name="remoteappgate")
def command(config_file: str, worker: str) -> None:
    """Keep containers' routes, and let in who may enter.

    Started by JupyterHub (gate_service in its configuration) or by systemd,
    which give everything by environment.

    \b
    Example: remoteappgate --config-file ./remoteappmanager_config.py
    """
    try:
        environment = EnvironmentConfig.from_environ()
        set_up_logging(environment.debug)
        if worker:
            listener, channel = map(int, worker.split(","))
            asyncio.run(run_worker(environment, listener, channel))
        else:
            asyncio.run(_main(config_file, environment))
    except RemoteAppError as exc:
        click.echo(f"remoteappgate: {exc}", err=True)
        sys.exit(2)


async def _main(config_file: str, environment: EnvironmentConfig) -> None:
    file = FileConfig()
    file.parse_config(config_file or environment.config_file, environment)
    await GateApplication(file, environment).run()


def main() -> None:
    """Entry point of the console script."""
    command()


if __name__ == "__main__":
    main()
