"""What must come back, as a fold: a newer plan replaces the steps, taking back undoes, finished is what the log says now."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from netops.changes.lifecycle import Change, Phase, fold
from netops.core.canonical import dump, load
from netops.core.model import Event, ManualStep, Recorded
from netops.core.text import Text

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


def _step(name: str, *, photo: bool = False, needed: bool = False, after: bool = False) -> ManualStep:
    when: Literal["before", "after"] = "after" if after else "before"
    return ManualStep(id=name, title=Text(name, name), when=when, photo=photo, needed=needed)


def _plan(*steps: ManualStep, papers: tuple[str, ...] = ("bast",)) -> tuple[str, dict[str, Any]]:
    data = {"plan": "sha256:p", "expires_at": NOW.isoformat(), "reservations": [], "papers": list(papers)}
    return "plan.recorded", {**data, "manual": dump(steps)}


def _confirmed(step: str, photo: str = "") -> tuple[str, dict[str, Any]]:
    return "manual.confirmed", {"step": step, "by": "Sari", "done_at": NOW.isoformat(), "photo": photo}


def _attached(document: str, *replaces: str) -> tuple[str, dict[str, Any]]:
    data = {"as": "bast", "document": document, "type": "pdf", "size": 1, "name": "x.pdf", "replaces": list(replaces)}
    return "paper.attached", data


ENDED: tuple[str, dict[str, Any]] = ("change.ended", {"leftovers": []})


def _after(*steps: tuple[str, dict[str, Any]]) -> Change:
    events = (
        Event(kind=kind, change="A", at=NOW + timedelta(n), actor="sari", data=data)
        for n, (kind, data) in enumerate(steps)
    )
    return fold("A", (Recorded(seq=n, leaf="", event=event) for n, event in enumerate(events)))


def test_finished_is_over_and_everything_back() -> None:
    plan = _plan(_step("kabel", needed=True), _step("ap", photo=True))
    way = [plan, _confirmed("kabel"), ENDED, _confirmed("ap", "sha256:f"), _attached("sha256:b")]
    assert [_after(*way[:n]).finished for n in range(len(way) + 1)] == [False] * 5 + [True]
    assert not _after(*way, ("manual.retracted", {"step": "ap", "reason": "x"})).finished
    assert not _after(*way, ("paper.withdrawn", {"as": "bast", "document": "sha256:b", "reason": "x"})).finished
    assert not _after(*way, ("change.ended", {"leftovers": ["row"]})).finished


def test_a_step_without_its_photo_is_open_and_only_needed_ones_are_waited_for() -> None:
    demands = _after(_plan(_step("kabel", needed=True), _step("ap", photo=True)), _confirmed("ap")).demands
    assert [one.id for one in demands.open_steps] == ["kabel", "ap"]
    assert [one.id for one in demands.waited_for] == ["kabel"]


def test_what_comes_after_holds_up_the_handover_and_not_the_work() -> None:
    steps = _plan(_step("uji", needed=True, after=True), _step("rapi", after=True))
    demands = _after(steps).demands
    assert demands.waited_for == () and [one.id for one in demands.handover_waits] == ["uji"]
    assert _after(steps, _confirmed("uji")).demands.handover_waits == ()


def test_a_newer_plan_replaces_the_steps_and_keeps_what_was_done() -> None:
    demands = _after(_plan(_step("a"), _step("b")), _confirmed("a"), _plan(_step("a"), _step("c"), papers=())).demands
    assert [one.id for one in demands.open_steps] == ["c"] and demands.open_papers == ()


def test_plans_from_before_there_were_steps_demand_nothing() -> None:
    kind, data = _plan()
    older = {key: value for key, value in data.items() if key not in ("papers", "manual")}
    assert _after((kind, older), ENDED).finished and _after(ENDED).phase is Phase.ENDED


def test_another_takes_the_place_of_the_first() -> None:
    demands = _after(_plan(), _attached("sha256:1"), _attached("sha256:2", "sha256:1")).demands
    assert [one.document for one in demands.attached] == ["sha256:2"]


def test_pictures_are_those_of_steps_and_photos() -> None:
    photo = ("paper.attached", {"as": "foto", "document": "sha256:2", "type": "png", "size": 1, "name": "aula.png"})
    demands = _after(_plan(_step("ap")), _confirmed("ap", "sha256:1"), photo, _attached("sha256:3")).demands
    assert list(demands.photos()) == [("sha256:1", "ap"), ("sha256:2", "aula.png")]


@settings(max_examples=40)
@given(st.text(max_size=8), st.booleans(), st.booleans())
def test_steps_go_to_json_and_back(name: str, photo: bool, needed: bool) -> None:
    step = _step(name, photo=photo, needed=needed)
    assert load(ManualStep, dump(step)) == step
