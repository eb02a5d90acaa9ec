"""``%remoteapp``: see, start and stop applications from a notebook.

::

    %load_ext remoteappmanager.magics
    %remoteapp available
    %remoteapp start Veusz --resolution 1280x1024
    %remoteapp --server lab running
    %remoteapp stop Veusz

The login is the command line's: type ``remoteapprest login URL`` in a terminal
once. Unlike the command line, ``start`` leaves alone what runs already, because
cells are run again and again; ``--replace`` starts it afresh.

IPython is needed: the extra ``notebook``.
"""

from __future__ import annotations

import argparse
import html
import json
import secrets
import shlex
import sys
import urllib.parse
from typing import Any, NoReturn

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class

from remoteappmanager.cli.remoteapprest.client import Client
from remoteappmanager.cli.remoteapprest.credentials import DEFAULT_FILE, Credentials
from remoteappmanager.cli.remoteapprest.profiles import (
    DEFAULT_PROFILES,
    find_profile,
    login_command,
)
from remoteappmanager.cli.remoteapprest.terminal import last_words
from remoteappmanager.cli.remoteapprest.values import Application, Container, Progress
from remoteappmanager.exceptions import RemoteAppError

#: Height of the frame in pixels.
FRAME_HEIGHT = 600


#: Above the columns of a table.
_TITLES = {
    Application: ("Application", "ID", "State"),
    Container: ("Image", "URL_ID"),
}


