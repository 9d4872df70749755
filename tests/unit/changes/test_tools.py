"""What every step works with: a plan that comes back from the object store is the plan, its equal parts are one again."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shelf import Device, Poller, World, bench

from netops.changes.push import send
from netops.changes.tools import MOST, ROLES, hold, measure, sharing
from netops.core.clock import ManualClock
from netops.core.measured import Sample
from netops.core.model import Batch, DevicePlan, Event, Fence, Row, RowOp, Rows, Scope, State, Target, Tree, Verb


def part(number: int, want: State) -> DevicePlan:
    return DevicePlan(
        device=f"ap-{number:03}",
        platform="routeros",
        order=0,
        scope=Scope(paths=()),
        base="",
        want=want,
        batches=(),
        inverse=(),
        guards=(),
        difference="",
    )


def rows(name: str) -> State:
    return Rows(rows=(Row(menu="/queue/simple", values={"name": name, "max-limit": "1M/2M"}),))


def test_devices_of_a_role_want_the_same_rows_again() -> None:
    parts = [part(number, rows("a" if number % 2 else "b")) for number in range(10)]
    shared = sharing(parts)
    assert list(shared) == parts
    assert len({id(one.want) for one in shared}) == 2


@given(st.lists(st.integers(0, 2 * ROLES), max_size=40))
def test_nothing_else_becomes_another(wants: list[int]) -> None:
    parts = [part(at, rows(str(n)) if n else Tree(lines=())) for at, n in enumerate(wants)]
    assert list(sharing(parts)) == parts


class Silent(Poller):
    """One agent does not answer, and says so at length."""

    def sample(self, targets: Sequence[Target], at: datetime) -> Mapping[str, Sample | Exception]:
        return {**super().sample(targets, at), "sw": TimeoutError("x" * 100_000)}


def test_readings_of_all_devices_are_durable_together_under_all_their_fences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(devices={"gw": Device(), "sw": Device()}, clock=ManualClock(datetime(2026, 11, 20, tzinfo=UTC)))
    desk = bench(tmp_path, world, poller=Silent(world))
    appends: list[tuple[list[str], set[str]]] = []
    real = desk.journal.append

    def noting(events: Sequence[Event], fences: Sequence[Fence] = (), *, alive: bool = False) -> object:
        appends.append(([event.kind for event in events], {fence.resource for fence in fences}))
        return real(events, fences, alive=alive)

    monkeypatch.setattr(desk.journal, "append", noting)
    with hold(desk.tools, "C-1", ["gw", "sw"]) as held:
        measure(held, ["gw", "sw"], "before")
        sampled, missing = (recorded.event for recorded in desk.journal.read("C-1"))
    assert appends == [(["evidence.sampled", "evidence.missing"], {"change:C-1", "device:gw", "device:sw"})]
    assert (sampled.device, missing.device) == ("gw", "sw")
    assert len(missing.data["message"]) < MOST + 20
    desk.journal.close()


def test_what_an_intent_names_is_there_for_each_device_also_where_they_share_the_batch(tmp_path: Path) -> None:
    """Waves may lie hours apart: a body that went meanwhile is written again, or nobody could take the batch back."""
    world = World(devices={"gw": Device(), "sw": Device()}, clock=ManualClock(datetime(2026, 11, 20, tzinfo=UTC)))
    desk = bench(tmp_path, world)
    op = RowOp(verb=Verb.ADD, path="/shelf", key={"name": "a"}, new={"value": "netops:C-1"})
    shared = (Batch(number=1, ops=(op,)),)
    with hold(desk.tools, "C-1", ["gw", "sw"]) as held:
        for name in ("gw", "sw"):
            with desk.tools.connect(desk.tools.fleet.target(name)) as driver:
                send(held, driver, name, "apply", shared)
            digest = next(one.event.data["ops"] for one in desk.journal.read("C-1") if one.event.device == name)
            assert desk.tools.ops(digest) == (op,)
            (tmp_path / "objects" / digest[7:9] / digest[9:]).unlink()
    desk.journal.close()
