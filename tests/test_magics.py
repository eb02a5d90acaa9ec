"""``%remoteapp``, in an IPython shell of this process (the kernel is tested in integration)."""

import pathlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from remoteappmanager import magics
from remoteappmanager.cli.remoteapprest.credentials import Credentials
from remoteappmanager.cli.remoteapprest.values import Container
from tests.fakes.site import ALICE, MAPPING, FakeSite, as_json

URL_ID = "f" * 32


@pytest.fixture
def site() -> Iterator[FakeSite]:
    """A site whose user's server runs."""
    with FakeSite() as site:
        yield site


@pytest.fixture
def remoteapp(site: FakeSite, tmp_path: pathlib.Path) -> Callable[[str], Any]:
    """The magic, with the profiles ``lab`` (logged in) and ``other`` (not)."""
    Credentials(site.url, ALICE, token=site.token()).write(tmp_path / "lab")
    profiles = tmp_path / "profiles"
    profiles.write_text(
        f"[lab]\ncredentials_file={tmp_path}/lab\n[other]\ncredentials_file={tmp_path}/other\n"
    )
    magic = magics.RemoteAppMagics(InteractiveShell())
    return lambda line: magic.remoteapp(f"--profile-file '{profiles}' {line}")


def test_available_shows_a_table(remoteapp: Callable[[str], Any], site: FakeSite) -> None:
    """Text for a terminal, HTML for a notebook; what comes from images is escaped."""
    site.containers = {URL_ID: MAPPING}
    table = remoteapp("--server lab available")
    assert repr(table) == f"{MAPPING} : Tiny <b>page : running"
    assert "Tiny &lt;b&gt;page" in table._repr_html_()
    assert f'href="{site.url}/user/alice/containers/{URL_ID}/"' in table._repr_html_()


def test_start_shows_a_link_and_runs_once(remoteapp: Callable[[str], Any], site: FakeSite) -> None:
    """Running the cell again shows the same container; --replace starts it afresh."""
    first = remoteapp("--server lab start Tiny '<b>page'")
    assert first.address == f"{site.url}/user/alice/containers/{first.container.url_id}/"
    assert remoteapp("--server lab start tiny").address == first.address
    assert remoteapp("--server lab start tiny --replace").address != first.address


def test_running_and_stop(remoteapp: Callable[[str], Any], site: FakeSite) -> None:
    """What runs is listed and stopped by name."""
    remoteapp("--server lab start tiny")
    assert len(remoteapp("--server lab running")) == 1
    remoteapp("--server lab stop tiny")
    assert remoteapp("--server lab running") == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--server none available", "no server 'none'"),
        ("--server other available", "not logged in"),
        ("--server lab start nothing", "no application 'nothing'"),
        ("--server lab stop nothing", "app running"),
        ("--server lab jump", "invalid choice"),
        ("--server lab start 'x", "No closing quotation"),
    ],
)
def test_a_refusal_is_one_line(remoteapp: Callable[[str], Any], line: str, message: str) -> None:
    """IPython shows a usage error without a traceback."""
    with pytest.raises(UsageError, match=message):
        remoteapp(line)


def test_a_failed_start_shows_the_last_words(
    remoteapp: Callable[[str], Any], site: FakeSite, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the application wrote before it ended stands above the refusal."""
    body = {"type": "Unable", "message": "It ended.", "step": "wait", "log": "no display"}
    site.overrides["POST containers/"] = as_json(500, body)
    with pytest.raises(UsageError, match=r"^It ended\.$"):
        remoteapp("--server lab start tiny")
    assert "  | no display\n" in capsys.readouterr().err


def test_progress_is_no_error(
    remoteapp: Callable[[str], Any], site: FakeSite, capsys: pytest.CaptureFixture[str]
) -> None:
    """It goes to stdout, one line that changes: notebooks show stderr in red."""
    site.server = "stopped"
    remoteapp("--server lab available")
    shown = capsys.readouterr()
    assert "\rHalf way" in shown.out
    assert shown.out.count("\n") == 1
    assert shown.err == ""


def test_two_cells_may_show_the_same_application(
    remoteapp: Callable[[str], Any], site: FakeSite
) -> None:
    """Each display has a place of its own, under the application's name."""
    first, again = (remoteapp("--server lab start tiny")._repr_html_() for _ in range(2))
    places = [re.findall(r'<div id="([^"]+)"', each) for each in (first, again)]
    assert places[0] != places[1]
    assert ">Tiny &lt;b&gt;page</a>" in first


def test_help_does_not_end_the_kernel(
    remoteapp: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """--help prints, and that is all."""
    assert remoteapp("--help") is None
    assert "available" in capsys.readouterr().out


def test_the_display_cannot_be_broken_out_of() -> None:
    """What stands in an address ends neither an attribute nor the script."""
    evil = Container("f" * 32, "</p><script>x", "", 'https://x.org/"></script><b>')
    text = magics.Started(evil)._repr_html_()
    assert "<b>" not in text
    assert text.count("<script") == 1
    assert text.count("</script>") == 1


def test_a_new_login_is_noticed(
    remoteapp: Callable[[str], Any], site: FakeSite, tmp_path: pathlib.Path
) -> None:
    """After logging in again in a terminal, the notebook uses the new token."""
    remoteapp("--server lab available")
    site.tokens.clear()
    with pytest.raises(UsageError, match="expired"):
        remoteapp("--server lab available")
    Credentials(site.url, ALICE, token=site.token()).write(tmp_path / "lab")
    assert remoteapp("--server lab available")


def test_load_and_unload() -> None:
    """%load_ext registers the magic, %unload_ext drops its connections."""
    shell = InteractiveShell()
    magics.load_ipython_extension(shell)
    assert "remoteapp" in shell.magics_manager.magics["line"]
    magics.unload_ipython_extension(shell)
