"""What every test may use: a running campus, hypothesis settings, and skips that say which package is missing."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from netops.lab.campus import Campus

# Shared machines are slow at times: no deadline for one example; the number of examples is each test's own matter.
# No example database: the suite must run where the checkout cannot be written.
settings.register_profile("netops", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("netops")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs us in the background has us ignore Ctrl-C, which some tests press.
    signal.signal(signal.SIGINT, signal.default_int_handler)

DEBIAN_PROGRAMS = {
    "snmp": "snmpbulkwalk",
    "snmpd": "/usr/sbin/snmpd",
    "openssh-client": "ssh-keygen",
    "poppler-utils": "pdftotext",
    "libnss3-tools": "certutil",
    "freeradius-utils": "radclient",
    "golang-go": "go",
    "golang-golang-x-mod-dev": "/usr/share/gocode/src/golang.org/x/mod/sumdb",
}
"""A program of the package, or a path of one that has none."""
SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def pytest_xdist_auto_num_workers() -> int:
    """Half of the suite waits for answers over sockets: half as many workers again as there are processors."""
    return ((os.cpu_count() or 2) * 3 + 1) // 2


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs_debian"):
        package = mark.args[0]
        program = DEBIAN_PROGRAMS.get(package, package)
        if which(program) is None and not (program.startswith("/") and Path(program).exists()):
            pytest.skip(f"needs the Debian package {package}")
    if item.get_closest_marker("shared") and not SHARED_DATA.is_dir():
        pytest.skip(f"needs the recordings of real devices in {SHARED_DATA.name} beside the checkout")


@pytest.fixture(scope="session")
def campus() -> Iterator["Campus"]:
    """The default campus, one for each test process: read it, or leave it as you found it."""
    from netops.lab.campus import Campus

    with Campus() as running:
        yield running


@pytest.fixture
def fresh_campus() -> Iterator["Campus"]:
    """A campus of the test's own, for changes and faults."""
    from netops.lab.campus import Campus

    with Campus() as running:
        yield running
