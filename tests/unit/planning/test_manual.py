"""What people do by hand: from the playbook, from devices that cannot be driven; what is waited for, and what is refused."""

from datetime import date

import pytest
from msgspec.structs import replace
from planning_sample import AP, CAMPUS, GW, INTI, SW, playbook, sites, target
from requests_sample import request

from netops.core.errors import InputError, NoTarget
from netops.core.model import Needs, Target
from netops.planning import manual
from netops.planning.targets import Where, choose
from netops.requests.event_hotspot import EventHotspot

NEEDS = Needs(
    site="kampus", vlan=210, subnet="10.90.0.0/22", ssid="WISUDA", lease_seconds=7200, client_up=1, client_down=1,
    total_up=1, total_down=1, users=500, basis=(),
)  # fmt: skip
PLACE = Where(site="kampus", place=sites().place("aula"))


def _for(participants: int) -> EventHotspot:
    asked = request()
    return asked.model_copy(update={"event": asked.event.model_copy(update={"participants": participants})})


def _manual(one: Target, **data: object) -> Target:
    return replace(one, platform="manual", data={**one.data, **data})


def _planned(targets: list[Target]) -> tuple[list[str], dict[str, tuple[str, bool]]]:
    book = playbook()
    chosen = choose(book, PLACE, targets)
    hands = manual.by_hand(chosen, PLACE, targets)
    steps = manual.steps(book, chosen, hands, NEEDS)
    return [one.target.name for one in manual.driven(chosen)], {one.id: (one.when, one.needed) for one in steps}


def test_the_shipped_playbooks_work() -> None:
    driven, steps = _planned(list(CAMPUS))
    assert driven == ["gw-kampus", "sw-inti", "sw-aula", "ap-aula"]
    assert steps == {"kabel-daya": ("before", False), "uji-ponsel": ("after", False)}


def test_a_rented_access_point_is_set_up_by_hand_and_nothing_waits_for_it() -> None:
    rented = _manual(AP, type="Ruijie RG-AP820", serial="G1QH", by="vendor", loan=True)
    targets = [GW, INTI, SW, rented]
    driven, steps = _planned(targets)
    assert driven == ["gw-kampus", "sw-inti", "sw-aula"] and steps["ap-aula"] == ("after", False)
    step = manual.steps(playbook(), choose(playbook(), PLACE, targets), (rented,), NEEDS)[-1]
    assert step.photo and step.by == "vendor" and step.device == "ap-aula"
    assert step.title.id == "Pasang dan atur ap-aula (Ruijie RG-AP820) dengan tangan: VLAN 210, SSID WISUDA"
    assert [(one.type, one.number) for one in manual.loans((rented,))] == [("Ruijie RG-AP820", "G1QH")]
    assert manual.loans((_manual(AP),)) == ()


def test_a_loan_says_its_condition_and_when_it_is_due() -> None:
    last = date(2026, 11, 20)
    plain, told = _manual(AP, loan=True), _manual(AP, loan=True, condition="baik", returns="2026-11-23")
    assert [(one.condition, one.returns) for one in manual.loans((plain,), last)] == [("", last)]
    assert [(one.condition, one.returns) for one in manual.loans((told,), last)] == [("baik", date(2026, 11, 23))]
    with pytest.raises(InputError, match="is no date") as caught:
        manual.loans((_manual(AP, loan=True, returns="lusa"),))
    assert caught.value.field == "ap-aula.data.returns"


def test_access_points_advised_beyond_those_there_are_work_by_hand() -> None:
    place = sites().place("aula")
    rented = target("ap-sewa", "manual", "kampus", "ap", place="aula")
    asked = _for(500)
    found = manual.counted(asked, sites().site("kampus"), place, [rented])
    assert (found.advised, found.there, found.missing, found.ports) == (8, 2, 6, 4)
    chosen = choose(playbook(), PLACE, list(CAMPUS))
    steps = {one.id: one for one in manual.steps(playbook(), chosen, (), NEEDS, found)}
    extra = steps["titik-akses-tambahan"]
    assert (
        extra.when == "before"
        and not extra.needed
        and "6 buah (disarankan 8, ada 2" in extra.title.id
        and extra.by == "admin-jaringan"
    )
    few = manual.counted(_for(40), sites().site("kampus"), place, [])
    assert few.missing == 0
    assert "titik-akses-tambahan" not in {one.id for one in manual.steps(playbook(), chosen, (), NEEDS, few)}


def test_a_rented_access_point_that_others_depend_on_is_waited_for() -> None:
    rented = target("ap-sewa", "manual", "kampus", "ap", place="aula", needed=True)
    (step,) = [one for one in manual.steps(playbook(), (), (rented,), NEEDS) if one.device == "ap-sewa"]
    assert step.needed and step.when == "before"


def test_a_switch_that_cannot_be_driven_is_waited_for() -> None:
    """What netops drives behind it depends on it."""
    driven, steps = _planned([GW, _manual(INTI), SW, AP])
    assert driven == ["gw-kampus", "sw-aula", "ap-aula"]
    assert steps["sw-inti"] == ("before", True)
    assert next(iter(steps)) in ("kabel-daya", "sw-inti"), "what comes before stands before"
    assert list(steps)[-1] == "uji-ponsel"


def test_a_place_with_only_devices_by_hand_is_refused() -> None:
    chosen = choose(playbook(), PLACE, [_manual(one) for one in CAMPUS])
    with pytest.raises(NoTarget, match="every device is set up by hand: gw-kampus"):
        manual.driven(chosen)


WORK = "  - id: uji-ponsel\n"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (WORK, "  - id: kabel-daya\n", "twice"),
        ("    before: access\n", "    before: rooftop\n", "'rooftop'"),
        ("    before: access\n", "", "before, after"),
        ("    before: access\n", "    before: access\n    after: gateway\n", "before, after"),
        ("    after: change\n", "    after: gateway\n    needed: true\n", "cannot be waited for"),
        ("papers: [bast, foto]", "papers: [bast, video]", "must be one of"),
    ],
    ids=["twice", "no-role", "no-moment", "two-moments", "needed-after", "paper"],
)
def test_work_that_cannot_be_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        playbook(old, new)
    assert said in caught.value.describe("en") and caught.value.line


def test_an_access_point_of_the_place_that_no_part_means() -> None:
    """A rented one that hangs on no link is set up by hand all the same."""
    stray = target("ap-aula", "manual", "kampus", "rented")
    placed = target("ap-sewa", "manual", "kampus", "rented", place="aula")
    other = target("ap-lain", "manual", "kampus", "rented", place="lapangan")
    assert [one.name for one in manual.by_hand((), PLACE, [stray, placed, other, GW])] == ["ap-aula", "ap-sewa"]
