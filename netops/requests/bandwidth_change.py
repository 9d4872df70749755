"""The request for more (or less) bandwidth for a unit (SOP Pelayanan Penambahan Bandwidth, step 1): for good or for a time; refuses impossible times."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from netops.core.text import Lang, Text
from netops.core.units import say_rate
from netops.requests.common import BandwidthField, Line, Request, Zone, say_time
from netops.requests.load import Loc
from netops.requests.period import Period


class Wish(Period):
    """`link` is the unit or line as the office calls it (`allocations` in `sites.yaml`). No `ends_at`: for good."""

    link: Line
    rate: BandwidthField


class BandwidthChange(Request):
    service: Literal["bandwidth-change"]
    bandwidth: Wish

    @property
    def title(self) -> str:
        return self.bandwidth.link

    @property
    def zone(self) -> Zone:
        return self.bandwidth.zone

    @property
    def starts_at(self) -> datetime:
        return self.bandwidth.starts_at

    @property
    def ends_at(self) -> datetime | None:
        return self.bandwidth.ends_at

    @property
    def figures(self) -> Mapping[str, int]:
        return {"bandwidth": max(self.bandwidth.rate.up, self.bandwidth.rate.down)}

    def loc(self, field: str) -> Loc:
        return ("bandwidth", field)

    def words(self, lang: Lang) -> tuple[tuple[Text, str], ...]:
        wish, rate = self.bandwidth, self.bandwidth.rate
        both = Text(
            f"unggah {say_rate(rate.up)}, unduh {say_rate(rate.down)}",
            f"{say_rate(rate.up, 'en')} up, {say_rate(rate.down, 'en')} down",
        )
        ends = say_time(wish.ends_at, wish.zone, lang) if wish.ends_at else Text("tetap", "for good").to(lang)
        return (
            (Text("Unit atau jalur", "Unit or link"), wish.link),
            (Text("Bandwidth", "Bandwidth"), both.to(lang)),
            (Text("Mulai", "Starts"), say_time(wish.starts_at, wish.zone, lang)),
            (Text("Sampai", "Until"), ends),
        )
