"""The typed fields of a site's own service: what a playbook declares, and what a request may write; refuses other types."""

import re
from collections.abc import Mapping
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError, create_model, model_validator

from netops.core.text import Text
from netops.requests.common import Line, Paragraph, Rate, Strict, Zone, read_time
from netops.requests.load import Document, check_line, said, validate
from netops.requests.own import DeviceValue, OwnRequest, PlaceValue, PortValue

Kind = Literal[
    "line", "paragraph", "integer", "rate", "vlan", "port", "device", "place", "choice", "address", "prefix", "time"
]
NAMES_DEVICE = ("port", "device")
_RANGED = ("integer", "vlan")
_WHOLE: Mapping[str, tuple[int, int]] = {"vlan": (1, 4094), "integer": (0, 1_000_000_000)}


class Words(Strict):
    id: Line
    en: Line

    @property
    def text(self) -> Text:
        return Text(self.id, self.en)


class FieldSpec(Strict):
    """One field. `least` and `most` bound an integer or VLAN; `choices` are the words of a choice, with their meaning.

    A field that is not `required` may stay empty: the template then sees its `default`, or none. `example` fills the
    example request.
    """

    type: Kind
    label: Words
    required: bool = True
    default: str | int | None = None
    example: str | int | None = None
    least: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    most: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    choices: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")], Words] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.least is not None or self.most is not None) and self.type not in _RANGED:
            raise said(f"least dan most tidak berlaku untuk {self.type}", f"least and most do not go with {self.type}")
        if bool(self.choices) != (self.type == "choice"):
            raise said("choices hanya dan selalu untuk type: choice", "choices go with type: choice, and only with it")
        least, most = self.span
        if least > most:
            raise said("least lebih besar dari most", "least is greater than most")
        for word in ("default", "example"):
            value = getattr(self, word)
            try:
                if value is not None:
                    TypeAdapter(annotation(self, "WIB")).validate_python(value)
            except ValidationError as exc:
                reason = exc.errors(include_url=False)[0]
                told = reason.get("ctx", {})
                raise said(
                    f"{word} {value!r} tidak sah: {told.get('id', reason['msg'])}",
                    f"{word} {value!r} is not valid: {told.get('en', reason['msg'])}",
                ) from exc
        return self

    @property
    def span(self) -> tuple[int, int]:
        low, high = _WHOLE.get(self.type, (0, 0))
        return (
            low if self.least is None else max(self.least, low),
            high if self.most is None else min(self.most, high),
        )


FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Fields = dict[FieldName, FieldSpec]


def load_own(document: Document, fields: Mapping[str, FieldSpec]) -> OwnRequest:
    """The document as a request with these fields. Raises `InputError` with the line of every finding."""
    found = validate(_shape(fields, _zone(document)), document)
    return OwnRequest.model_validate_json(found.model_dump_json(by_alias=True))


def _zone(document: Document) -> Zone | None:
    """The zone as it is written; whether it is one is told with the period."""
    data = document.data if isinstance(document.data, dict) else {}
    period = data.get("period")
    word = period.get("zone") if isinstance(period, dict) else None
    return next((zone for zone in ("WIB", "WITA", "WIT") if zone == word), None)


def _shape(fields: Mapping[str, FieldSpec], zone: Zone | None) -> type[OwnRequest]:
    """Names get a prefix inside, so that a field called `json` or `copy` is no attribute of the model."""
    members: dict[str, Any] = {}
    for name, spec in fields.items():
        kind = annotation(spec, zone)
        if spec.required and spec.default is None:
            members[f"f_{name}"] = (kind, Field(alias=name))
        else:
            members[f"f_{name}"] = (kind | None, Field(alias=name, default=spec.default, validate_default=True))
    inner = create_model("Fields", __base__=Strict, **members)
    needed = any(spec.required and spec.default is None for spec in fields.values())
    whole: tuple[Any, Any] = (inner, ... if needed else Field(default_factory=dict, validate_default=True))
    shape: type[OwnRequest] = create_model("Own", __base__=OwnRequest, fields=whole)
    return shape


def annotation(spec: FieldSpec, zone: Zone | None) -> Any:
    """The type of a field's value, for pydantic; times without an offset are read in `zone`."""
    least, most = spec.span
    kinds: Mapping[str, Any] = {
        "line": Line,
        "paragraph": Paragraph,
        "integer": Annotated[int, Field(ge=least, le=most)],
        "vlan": Annotated[int, Field(ge=least, le=most), AfterValidator(_vlan)],
        "rate": Rate,
        "port": Annotated[PortValue, BeforeValidator(_port)],
        "device": Annotated[DeviceValue, BeforeValidator(lambda value: _wrapped("device", value))],
        "place": Annotated[PlaceValue, BeforeValidator(lambda value: _wrapped("place", value))],
        "choice": Annotated[str, BeforeValidator(_text), AfterValidator(partial(_choice, tuple(spec.choices)))],
        "address": Annotated[str, AfterValidator(_address)],
        "prefix": Annotated[str, AfterValidator(_prefix)],
        "time": Annotated[str, BeforeValidator(partial(_time, zone))],
    }
    return kinds[spec.type]


def _vlan(number: int) -> int:
    """1002-1005 exist for FDDI and token ring on every Catalyst and cannot be used (Cisco: VLAN ranges)."""
    if 1002 <= number <= 1005:
        raise said(f"VLAN {number} dicadangkan perangkat", f"VLAN {number} is reserved by devices")
    return number


def _port(value: object) -> object:
    if not isinstance(value, str):
        return value
    words = value.split()
    if len(words) != 2:
        raise said(
            "tulis perangkat dan portnya, mis. sw-aula GigabitEthernet1/0/12",
            "write the device and its port, e.g. sw-aula GigabitEthernet1/0/12",
        )
    return {"device": words[0], "port": words[1]}


def _wrapped(name: str, value: object) -> object:
    return {name: value} if isinstance(value, str) else value


def _text(value: object) -> object:
    return str(value) if type(value) is int else value


def _choice(words: tuple[str, ...], value: str) -> str:
    if value not in words:
        names = ", ".join(words)
        raise said(f"harus salah satu dari {names}", f"must be one of {names}")
    return value


def _address(value: str) -> str:
    try:
        return str(ip_address(value))
    except ValueError as exc:
        raise said("bukan alamat IP seperti 10.20.0.5", "not an IP address such as 10.20.0.5") from exc


def _prefix(value: str) -> str:
    try:
        if "/" in value:
            return str(ip_network(value))
    except ValueError:
        pass  # told below
    raise said("bukan awalan seperti 10.20.0.0/24", "not a prefix such as 10.20.0.0/24")


def _time(zone: Zone | None, value: object) -> object:
    moment = read_time(value, zone)
    return moment.isoformat().replace("+00:00", "Z") if hasattr(moment, "isoformat") else moment


def plain(spec: FieldSpec) -> str:
    """The example, else the default, as it is written in a request; '' where there is none."""
    value = spec.example if spec.example is not None else spec.default
    if value is None:
        return ""
    text = str(value)
    check_line(text)
    return f'"{text}"' if re.search(r"[:#'\"{}\[\],&*!|>%@`]|^[ -]|^$", text) and '"' not in text else text
