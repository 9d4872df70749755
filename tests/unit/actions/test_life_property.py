"""Any order of life events: one phase, no reservation of a dead request, and nothing carried out that nobody signed for."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from life_desk import LifeDesk, open_life_desk

from netops import actions
from netops.actions import extending, lasting, living, urgent
from netops.actions.carrying import apply
from netops.changes.lifecycle import DONE, OPEN, STOPPED, Change, Phase, fold, fold_all, held
from netops.core.errors import NetopsError, NoTarget
from netops.filing import Filed, find, record

STEPS = (
    "plan", "approve", "reject", "return", "postpone", "reopen", "cancel", "revise", "declare", "koordinator",
    "petugas-piket", "extend", "sign", "run", "end", "wait",
)  # fmt: skip
WAYS = (
    ("plan", "approve", "run"),
    ("plan", "run"),
    ("revise", "plan", "run"),
    ("plan", "declare", "koordinator", "run"),
    ("plan", "approve"),
    ("plan", "declare", "koordinator", "petugas-piket", "run"),
    ("return", "revise"),
    ("postpone", "reopen", "run"),
    ("sign", "extend"),
)
"""What people do after each other; single steps come in between."""
FAR = "20 Nov 2026 23:00"


def act(desk: LifeDesk, step: str, files: list[Path], at: int) -> None:
    """One step on one of the requests; what is refused changes nothing but the log of refusals."""
    one = find(desk.app, str(files[at % len(files)]))
    key = {"key": desk.root / "kepala.key", "role": "kepala", "approver": ""}
    match step:
        case "plan":
            if not (
                desk.change(one).phase in OPEN or desk.change(one).phase in STOPPED
            ):  # as `actions.plan` asks first
                desk.plan(one, f"vlan:kampus:{210 + at % 2}")
        case "approve":
            desk.approve(one)
        case "reject":
            actions.decide(desk.app, one, decision="reject", reason="tidak", **key)  # type: ignore[arg-type]  # as `decide` names them
        case "return":
            living.send_back(desk.app, one.change, "lengkapi")
        case "postpone":
            living.postpone(desk.app, one.change, "hujan")
        case "reopen":
            living.reopen(desk.app, one.change, "cerah")
        case "cancel":
            living.cancel(desk.app, one.change, "batal")
        case "revise":
            files.append(desk.file(people=20 + len(files)))
            living.revise(desk.app, one.change, str(files[-1]), "ubah")
        case "declare":
            urgent.declare(desk.app, one.change, "posko")
        case "koordinator" | "petugas-piket":
            desk.approve(one, step, about=lasting.emergency_matter(desk.app, one, desk.change(one).emergency))
        case "extend":
            extending.extend(desk.app, one.change, FAR if at else "20 Nov 2026 20:00")
        case "sign":
            desk.approve(one, about=lasting.extension_matter(extending.extension_to_sign(desk.app, one, FAR)))
        case "run":
            carry_out(desk, one)
        case "end":
            if desk.change(one).phase in OPEN:
                record(desk.app, "change.ended", one.change, leftovers=[])
        case "wait":
            desk.clock.move(1800)


def carry_out(desk: LifeDesk, one: Filed) -> None:
    """A plan without devices: that `apply` got so far as to look for one (`NoTarget`) means that it was let through."""
    before = desk.change(one)
    with pytest.raises(NoTarget):
        apply(desk.app, one.change)
    assert signed(desk, one), f"{one.change} was carried out with nobody's signature"
    assert before.phase not in (Phase.RETURNED, Phase.POSTPONED, Phase.CANCELLED, Phase.SUPERSEDED, Phase.REJECTED)
    if before.phase not in OPEN:
        desk.run(one)


def signed(desk: LifeDesk, one: Filed) -> bool:
    """By the log alone: the head signed this digest, or both officers this request's emergency; and no head said no."""
    said = [each.event.data for each in desk.app.journal.read(one.change) if each.event.kind == "approval.received"]
    about = {(data["role"], data["request"]) for data in said if data["decision"] == "approve"}
    if any(data["decision"] == "reject" and data["request"] == one.digest for data in said):
        return False
    officers = {("koordinator", desk.change(one).emergency), ("petugas-piket", desk.change(one).emergency)}
    return ("kepala", one.digest) in about or officers <= about


def check(desk: LifeDesk) -> None:
    now = desk.app.clock.now()
    events = list(desk.app.journal.read())
    states = fold_all(events)
    for change in states.values():
        mine = [each for each in events if each.event.change == change.id]
        assert fold(change.id, mine) == change and isinstance(change.phase, Phase)
        assert not (change.phase in OPEN and change.phase in STOPPED)
        if change.phase in DONE:
            assert held((change,), now) == (), f"{change.id} is {change.phase} and holds something"
        lengthened(desk, change)
    living_on = [change for change in states.values() if change.phase is not Phase.SUPERSEDED]
    assert len(living_on) == 1, "of one ticket, each revision takes the place of the one before"


def lengthened(desk: LifeDesk, change: Change) -> None:
    if change.extended_until is None:
        return
    one = find(desk.app, change.id)
    ends, most = lasting.ends_at(desk.app, one, change), lasting.approved_until(desk.app, one)
    assert ends is not None and most is not None and ends <= most


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.sampled_from(STEPS).map(lambda step: (step,)), st.sampled_from(WAYS)), st.integers(-1, 1)
        ),
        min_size=2,
        max_size=8,
    )
)
def test_any_order_of_life_events(ways: list[tuple[tuple[str, ...], int]]) -> None:
    with TemporaryDirectory() as folder, open_life_desk(Path(folder)) as desk:
        files = [desk.file()]
        for step, at in [(step, at) for way, at in ways for step in way]:
            known = len(files)
            try:
                act(desk, step, files, at)
            except NetopsError:
                del files[known:]
        check(desk)
