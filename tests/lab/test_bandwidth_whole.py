"""A unit's bandwidth the whole way over sockets: asked, planned, signed by the chain, applied, measured, put back."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from event_desk import Desk, close_by_itself, open_desk
from returned_files import pdf

from netops import actions, views
from netops.actions import extending, lasting, living
from netops.actions import needs as doing
from netops.actions.attaching import Sort
from netops.actions.serving import Done, Server
from netops.app import App
from netops.changes.execute import Outcome
from netops.changes.lifecycle import LIFE, OPEN, Phase, fold_all
from netops.core.clock import ManualClock
from netops.core.errors import InputError, NoCapacity, NoTarget, OutOfBounds, Refused, StalePlan
from netops.core.measured import Sample, SeriesKind
from netops.core.model import Batch, LinkNeeds, Plan, RowOp, Verb
from netops.filing import find
from netops.planning.plan import explain
from netops.requests.common import say_time


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("bandwidth") / "ws") as found:
        yield found


@pytest.fixture(autouse=True)
def _nothing_left(desk: Desk) -> Iterator[None]:
    """What one test asked for is in no other's way."""
    yield
    for change in fold_all(desk.app.journal.read()).values():
        if change.phase in OPEN:
            actions.end(desk.app, change.id, early=True)
        elif change.phase in LIFE["request.cancelled"]:
            living.cancel(desk.app, change.id, "selesai diuji")


def link_needs(plan: Plan) -> LinkNeeds:
    assert isinstance(plan.needs, LinkNeeds)
    return plan.needs


def test_a_queue_that_a_person_made_is_raised_and_nothing_else_of_it_changes(desk: Desk) -> None:
    before = desk.configuration()
    filed = desk.raised("HD-B1", link="perpustakaan", rate="15M/20M")
    needs = link_needs(desk.app.tools.plan(views.state(desk.app, filed.change).plan))
    assert (needs.queue, needs.makes, needs.was_up, needs.was_down) == ("Perpustakaan", False, 10_000_000, 10_000_000)
    assert actions.apply(desk.app, filed.change) is Outcome.DONE
    old, new = before["gw-kampus"].decode().split("\n"), desk.configuration()["gw-kampus"].decode().split("\n")
    changed = [(one, other) for one, other in zip(old, new, strict=True) if one != other]
    ((one, other),) = changed
    assert one.replace("max-limit=10000000/10000000", "max-limit=15000000/20000000") == other
    assert actions.apply(desk.app, filed.change) is Outcome.NOTHING
    actions.end(desk.app, filed.change, early=True)
    assert desk.configuration() == before


def test_a_lasting_rate_is_finished_in_force_and_replaced_by_the_next(desk: Desk, tmp_path: Path) -> None:
    before = desk.configuration()
    first = desk.raised("HD-B2", rate="12M/15M")
    actions.apply(desk.app, first.change)
    assert "tetap berlaku, menunggu dokumen" in views.describe(desk.app, first.change)
    scan = tmp_path / "kembali.pdf"
    scan.write_bytes(pdf())
    papers: tuple[Sort, ...] = ("formulir", "surat-pemberitahuan", "laporan-tindak-lanjut")
    for sort in papers:
        actions.attach(desk.app, first.change, sort, scan)
    assert views.state(desk.app, first.change).finished, "it stays in force, and everything came back"
    assert "selesai, tetap berlaku" in views.describe(desk.app, first.change)
    second = desk.raised("HD-B3", rate="15M/20M")
    actions.apply(desk.app, second.change)
    state = views.state(desk.app, first.change)
    assert (state.phase, state.superseded_by) == (Phase.ENDED, second.change)
    assert state.commitments[0].until is not None, "what was promised by it is over"
    with pytest.raises(Refused, match=f"replaced by {second.change}"):
        actions.end(desk.app, first.change, early=True)
    actions.end(desk.app, second.change, early=True)
    assert b"max-limit=12000000/15000000" in desk.configuration()["gw-kampus"]
    with desk.app.tools.open("gw-kampus") as driver:
        op = RowOp(verb=Verb.SET, path="/queue/simple", key={"name": "Perpustakaan"}, new={"max-limit": "10M/10M"})
        driver.apply(Batch(number=1, ops=(op,)), desk.app.secrets)
    assert desk.configuration() == before


def test_a_queue_is_found_by_what_it_limits(desk: Desk) -> None:
    filed = desk.raised("HD-B4", rate="11M/12M")
    doing.edit(desk.app, filed.change, {"target": "10.20.0.64/26"})
    assert link_needs(actions.plan(desk.app, filed.change)).queue == "Perpustakaan"


