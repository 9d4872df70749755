"""The request for a site's own service: the fields that its playbook declares, and from when to when; refuses other fields."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from netops.core.text import Lang, Text
from netops.requests.common import HostName, Key, Named, Port, Request, Strict, Zone, say_time
from netops.requests.load import Loc
from netops.requests.period import Period


class DeviceValue(Strict):
    """A device of the inventory."""

    device: HostName


class PortValue(Strict):
    """A port of a device of the inventory."""

    device: HostName
    port: Port


class PlaceValue(Strict):
    """A key of the places in `sites.yaml`."""

    place: Key


FieldValue = PortValue | DeviceValue | PlaceValue | str | int | bool
"""Says itself what it is, so that a recorded request is understood whatever became of the playbook."""


class OwnRequest(Request):
    """`fields` as the playbook declares them, None for one that was left empty."""

    period: Period
    fields: dict[str, FieldValue | None] = Field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.letter.subject

    @property
    def zone(self) -> Zone:
        return self.period.zone

    @property
    def starts_at(self) -> datetime:
        return self.period.starts_at

    @property
    def ends_at(self) -> datetime | None:
        return self.period.ends_at

    @property
    def place(self) -> str:
        return next((value.place for value in self.fields.values() if isinstance(value, PlaceValue)), "")

    @property
    def named(self) -> tuple[Named, ...]:
        found = [(name, value) for name, value in self.fields.items() if isinstance(value, PortValue | DeviceValue)]
        return tuple(
            Named(field=name, device=value.device, port=value.port if isinstance(value, PortValue) else "")
            for name, value in found
        )

    @property
    def figures(self) -> Mapping[str, int]:
        return {
            name: value for name, value in self.fields.items() if isinstance(value, int) and not isinstance(value, bool)
        }

    def loc(self, field: str) -> Loc:
        if field == "place":
            field = next((name for name, value in self.fields.items() if isinstance(value, PlaceValue)), field)
        return ("period", field) if field in ("starts_at", "ends_at") else ("fields", field)

    def words(self, lang: Lang) -> tuple[tuple[Text, str], ...]:
        ends = say_time(self.ends_at, self.zone, lang) if self.ends_at else Text("tetap", "lasting").to(lang)
        return (
            *((Text(name, name), say_value(value)) for name, value in self.fields.items() if value is not None),
            (Text("Mulai", "Starts"), say_time(self.starts_at, self.zone, lang)),
            (Text("Selesai", "Ends"), ends),
        )


def say_value(value: FieldValue) -> str:
    match value:
        case PortValue():
            return f"{value.device} {value.port}"
        case DeviceValue():
            return value.device
        case PlaceValue():
            return value.place
        case _:
            return str(value)
