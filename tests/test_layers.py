"""The house's one rule about imports: they go down only (design: house)."""

import ast
import gc
import pathlib

import pytest

PACKAGE = pathlib.Path(__file__).resolve().parent.parent / "remoteappmanager"

#: Most specific prefix wins. The numbers are the floors of the house.
LAYERS = {
    "remoteappmanager.cli": 6,
    "remoteappmanager.magics": 6,
    "remoteappmanager.jupyterhub": 6,
    "remoteappmanager.base_application": 5,
    "remoteappmanager.composition": 5,
    "remoteappmanager.application": 5,
    "remoteappmanager.admin_application": 5,
    "remoteappmanager.gate_application": 5,
    "remoteappmanager.webapi": 4,
    "remoteappmanager.handlers": 4,
    "remoteappmanager.jinja2_adapters": 4,
    "remoteappmanager.gate.registrar": 3,
    "remoteappmanager.gate.access": 3,
    "remoteappmanager.gate": 4,
    "remoteappmanager.launcher": 3,
    "remoteappmanager.readiness": 3,
    "remoteappmanager.watch": 3,
    "remoteappmanager.events": 1,
    "remoteappmanager.launch_inputs": 1,
    "remoteappmanager.launch_steps": 1,
    "remoteappmanager.welcome": 3,
    "remoteappmanager.db": 2,
    "remoteappmanager.docker": 2,
    "remoteappmanager.services": 2,
    "remoteappmanager.netutils": 2,
    "remoteappmanager.db.interfaces": 1,
    "remoteappmanager.db.exceptions": 1,
    "remoteappmanager.docker.container": 1,
    "remoteappmanager.docker.image": 1,
    "remoteappmanager.docker.configurables": 1,
    "remoteappmanager.docker.spec": 1,
    "remoteappmanager.docker.docker_labels": 1,
    "remoteappmanager.user": 1,
    "remoteappmanager.exceptions": 1,
    "remoteappmanager.command_line_config": 1,
    "remoteappmanager.environment_config": 1,
    "remoteappmanager.file_config": 1,
    "remoteappmanager.naming": 0,
    "remoteappmanager.utils": 0,
    "remoteappmanager.traitlets": 0,
    "remoteappmanager.paths": 0,
    "remoteappmanager.version": 0,
    "remoteappmanager.logging": 0,
    "remoteappmanager": 0,
}

#: Rooms that alone may know a foreign library: library -> prefixes.
KNOWS = {
    "sqlalchemy": (
        "remoteappmanager.db.orm",
        "remoteappmanager.db.migrations",
        "remoteappmanager.jupyterhub",
    ),
    "alembic": ("remoteappmanager.db.migrations", "remoteappmanager.db.orm"),
    # file_config: docker_config() gives docker-py's own TLS object (spec: config).
    "docker": ("remoteappmanager.docker", "remoteappmanager.file_config"),
    "jupyterhub": (
        "remoteappmanager.jupyterhub",
        "remoteappmanager.services",
        "remoteappmanager.handlers",
        "remoteappmanager.webapi",
        "remoteappmanager.base_application",
        "remoteappmanager.gate_application",
        "remoteappmanager.gate",
    ),
    "click": ("remoteappmanager.cli",),
}


def module_name(path: pathlib.Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer(module: str) -> int:
    prefixes = [p for p in LAYERS if module == p or module.startswith(p + ".")]
    return LAYERS[max(prefixes, key=len)]


def room(module: str) -> str:
    """The folder of the package that a module lives in."""
    return ".".join(module.split(".")[:2])


def parsed(path: pathlib.Path) -> ast.Module:
    """The module's syntax tree.

    The collector must not run meanwhile: should it find something whose end logs a traceback, that
    parses too, and CPython before 3.11.5 fails in both (python/cpython#106905).
    """
    gc.disable()
    try:
        return ast.parse(path.read_text(encoding="utf8"))
    finally:
        gc.enable()


def imports(path: pathlib.Path) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: absolute imports always"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                target = PACKAGE.parent / pathlib.Path(*full.split("."))
                is_module = target.with_suffix(".py").exists() or target.is_dir()
                found.append((node.lineno, full if is_module else str(node.module)))
    return found


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_go_down_only(path: pathlib.Path) -> None:
    """A module imports from its own floor's room or from below, never from above."""
    name = module_name(path)
    wrong = [
        f"{path.relative_to(PACKAGE.parent)}:{line}: {name} (layer {layer(name)}) imports "
        f"{target} (layer {layer(target)})"
        for line, target in imports(path)
        if target.startswith("remoteappmanager") and layer(target) > layer(name)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_an_adapter_never_imports_another_adapter(path: pathlib.Path) -> None:
    """db, docker and services do not know each other."""
    name = module_name(path)
    if layer(name) != 2:
        return
    wrong = [
        f"{path.relative_to(PACKAGE.parent)}:{line}: {name} imports {target}"
        for line, target in imports(path)
        if target.startswith("remoteappmanager.")
        and layer(target) == 2
        and room(target) != room(name)
        and room(target) != "remoteappmanager.netutils"
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_foreign_libraries_stay_in_their_rooms(path: pathlib.Path) -> None:
    """Only db knows SQLAlchemy, only docker knows docker-py, and so on."""
    name = module_name(path)
    wrong = [
        f"{path.relative_to(PACKAGE.parent)}:{line}: {name} imports {target}"
        for line, target in imports(path)
        for library, rooms in KNOWS.items()
        if target.split(".")[0] == library and not name.startswith(rooms)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_only_configuration_reads_the_environment(path: pathlib.Path) -> None:
    """os.environ is read by the *_config modules and by what the Hub loads, nobody else."""
    name = module_name(path)
    if name.endswith("_config") or name.startswith("remoteappmanager.jupyterhub"):
        return
    lines = path.read_text(encoding="utf8").splitlines()
    wrong = [
        f"{path.relative_to(PACKAGE.parent)}:{number}: {line.strip()}"
        for number, line in enumerate(lines, 1)
        if "os.environ" in line or "os.getenv" in line
    ]
    assert not wrong, "\n".join(wrong)


def test_the_hubs_part_imports_only_naming() -> None:
    """What the Hub loads knows nothing of ours but the shared names."""
    wrong = []
    for path in (PACKAGE / "jupyterhub").rglob("*.py"):
        for line, target in imports(path):
            ours = target.startswith("remoteappmanager.")
            allowed = ("remoteappmanager.naming", "remoteappmanager.jupyterhub")
            if ours and not target.startswith(allowed):
                wrong.append(f"{path.relative_to(PACKAGE.parent)}:{line}: imports {target}")
    assert not wrong, "\n".join(wrong)
