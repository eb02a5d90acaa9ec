"""How much the user's page loads before it can be used."""

import gzip
import re
from pathlib import Path

from tests.browser.stage import DIST

#: Bytes, compressed as a web server does it.
MOST = 150_000

#: ``from "./x.js"``, ``import "./x.js"`` and ``import("./x.js")``.
IMPORT = re.compile(r"""\b(?:from|import)\s*\(?\s*["'`](\.{1,2}/[^"'`]+\.js)["'`]""")


def scripts(entry: Path) -> set[Path]:
    """A script and all that it loads, at once or later."""
    found: set[Path] = set()
    waiting = [entry]
    while waiting:
        script = waiting.pop().resolve()
        if script not in found:
            found.add(script)
            waiting += [script.parent / name for name in IMPORT.findall(script.read_text())]
    return found


def compressed(files: set[Path]) -> int:
    """Bytes on the wire."""
    return sum(len(gzip.compress(file.read_bytes(), 6)) for file in files)


def test_the_users_page_is_small() -> None:
    """All JavaScript that the user's page ever loads is under 150 kB compressed."""
    files = scripts(DIST / "user.js")
    assert len(files) > 1, "nothing is shared with the administrators' page any more?"
    assert compressed(files) < MOST, {file.name: compressed({file}) for file in files}


def test_imports_are_found_however_they_are_written(tmp_path: Path) -> None:
    """Nothing that is loaded is left out of the sum."""
    (tmp_path / "a.js").write_text('import{x as y}from"./b.js";import "./c.js";y()')
    (tmp_path / "b.js").write_text("const z=()=>import(`./d.js`);export{z as x}from'./a.js'")
    for name in ("c.js", "d.js"):
        (tmp_path / name).write_text("1")
    assert {file.name for file in scripts(tmp_path / "a.js")} == {"a.js", "b.js", "c.js", "d.js"}
