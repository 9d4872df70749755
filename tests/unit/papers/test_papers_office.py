"""The office's data: the shipped example, and what is refused with its place."""

from pathlib import Path

import pytest
from papers_sample import OFFICE_FILE, office

from netops.core.errors import InputError
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


def test_a_deputy_signs_as_such(tmp_path: Path) -> None:
    place = _changed(tmp_path, 'nip: "19750817 200003 1 000"', 'nip: ""\n    acting: Plh.')
    assert load_office(place).signatories["kepala"].acting == "Plh."


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
