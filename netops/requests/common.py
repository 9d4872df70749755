"""What every request (permohonan) has: its fields' types, its digest and its change id; refuses what cannot be told apart."""

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any, Literal

from msgspec import Struct
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from netops.core.canonical import digest_of
from netops.core.text import Lang, Text
from netops.core.units import RatePair, parse_rate, parse_rate_pair
from netops.requests.load import Loc, check_line, said
from netops.requests.persons import signed_form

Zone = Literal["WIB", "WITA", "WIT"]
ZONES: dict[Zone, timezone] = {
    "WIB": timezone(timedelta(hours=7), "WIB"),
    "WITA": timezone(timedelta(hours=8), "WITA"),
    "WIT": timezone(timedelta(hours=9), "WIT"),
}
"""Indonesia's three zones: whole hours all year, no summer time (Keppres 41/1987)."""
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2})[:.](\d{2})(?:[:.](\d{2}))?\s*(Z|[+-]\d{2}:?\d{2})?")
_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_MONTHS = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


class Strict(BaseModel):
    """Frozen, no unknown fields, no silent conversions. Built when first used: a part of others never by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


# ── fields ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _number_as_text(value: object) -> object:
    """Digits without quotes are meant as text here; the loader made them a number only where that loses nothing."""
    return str(value) if type(value) is int else value


def _strip(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) and not _odd(value) else value


def _odd(value: str) -> bool:
    return any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in value)


def _email(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", text):
        raise said("bukan alamat surel seperti nama@unit.ac.id", "not an e-mail address such as name@unit.ac.id")
    return text


def _phone(text: str) -> str:
    if not re.fullmatch(r"\+?[0-9]([0-9 ()-]{4,18})[0-9]", text):
        raise said("bukan nomor telepon seperti 0812-3456-7890", "not a phone number such as 0812-3456-7890")
    return text


def _nip(text: str) -> str:
    """18 digits, blanks allowed: birth date, month of appointment, sex, serial (BKN Regulation 22/2007)."""
    digits = text.replace(" ", "")
    if not re.fullmatch(r"[0-9]{18}", digits):
        raise said("NIP terdiri atas 18 angka", "a NIP has 18 digits")
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
        date(int(digits[8:12]), int(digits[12:14]), 1)
    except ValueError as exc:
        raise said("tanggal di dalam NIP tidak mungkin", "the dates inside the NIP are impossible") from exc
    return digits


def _ticket(text: str) -> str:
    if not slug(text):
        raise said("harus memuat huruf atau angka", "must contain a letter or digit")
    return text


def _key(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", text):
        raise said(
            f"{text!r} bukan nama pendek (huruf kecil, angka, tanda hubung; paling banyak 32)",
            f"{text!r} is not a short name (lower-case letters, digits, hyphens; at most 32)",
        )
    return text


def _date(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError as exc:
        raise said(
            f"{value!r} bukan tanggal seperti 2026-11-20", f"{value!r} is not a date such as 2026-11-20"
        ) from exc


def _rate(value: object) -> object:
    return _read_rate(value, parse_rate, "20M") if isinstance(value, str) else value


def _pair(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return value
    pair = _read_rate(value, parse_rate_pair, "20M atau 10M/20M (unggah/unduh)", "20M or 10M/20M (upload/download)")
    return {"up": pair.up, "down": pair.down} if isinstance(pair, RatePair) else pair


def _read_rate(value: str | int, parse: Callable[[str | int], object], example: str, english: str = "") -> object:
    try:
        return parse(value)
    except ValueError as exc:
        raise said(
            f"{value!r} bukan laju seperti {example}", f"{value!r} is not a rate such as {english or example}"
        ) from exc


Line = Annotated[str, BeforeValidator(_strip), Field(min_length=1, max_length=200), AfterValidator(check_line)]
Paragraph = Annotated[str, BeforeValidator(_strip), Field(min_length=1, max_length=2000), AfterValidator(check_line)]
Number = Annotated[
    str, BeforeValidator(_number_as_text), Field(min_length=1, max_length=80), AfterValidator(check_line)
]
"""A number as an office writes it (letter, agenda): text, even where it is only digits."""
Ticket = Annotated[Number, Field(max_length=40), AfterValidator(_ticket)]
Email = Annotated[str, Field(min_length=3, max_length=254), AfterValidator(_email)]
Phone = Annotated[str, BeforeValidator(_number_as_text), Field(min_length=1, max_length=24), AfterValidator(_phone)]
Nip = Annotated[str, BeforeValidator(_number_as_text), Field(min_length=1, max_length=24), AfterValidator(_nip)]
Nim = Annotated[str, BeforeValidator(_number_as_text), Field(pattern=r"^[0-9A-Za-z.]{4,20}$")]
Day = Annotated[date, BeforeValidator(_date)]
Sha256 = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Key = Annotated[str, AfterValidator(_key)]
"""A short name of a site, place or role, as the inventory's keys are written."""
Port = Annotated[Line, Field(max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9/._-]*$")]
HostName = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,62})$")]
"""A device's name in the inventory."""
Rate = Annotated[int, BeforeValidator(_rate), Field(ge=1_000, le=1_000_000_000_000)]
"""bit/s."""


class Bandwidth(Strict):
    """bit/s as seen from the clients; written `50M` for both ways or `20M/50M` as upload/download."""

    up: Rate
    down: Rate


BandwidthField = Annotated[Bandwidth, BeforeValidator(_pair)]