def test_needs_stay_within_what_was_approved(desk: Desk) -> None:
    filed = desk.raised("HD-B5", rate="15M/20M")
    with pytest.raises(OutOfBounds, match="down = 25 Mbps goes beyond what was asked"):
        doing.edit(desk.app, filed.change, {"rate": "15M/25M"})
    with pytest.raises(NoTarget, match="there is no simple named 'Perpustakan'"):
        doing.edit(desk.app, filed.change, {"queue": "Perpustakan"})
    with pytest.raises(InputError, match="there is no need 'vlan'"):
        doing.edit(desk.app, filed.change, {"vlan": "20"})
    after = doing.edit(desk.app, filed.change, {"rate": "12M/16M"})
    assert isinstance(after, LinkNeeds) and (after.up, after.down) == (12_000_000, 16_000_000)
    with pytest.raises(StalePlan, match="edited after this plan"):
        actions.apply(desk.app, filed.change)
    assert "max-limit=12000000/16000000" in actions.plan(desk.app, filed.change).devices[0].difference


def test_a_rate_that_moved_since_the_plan_is_not_overwritten(desk: Desk) -> None:
    before = desk.configuration()
    filed = desk.raised("HD-B6", rate="15M/20M")

    def by_hand(rate: str) -> None:
        op = RowOp(verb=Verb.SET, path="/queue/simple", key={"name": "Perpustakaan"}, new={"max-limit": rate})
        with desk.app.tools.open("gw-kampus") as driver:
            driver.apply(Batch(number=1, ops=(op,)), desk.app.secrets)

    by_hand("9M/9M")
    with pytest.raises(StalePlan, match="gw-kampus changed since the plan was made"):
        actions.apply(desk.app, filed.change)
    by_hand("10000000/10000000")
    assert desk.configuration() == before


def test_a_temporary_rate_goes_back_by_itself(tmp_path: Path) -> None:
    clock = ManualClock(datetime.now(UTC).replace(microsecond=0))
    with open_desk(tmp_path / "ws", clock) as desk:
        before = desk.configuration()
        below = desk.raised("HD-L", rate="12M/15M")
        temporary = desk.raised("HD-T", rate="15M/20M", hours=2)
        actions.apply(desk.app, below.change)
        with pytest.raises(StalePlan):
            actions.apply(desk.app, temporary.change)  # the rate that it would put back is another by now
        plan = actions.plan(desk.app, temporary.change)
        assert plan.devices[0].returns == "device"
        assert "put back at its end, by us or by the device's timer" in explain(
            plan, desk.app.sites.site("kampus"), "en"
        )
        actions.apply(desk.app, temporary.change)
        assert b"max-limit=15000000/20000000" in desk.configuration()["gw-kampus"]
        assert views.state(desk.app, below.change).phase is Phase.ACTIVE, "it lies below"
        with pytest.raises(NoCapacity, match=f"is held by {temporary.change}"):
            actions.plan(desk.app, str(desk.bandwidth("HD-X", rate="13M/13M", hours=1)))
        trouble: list[Done] = []
        server = Server(
            lambda: App(desk.root, clock=clock, actor="netops-serve", lease_seconds=5.0), trouble.append, clock
        )
        clock.move(2 * 3600 + 60)
        server.once()
        assert views.state(desk.app, temporary.change).phase is Phase.ENDED and not [
            one for one in trouble if one.error
        ]
        assert b"max-limit=12000000/15000000" in desk.configuration()["gw-kampus"]
        actions.end(desk.app, below.change, early=True)
        assert desk.configuration() == before


def test_the_device_puts_a_temporary_rate_back_when_nobody_comes(desk: Desk) -> None:
    before = desk.configuration()
    filed = desk.raised("HD-B7", rate="15M/20M", hours=2)
    actions.apply(desk.app, filed.change)
    assert views.state(desk.app, filed.change).device("gw-kampus").end_guard is not None
    close_by_itself(desk, "gw-kampus")
    assert b"max-limit=10000000/10000000 name=Perpustakaan" in desk.configuration()["gw-kampus"]
    # It goes on: the timer is moved, and what it put back is raised again.
    assert filed.request.ends_at is not None
    later = f"{filed.request.ends_at + timedelta(hours=3):%Y-%m-%d %H:%M}Z"
    desk.approve_chain(filed, lasting.extension_matter(extending.extension_to_sign(desk.app, filed, later)))
    extending.extend(desk.app, filed.change, later)
    assert b"max-limit=15000000/20000000 name=Perpustakaan" in desk.configuration()["gw-kampus"]
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    assert desk.configuration() == before


