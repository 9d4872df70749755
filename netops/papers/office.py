"""The office whose letterhead a paper carries (`inventory/office.yaml`); refuses unknown fields and impossible hours."""

import re
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from netops.changes.office_time import Hours as Stretch
from netops.changes.office_time import WorkingTime
from netops.core.errors import InputError
from netops.core.text import Text
from netops.papers.signing import Filled, Plain, Signatory, Signing, signing
from netops.requests.common import Day
from netops.requests.load import LIMIT, read_document, said, validate

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


_WEEK = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
_SPELLINGS = {"jum'at": "jumat", "ahad": "minggu"}


def weekdays(text: str) -> tuple[int, ...]:
    """`Senin–Kamis`, `Senin, Rabu`, `Jumat` → 0 for Monday to 6. Raises pydantic's errors for other words."""
    found: list[int] = []
    for part in text.split(","):
        names = [_SPELLINGS.get(name.strip(), name.strip()) for name in re.split(r"[-–]", part.casefold())]
        if len(names) > 2 or any(name not in _WEEK for name in names):
            raise said(
                f"{text!r} bukan hari seperti Senin–Kamis atau Jumat",
                f"{text!r} is no day such as Senin–Kamis or Jumat (in Indonesian)",
            )
        first, last = _WEEK.index(names[0]), _WEEK.index(names[-1])
        found += [day % 7 for day in range(first, last + 1 + 7 * (last < first))]
    return tuple(found)


def _days(text: str) -> str:
    weekdays(text)
    return text


def _stretches(start: str, end: str, rest: str = "") -> tuple[Stretch, ...]:
    """The work of one day around its rest (`12:00-13:00`). Raises pydantic's errors where an end is before its start."""
    moments = [start, *rest.split("-"), end] if rest else [start, end]
    if sorted(moments) != moments or len(set(moments)) != len(moments):
        raise said(f"jam tidak berurutan: {', '.join(moments)}", f"the hours are not in order: {', '.join(moments)}")
    clocks = [time.fromisoformat(moment) for moment in moments]
    return tuple(Stretch(since=since, until=until) for since, until in zip(clocks[::2], clocks[1::2], strict=True))


class Hours(_Strict):
    """Working hours of one or several weekdays, as printed; `rest` is the break between, which no clock counts."""

    days: Annotated[Filled, AfterValidator(_days)]
    days_en: Plain = ""
    start: Clock
    end: Clock
    rest: Annotated[str, Field(pattern=r"^((([01][0-9]|2[0-3]):[0-5][0-9])-(([01][0-9]|2[0-3]):[0-5][0-9]))?$")] = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _stretches(self.start, self.end, self.rest)
        return self


class Holiday(_Strict):
    """A day on which nobody works, or, with `start` and `end`, only then."""

    date: Day
    name: Filled
    start: Clock | None = None
    end: Clock | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise said("isi start dan end, atau tidak keduanya", "give start and end, or neither")
        self.stretches()
        return self

    def stretches(self) -> tuple[Stretch, ...]:
        return _stretches(self.start, self.end) if self.start and self.end else ()


class Reports(_Strict):
    """Who makes, checks and acknowledges a report, by role; a role that is '' leaves a line to fill in by hand.

    `to` is whom a nota dinas is addressed to, `initials` the roles that initial it (paraf), in order; `copies` who gets a
    copy (tembusan); `basis` what reports rest on beside letters: decrees, SOPs.
    """

    made_by: Plain = ""
    checked_by: Plain = ""
    acknowledges: Plain = ""
    to: Plain = ""
    initials: Annotated[list[Filled], Field(max_length=4)] = []
    copies: Annotated[list[Filled], Field(max_length=10)] = []
    basis: Annotated[list[Filled], Field(max_length=10)] = []


