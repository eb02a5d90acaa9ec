"""What all tests share: the repository's root on the path, so that ``tests.fakes`` imports."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

#: The whole deployment, one for integration and browser tests together.
pytest_plugins = ["tests.integration.fixtures", "tests.fixtures.postgresql"]
