"""The site's approval policy (`inventory/policy.yaml`): chains, holders, life time, bounds; refuses any unclear file.

Always, and no setting of the file: who requests does not approve, who approves holds one role of a chain and does not
execute (`approvals`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from netops.core.canonical import digest
from netops.core.errors import InputError, NotApproved, OutOfBounds
from netops.core.text import Text
from netops.core.units import parse_duration, parse_rate, say_rate
from netops.requests.signers import PRINCIPAL

MAX_FILE = 256 * 1024
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePolicy:
    """`chain`: roles in order, the last one decides; `valid_for` seconds after receipt; `bandwidth` in bit/s."""

    chain: tuple[str, ...]
    valid_for: int
    participants: int
    bandwidth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`roles`: who holds each role, as named in `allowed_signers`; `digest` names the file that a judgement was made by."""

    roles: Mapping[str, tuple[str, ...]]
    services: Mapping[str, ServicePolicy]
    digest: str

    def service(self, name: str) -> ServicePolicy:
        """Raises `NotApproved` for a service that the policy does not name: nobody could have approved it."""
        try:
            return self.services[name]
        except KeyError:
            raise NotApproved(
                Text(f"kebijakan tidak mengatur layanan {name}", f"the policy has no rules for the service {name}"),
                Text("Tambahkan di inventory/policy.yaml.", "Add it to inventory/policy.yaml."),
            ) from None


def check_bounds(policy: Policy, service: str, *, participants: int, bandwidth: int) -> None:
    """Raises `OutOfBounds` where a request asks for more than the service allows; `bandwidth` in bit/s."""
    most = policy.service(service)
    hint = Text(
        "Kurangi permohonan, atau ubah batas di inventory/policy.yaml.",
        "Ask for less, or change the bound in inventory/policy.yaml.",
    )
    if participants > most.participants:
        raise OutOfBounds(
            Text(
                f"{participants} peserta melebihi batas layanan {service}: {most.participants}",
                f"{participants} participants are over the bound of {service}: {most.participants}",
            ),
            hint,
        )
    if bandwidth > most.bandwidth:
        raise OutOfBounds(
            Text(
                f"{say_rate(bandwidth)} melebihi batas layanan {service}: {say_rate(most.bandwidth)}",
                f"{say_rate(bandwidth, 'en')} is over the bound of {service}: {say_rate(most.bandwidth, 'en')}",
            ),
            hint,
        )


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────────


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Bounds(_Strict):
    participants: int = Field(ge=1)
    bandwidth: str


class _Service(_Strict):
    chain: list[str] = Field(min_length=1)
    valid_for: str
    bounds: _Bounds


class _File(_Strict):
    roles: dict[str, list[str]] = Field(min_length=1)
    services: dict[str, _Service] = Field(min_length=1)


_WORDS: Mapping[str, Text] = {
    "extra_forbidden": Text("isian ini tidak dikenal", "this field is unknown"),
    "missing": Text("isian ini wajib ada", "this field is required"),
    "string_type": Text("harus berupa teks", "must be text"),
    "int_type": Text("harus berupa bilangan bulat", "must be a whole number"),
    "list_type": Text("harus berupa daftar", "must be a list"),
    "dict_type": Text("harus berupa pasangan nama: isi", "must be a mapping"),
    "model_type": Text("harus berupa pasangan nama: isi", "must be a mapping"),
    "too_short": Text("tidak boleh kosong", "must not be empty"),
    "greater_than_equal": Text("harus 1 atau lebih", "must be 1 or more"),
}


class _Bad(Exception):
    def __init__(self, place: Place, id: str, en: str, line: int | None = None) -> None:
        super().__init__(en)
        self.place, self.text, self.line = place, Text(id, en), line