class Office(_Strict):
    """`kop`: lines of the letterhead above the unit's name; `address`: lines below it; `signatories` by role.

    `handover` and `acknowledges` name the roles that hand over and that acknowledge (mengetahui) on a BAST;
    `attachment_limit_mb`: the largest file that is taken in, in millions of bytes; `personal_data_days`: how long after its
    last event a change's personal data is kept at least.
    """

    kop: Annotated[list[Filled], Field(min_length=1, max_length=4)]
    unit: Filled
    unit_en: Plain = ""
    address: Annotated[list[Filled], Field(min_length=1, max_length=4)]
    logo: Plain = ""
    logo_svg: Annotated[str, Field(exclude=True)] = ""
    city: Filled
    zone: Literal["Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura"]
    paper: Literal["a4", "f4"] = "a4"
    contact: Plain = ""
    hours: list[Hours] = []
    holidays: list[Holiday] = []
    signatories: Annotated[dict[str, Signatory], Field(min_length=1)]
    handover: Filled
    acknowledges: Filled
    reports: Reports = Reports()
    attachment_limit_mb: Annotated[int, Field(ge=1, le=200)] = 20
    personal_data_days: Annotated[int, Field(ge=1, le=36_500)] = 1_825

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def signs(self, role: str, day: date) -> Signing:
        """Who signs in a role on the date of a paper. Raises `Refused` where nobody may."""
        return signing(role, self.signatories[role], day)

    def working_time(self) -> WorkingTime:
        """The hours that an SOP's clock counts. Raises `InputError` where the office has written none."""
        if not self.hours:
            raise InputError(
                Text("jam kerja belum ditulis", "no working hours are written"),
                Text("Isi hours di inventory/office.yaml.", "Fill in hours in inventory/office.yaml."),
                field="hours",
            )
        week: dict[int, tuple[Stretch, ...]] = {}
        for hours in self.hours:
            for day in weekdays(hours.days):
                week[day] = (*week.get(day, ()), *_stretches(hours.start, hours.end, hours.rest))
        days = {holiday.date: holiday.stretches() for holiday in self.holidays}
        return WorkingTime(zone=self.timezone, week=week, days=days)

    @model_validator(mode="after")
    def _roles_have_people(self) -> Self:
        for field, role in (("handover", self.handover), ("acknowledges", self.acknowledges)):
            if role not in self.signatories:
                raise said(
                    f"{field} menyebut peran {role!r} yang tidak ada di signatories",
                    f"{field} names the role {role!r}, which signatories does not have",
                )
        of_reports = (self.reports.made_by, self.reports.checked_by, self.reports.acknowledges, self.reports.to)
        for role in (*of_reports, *self.reports.initials):
            if role and role not in self.signatories:
                raise said(
                    f"reports menyebut peran {role!r} yang tidak ada di signatories",
                    f"reports names the role {role!r}, which signatories does not have",
                )
        return self


def load_office(path: Path) -> Office:
    """Read and check `office.yaml`; a logo (SVG) is looked for beside it. Raises `InputError` with line and field."""
    document = read_document(path)
    office = validate(Office, document)
    if office.logo_svg:
        raise document.error(("logo_svg",), Text("isian ini tidak dikenal", "this field is not known"))
    return office.model_copy(update={"logo_svg": _logo(path, office.logo)}) if office.logo else office


def _logo(office: Path, name: str) -> str:
    """The logo's SVG text: a plain file beside `office.yaml`, without references out of it."""
    try:
        if Path(name).name != name or not name.endswith(".svg"):
            raise ValueError("not the name of an .svg file beside office.yaml")
        svg = office.with_name(name).read_text("utf-8")
        if len(svg) > LIMIT:
            raise ValueError(f"larger than {LIMIT} bytes")
        if re.search(r"<!|href\s*=\s*[\"'](?!#)|url\((?!#)|@import", svg):
            raise ValueError("it has a DOCTYPE, a comment or a reference to another file")
    except (OSError, ValueError) as exc:
        raise InputError(
            Text(f"logo {name!r} tidak dapat dipakai: {exc}", f"the logo {name!r} cannot be used: {exc}"),
            Text(
                "Letakkan berkas SVG sederhana di sebelah office.yaml, atau kosongkan logo.",
                "Put a plain SVG file beside office.yaml, or leave logo empty.",
            ),
            path=office,
            field="logo",
        ) from exc
    return svg