@pytest.mark.parametrize(("unit", "port", "words"), [
    ("FKIP", "GigabitEthernet1/0/2", (" police cir 5000000 bc 156250", " shape average 20000000")),
    ("FMIPA", "GigabitEthernet1/0/3", (" police cir 5000000", " police cir 10000000")),
])  # fmt: skip
def test_a_policy_map_on_a_units_port_is_raised_each_way(
    desk: Desk, unit: str, port: str, words: tuple[str, str]
) -> None:
    before = desk.configuration()
    filed = desk.raised(f"HD-{unit}", link=unit, rate="7M/25M")
    needs = link_needs(desk.app.tools.plan(views.state(desk.app, filed.change).plan))
    assert (needs.queue_up, needs.queue) == (f"{unit}-MASUK class-default", f"{unit}-KELUAR class-default")
    assert actions.apply(desk.app, filed.change) is Outcome.DONE
    old, new = before["sw-fakultas"].decode().split("\n"), desk.configuration()["sw-fakultas"].decode().split("\n")
    changed = [(one.strip(), other.strip()) for one, other in zip(old, new, strict=True) if one != other]
    rates = ("7000000", "25000000")
    expected = [
        (word.strip(), word.strip().replace(word.split()[2], rate)) for word, rate in zip(words, rates, strict=True)
    ]
    assert sorted(changed) == sorted(expected), "burst and actions are what somebody chose"
    assert actions.apply(desk.app, filed.change) is Outcome.NOTHING
    actions.end(desk.app, filed.change, early=True)
    assert desk.configuration() == before


def test_a_port_without_a_policy_map_gets_one_of_our_own_and_loses_it_again(desk: Desk) -> None:
    before = desk.configuration()
    filed = find(desk.app, str(desk.bandwidth("HD-OWN", link="FMIPA", rate="7M/25M", hours=2)))
    doing.edit(desk.app, filed.change, {"device": "sw-fakultas", "form": "shape", "port": "Gi1/0/7"})
    plan = actions.plan(desk.app, filed.change)
    assert link_needs(plan).makes and plan.devices[0].returns == "us"
    assert "the device has no timer for it" in explain(plan, desk.app.sites.site("kampus"), "en")
    desk.approve_chain(filed)
    actions.apply(desk.app, filed.change)
    lines = desk.configuration()["sw-fakultas"].decode()
    assert f"policy-map netops-{filed.change}.out\n class class-default\n  shape average 25000000\n" in lines
    assert (
        f" service-policy input netops-{filed.change}.in\n service-policy output netops-{filed.change}.out\n" in lines
    )
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    assert desk.configuration() == before


def test_a_policy_map_that_others_use_too_is_not_raised_for_one(desk: Desk) -> None:
    filed = find(desk.app, str(desk.bandwidth("HD-SHARED", link="FMIPA", rate="7M/25M")))
    with pytest.raises(NoCapacity, match="WARTEL class-default limits 1 other ports too"):
        doing.edit(desk.app, filed.change, {"port": "GigabitEthernet1/0/4"})


def down_rate(desk: Desk, device: str, kind: SeriesKind, name: str) -> float:
    """bit/s towards the unit between two SNMP readings, by the device's own counters and its own clock."""
    target, found = desk.app.fleet.target(device), []
    for _ in range(2):
        sample = desk.app.tools.poller.sample([target], datetime.now(UTC))[device]
        assert isinstance(sample, Sample)
        (queue,) = [one for one in sample.queues if (one.kind, one.name) == (kind, name)]
        found.append((queue.out_octets, sample.uptime))
        time.sleep(2)
    (before, since), (after, until) = found
    return (after - before) * 8 * 100 / (until - since)


def test_a_faculty_inside_its_parent_gets_more_and_it_is_measured(desk: Desk) -> None:
    before = desk.configuration()
    filed = desk.raised("HD-FST", link="fst", rate="10M/40M")
    plan = desk.app.tools.plan(views.state(desk.app, filed.change).plan)
    assert link_needs(plan).parent == "Fakultas" and plan.commitments[0].within == "gw-kampus/Fakultas"
    assert down_rate(desk, "gw-kampus", SeriesKind.QUEUE, "FST") == pytest.approx(30e6, rel=0.1)
    actions.apply(desk.app, filed.change)
    assert down_rate(desk, "gw-kampus", SeriesKind.QUEUE, "FST") == pytest.approx(40e6, rel=0.1)
    actions.end(desk.app, filed.change, early=True)
    assert desk.configuration() == before


