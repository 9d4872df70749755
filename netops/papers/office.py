"""The office whose letterhead a paper carries (`inventory/office.yaml`); refuses unknown fields and impossible NIPs."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from netops.core.errors import InputError
from netops.core.text import Text
from netops.requests.load import LIMIT, check_line, read_document, said, validate


def check_nip(text: str) -> str:
    """18 digits, blanks allowed: birth date, month of appointment, sex, serial (BKN Regulation 22/2007)."""
    digits = text.replace(" ", "")
    if not re.fullmatch(r"[0-9]{18}", digits):
        raise said(f"NIP terdiri atas 18 angka, bukan {len(digits)}", f"a NIP has 18 digits, not {len(digits)}")
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
        date(int(digits[8:12]), int(digits[12:14]), 1)
    except ValueError as exc:
        raise said("tanggal di dalam NIP tidak mungkin", "the dates inside the NIP are impossible") from exc
    if digits[14] not in "12":
        raise said("angka ke-15 NIP harus 1 atau 2", "the 15th digit of a NIP is 1 or 2")
    return digits


Plain = Annotated[str, Field(max_length=200), AfterValidator(check_line)]
Filled = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(check_line)]
Nip = Annotated[str, AfterValidator(lambda text: check_nip(text) if text else "")]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Signatory(_Strict):
    """Who signs in a role. `acting` is `Plt.` (vacancy) or `Plh.` (temporary absence); `nip` may be blank."""

    name: Filled
    title: Filled
    title_en: Plain = ""
    nip: Nip = ""
    acting: Literal["", "Plt.", "Plh."] = ""


class Hours(_Strict):
    """Working hours of one or several weekdays, as printed."""

    days: Filled
    days_en: Plain = ""
    start: Clock
    end: Clock


class Office(_Strict):
    """`kop`: lines of the letterhead above the unit's name; `address`: lines below it; `signatories` by role.

    `handover` and `acknowledges` name the roles that hand over and that acknowledge (mengetahui) on a BAST.
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
    signatories: Annotated[dict[str, Signatory], Field(min_length=1)]
    handover: Filled
    acknowledges: Filled

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @model_validator(mode="after")
    def _roles_have_people(self) -> Self:
        for field, role in (("handover", self.handover), ("acknowledges", self.acknowledges)):
            if role not in self.signatories:
                raise said(
                    f"{field} menyebut peran {role!r} yang tidak ada di signatories",
                    f"{field} names the role {role!r}, which signatories does not have",
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
