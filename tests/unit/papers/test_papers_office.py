"""The office's data: the shipped example, and what is refused with its place."""

from datetime import date
from pathlib import Path

import pytest
from papers_sample import OFFICE_FILE, office

from netops.core.errors import InputError, Refused
from netops.papers.office import load_office


def _changed(tmp_path: Path, old: str, new: str) -> Path:
    text = OFFICE_FILE.read_text("utf-8")
    assert old in text
    place = tmp_path / "office.yaml"
    place.write_text(text.replace(old, new), "utf-8")
    (tmp_path / "logo.svg").write_text(OFFICE_FILE.with_name("logo.svg").read_text("utf-8"), "utf-8")
    return place


def test_shipped_example_loads() -> None:
    found = office()
    assert found.signatories[found.handover].name
    assert found.signatories[found.acknowledges].nip == "197508172000031000"
    assert found.logo_svg.startswith("<svg")
    assert str(found.timezone) == "Asia/Jakarta"


DEPUTY = """nip: "19750817 200003 1 000"
    deputies:
      - {acting: Plh., name: Siti Contohani, nip: "198001012005012000", warrant: SP-1/2026, from: "2026-11-16", until: "2026-11-20"}
"""


def _with_deputy(tmp_path: Path, more: str = "") -> Path:
    return _changed(tmp_path, 'nip: "19750817 200003 1 000"', DEPUTY + more)


@pytest.mark.parametrize(
    ("day", "title", "warrant"),
    [
        (date(2026, 11, 15), "Kepala", ""),
        (date(2026, 11, 16), "Plh. Kepala", "SP-1/2026"),
        (date(2026, 11, 20), "Plh. Kepala", "SP-1/2026"),
        (date(2026, 11, 21), "Kepala", ""),
    ],
)
def test_a_deputy_signs_on_the_days_of_the_warrant(tmp_path: Path, day: date, title: str, warrant: str) -> None:
    who = load_office(_with_deputy(tmp_path)).signs("kepala", day)
    assert who.title.startswith(title) and who.warrant == warrant
    assert (who.name == "Siti Contohani") is bool(warrant)


def test_a_vacant_post_whose_warrant_ran_out_is_refused(tmp_path: Path) -> None:
    place = _with_deputy(tmp_path)
    place.write_text(place.read_text("utf-8").replace("    name: Dr. Contoh Prasetyo, M.Kom.\n", ""), "utf-8")
    found = load_office(place)
    assert found.signs("kepala", date(2026, 11, 18)).name == "Siti Contohani"
    with pytest.raises(Refused) as caught:
        found.signs("kepala", date(2026, 11, 21))
    assert "SP-1/2026" in caught.value.describe("id") and "signatories.kepala" in caught.value.describe("id")


SECOND = '      - {acting: Plh., name: Budi, nip: "", warrant: SP-2, from: "%s", until: "%s"}\n'


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (SECOND % ("2026-11-20", "2026-11-30"), "overlap"),
        (SECOND % ("2026-11-30", "2026-11-22"), "before it begins"),
        (SECOND % ("2026-11-31", "2026-12-02"), "is not a date"),
        (
            "      - {acting: Pj., name: B, nip: '', warrant: S, from: '2026-12-01', until: '2026-12-02'}\n",
            "must be one of",
        ),
        ("      - {acting: Plt., name: B, nip: '', from: '2026-12-01', until: '2026-12-02'}\n", "warrant"),
    ],
    ids=["overlap", "backwards", "no-date", "acting", "no-warrant"],
)
def test_a_deputy_that_cannot_be_is_refused_with_line_and_field(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_office(_with_deputy(tmp_path, more))
    assert said in caught.value.describe("en")
    assert caught.value.line and str(caught.value.field).startswith("signatories.kepala")


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("city: Kota Contoh", "city: Kota Contoh\nfax: none", "fax", "not known"),
        ("19750817 200003 1 000", "19750817 200003 1", "signatories.kepala.nip", "18 digits, not 15"),
        ("19750817 200003 1 000", "19751317 200003 1 000", "signatories.kepala.nip", "dates inside"),
        ("19750817 200003 1 000", "19750817 200013 1 000", "signatories.kepala.nip", "dates inside"),
        ("19750817 200003 1 000", "19750817 200003 3 000", "signatories.kepala.nip", "15th digit"),
        ("acknowledges: kepala", "acknowledges: rektor", None, "'rektor'"),
        ("zone: Asia/Jakarta", "zone: Europe/London", "zone", "must be one of"),
        ('start: "07:30"', 'start: "25:30"', "hours.0.start", "pattern"),
        ("logo: logo.svg", "logo: ../logo.svg", "logo", "beside office.yaml"),
        ("logo: logo.svg", "logo: other.svg", "logo", "cannot be used"),
        ("logo: logo.svg", "logo_svg: <svg/>", "logo_svg", "not known"),
        ("city: Kota Contoh", "city: &c Kota Contoh", "city", "anchors"),
        ("city: Kota Contoh", 'city: "a\\nb"', "city", "control"),
    ],
)
def test_refused_with_its_place(tmp_path: Path, old: str, new: str, field: str | None, said: str) -> None:
    place = _changed(tmp_path, old, new)
    with pytest.raises(InputError) as caught:
        load_office(place)
    assert said in caught.value.describe("en")
    assert caught.value.field == field
    assert str(caught.value.path) == str(place)


@pytest.mark.parametrize("inside", ['<image href="/etc/passwd"/>', "<!DOCTYPE x>", "<path fill='url(file:///x)'/>"])
def test_a_logo_that_reaches_out_is_refused(tmp_path: Path, inside: str) -> None:
    place = _changed(tmp_path, "paper: a4", "paper: f4")
    place.with_name("logo.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>', "utf-8")
    with pytest.raises(InputError, match="reference"):
        load_office(place)


def test_absent_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_office(tmp_path / "office.yaml")