@pytest.mark.parametrize(("rate", "said"), [
    ("10M/70M", "Fakultas Sains dan Teknologi: down 70 Mbps is above its parent Fakultas on gw-kampus: 60 Mbps"),
    ("10M/50M", "down 50 Mbps and 20 Mbps of the others are above 100 % of Fakultas (60 Mbps)"),
])  # fmt: skip
def test_a_child_above_its_parent_is_refused_with_the_numbers(desk: Desk, rate: str, said: str) -> None:
    with pytest.raises(NoCapacity) as caught:
        actions.plan(desk.app, str(desk.bandwidth("HD-OVER", link="fst", rate=rate)))
    assert said in caught.value.describe("en")


def test_an_uplink_promised_beyond_its_share_is_refused_with_the_first_date_that_fits(desk: Desk) -> None:
    soon = desk.app.clock.now().replace(second=0, microsecond=0) + timedelta(days=1)
    actions.plan(desk.app, str(desk.bandwidth("HD-BIG", link="rektorat", rate="20M/280M", hours=48, starts=soon)))
    with pytest.raises(NoCapacity) as caught:
        actions.plan(desk.app, str(desk.bandwidth("HD-MORE", link="fmipa", rate="7M/25M", hours=10, starts=soon)))
    told = caught.value.describe("en")
    assert "ISP-A at kampus does not suffice (down)" in told and "25 Mbps asked" in told and "20 Mbps free" in told
    assert f"It fits from {say_time(soon + timedelta(hours=48), 'WIB', 'en')}" in told


def test_a_queue_tree_is_raised_row_by_row(desk: Desk) -> None:
    before = desk.configuration()
    filed = desk.raised("HD-LAB", link="laboratorium komputer", rate="8M/35M")
    needs = link_needs(desk.app.tools.plan(views.state(desk.app, filed.change).plan))
    assert (needs.was_up, needs.was_down) == (5_000_000, 20_000_000)
    actions.apply(desk.app, filed.change)
    assert down_rate(desk, "gw-kampus", SeriesKind.TREE, "Lab-unduh") == pytest.approx(35e6, rel=0.1)
    actions.end(desk.app, filed.change, early=True)
    assert desk.configuration() == before


def test_a_tree_of_our_own_shares_by_pcq_and_goes_as_it_came(desk: Desk) -> None:
    before = desk.configuration()
    filed = find(desk.app, str(desk.bandwidth("HD-PCQ", link="perpustakaan", rate="8M/9M", hours=2)))
    doing.edit(desk.app, filed.change, {"form": "tree", "target": "perpus-unduh", "target_up": "perpus-unggah"})
    plan = actions.plan(desk.app, filed.change)
    assert plan.devices[0].difference.count("kind=pcq") == 2
    desk.approve_chain(filed)
    actions.apply(desk.app, filed.change)
    assert b"pcq-classifier=dst-address" in desk.configuration()["gw-kampus"]
    close_by_itself(desk, "gw-kampus")
    assert actions.end(desk.app, filed.change, early=True).leftovers == (), (
        "rows that its timer switched off are ours still"
    )
    assert desk.configuration() == before


def test_a_queue_of_our_own_inside_a_parent(desk: Desk) -> None:
    before = desk.configuration()
    filed = find(desk.app, str(desk.bandwidth("HD-CHILD", link="fst", rate="5M/8M")))
    doing.edit(desk.app, filed.change, {"form": "simple", "target": "10.20.0.176/28", "parent": "Fakultas"})
    with pytest.raises(NoTarget, match="there is no simple named 'Fakultass'"):
        doing.edit(desk.app, filed.change, {"parent": "Fakultass"})
    actions.plan(desk.app, filed.change)
    desk.approve_chain(filed)
    actions.apply(desk.app, filed.change)
    lines = desk.configuration()["gw-kampus"].decode()
    ours, around = lines.index(f"name=netops-{filed.change} parent=Fakultas"), lines.index("name=FEB parent=Fakultas")
    assert ours < around, "first match wins: it stands before the sibling whose network contains its own"
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    assert desk.configuration() == before


def test_a_hotspot_profiles_rate(desk: Desk) -> None:
    before = desk.configuration()
    filed = desk.raised("HD-ASRAMA", link="Asrama", rate="2M/4M")
    actions.apply(desk.app, filed.change)
    assert b"rate-limit=2000000/4000000" in desk.configuration()["gw-kampus"]
    actions.end(desk.app, filed.change, early=True)
    assert desk.configuration() == before
