"""The manual names everything that people type, load or start, and nothing that is not there."""

import ast
import pathlib
import re

import pytest

import remoteappmanager.jupyterhub
from remoteappmanager.jupyterhub import auth, spawners

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGES = [
    *sorted((ROOT / "doc" / "source").rglob("*.rst")),
    ROOT / "README.rst",
    ROOT / "CONTRIBUTING.rst",
]
MANUAL = {page: page.read_text(encoding="utf-8") for page in PAGES}
#: ``make run`` in a line of text, and "$ make run" in a console.
MAKE = re.compile(r"(?:``|^\s+\$ )(?:[A-Z_]+=\S+ )*make ([a-z][a-z-]*)", re.M)


def console_scripts() -> list[str]:
    """The names of our programs, from setup.py."""
    for node in ast.walk(ast.parse((ROOT / "setup.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "console_scripts":
                    return [line.split("=")[0].strip() for line in ast.literal_eval(value)]
    raise AssertionError("setup.py has no console_scripts")


def demo_images() -> list[str]:
    """The recipes of applications: those with a name for users. (The base has none.)"""
    recipes = sorted((ROOT / "images").glob("*/Dockerfile"))
    found = [one.parent.name for one in recipes if "ui_name=" in one.read_text(encoding="utf-8")]
    assert found, "There are no demo images"
    return found


def make_targets() -> set[str]:
    """What `make` can be asked for by name."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    heads = re.findall(r"^([a-z][a-z -]*):(?!=)", makefile, re.M)
    return {target for head in heads for target in head.split()}


def names_for_the_hub() -> list[str]:
    """What a site's jupyterhub_config.py may load from us."""
    return [*remoteappmanager.jupyterhub.__all__, *spawners.__all__, *auth.__all__]


def manual_pages_with(pattern: str) -> list[pathlib.Path]:
    """The pages of the manual proper that the expression is found in."""
    return [
        page
        for page, text in MANUAL.items()
        if page.is_relative_to(ROOT / "doc") and re.search(pattern, text)
    ]


@pytest.mark.parametrize("name", [*console_scripts(), *names_for_the_hub()])
def test_what_people_type_or_load_is_in_the_manual(name: str) -> None:
    """Every console script, and every public name of the Hub's part, is in the manual."""
    assert manual_pages_with(rf"(?<![\w-]){name}(?![\w-])")


@pytest.mark.parametrize("name", demo_images())
def test_every_demo_image_is_in_the_manual(name: str) -> None:
    """As code, because their names are also ordinary words."""
    assert manual_pages_with(rf"``(images/)?{name}``")


@pytest.mark.parametrize(
    ("page", "target"),
    [
        pytest.param(page, target, id=f"{page.stem}-{target}")
        for page, text in MANUAL.items()
        for target in sorted(set(MAKE.findall(text)))
    ],
)
def test_what_the_manual_makes_can_be_made(page: pathlib.Path, target: str) -> None:
    """Every ``make`` target that a page names exists."""
    assert target in make_targets(), f"{page.name} says: make {target}"


@pytest.mark.parametrize("target", ["run", "test"])
def test_the_two_commands_are_in_the_manual(target: str) -> None:
    """And so the expression that looks for targets finds some."""
    quick_start = MANUAL[ROOT / "doc" / "source" / "users" / "quick_start.rst"]
    assert target in MAKE.findall(quick_start)


def test_every_decision_has_a_heading_of_its_own() -> None:
    """A list of decisions can be read by their titles alone."""
    pages = [page for page in PAGES if page.parent.name == "decisions"]
    titles = [MANUAL[page].splitlines()[0] for page in pages]
    assert len(set(titles)) == len(titles) > 0
    assert all(title.startswith("Decision: ") for title in titles)
