"""The import rules of docs/architecture.md: never upward, no circles, one importing module per library."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "netops"

LAYER = {
    "core": 0,
    "requests": 1,
    "platforms": 1,
    "planning": 1,
    "changes": 1,
    "hashicorp": 1,
    "references": 1,
    "drivers": 2,
    "fleet": 2,
    "monitoring": 2,
    "journal": 2,
    "papers": 2,
    "notify": 2,
    "vault": 2,
    "settings": 2,
    "data_root": 2,
    "app": 4,
    "actions": 4,
    "filing": 4,
    "views": 4,
    "demo": 4,
    "demo_faults": 4,
    "practice": 4,
    "cli": 4,
}

ONLY_IN = {
    "sqlalchemy": {"netops.drivers.radius_sql"},
    "nornir": {"netops.fleet"},
    "librouteros": {"netops.drivers"},
    "netmiko": {"netops.drivers.ios"},
    "napalm": {"netops.drivers.ios"},
    "paramiko": {"netops.drivers.ios", "netops.requests.agent"},
    "jinja2": {"netops.planning.render"},
    "hier_config": {"netops.platforms.ios"},
    "duckdb": {"netops.monitoring.duck"},
    "numpy": {"netops.monitoring.closing", "netops.monitoring.statistics", "netops.monitoring.readings"},
    "sqlite3": {"netops.journal.store", "netops.journal.database"},
    "typst": {"netops.papers.pdf"},
    "segno": {"netops.papers.pdf", "netops.papers.qr"},
    "babel": {"netops.papers.words"},
    "xlsxwriter": {"netops.papers.sheet_xlsx"},
    "rfc8785": {"netops.core.canonical"},
    "gufo": {"netops.monitoring.with_gufo"},
    "pysnmp": {
        "netops.monitoring.with_pysnmp",
        "netops.monitoring.engines",
        "netops.lab.snmp",
        "netops.lab.engines",
    },
    "asyncssh": {"netops.lab"},
    "aiosmtpd": {"netops.lab.mail"},
    "smtplib": {"netops.notify.mail"},
    "prometheus_client": {"netops.monitoring.exposition"},
    "click": {"netops.cli"},
    "ruamel": {"netops.requests.load", "netops.fleet.read", "netops.lab.inventory"},
    "pyhanko": {"netops.requests.pades"},
    "pyhanko_certvalidator": {"netops.requests.pades"},
    "asn1crypto": {"netops.requests.pades"},
    "cryptography": {
        "netops.requests.sshsig",
        "netops.requests.pades",
        "netops.journal.note",
        "netops.vault",
        "netops.practice",
        "netops.lab.routeros.certs",
    },
}

LAB_MAY = ("netops.core.errors", "netops.core.clock", "netops.lab")
"""A belief shared between driver and simulator would pass on both sides."""


def _module(path: Path) -> str:
    parts = ("netops", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _imports(path: Path) -> tuple[tuple[str, bool], ...]:
    """Imported names with their module, and whether the import runs when the module is loaded."""
    return tuple(_read_imports(path))


def _read_imports(path: Path) -> Iterator[tuple[str, bool]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for child in ast.walk(node)
    }
    lazy = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) not in lazy
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if _exists(whole) else str(node.module), id(node) not in lazy


def _exists(module: str) -> bool:
    path = ROOT.parent / Path(*module.split("."))
    return module.startswith("netops") and (path.with_suffix(".py").exists() or (path / "__init__.py").exists())


MODULES = {_module(path): path for path in sorted(ROOT.rglob("*.py"))}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_its_own_number_or_a_lower_one(module: str) -> None:
    parts = module.split(".")
    if len(parts) == 1 or parts[1] in ("lab", "__main__"):
        return
    mine = LAYER[parts[1]]
    for name, _ in _imports(MODULES[module]):
        other = name.split(".")
        if other[0] != "netops" or len(other) == 1:
            continue
        if other[1] == "lab":
            assert mine == 4, f"{module} imports {name}"
            continue
        theirs = LAYER[other[1]]
        assert theirs <= mine, f"{module} (layer {mine}) imports {name} (layer {theirs})"
        if mine == theirs == 2:
            assert parts[1] == other[1], f"{module} imports {name}: groups of layer 2 do not know each other"


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("netops.lab")])
def test_the_lab_shares_no_belief_with_the_drivers(module: str) -> None:
    for name, _ in _imports(MODULES[module]):
        assert not name.startswith("netops.") or name.startswith(LAB_MAY), f"{module} imports {name}"


@pytest.mark.parametrize("library", ONLY_IN)
def test_each_library_has_one_place(library: str) -> None:
    importing = {m for m, path in MODULES.items() if any(n.split(".")[0] == library for n, _ in _imports(path))}
    places = {place: {m for m in importing if m == place or m.startswith(f"{place}.")} for place in ONLY_IN[library]}
    assert all(places.values()), f"{library} is not imported where it is said to be: {places}"
    elsewhere = importing - set().union(*places.values())
    assert not elsewhere, f"{', '.join(sorted(elsewhere))} imports {library}"


def test_there_are_no_circles() -> None:
    graph = {
        module: {name for name, at_load in _imports(path) if at_load and name in MODULES and name != module}
        for module, path in MODULES.items()
    }
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " → ".join((*trail, module))
        if module not in done:
            for other in graph[module]:
                visit(other, (*trail, module))
            done.add(module)

    for module in graph:
        visit(module, ())


def test_only_the_composition_root_names_a_concrete_driver() -> None:
    for module, path in MODULES.items():
        if module.startswith(("netops.drivers", "netops.app")):
            continue
        named = [name for name, _ in _imports(path) if name.startswith("netops.drivers")]
        assert not named, f"{module} imports {named}"