def read_policy(path: Path) -> Policy:
    """The file at `path`. Raises `InputError` with path, line and field."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            Text(f"tidak dapat dibaca: {error.strerror}", f"cannot be read: {error.strerror}"),
            Text("`netops init` membuat contohnya.", "`netops init` makes an example."),
            path=path,
        ) from error
    return parse_policy(data, path)


def parse_policy(data: bytes, path: Path | str = "policy.yaml") -> Policy:
    """Raises `InputError` with path, line and field."""
    lines: dict[Place, int] = {}
    try:
        return _policy(_File.model_validate(_plain(data, lines)), digest(data))
    except ValidationError as errors:
        first = errors.errors()[0]
        place, text = first["loc"], _WORDS.get(first["type"], Text(first["msg"], first["msg"]))
        raise _input_error(path, lines, place, text) from errors
    except _Bad as bad:
        raise _input_error(path, lines, bad.place, bad.text, bad.line) from bad


def _input_error(
    path: Path | str, lines: Mapping[Place, int], place: Place, text: Text, line: int | None = None
) -> InputError:
    known = next((lines[place[:end]] for end in range(len(place), -1, -1) if place[:end] in lines), None)
    return InputError(text, path=path, line=line or known, field=".".join(map(str, place)) or None)


def _policy(file: _File, digest: str) -> Policy:
    for role, holders in file.roles.items():
        if not PRINCIPAL.fullmatch(role):
            raise _Bad(("roles", role), "nama peran harus ASCII tanpa spasi", "a role's name is ASCII without blanks")
        for index, holder in enumerate(holders):
            if not PRINCIPAL.fullmatch(holder):
                raise _Bad(
                    ("roles", role, index),
                    f"{holder!r} bukan nama seperti di allowed_signers (ASCII tanpa spasi)",
                    f"{holder!r} is not a name as in allowed_signers (ASCII without blanks)",
                )
        _once(("roles", role), holders)
    services = {name: _service(name, service, file) for name, service in file.services.items()}
    return Policy(
        roles={role: tuple(holders) for role, holders in file.roles.items()}, services=services, digest=digest
    )


def _service(name: str, service: _Service, file: _File) -> ServicePolicy:
    place: Place = ("services", name)
    for index, role in enumerate(service.chain):
        if not file.roles.get(role):
            raise _Bad(
                (*place, "chain", index),
                f"peran {role!r} tidak ada pemegangnya di roles",
                f"role {role!r} has no holder in roles",
            )
    _once((*place, "chain"), service.chain)
    try:
        seconds = parse_duration(service.valid_for)
    except ValueError as error:
        raise _Bad((*place, "valid_for"), "bukan lama waktu seperti 30d", "not a duration such as 30d") from error
    if seconds < 1:
        raise _Bad((*place, "valid_for"), "harus lebih dari nol", "must be more than zero")
    try:
        rate = parse_rate(service.bounds.bandwidth)
    except ValueError as error:
        raise _Bad((*place, "bounds", "bandwidth"), "bukan laju seperti 200M", "not a rate such as 200M") from error
    return ServicePolicy(
        chain=tuple(service.chain), valid_for=seconds, participants=service.bounds.participants, bandwidth=rate
    )


def _once(place: Place, names: list[str]) -> None:
    folded = [name.casefold() for name in names]
    for index, name in enumerate(folded):
        if name in folded[:index]:
            raise _Bad((*place, index), f"{names[index]!r} tertulis dua kali", f"{names[index]!r} is given twice")


# ── strict YAML: no aliases, tags or duplicate keys; text, whole numbers and yes/no only ─────────────────────────


def _plain(data: bytes, lines: dict[Place, int]) -> object:
    if len(data) > MAX_FILE:
        raise _Bad((), f"berkas melebihi {MAX_FILE} byte", f"the file is over {MAX_FILE} bytes")
    try:
        root = YAML(typ="rt").compose(data.decode())
    except UnicodeDecodeError as error:
        raise _Bad((), "bukan UTF-8", "not UTF-8", data[: error.start].count(b"\n") + 1) from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise _Bad((), f"bukan YAML: {error.problem}", f"not YAML: {error.problem}", line) from error
    except (YAMLError, RecursionError) as error:
        raise _Bad((), "bukan YAML yang dapat dibaca", "not readable YAML") from error
    if root is None:
        raise _Bad((), "berkas kosong", "the file is empty", 1)
    return _value(root, (), lines, set())


def _value(node: Node, place: Place, lines: dict[Place, int], seen: set[int]) -> object:
    line = node.start_mark.line + 1
    lines.setdefault(place, line)
    if id(node) in seen:
        raise _Bad(place, "alias YAML tidak diterima", "a YAML alias is not accepted", line)
    seen.add(id(node))
    tag = str(node.tag).removeprefix("tag:yaml.org,2002:")
    if isinstance(node, MappingNode) and tag == "map":
        return dict(_pairs(node, place, lines, seen))
    if isinstance(node, SequenceNode) and tag == "seq":
        return [_value(item, (*place, index), lines, seen) for index, item in enumerate(node.value)]
    if isinstance(node, ScalarNode) and tag == "str":
        return str(node.value)
    if isinstance(node, ScalarNode) and tag == "int" and str(node.value).isdecimal():
        return int(node.value)
    if isinstance(node, ScalarNode) and tag in ("bool", "null"):
        return node.value == "true" if tag == "bool" else None
    raise _Bad(place, f"isi berjenis {tag} tidak diterima", f"a value of type {tag} is not accepted", line)


def _pairs(node: MappingNode, place: Place, lines: dict[Place, int], seen: set[int]) -> Iterator[tuple[str, object]]:
    keys: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        name = str(key.value)
        if not isinstance(key, ScalarNode) or not str(key.tag).endswith(":str"):
            raise _Bad(place, "nama isian harus teks", "a field's name must be text", line)
        if name in keys:
            raise _Bad((*place, name), "isian ini tertulis dua kali", "this field is given twice", line)
        keys.add(name)
        lines[*place, name] = line
        yield name, _value(value, (*place, name), lines, seen)
