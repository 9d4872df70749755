"""From when to when something is asked for, or for good; refuses an end before its start and times of no zone."""

from datetime import datetime
from typing import Any

from pydantic import ValidationInfo, field_validator, model_validator

from netops.requests.common import Strict, Zone, read_time, with_zone
from netops.requests.load import said


class Period(Strict):
    """Times in UTC; without `ends_at` the change is a lasting one. `zone` is how people at the place read them."""

    zone: Zone
    starts_at: datetime
    ends_at: datetime | None = None

    @model_validator(mode="before")
    @classmethod
    def _zone_from_offset(cls, value: Any) -> Any:
        return with_zone(value)

    @field_validator("starts_at", "ends_at", mode="before")
    @classmethod
    def _utc(cls, value: object, info: ValidationInfo) -> object:
        if value is None and info.field_name == "ends_at":
            return None
        return read_time(value, info.data.get("zone"))

    @field_validator("ends_at")
    @classmethod
    def _after_start(cls, ends_at: datetime | None, info: ValidationInfo) -> datetime | None:
        starts_at = info.data.get("starts_at")
        if ends_at is not None and starts_at is not None and ends_at <= starts_at:
            raise said("berakhir sebelum mulai", "it ends before it starts")
        return ends_at
