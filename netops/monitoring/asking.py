"""What a poller is told to ask next, and what it hands back; knows no library and opens nothing."""

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from netops.core.errors import LoginRefused, Misbehaved, TimedOut, Unreachable
from netops.core.model import Target
from netops.core.text import Text
from netops.monitoring.oids import Oid

STEP = "snmp"
REPETITIONS = 50

Plain = int | bytes | str | None
"""An SNMP value as Python has it: numbers, octets, and object identifiers and addresses as text."""


class Get(Struct, frozen=True):
    """One GET; what the agent does not have is left out of the answer, and nothing is in it after an error-status."""

    oids: tuple[Oid, ...]


class Walk(Struct, frozen=True):
    """One GETBULK (a GETNEXT when `single`) below `column`, going on after `after`: the last name answered, or `column`."""

    column: Oid
    after: Oid
    single: bool = False


class Rows(Struct, frozen=True):
    """What a `Walk` brought, in the agent's order; `ended` when it went beyond the column."""

    rows: Sequence[tuple[Oid, Plain]]
    ended: bool


Values = Mapping[Oid, Plain]
Talk = Generator[Get | Walk, Any, Any]
"""Yields what to ask, is sent `Values` for a `Get` and `Rows` for a `Walk`."""


def misbehaved(device: str, indonesian: str, english: str) -> Misbehaved:
    return Misbehaved(
        Text(id=f"jawaban SNMP tidak wajar: {indonesian}", en=f"an SNMP answer that cannot be: {english}"),
        Text(
            id="periksa agen SNMP dan versi perangkat lunaknya; pembacaan ini tidak dicatat",
            en="check the SNMP agent and its software version; this reading was not recorded",
        ),
        device=device,
        step=STEP,
        may_have_written=False,
    )


def undecodable(device: str) -> Misbehaved:
    return misbehaved(device, "tidak dapat dibaca sebagai SNMP", "not to be read as SNMP")


def timed_out(target: Target, seconds: int) -> TimedOut:
    return TimedOut(
        Text(id=f"tidak ada jawaban SNMP lengkap dalam {seconds} s", en=f"no complete SNMP answer within {seconds} s"),
        Text(
            id="periksa apakah SNMP aktif, community benar, dan UDP tidak diblokir; community yang salah tidak dijawab",
            en="check that SNMP is on, the community right and UDP not blocked; a wrong community gets no answer",
        ),
        device=target.name,
        step=STEP,
        may_have_written=False,
    )


def unreachable(target: Target, exc: Exception) -> Unreachable:
    return Unreachable(
        Text(id=f"SNMP tidak terjangkau ({exc})", en=f"SNMP cannot be reached ({exc})"),
        Text(
            id="periksa alamat dan snmp_port di inventory/hosts.yaml, dan apakah SNMP aktif di perangkat",
            en="check address and snmp_port in inventory/hosts.yaml, and that SNMP is on at the device",
        ),
        device=target.name,
        step=STEP,
        may_have_written=False,
    )


def refused(target: Target, why: str) -> LoginRefused:
    name = target.name
    return LoginRefused(
        Text(id=f"SNMP menolak kredensial ({why})", en=f"SNMP refuses the credentials ({why})"),
        Text(
            id=f"periksa snmp_user, snmp_auth, snmp_priv dan rahasia snmp/{name}/auth dan snmp/{name}/priv",
            en=f"check snmp_user, snmp_auth, snmp_priv and the secrets snmp/{name}/auth and snmp/{name}/priv",
        ),
        device=name,
        step=STEP,
        may_have_written=False,
    )
