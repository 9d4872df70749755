"""What stands against other events of that time, each named with the other change, and what a head is told of it."""

from datetime import timedelta

import pytest
from planning_sample import CAMPUS, playbook, sites
from requests_sample import request

from netops.core.errors import InputError, NoCapacity
from netops.core.model import Needs, Reservation, Severity
from netops.core.text import Lang
from netops.planning.briefing import NeedsFacts, brief, needs_facts, say
from netops.planning.capacity import Taken
from netops.planning.conflicts import Booked, Conflict, conflicts, refuse
from netops.planning.needs import chosen, differences, edited, still_free, values
from netops.planning.sizing import access_points, propose
from netops.planning.targets import Where, choose
from netops.requests.event_hotspot import EventHotspot

SITE = sites().site("kampus")
MINE = request()
PERIOD = playbook().window(MINE.event.starts_at, MINE.event.ends_at)
NEEDS = propose(MINE, SITE, PERIOD, {}, (), (), change="HD-1")


def booked(change: str, of: EventHotspot, place: str = "aula", **more: object) -> Booked:
    return Booked(change=change, request=of, place=sites().place(place), **more)  # type: ignore[arg-type]  # by name


def found(*others: Booked, taken: Taken | None = None, needs: Needs = NEEDS, officer: str = "") -> list[Conflict]:
    mine = booked("HD-1", MINE, needs=needs, officer=officer)
    return list(conflicts(mine, SITE, PERIOD, others, taken or {}))


def stranger(old: str = "", new: str = "") -> EventHotspot:
    """Another event, with people of its own."""
    other = request(old, new)
    people = {"requester": other.requester.model_copy(update={"email": "lain@kampus.example"}),
              "contact": other.contact.model_copy(update={"phone": "0899-0000-0009"})}  # fmt: skip
    return other.model_copy(update=people)


def later(hours: int) -> EventHotspot:
    other = stranger()
    times = {name: getattr(other.event, name) + timedelta(hours=hours) for name in ("starts_at", "ends_at")}
    return other.model_copy(update={"event": other.event.model_copy(update=times)})


def held(resource: str, amount: int = 1) -> Taken:
    return {"HD-2": (Reservation(resource=resource, amount=amount, starts_at=PERIOD[0], ends_at=PERIOD[1]),)}


def kinds(*others: Booked, taken: Taken | None = None, officer: str = "") -> list[tuple[str, Severity]]:
    return [(one.kind, one.severity) for one in found(*others, taken=taken, officer=officer)]


def test_a_hall_whose_ports_another_plan_holds_stops_one_that_was_only_asked_for_warns() -> None:
    assert kinds(booked("HD-2", stranger())) == [("place", Severity.STOP), ("air", Severity.WARNING)]
    assert kinds(booked("HD-2", stranger(), holds=False))[0] == ("place", Severity.WARNING)
    with pytest.raises(NoCapacity, match="Aula Utama is used by HD-2"):
        refuse(found(booked("HD-2", stranger())))
    refuse(found(booked("HD-2", stranger(), holds=False)))


def test_events_that_do_not_meet_and_the_event_itself_are_no_conflict() -> None:
    assert kinds(booked("HD-2", later(8)), booked("HD-1", MINE)) == []
    assert kinds(booked("HD-2", later(7))) != []


def test_the_air_next_door_is_told_from_either_side() -> None:
    assert kinds(booked("HD-2", stranger(), "lapangan")) == [("air", Severity.WARNING)]
    mine = booked("HD-1", MINE, "lapangan", needs=NEEDS)
    assert [one.kind for one in conflicts(mine, SITE, PERIOD, [booked("HD-2", stranger())], {})] == ["air"]
    assert kinds(booked("HD-2", stranger(), "gedung-lama")) == []


def test_people_who_are_needed_twice() -> None:
    same = request().model_copy(update={"contact": request().contact.model_copy(update={"phone": "0812 0000 0001"})})
    assert kinds(booked("HD-2", same, "gedung-lama")) == [("people", Severity.WARNING)] * 2
    one = booked("HD-2", stranger(), "gedung-lama", officer="sari")
    assert kinds(one, officer="sari") == [("people", Severity.WARNING)], "two sites at once"
    assert kinds(one, officer="budi") == []


