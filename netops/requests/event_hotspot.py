"""The request for an event's internet (permohonan, SOP B-24 step 3): what was asked, frozen; refuses impossible times."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from netops.core.text import Lang, Text
from netops.core.units import say_rate
from netops.requests.common import BandwidthField, Key, Line, Request, Strict, Zone, read_time, say_time, with_zone
from netops.requests.load import Loc, said

MAX_PARTICIPANTS = 20_000
"""More than any place of a campus holds; a larger number is a slip of the keyboard."""


class Event(Strict):
    """`starts_at` and `ends_at` in UTC; `zone` is how people at the place read them; `place` a key of `sites.yaml`."""

    name: Line
    zone: Zone
    starts_at: datetime
    ends_at: datetime
    place: Key
    setting: Literal["indoor", "outdoor"]
    participants: Annotated[int, Field(ge=1, le=MAX_PARTICIPANTS)]
    bandwidth: BandwidthField

    @model_validator(mode="before")
    @classmethod
    def _zone_from_offset(cls, value: Any) -> Any:
        return with_zone(value)

    @field_validator("starts_at", "ends_at", mode="before")
    @classmethod
    def _utc(cls, value: object, info: ValidationInfo) -> object:
        return read_time(value, info.data.get("zone"))

    @field_validator("ends_at")
    @classmethod
    def _after_start(cls, ends_at: datetime, info: ValidationInfo) -> datetime:
        starts_at = info.data.get("starts_at")
        if starts_at is not None and ends_at <= starts_at:
            raise said("kegiatan berakhir sebelum mulai", "the event ends before it starts")
        return ends_at


class EventHotspot(Request):
    service: Literal["event-hotspot"]
    event: Event

    @property
    def title(self) -> str:
        return self.event.name

    @property
    def zone(self) -> Zone:
        return self.event.zone

    @property
    def starts_at(self) -> datetime:
        return self.event.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.event.ends_at

    @property
    def place(self) -> str:
        return self.event.place

    @property
    def figures(self) -> Mapping[str, int]:
        rates = self.event.bandwidth
        return {"participants": self.event.participants, "bandwidth": max(rates.up, rates.down)}

    def loc(self, field: str) -> Loc:
        return ("event", field)

    def words(self, lang: Lang) -> tuple[tuple[Text, str], ...]:
        event, rates = self.event, self.event.bandwidth
        setting = {"indoor": Text("dalam ruang", "indoor"), "outdoor": Text("luar ruang", "outdoor")}[event.setting]
        both = Text(
            f"unggah {say_rate(rates.up)}, unduh {say_rate(rates.down)}",
            f"{say_rate(rates.up, 'en')} up, {say_rate(rates.down, 'en')} down",
        )
        return (
            (Text("Kegiatan", "Event"), event.name),
            (Text("Mulai", "Starts"), say_time(event.starts_at, event.zone, lang)),
            (Text("Selesai", "Ends"), say_time(event.ends_at, event.zone, lang)),
            (Text("Tempat", "Place"), f"{event.place} ({setting.to(lang)})"),
            (Text("Peserta", "Participants"), str(event.participants)),
            (Text("Bandwidth", "Bandwidth"), both.to(lang)),
        )
