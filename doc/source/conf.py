"""Sphinx configuration of the manual: warnings fail the build (make docs)."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]

project = "remoteappmanager"
author = "the remoteappmanager developers"
copyright = "2026, the remoteappmanager developers"
release = re.search(
    r'__version__ = "([^"]+)"', (ROOT / "remoteappmanager" / "version.py").read_text()
).group(1)
version = release

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns: list[str] = []
html_theme = "furo"
html_title = f"remoteappmanager {release}"