def test_a_vlan_and_bandwidth_that_another_plan_holds() -> None:
    vlan = kinds(taken=held(f"vlan:kampus:{NEEDS.vlan}"))
    assert vlan == [("vlan", Severity.STOP)]
    assert kinds(taken=held("uplink:kampus/ISP-A:down", 140_000_000)) == [("bandwidth", Severity.WARNING)], (
        "50 of 60 Mbps: others will feel it"
    )
    stop = found(taken=held("uplink:kampus/ISP-A:down", 160_000_000))
    assert [(one.kind, one.severity, one.change) for one in stop] == [("bandwidth", Severity.STOP, "HD-2")]
    assert "50 Mbps down of 40 Mbps free" in stop[0].text.en and "HD-2" in stop[0].text.id


@pytest.mark.parametrize(
    ("wish", "reason"),
    [({"vlan": "x"}, "vlan"), ({"subnet": "10.90.0.1/24"}, "subnet"), ({"lease": "soon"}, "lease"), ({"access": "all"}, "access"),
     ({"ssid": ""}, "ssid"), ({"client": "much"}, "client"), ({"wlan": 1}, "wlan")],
)  # fmt: skip
def test_an_edit_that_is_none_names_the_field(wish: dict[str, str | int], reason: str) -> None:
    with pytest.raises(InputError) as caught:
        edited(NEEDS, wish)
    assert caught.value.field == reason


def test_edits_are_told_field_by_field_and_the_rest_stays_the_planners() -> None:
    after = edited(NEEDS, {"vlan": 215, "client": "1M/2M", "lease": "30m", "access": "vc"})
    assert [(one.field, one.after) for one in differences(values(NEEDS, "id"), values(after, "id"))] == [
        ("vlan", "215"), ("lease", "30m"), ("client", "1 Mbps / 2 Mbps"), ("access", "vc")
    ]  # fmt: skip
    other = propose(MINE, SITE, PERIOD, held("subnet:kampus:10.90.0.0/16".replace("/16", "/23")), (), (), change="HD-1")
    merged = chosen(other, after, {"vlan", "client"}, 0)
    assert (merged.vlan, merged.client_down, merged.subnet, merged.access) == (215, 2_000_000, other.subnet, "up")
    with pytest.raises(NoCapacity, match="VLAN 215 is on a device already"):
        still_free(merged, SITE, PERIOD, {}, "HD-1", (215,))
    with pytest.raises(NoCapacity, match=r"overlaps 10\.90\."):
        still_free(merged, SITE, PERIOD, {}, "HD-1", (), (other.subnet,))


def gathered(of: EventHotspot = MINE, *others: Booked) -> NeedsFacts:
    place = sites().place("aula")
    return needs_facts(
        change="HD-1",
        request=of,
        site=SITE,
        place=place,
        needs=NEEDS,
        chosen=choose(playbook(), Where(site="kampus", place=place), CAMPUS),
        manual=(),
        conflicts=found(*others),
        period=PERIOD,
        taken={},
    )


def test_access_points_by_participants_and_place() -> None:
    assert (
        access_points(200, "indoor", SITE),
        access_points(200, "outdoor", SITE),
        access_points(1, "indoor", SITE),
    ) == (3, 5, 1)
    assert any("3 access points advised = 180 devices ÷ 60 per access point, indoor" in line for line in NEEDS.basis)
    facts = gathered()
    assert (facts.at_once, facts.advised, facts.missing_aps) == (180, 3, 2)
    assert [(line.way, line.contract, line.office, line.others, line.left) for line in facts.lines] == [
        ("down", 500_000_000, 300_000_000, 0, 150_000_000),
        ("up", 500_000_000, 300_000_000, 0, 180_000_000),
    ]


def test_a_head_is_told_in_under_fifteen_lines_without_technical_words() -> None:
    many = [booked(f"HD-{n}", request(), "lapangan") for n in range(2, 9)]
    words: tuple[tuple[Lang, str], ...] = (("id", "tidak ada"), ("en", "none"))
    for lang, calm in words:
        assert brief(gathered(), lang)[-1].endswith(calm)
        told = brief(gathered(MINE, *many), lang)
        assert len(told) < 15 and "HD-2" in "\n".join(told)
        for word in ("VLAN", "SSID", "subnet", "uplink", "DHCP", "gateway", "switch"):
            assert word not in "\n".join(told)
    assert "vlan" in say(gathered(), "en")
