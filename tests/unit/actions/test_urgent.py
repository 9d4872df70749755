"""Emergencies: two officers, narrow bounds, a deadline for the papers; alone nobody lets anything run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from life_desk import LifeDesk, open_life_desk

from netops import actions
from netops.actions import lasting, living, urgent
from netops.actions.carrying import apply
from netops.changes.lifecycle import Phase
from netops.core.errors import InputError, NotApproved, OutOfBounds, Refused
from netops.filing import Filed, record
from netops.views import describe

TOLD = "jaringan posko bencana"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LifeDesk]:
    with open_life_desk(tmp_path) as found:
        yield found


def declared(desk: LifeDesk, **wishes: object) -> Filed:
    filed = desk.filed(**wishes)  # type: ignore[arg-type]  # the names are those of `file`
    desk.plan(filed, "vlan:kampus:210")
    urgent.declare(desk.app, filed.change, TOLD)
    return filed


def sign(desk: LifeDesk, filed: Filed, role: str) -> None:
    about = lasting.emergency_matter(desk.app, filed, desk.change(filed).emergency)
    desk.approve(filed, role, about=about)


def allowed(desk: LifeDesk, filed: Filed) -> bool:
    try:
        lasting.verdict(desk.app, filed, desk.clock.now())
    except NotApproved:
        return False
    return True


def test_two_officers_let_it_run_and_neither_alone(desk: LifeDesk) -> None:
    filed = declared(desk)
    assert not allowed(desk, filed)
    sign(desk, filed, "koordinator")
    assert not allowed(desk, filed)
    with pytest.raises(NotApproved, match="petugas-piket"):
        apply(desk.app, filed.change)
    sign(desk, filed, "petugas-piket")
    assert allowed(desk, filed) and desk.change(filed).phase is Phase.APPROVED


def test_one_person_is_not_two_officers(desk: LifeDesk) -> None:
    policy = desk.root / "inventory" / "policy.yaml"
    policy.write_text(
        policy.read_text("utf-8").replace("- piket@kampus.example", "- koordinator@kampus.example"), "utf-8"
    )
    filed = declared(desk)
    sign(desk, filed, "koordinator")
    about = lasting.emergency_matter(desk.app, filed, desk.change(filed).emergency)
    with pytest.raises(NotApproved, match="one person, one role"):
        actions.decide(
            desk.app, filed, decision="approve", role="petugas-piket", approver="koordinator@kampus.example",
            key=desk.root / "koordinator.key", about=about,
        )  # fmt: skip


def test_an_officer_does_not_carry_it_out(desk: LifeDesk) -> None:
    filed = declared(desk)
    for role in ("koordinator", "petugas-piket"):
        sign(desk, filed, role)
    desk.app.actor = "piket@kampus.example"
    with pytest.raises(NotApproved, match="must not carry it out"):
        lasting.verdict(desk.app, filed, desk.clock.now())


def test_the_officers_signatures_count_for_nothing_else(desk: LifeDesk) -> None:
    """Without the declaration, and for the request itself, their roles have no say."""
    filed = desk.filed()
    with pytest.raises(NotApproved, match="no say"):
        desk.approve(filed, "koordinator")


def test_a_rejected_request_is_no_emergency_any_more(desk: LifeDesk) -> None:
    filed = declared(desk)
    for role in ("koordinator", "petugas-piket"):
        sign(desk, filed, role)
    actions.decide(
        desk.app, filed, decision="reject", role="kepala", approver="", key=desk.root / "kepala.key", reason="tidak"
    )
    assert not allowed(desk, filed)
    with pytest.raises(Refused, match="is rejected"):
        urgent.declare(desk.app, filed.change, "lagi")


def test_an_officer_who_says_no_stops_the_emergency_only(desk: LifeDesk) -> None:
    filed = declared(desk)
    about = lasting.emergency_matter(desk.app, filed, desk.change(filed).emergency)
    actions.decide(
        desk.app, filed, decision="reject", role="koordinator", approver="", key=desk.root / "koordinator.key",
        reason="bukan darurat", about=about,
    )  # fmt: skip
    assert not allowed(desk, filed) and desk.change(filed).phase is Phase.PLANNED
    desk.approve(filed)
    assert allowed(desk, filed)


@pytest.mark.parametrize("wishes", [{"people": 201}, {"bandwidth": "51M"}])
def test_beyond_the_bounds_of_an_emergency_papers_come_first(desk: LifeDesk, wishes: dict[str, object]) -> None:
    filed = desk.filed(**wishes)  # type: ignore[arg-type]  # the names are those of `file`
    with pytest.raises(OutOfBounds) as caught:
        urgent.declare(desk.app, filed.change, TOLD)
    assert caught.value.exit_code == 4 and not desk.change(filed).emergency


def test_a_service_that_is_not_on_the_list_is_never_an_emergency(desk: LifeDesk) -> None:
    policy = desk.root / "inventory" / "policy.yaml"
    policy.write_text(policy.read_text("utf-8").partition("\nemergency:")[0] + "\n", "utf-8")
    with pytest.raises(OutOfBounds, match="before its papers"):
        urgent.declare(desk.app, desk.filed().change, TOLD)


def test_longer_than_an_emergency_may_last(desk: LifeDesk) -> None:
    policy = desk.root / "inventory" / "policy.yaml"
    policy.write_text(policy.read_text("utf-8").replace("longest: 12h", "longest: 5h"), "utf-8")
    with pytest.raises(OutOfBounds, match="5h at most"):
        urgent.declare(desk.app, desk.filed().change, TOLD)


def test_bounds_that_were_narrowed_since_count_when_it_runs(desk: LifeDesk) -> None:
    filed = declared(desk)
    for role in ("koordinator", "petugas-piket"):
        sign(desk, filed, role)
    policy = desk.root / "inventory" / "policy.yaml"
    policy.write_text(policy.read_text("utf-8").replace("participants: 200\n", "participants: 10\n"), "utf-8")
    del desk.app.policy
    with pytest.raises(OutOfBounds):
        lasting.verdict(desk.app, filed, desk.clock.now())


def test_what_is_approved_or_runs_or_is_over_is_not_declared(desk: LifeDesk) -> None:
    filed = desk.filed()
    desk.approve(filed)
    with pytest.raises(Refused, match="approved already"):
        urgent.declare(desk.app, filed.change, TOLD)
    desk.plan(filed)
    desk.run(filed)
    with pytest.raises(Refused, match="cannot be declared"):
        urgent.declare(desk.app, filed.change, TOLD)


def test_the_exception_is_open_until_the_letter_is_here(desk: LifeDesk) -> None:
    filed = declared(desk)
    desk.run(filed)
    record(desk.app, "change.ended", filed.change, leftovers=[])
    assert desk.change(filed).papers_due is not None and not desk.change(filed).finished
    urgent.settle(desk.app, filed.change, "B-12/Un.03/2026")
    assert desk.change(filed).papers_due is None
    with pytest.raises(Refused, match="waits for no papers"):
        urgent.settle(desk.app, filed.change, "B-12/Un.03/2026")


def test_show_names_the_officers_and_says_whether_the_letter_is_here(desk: LifeDesk) -> None:
    filed = declared(desk)
    for role in ("koordinator", "petugas-piket"):
        sign(desk, filed, role)
    desk.run(filed)
    told = describe(desk.app, filed.change)
    for line in ("darurat, disetujui: koordinator@", "darurat, disetujui: piket@", "surat menyusul: paling lambat"):
        assert line in told
    urgent.settle(desk.app, filed.change, "B-12/Un.03/2026")
    told = describe(desk.app, filed.change)
    assert "suratnya sudah ada" in told and "surat menyusul" not in told and "koordinator@" in told


def test_settling_names_a_letter(desk: LifeDesk) -> None:
    filed = declared(desk)
    for number in ("", "  ", "x" * 81):
        with pytest.raises(InputError) as caught:
            urgent.settle(desk.app, filed.change, number)
        assert caught.value.field == "--letter"


def test_a_cancelled_emergency_waits_for_no_papers(desk: LifeDesk) -> None:
    filed = declared(desk)
    living.cancel(desk.app, filed.change, "bukan darurat")
    assert desk.change(filed).papers_due is None
