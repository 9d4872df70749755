"""What vouchers are called and how many there may be; refuses more of them than the network has addresses."""

from datetime import datetime
from ipaddress import IPv4Network
from zlib import crc32

from netops.core.errors import OutOfBounds
from netops.core.model import Needs
from netops.core.secret import SecretRef
from netops.core.text import Text

_NOTE = 20


def short_name(change: str) -> str:
    """The last part of a change id in lower case: the first label of its login page's name, the start of users' names."""
    return change.rpartition("-")[2].lower() or change.lower()


def codes_of(needs: Needs) -> int:
    """How many different codes there are: one where everybody shares it."""
    return 1 if needs.access == "shared" else needs.users


def numbers_of(count: int) -> tuple[str, ...]:
    """`001` …, wide enough for the last one."""
    width = max(3, len(str(count)))
    return tuple(f"{number:0{width}d}" for number in range(1, count + 1))


def code_ref(change: str, number: str) -> SecretRef:
    return SecretRef(f"voucher/{change}/{number}")


def user_name(change: str, number: str, access: str) -> str:
    """The hotspot user of a voucher: `<short>-001`, or the reference of the code in whose place it stands."""
    return f"{short_name(change)}-{number}" if access == "up" else str(code_ref(change, number))


def batch_comment(change: str, access: str, starts_at: datetime, note: str) -> str:
    """`vc-123-11.20.26-wisuda`: the batch as Mikhmon v3 writes it (kind, three digits, month.day.year, note).

    The three digits come from the change id, so that the same plan gives the same comment.
    """
    kind = "up" if access == "up" else "vc"
    words = "".join(char if char.isascii() and char.isalnum() else "-" for char in note.lower())
    short = "-".join(part for part in words.split("-") if part)[:_NOTE].strip("-")
    return f"{kind}-{100 + crc32(change.encode()) % 900}-{starts_at:%m.%d.%y}-{short or 'acara'}"


def check_codes(needs: Needs) -> None:
    """Raises `OutOfBounds` for numbers of codes, devices and limits that cannot be served."""
    addresses = IPv4Network(needs.subnet).num_addresses - 3
    if needs.users > addresses:
        _refuse(
            "users",
            f"{needs.users} voucher, {needs.subnet} hanya memuat {addresses} alamat",
            str(addresses),
            f"{needs.users} vouchers, {needs.subnet} holds {addresses} addresses only",
            str(addresses),
        )
    for field, value, least, most in (
        ("devices_per_code", needs.devices_per_code, 1, 100),
        ("data_limit", needs.data_limit, 0, 10**13),
        ("time_limit", needs.time_limit, 0, 366 * 86_400),
    ):
        if not least <= value <= most:
            _refuse(field, str(value), f"{least}–{most}", str(value), f"{least}–{most}")


def _refuse(field: str, given: str, limit: str, given_en: str, limit_en: str) -> None:
    raise OutOfBounds(
        Text(
            f"kebutuhan teknis {field}: {given}; batasnya {limit}",
            f"the technical need {field}: {given_en}; the limit is {limit_en}",
        ),
        Text(
            "kurangi voucher atau perbesar subnet dengan `netops needs`",
            "lower the vouchers or widen the subnet with `netops needs`",
        ),
    )
