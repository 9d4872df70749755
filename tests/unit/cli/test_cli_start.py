"""`netops --help` imports nothing heavy, nor does a command's own help; `./dev bench` measures the time."""

import subprocess
import sys

import pytest

from netops.cli.main import COMMANDS

HEAVY = (
    "sqlalchemy", "nornir", "netmiko", "napalm", "paramiko", "librouteros", "pydantic", "pysnmp", "asyncssh", "jinja2",
    "typst", "babel", "cryptography", "hier_config", "ruamel.yaml", "rfc8785", "asyncio",
)  # fmt: skip

ASK = """
import sys
from netops.cli.main import main
assert main(sys.argv[1:]) == 0
print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
"""


def loaded(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(heavy=HEAVY), *words], capture_output=True, text=True, check=True
    )
    assert "Usage: netops" in done.stdout
    return done.stderr.strip().splitlines()[-1]


def test_help_imports_nothing_heavy() -> None:
    assert loaded("--help") == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_imports_nothing_heavy(name: str) -> None:
    assert loaded(name, "--help") == "[]"


def test_the_names_of_what_is_heavy_are_those_of_modules() -> None:
    """A misspelt name would never be found loaded."""
    code = f"import importlib\nfor name in {HEAVY!r}: importlib.import_module(name)"
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)