def read_time(value: object, zone: Zone | None) -> object:
    """`2026-11-20 09:00` in `zone`, or with an offset → aware, UTC. For pydantic validators; raises its errors."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        raise said(
            "bukan waktu seperti 2026-11-20 09:00 (tahun-bulan-tanggal jam:menit)",
            "not a time such as 2026-11-20 09:00 (year-month-day hour:minute)",
        )
    day, hour, minute, second, offset = match.groups()
    if offset is None and zone is None:
        raise said(
            "zona waktu belum jelas: isi zone WIB, WITA atau WIT", "time zone unclear: set zone to WIB, WITA or WIT"
        )
    try:
        found = datetime.fromisoformat(f"{day}T{hour}:{minute}:{second or '00'}{offset or ''}")
        aware = found if found.tzinfo is not None else found.replace(tzinfo=ZONES[zone or "WIB"])
        return aware.astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise said(f"{value!r} bukan waktu yang ada", f"{value!r} is no time that exists") from exc


def zone_of(value: object) -> Zone | None:
    """The zone that a time's own offset names: `+07:00` → WIB; None where there is none or another."""
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    hours = {"+07": "WIB", "+08": "WITA", "+09": "WIT"}
    name = hours.get((match[5] or "")[:3]) if match and (match[5] or "")[3:].strip(":") == "00" else None
    return next((zone for zone in ZONES if zone == name), None)


def with_zone(value: Any) -> Any:
    """A period whose start carries +07:00, +08:00 or +09:00 names its zone; no need to write it twice."""
    if isinstance(value, dict) and value.get("zone") is None:
        zone = zone_of(value.get("starts_at"))
        return {**value, "zone": zone} if zone else value
    return value


# ── parts of a request ───────────────────────────────────────────────────────────────────────────────────────────


class Letter(Strict):
    """The letter (surat permohonan). `agenda` and `received` are the office's own, `scan` the file's SHA-256."""

    number: Number
    date: Day
    subject: Line
    signatory: Line
    agenda: Number | None = None
    received: Day | None = None
    scan: Sha256 | None = None


class Requester(Strict):
    name: Line
    email: Email
    phone: Phone
    nip: Nip | None = None
    nim: Nim | None = None


class Contact(Strict):
    """Who is reached at the place."""

    name: Line
    phone: Phone


class Named(Struct, frozen=True, kw_only=True):
    """A device that a request names in one of its fields, and the port on it ('' where only the device is named)."""

    field: str
    device: str
    port: str = ""


FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Until when a lasting change holds what it reserves."""


class Request(Strict, ABC):
    """The part that all services share, and what the rest of netops asks of any request."""

    service: Key
    ticket: Ticket
    letter: Letter
    unit: Line
    requester: Requester
    contact: Contact
    reason: Paragraph
    salt: Annotated[str, Field(pattern=r"^([0-9a-f]{2}){16,32}$")] | None = None
    """Random, in hex: lets personal data be erased while what was signed stays (`requests.persons`)."""

    @model_serializer(mode="wrap")
    def _without_no_salt(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A request without a salt is written, and digests, as before there were any."""
        written: dict[str, Any] = write(self)
        return {name: value for name, value in written.items() if name != "salt" or value is not None}

    @property
    @abstractmethod
    def title(self) -> str:
        """What it is about, in the requester's words: one line for lists and papers."""

    @property
    @abstractmethod
    def zone(self) -> Zone:
        """In which its times are told to people."""

    @property
    @abstractmethod
    def starts_at(self) -> datetime:
        """From when it is wanted, UTC."""

    @property
    @abstractmethod
    def ends_at(self) -> datetime | None:
        """When it ends, UTC; None for a lasting change."""

    @property
    def place(self) -> str:
        """A key of the places in `sites.yaml`; '' where it names none."""
        return ""

    @property
    def named(self) -> tuple[Named, ...]:
        """Devices and ports that it names itself."""
        return ()

    @property
    @abstractmethod
    def figures(self) -> Mapping[str, int]:
        """What the site's policy bounds, by name: counts, bit/s, VLAN ids."""

    @abstractmethod
    def loc(self, field: str) -> Loc:
        """Where `starts_at`, `ends_at`, `place` or a named field stands in the document, for errors with a line."""

    @abstractmethod
    def words(self, lang: Lang) -> tuple[tuple[Text, str], ...]:
        """What is its own, as word and value for people; the shared part is told by `requests.new.show`."""


# ── identity ─────────────────────────────────────────────────────────────────────────────────────────────────────


def slug(text: str) -> str:
    """ASCII letters, digits and single hyphens; '' when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")


def request_digest(request: Request) -> str:
    """Digest over the canonical bytes of what is signed: this is what is approved."""
    return digest_of(signed_form(canonical_json(request)))


def change_id(request: Request) -> str:
    """`[A-Za-z0-9-]{1,24}`: the ticket's slug and six hex digits of the digest."""
    start = slug(request.ticket)[:17].strip("-")
    return f"{start}-{request_digest(request).removeprefix('sha256:')[:6]}"


def canonical_json(request: Request) -> Any:
    """The request as JSON value: times in UTC, rates in bit/s; a salt only where it has one."""
    return request.model_dump(mode="json")


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def say_day(day: date, lang: Lang) -> str:
    """`Jumat, 20 November 2026`."""
    if lang == "id":
        return f"{_DAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{_DAYS_EN[day.weekday()]}, {day.day} {_MONTHS_EN[day.month - 1]} {day.year}"


def say_time(when: datetime, zone: Zone, lang: Lang) -> str:
    """`Jumat, 20 November 2026, pukul 09.00 WIB`."""
    local = when.astimezone(ZONES[zone])
    if lang == "id":
        return f"{say_day(local.date(), lang)}, pukul {local:%H.%M} {zone}"
    return f"{say_day(local.date(), lang)}, {local:%H:%M} {zone}"
