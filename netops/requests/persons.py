"""What a request says of people, apart from what is signed: salted digests are signed and stay, the values can be erased.

A request is signed in a form in which each personal field is a commitment: the digest over a key made from its `salt`
(128 random bits or more, written by `netops request new`; `filing` gives one to a file without), and the value. Whoever is
shown key and value can check them; whoever is not cannot guess them. Refuses values that are not those that were signed.
"""

import copy
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from netops.core.canonical import canonical, digest
from netops.core.errors import InputError
from netops.core.text import Text

Json = dict[str, Any]

PERSONAL = (
    ("letter", "signatory"),
    ("requester", "name"),
    ("requester", "email"),
    ("requester", "phone"),
    ("requester", "nip"),
    ("requester", "nim"),
    ("contact", "name"),
    ("contact", "phone"),
)
"""Fields that name a person or lead to one."""
ERASED = "[dihapus]"
_FILL = {"email": "dihapus@dihapus.invalid", "phone": "0000000", "nip": None, "nim": None}
"""What a field that was erased holds while a request is read, where the word itself would be refused."""


def commitment(key: str, value: object) -> str:
    """`sha256:…` over key and value; the key is 32 hex digits."""
    return digest(b"netops person 1\n" + key.encode() + b"\n" + canonical(value))


def signed_form(value: Json) -> Json:
    """What is signed and kept: commitments in the place of personal fields (all of it where there is no salt yet)."""
    salt = value.get("salt")
    if not salt:
        return {name: item for name, item in value.items() if name != "salt"}
    signed = copy.deepcopy(value)
    del signed["salt"]
    for group, name, found in _fields(value):
        signed[group][name] = {"committed": commitment(_key(salt, group, name), found)}
    return signed


def persons(value: Json) -> Json:
    """The body beside the signed form: the salt, and each personal field with its key. The request has a salt."""
    salt = value["salt"]
    fields = {
        f"{group}/{name}": {"key": _key(salt, group, name), "value": found} for group, name, found in _fields(value)
    }
    return {"kind": "netops-persons-1", "salt": salt, "fields": fields}


def joined(signed: Json, body: Json | None) -> Json:
    """The request again. Raises `InputError` where a value is not the one that was signed."""
    value = copy.deepcopy(signed)
    if body is None:
        return value
    value["salt"] = body["salt"]
    for path, one in body["fields"].items():
        group, _, name = path.partition("/")
        if signed[group][name] != {"committed": commitment(one["key"], one["value"])}:
            raise InputError(
                Text(f"{path} bukan yang ditandatangani", f"{path} is not what was signed"),
                Text("Periksa dengan: netops log verify", "Check it with: netops log verify"),
            )
        value[group][name] = one["value"]
    return value


def redacted(value: Json) -> Json:
    """The request with every personal field erased, and no salt."""
    value = copy.deepcopy(value)
    value.pop("salt", None)
    for group, name, _ in list(_fields(value)):
        value[group][name] = ERASED
    return value


def filled(value: Json) -> tuple[Json, tuple[tuple[str, str], ...]]:
    """A redacted request in a form that can be read, and the fields that are `ERASED` again once it was."""
    value = copy.deepcopy(value)
    gone = tuple((group, name) for group, name, found in _fields(value) if found == ERASED)
    for group, name in gone:
        value[group][name] = _FILL.get(name, ERASED)
    return value, gone


def _fields(value: Json) -> Iterator[tuple[str, str, Any]]:
    for group, name in PERSONAL:
        if value.get(group, {}).get(name) is not None:
            yield group, name, value[group][name]


def salted(salt: str, about: str) -> str:
    """32 hex digits made from a request's salt for another body of it; '' where the request has none."""
    return hmac.new(bytes.fromhex(salt), about.encode(), hashlib.sha256).hexdigest()[:32] if salt else ""


def _key(salt: str, group: str, name: str) -> str:
    return salted(salt, f"{group}/{name}")
