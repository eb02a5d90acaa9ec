"""The commands of the manual, typed as they stand there, with the real Docker behind them."""

import pathlib
import shlex
import subprocess
import sys

from tests.fixtures.manual import ADMINISTRATORS, blocks, compare, steps


def test_the_manual_typed(tmp_path: pathlib.Path) -> None:
    """Each line of the page does what it says, with the exit code that it should have."""
    text = (ADMINISTRATORS / "remoteappdb.rst").read_text(encoding="utf-8")
    (tmp_path / "accounting.yaml").write_text(blocks(text, "yaml")[0])
    session = []
    for line, page in steps(text):
        program, *arguments = shlex.split(line)
        done = subprocess.run(
            [str(pathlib.Path(sys.executable).parent / program), *arguments],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) == ("Error:" in page), f"{line}\n{done.stdout}"
        session.append((line, page, done.stdout))
    compare(session)
