"""Where the package's own templates and static files lie."""

import pathlib

_HERE = pathlib.Path(__file__).resolve().parent

#: Directory of the page templates.
template_dir = str(_HERE / "templates")

#: Directory served under ``<base>static/``; ``dist/`` in it is built from ``frontend/``.
static_dir = str(_HERE / "static")
