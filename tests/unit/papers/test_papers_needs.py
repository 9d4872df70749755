"""The list of technical needs: the same words in both languages, and whatever an event says is on the paper."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from planning_sample import CAMPUS, playbook, sites
from requests_sample import request

from netops.core.canonical import dump
from netops.core.text import Lang
from netops.papers.needs import labels, needs_page
from netops.papers.office import load_office
from netops.planning.briefing import NeedsFacts, needs_facts
from netops.planning.sizing import propose
from netops.planning.targets import Where, choose

ROOT = Path(__file__).resolve().parents[3]


def facts(place: str = "aula") -> NeedsFacts:
    found, of = sites(), request()
    at, site = found.place(place), found.site(found.place(place).site)
    period = playbook().window(of.event.starts_at, of.event.ends_at)
    return needs_facts(
        change="HD-1",
        request=of,
        site=site,
        place=at,
        needs=propose(of, site, period, {}, (), (), change="HD-1"),
        chosen=choose(playbook(), Where(site=site.key, place=at), CAMPUS),
        manual=(),
        conflicts=(),
        period=period,
        taken={},
    )


def test_both_languages_have_the_same_words() -> None:
    assert labels("id").keys() == labels("en").keys()
    assert all(labels("id").values()) and all(labels("en").values())


@pytest.mark.parametrize(("lang", "advice"), [("id", "Tambah 2 titik akses"), ("en", "Add 2 access points")])
def test_the_paper_says_what_was_computed(lang: Lang, advice: str) -> None:
    office = load_office(ROOT / "inventory" / "office.yaml")
    page = needs_page(facts(), office, lang, at=datetime(2026, 11, 20, 3, 0, tzinfo=UTC))
    told = str(dump(page))
    for piece in ("sw-inti", "GigabitEthernet1/0/23", "10.90.0.0/24", "500 Mbps", advice, "HD-2026-0117", page["code"]):
        assert piece in told
    again = needs_page(facts(), office, lang, at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
    assert again["code"] == page["code"], "the code is of what is said, not of when it was printed"


def test_a_place_without_access_ports_says_so() -> None:
    office = load_office(ROOT / "inventory" / "office.yaml")
    page = needs_page(facts("gedung-lama"), office, "en", at=datetime(2026, 11, 20, 3, 0, tzinfo=UTC))
    assert "no access port" in str(page) and "ap-lama" in str(page)
