"""How a device is spoken to, from its inventory options and secrets by reference; refuses what no poller can do."""

from collections.abc import Sequence

from msgspec import Struct

from netops.core.errors import InputError
from netops.core.model import Target
from netops.core.secret import SecretRef, SecretSource
from netops.core.text import Text

DEADLINE_SECONDS = 10
AUTH = ("SHA", "SHA-256")
PRIV = ("AES",)


class User(Struct, frozen=True, kw_only=True):
    """A v3 user, always authPriv."""

    name: str
    auth: str
    priv: str


def version(target: Target) -> str:
    found = str(target.options.get("snmp_version", "2c"))
    if found not in ("2c", "3"):
        raise bad_option(target, "snmp_version", ("2c", "3"))
    return found


def user(target: Target) -> User:
    name = str(target.options.get("snmp_user", ""))
    auth, priv = str(target.options.get("snmp_auth", "SHA")), str(target.options.get("snmp_priv", "AES"))
    if not name:
        raise bad_option(target, "snmp_user", ())
    if auth not in AUTH:
        raise bad_option(target, "snmp_auth", AUTH)
    if priv not in PRIV:
        raise bad_option(target, "snmp_priv", PRIV)
    return User(name=name, auth=auth, priv=priv)


def port(target: Target) -> int:
    return _number(target, "snmp_port", 161)


def deadline(target: Target) -> int:
    """Seconds that one reading of the device may take, whatever is asked."""
    return _number(target, "timeout", DEADLINE_SECONDS)


def secret(source: SecretSource, target: Target, what: str) -> str:
    """`what` is `community`, `auth` or `priv`."""
    return source.get(SecretRef(f"snmp/{target.name}/{what}")).reveal()


def _number(target: Target, key: str, default: int) -> int:
    value = target.options.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise bad_option(target, key, ("1 …",))
    return value


def bad_option(target: Target, key: str, allowed: Sequence[str]) -> InputError:
    words = ", ".join(allowed)
    return InputError(
        Text(id=f"{target.name}: isi {key} tidak dapat dipakai", en=f"{target.name}: {key} cannot be used"),
        Text(id=f"pilihan: {words}", en=f"choose from: {words}") if words else None,
        path="inventory/hosts.yaml",
        field=key,
    )