class Table(list[Any]):
    """A list of applications or containers that shows itself as a table."""

    def __repr__(self) -> str:
        return "\n".join(_line(each) for each in self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """IPython's hook: without it, a list is printed as one."""
        printer.text(repr(self) or "(none)")

    def _repr_html_(self) -> str:
        """The notebook's hook."""
        if not self:
            return "<p>None.</p>"
        titles = "".join(f"<th>{title}</th>" for title in _TITLES[type(self[0])])
        rows = [f"<tr>{titles}</tr>"]
        for each in self:
            cells = (
                _link(text, address) if address else html.escape(text)
                for text, address in _cells(each)
            )
            rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        return f"<table>{''.join(rows)}</table>"


#: What the notebook's page does with the empty ``div`` below the link.
_SCRIPT = """\
(function (f) {
  if (location.origin !== f.origin) return;
  const i = document.createElement("iframe");
  i.src = f.address; i.title = f.name; i.width = "100%"; i.height = f.height;
  i.style.cssText = "border: 1px solid #8886; box-sizing: border-box"; i.allowFullscreen = true;
  // Where the application or the Hub forbids framing, the browser shows a page of
  // its own, which nobody may look into: the link stands alone then.
  i.onload = function () { if (!i.contentDocument) i.remove(); };
  document.getElementById(f.place).replaceChildren(i);
})"""


class Started:
    """A running application: a link, and a frame where the browser lets it be framed.

    That is where the notebook itself comes from the same site; elsewhere the
    browser keeps the login from a framed page, and the link stands alone.
    """

    def __init__(self, container: Container, name: str = "") -> None:
        self.container = container
        self.name = name or container.image_name or container.address

    @property
    def address(self) -> str:
        """Where it is."""
        return self.container.address

    def __repr__(self) -> str:
        return self.address

    def _repr_html_(self) -> str:
        """The notebook's hook. Only the browser knows where its page comes from."""
        parts = urllib.parse.urlsplit(self.address)
        # New each time: the same application may be shown by two cells.
        place = f"remoteapp-{secrets.token_hex(6)}"
        frame = {
            "origin": f"{parts.scheme}://{parts.netloc}",
            "address": self.address,
            "name": self.name,
            "height": FRAME_HEIGHT,
            "place": place,
        }
        # Inside <script>, "<" could end it: written as an escape, it cannot.
        data = json.dumps(frame).replace("<", "\\u003c")
        return (
            f"<p>{_link(self.name, self.address)} (opens in another tab)</p>"
            f'<div id="{place}"></div><script>{_SCRIPT}({data});</script>'
        )


class _Parser(argparse.ArgumentParser):
    """Arguments of a cell: what is wrong with them does not end the kernel."""

    def error(self, message: str) -> NoReturn:
        """Raise, with how it is written."""
        raise UsageError(f"{message}. {' '.join(self.format_usage().split())}")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """``--help`` has been printed."""
        raise _Done


class _Done(Exception):
    """There is nothing more to do for this line."""


def _parser() -> _Parser:
    parser = _Parser(prog="%remoteapp", description="See, start and stop applications.")
    parser.add_argument("--server", default="", help="a site by its name in the profile file")
    parser.add_argument("--profile-file", default=DEFAULT_PROFILES)
    parser.add_argument("--credentials-file", default="")
    parser.add_argument("--ca-file", default="")
    parser.add_argument("--insecure", action="store_true", help="do not verify certificates")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    commands.add_parser("available", help="what may be started")
    commands.add_parser("running", help="what runs")
    start = commands.add_parser("start", help="start an application and show it")
    start.add_argument("application", nargs="+", help="its name or id")
    start.add_argument("--resolution", metavar="WxH")
    start.add_argument("--startupdata", metavar="PATH")
    start.add_argument("--replace", action="store_true", help="afresh, where it runs already")
    stop = commands.add_parser("stop", help="stop a running application")
    stop.add_argument("application", nargs="+", help="its url_id or name")
    return parser


@magics_class
class RemoteAppMagics(Magics):
    """The magic. It keeps one client for each site."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._clients: dict[tuple[str, ...], Client] = {}
        self._tell = _Teller()

    @line_magic
    def remoteapp(self, line: str) -> Any:
        """See, start and stop applications: ``%remoteapp --help``."""
        try:
            arguments = _parser().parse_args(shlex.split(line))
            act = getattr(self, f"_{arguments.command}")
            return act(self._client(arguments), arguments)
        except _Done:
            return None
        except ValueError as exc:  # from shlex: a quote that does not end
            raise UsageError(f"{exc}.") from exc
        except RemoteAppError as exc:
            self._tell.end()
            for text in last_words(exc):
                print(text, file=sys.stderr)
            raise UsageError(str(exc)) from exc
        finally:
            self._tell.end()

    def disconnect(self) -> None:
        """Forget all connections."""
        for client in self._clients.values():
            client.disconnect()
        self._clients.clear()

    def _client(self, arguments: argparse.Namespace) -> Client:
        """The client for the site that the line names; new when its login has changed."""
        named = find_profile(arguments.server, arguments.profile_file) if arguments.server else None
        file = arguments.credentials_file or (named.credentials_file if named else DEFAULT_FILE)
        ca_file = arguments.ca_file or (named.ca_file if named else "")
        command = login_command(
            arguments.server, arguments.profile_file, arguments.credentials_file
        )
        address = named.url if named and named.url else "URL"
        fresh = Client(
            Credentials.from_file(file, f"{command} {address}"),
            ca_file=ca_file,
            insecure=arguments.insecure,
            on_progress=self._tell,
            login_command=command,
        )
        key = (file, ca_file, str(arguments.insecure))
        known = self._clients.get(key)
        if known is not None and known.credentials == fresh.credentials:
            return known
        if known is not None:
            known.disconnect()
        self._clients[key] = fresh
        return fresh

    def _available(self, client: Client, arguments: argparse.Namespace) -> Table:
        return Table(client.applications())

    def _running(self, client: Client, arguments: argparse.Namespace) -> Table:
        return Table(client.containers())

    def _start(self, client: Client, arguments: argparse.Namespace) -> Started:
        application = client.application(" ".join(arguments.application))
        container = client.start(
            application,
            resolution=arguments.resolution,
            startupdata=arguments.startupdata,
            replace=arguments.replace,
        )
        return Started(container, application.name)

    def _stop(self, client: Client, arguments: argparse.Namespace) -> None:
        client.stop(" ".join(arguments.application))


def load_ipython_extension(shell: Any) -> None:
    """IPython's hook for ``%load_ext``."""
    shell.register_magics(RemoteAppMagics(shell))


def unload_ipython_extension(shell: Any) -> None:
    """IPython's hook for ``%unload_ext``: no connection stays open."""
    magics = shell.magics_manager.registry.get("RemoteAppMagics")
    if magics is not None:
        magics.disconnect()


class _Teller:
    """Progress into the cell: one line that changes; warnings stay.

    On stdout: notebooks show stderr as if something were wrong.
    """

    def __init__(self) -> None:
        self._open = False

    def __call__(self, progress: Progress) -> None:
        """The client's ``on_progress``."""
        if progress.warning:
            self.end()
            print(f"Note: {progress.message}", file=sys.stderr)
        else:
            print(f"\r{progress.message:<78}", end="", flush=True)
            self._open = True

    def end(self) -> None:
        """What comes next begins on a line of its own."""
        if self._open:
            print(flush=True)
            self._open = False


def _line(each: Application | Container) -> str:
    """A row as the command line prints it."""
    if isinstance(each, Container):
        return f"{each.url_id} : {each.image_name}"
    return f"{each.mapping_id} : {each.name}" + (" : running" if each.container else "")


def _cells(each: Application | Container) -> list[tuple[str, str]]:
    """A row for people: texts, and where each leads to."""
    if isinstance(each, Container):
        return [(each.image_name, each.address), (each.url_id, "")]
    address = each.container.address if each.container else ""
    return [(each.name, address), (each.mapping_id, ""), ("running" if address else "", "")]


def _link(text: str, address: str) -> str:
    """A link that opens beside the notebook."""
    return (
        f'<a href="{html.escape(address)}" target="_blank" rel="noopener">{html.escape(text)}</a>'
    )
