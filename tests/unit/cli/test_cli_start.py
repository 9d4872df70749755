"""`netops --help` is answered at once: nothing heavy is imported for it, nor for a command's own help."""

import os
import subprocess
import sys
import time

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


def test_help_takes_less_than_a_fifth_of_a_second() -> None:
    """In seconds of processor time, the best of several: a loaded machine takes none away."""
    spent = []
    for _ in range(5):
        before, clock = os.times(), time.monotonic()
        subprocess.run(
            [sys.executable, "-c", "from netops.cli.main import main; main(['--help'])"],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        after = os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        spent.append(used)
        assert time.monotonic() - clock < 30
    assert min(spent) < 0.2
