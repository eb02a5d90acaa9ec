"""A home is written by applications, and none of our processes reads what lies in it."""

import os
import pathlib
import sys

import pytest

from tests.integration.deployment import Deployment
from tests.integration.test_main_job import TINY, quit_all, start

#: Files that libraries look for in a home: Python's own start-up, docker-py, requests, libpq.
SITE = f".local/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
LOOKED_FOR = [".docker/config.json", ".dockercfg", ".netrc", "_netrc", ".pgpass"]


@pytest.fixture
def home(deployment: Deployment) -> pathlib.Path:
    """The home of trudy, as an application of hers has left it."""
    home = deployment.directory / "workspace" / "trudy"
    home.mkdir(parents=True, exist_ok=True)
    return home


def plant(home: pathlib.Path, mark: pathlib.Path) -> None:
    """Python that would leave a mark, and files that nobody who opens them comes back from."""
    site = home / SITE
    site.mkdir(parents=True)
    for name in ("usercustomize.py", "sitecustomize.py"):
        (site / name).write_text(f"open({str(mark)!r}, 'w')\n")
    (site / "evil.pth").write_text(f"import os; open({str(mark)!r}, 'w')\n")
    for name in LOOKED_FOR:
        (home / name).parent.mkdir(exist_ok=True)
        os.mkfifo(home / name)


def test_files_in_a_home_do_nothing_to_the_process(
    deployment: Deployment, home: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """What an application leaves in its user's home is neither run nor waited for by the user's
    process, which has the Hub's rights: it works as ever.
    """
    mark = tmp_path / "mark"
    plant(home, mark)
    mapping = deployment.grant(TINY, "trudy", allow_home=True)
    trudy = deployment.enter("trudy")
    environment = deployment.environment(deployment.process("trudy"))
    assert environment["HOME"] == str(home)
    assert environment["PYTHONNOUSERSITE"] == "1"
    assert trudy.get(start(deployment, trudy, mapping)).status_code == 200
    quit_all(deployment, trudy)
    deployment.stop_server("trudy")
    assert not mark.exists()
