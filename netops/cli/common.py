"""What several commands share: the opened workspace, progress on stderr, common options."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from netops.app import App
from netops.core.secret import Secret
from netops.core.text import Text, language

F = TypeVar("F", bound=Callable[..., Any])

_STEPS = {
    "apply": Text("menjalankan", "applying"),
    "verify": Text("terbukti", "verified"),
    "restore": Text("memulihkan", "restoring"),
    "end": Text("mengakhiri", "ending"),
    "bake": Text("mengamati sebelum gelombang berikutnya", "watching before the next wave"),
    "open-end": Text(
        "PERHATIAN: perangkat menolak pewaktu penutup; hanya netops yang menutup akses di",
        "WARNING: the device refuses the timer for the end; netops alone will close access on",
    ),
    "netbox-old": Text("inventaris NetBox yang lama dipakai", "NetBox's older inventory is used"),
    "netbox-left-out": Text(
        "perangkat NetBox tanpa nama, platform atau alamat, dilewati",
        "devices of NetBox without name, platform or address, left out",
    ),
    "segment": Text("segmen tidak terbaca, dilewati", "a segment cannot be read and is left out"),
    "examine": Text("diperiksa", "examined"),
    "poll": Text("dibaca lewat SNMP", "read by SNMP"),
    "wait": Text("menunggu pekerja sebelumnya pasti berhenti", "waiting until the earlier worker is silent for sure"),
}


def progress(step: str, what: str) -> None:
    """One line for each step, to stderr, so that a long change is seen to move."""
    text = _STEPS[step].to(language()) if step in _STEPS else step
    click.echo(f"… {text}: {what}", err=True)


@contextmanager
def opened(ctx: click.Context, quiet: bool = False) -> Iterator[App]:
    with App(Path(ctx.find_root().obj), say=(lambda step, what: None) if quiet else progress) as app:
        yield app


def json_option(function: F) -> F:
    return click.option("--json", "json_", is_flag=True, help=Text("JSON ke stdout", "JSON on stdout").to(language()))(
        function
    )


def ref_argument(function: F) -> F:
    return click.argument("ref", metavar="REQUEST")(function)


def ask_passphrase() -> Secret:
    """Asked only for a locked key at a terminal; elsewhere such a key is refused with what to do."""
    return Secret(
        click.prompt(Text("Frasa sandi kunci", "Passphrase of the key").to(language()), hide_input=True, err=True)
    )
