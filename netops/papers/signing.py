"""Who signs in a role on a day: the holder, or a deputy (Plt., Plh.) with a warrant. Refuses overlapping and expired ones."""

import re
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from netops.core.errors import Refused
from netops.core.text import Text
from netops.requests.common import Day, say_day
from netops.requests.load import check_line, said


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


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Deputy(_Strict):
    """Who acts in a role from one day to another, both included, under a warrant (surat perintah).

    `acting` is `Plt.` (pelaksana tugas: the post is vacant) or `Plh.` (pelaksana harian: the holder is away).
    """

    acting: Literal["Plt.", "Plh."]
    name: Filled
    nip: Nip
    warrant: Filled
    since: Annotated[Day, Field(alias="from")]
    until: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.since:
            raise said(
                f"{self.name}: masa tugas berakhir ({self.until}) sebelum mulai ({self.since})",
                f"{self.name}: the period ends ({self.until}) before it begins ({self.since})",
            )
        return self


class Signatory(_Strict):
    """Who signs in a role. `name` is blank while the post is vacant; `nip` may be blank."""

    title: Filled
    title_en: Plain = ""
    name: Plain = ""
    nip: Nip = ""
    deputies: list[Deputy] = []

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Self:
        if not self.name and not self.deputies:
            raise said("isi name, atau deputies bila jabatan lowong", "give name, or deputies while the post is vacant")
        in_order = sorted(self.deputies, key=lambda one: one.since)
        for one, next_one in pairwise(in_order):
            if next_one.since <= one.until:
                raise said(
                    f"masa tugas {one.name} (s.d. {one.until}) dan {next_one.name} (sejak {next_one.since}) bertumpang tindih",
                    f"the periods of {one.name} (until {one.until}) and {next_one.name} (from {next_one.since}) overlap",
                )
        return self


class Signing(BaseModel):
    """One person as printed on a paper of one day."""

    model_config = ConfigDict(frozen=True)

    name: str
    nip: str
    title: str
    title_en: str
    warrant: str = ""


def signing(role: str, signatory: Signatory, day: date) -> Signing:
    """Who signs in that role on that day. Raises `Refused` where the post is vacant and no warrant covers the day."""
    title, title_en = signatory.title, signatory.title_en or signatory.title
    for deputy in signatory.deputies:
        if deputy.since <= day <= deputy.until:
            return Signing(
                name=deputy.name,
                nip=deputy.nip,
                title=f"{deputy.acting} {title}",
                title_en=f"{deputy.acting} {title_en}",
                warrant=deputy.warrant,
            )
    if signatory.name:
        return Signing(name=signatory.name, nip=signatory.nip, title=title, title_en=title_en)
    last = max(signatory.deputies, key=lambda one: one.until)
    raise Refused(
        Text(
            f"tidak ada yang berwenang menandatangani sebagai {role} pada {say_day(day, 'id')}: "
            f"surat perintah {last.warrant} ({last.name}) berlaku {last.since} s.d. {last.until}",
            f"nobody may sign as {role} on {say_day(day, 'en')}: "
            f"the warrant {last.warrant} ({last.name}) holds from {last.since} to {last.until}",
        ),
        Text(
            f"Perbarui signatories.{role} di inventory/office.yaml dengan surat perintah yang berlaku.",
            f"Update signatories.{role} in inventory/office.yaml with a warrant that holds.",
        ),
    )
