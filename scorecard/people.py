"""People, clocks and strangers: many at once, hands on devices, wrong time, forged measurements, a canary that fails."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from netops.changes.lifecycle import Phase
from netops.core.model import Tag
from netops.lab.routeros.device import RouterOS
from scorecard.datagrams import MODES, Datagrams
from scorecard.judge import all_old, in_between, judged, log_whole, nothing_doubled, recovered
from scorecard.kills import calm
from scorecard.links import mishap
from scorecard.points import some
from scorecard.rows import Row, Setting, Trial
from scorecard.stand import KAMPUS, LAMA, LEASE, ROOT, SITES, TWO, Broken, Stand, Wanted

AT_ONCE = 50
HOUR = 3600.0
CLOCK = (-HOUR, HOUR, 5.9 * HOUR, 9 * HOUR, 5 * HOUR, 10 * HOUR, 9 * HOUR)
"""How wrong the server's clock is, look by look; the event ends after seven hours (and an hour's tolerance)."""
ZONES = ("Asia/Jakarta", "UTC", "Asia/Jayapura", "America/New_York", "Pacific/Kiritimati", "Asia/Jakarta", "UTC")


def at_once(stand: Stand, wanted: Sequence[Wanted], people: int) -> None:
    """The same change by so many at the same moment."""
    case = stand.case(wanted)
    children = [case.start("apply", case.change) for _ in range(people)]
    codes = [child.wait() for child in children]
    if not set(codes) <= {0, 4}:
        raise Broken(f"exit codes {sorted(set(map(str, codes)))}")
    kinds = case.kinds()
    if (kinds.count("change.started"), kinds.count("change.active")) != (1, 1):
        raise Broken(f"started {kinds.count('change.started')} times")
    judged(case)
    case.close()


def two(stand: Stand, number: int) -> None:
    """Another change on the same gateway begins while one is at its n-th event."""
    case = stand.case(TWO)
    changes = [case.id(one.ticket) for one in TWO]
    first = case.start("apply", changes[0], strike={"point": "append", "number": number, "act": "stop"})
    first.wait()
    second = case.start("apply", changes[1])
    time.sleep(0.2)
    first.signal(signal.SIGCONT)
    codes = first.wait(), second.wait()
    if not set(codes) <= {0, 4}:
        raise Broken(f"exit codes {codes}: {second.text[-200:]}")
    for change, code in zip(changes, codes, strict=True):
        if code == 4:
            again = case.run("apply", change)
            if again.code == 4:  # stale: what it stood on has moved
                case.must("plan", change, code=3)
                case.must("apply", change)
    states = [case.state(one.ticket) for one in TWO]
    held = [reservation.resource for state in states for reservation in state.reservations]
    vlans = [resource for resource in held if resource.startswith("vlan:")]
    if len(set(vlans)) != len(TWO) or any(state.phase is not Phase.ACTIVE for state in states):
        raise Broken(f"{[state.phase for state in states]}, VLANs {vlans}")
    for change in changes:
        case.must("end", change, "--early")
    all_old(case)
    nothing_doubled(case)
    log_whole(case)
    case.close()


def typed(stand: Stand, device: str, line: str) -> None:
    """Somebody at the router's own console."""
    router = stand.campus.devices[device]
    assert isinstance(router, RouterOS)
    stand.campus.call(lambda: router.machine.console(line, ROOT))


def drifted(stand: Stand, wanted: Sequence[Wanted], device: str, menu: str) -> None:
    """Somebody makes a row of the name that the plan wants, of other content, between plan and apply."""
    case = stand.case(wanted)
    name = Tag(case.change).name
    typed(stand, device, f"{menu} add name={name} {MENUS[menu]}")
    child = case.run("apply", case.change)
    if child.code != 4 or stand.writes.total():
        raise Broken(f"code {child.code}, {stand.writes.total()} writes")
    if name not in child.text:
        raise Broken("it does not say what moved")
    typed(stand, device, f"{menu} remove [find name={name}]")
    judged(case)
    case.close()


def hands(stand: Stand, wanted: Sequence[Wanted], device: str, edit: str) -> None:
    """Somebody edits a row of ours while the event runs: access closes, the row stays and is told."""
    case = stand.case(wanted)
    name = Tag(case.change).name
    case.must("apply", case.change)
    typed(stand, device, edit.format(name=name))
    child = case.run("end", case.change, "--early")
    if child.code not in (0, 6):
        raise Broken(f"`netops end` ended with {child.code}: {child.text[-300:]}")
    router = stand.campus.devices[device]
    assert isinstance(router, RouterOS)
    serving = stand.campus.call(lambda: [row.name for row in router.machine.store.rows("/ip/hotspot") if row.enabled])
    if name in serving:
        raise Broken("access is still open")
    left = stand.devices()[device] != stand.old[device]
    if left != (child.code == 6) or left != bool(case.state().leftovers):
        raise Broken(f"code {child.code}, leftovers {case.state().leftovers}")
    if left and len(in_between(case)) != 1:
        raise Broken(f"in between: {in_between(case)}")
    log_whole(case)
    nothing_doubled(case)
    case.close()
    if left:
        stand.renew()


def clocks(stand: Stand, wanted: Sequence[Wanted], servers: int) -> None:
    """The clock jumps by hours and the zone changes from look to look; several servers look at once."""
    case = stand.case(wanted)
    for offset, zone in zip(CLOCK, ZONES, strict=True):
        looks = [case.start("serve", "--once", offset=offset, environment={"TZ": zone}) for _ in range(servers)]
        for look in looks:
            look.wait()
        phase = case.state().phase
        due = {-HOUR: Phase.APPROVED, HOUR: Phase.ACTIVE, 5.9 * HOUR: Phase.ACTIVE}.get(offset, Phase.ENDED)
        if phase is not due:
            raise Broken(f"at {offset / HOUR:+.1f} h it is {phase}: {looks[0].text[-300:]}")
    kinds = case.kinds()
    counted = {kind: kinds.count(kind) for kind in ("change.started", "change.ending", "change.ended")}
    if set(counted.values()) != {1}:
        raise Broken(str(counted))
    judged(case)
    case.close()


def jumped(stand: Stand, wanted: Sequence[Wanted], number: int, seconds: float) -> None:
    """The clock jumps while a worker applies, from its n-th event on; whoever comes next has the wrong clock too."""
    case = stand.case(wanted)
    child = case.run("apply", case.change, jump=(number, seconds))
    if child.code not in (0, 1, 4, 5, 6):
        raise Broken(f"`netops apply` ended with {child.code}: {child.text[-300:]}")
    if child.code == 0 and case.state().phase is not Phase.ACTIVE:
        raise Broken("it reports success, and the log does not")
    recovered(case, offset=max(seconds, 0.0) + LEASE)
    case.close()


def measured(stand: Stand, device: str, mode: str) -> None:
    """Datagrams of a device's agent are lost, doubled or forged while a change is proven by them."""
    case = stand.case(LAMA if device == "gw-lama" else KAMPUS)
    with Datagrams(case.root, stand.campus.agents[device].port, mode):
        child = case.run("apply", case.change)
    missing = case.kinds().count("evidence.missing")
    if mode == "silent":
        if child.code != 5 or not missing:
            raise Broken(f"nothing was heard of it, and it ended with {child.code}, {missing} gaps recorded")
    elif child.code != 0 or missing:
        raise Broken(f"code {child.code}, {missing} gaps recorded: {child.text[-300:]}")
    judged(case)
    case.close()


def one_first(root: Path) -> None:
    """Both switches are of one order, and one of them goes first."""
    playbook = root / "playbooks" / "event-hotspot.yaml"
    text = playbook.read_text(encoding="utf-8").replace("order: 3\n", "order: 2\n    waves: {canary: 1}\n")
    playbook.write_text(
        text.replace("order: 2\n    select", "order: 2\n    waves: {canary: 1}\n    select"), encoding="utf-8"
    )


def canary(stand: Stand, number: int) -> None:
    """The switch that goes first refuses: the other one is not touched, and what came before goes back."""
    case = stand.case(KAMPUS, prepare=one_first)
    mishap(stand, "sw-aula", {"refuse": {str(number): "% refused on purpose"}})
    child = case.run("apply", case.change)
    touched = [name for name in ("sw-inti", "ap-aula") if stand.writes[name]]
    if child.code != 5 or touched:
        raise Broken(f"code {child.code}, touched: {touched}: {child.text[-200:]}")
    calm(stand)
    judged(case)
    case.close()


EDITS = {
    "a pool": "/ip pool set [find name={name}] ranges=10.99.0.1-10.99.0.9",
    "the hotspot's address pool is taken away": "/ip hotspot set [find name={name}] address-pool=none",
    "the server is switched off": "/ip hotspot set [find name={name}] disabled=yes",
    "a queue": "/queue simple set [find name={name}] max-limit=1M/1M",
}
MENUS = {"/ip pool": "ranges=10.99.0.1-10.99.0.9", "/queue simple": "target=10.99.0.1/32 max-limit=1M/1M"}


def _at_once(setting: Setting) -> Iterator[Trial]:
    for site, wanted in SITES.items():
        people = AT_ONCE if setting.most != 1 else 5
        yield Trial(label=f"{site}: {people} at once", run=partial(at_once, setting.stand, wanted, people))


def _two(setting: Setting) -> Iterator[Trial]:
    total = setting.counted.of(setting.stand, KAMPUS, "apply").append
    for number in some(range(1, total), setting.few(12)):
        yield Trial(label=f"event {number}/{total} of the first", run=partial(two, setting.stand, number))


def _by_hand(one: Callable[..., None], what: Sequence[str]) -> Callable[[Setting], Iterator[Trial]]:
    def trials(setting: Setting) -> Iterator[Trial]:
        for device, wanted in (("gw-kampus", KAMPUS), ("gw-lama", LAMA)):
            for text in some(what, 1 if setting.most == 1 else 0):
                run = partial(one, setting.stand, wanted, device, EDITS.get(text, text))
                yield Trial(label=f"{device}: {text}", run=run)

    return trials


def _clocks(setting: Setting) -> Iterator[Trial]:
    for site, wanted in SITES.items():
        for servers in some((1, 3), 1 if setting.most == 1 else 0):
            yield Trial(label=f"{site}: {servers} servers", run=partial(clocks, setting.stand, wanted, servers))
        total = setting.counted.of(setting.stand, wanted, "apply").append if setting.most != 1 else 0
        for number in some(range(2, total), setting.few(6) or 6):
            for hours in (1, -1):
                run = partial(jumped, setting.stand, wanted, number, hours * HOUR)
                yield Trial(label=f"{site}: {hours:+d} h at event {number}/{total} of an apply", run=run)


def _datagrams(setting: Setting) -> Iterator[Trial]:
    for device in ("gw-kampus", "gw-lama"):
        for mode in some(MODES, setting.most):
            yield Trial(label=f"{device}: {mode}", run=partial(measured, setting.stand, device, mode))


def _canaries(setting: Setting) -> Iterator[Trial]:
    writes = setting.counted.of(setting.stand, KAMPUS, "apply").writes["sw-aula"]
    for number in some(range(1, writes - 3), setting.few(6)):
        yield Trial(label=f"it refuses write {number}", run=partial(canary, setting.stand, number))


ROWS = (
    Row(
        name="at-once", fault=f"the same change applied {AT_ONCE} times at once", holds="one execution", trials=_at_once
    ),
    Row(
        name="two",
        fault="two changes on one gateway at once",
        holds="one after the other, or the second is refused; no VLAN twice; both can be ended",
        trials=_two,
    ),
    Row(
        name="drift-before",
        fault="a device is edited between plan and apply",
        holds="exit 4, says what moved, nothing sent",
        trials=_by_hand(drifted, tuple(MENUS)),
    ),
    Row(
        name="drift-during",
        fault="a device is edited while the event runs",
        holds="access closes all the same; what a person changed stays and is reported (exit 6)",
        trials=_by_hand(hands, tuple(EDITS)),
    ),
    Row(
        name="clock",
        fault="the clock is wrong by hours, back and forth, and the zone changes; it jumps by an hour within an apply",
        holds="started once, ended once; every device old or new (or quarantined)",
        trials=_clocks,
    ),
    Row(
        name="snmp",
        fault="datagrams are lost, doubled, late, forged by a stranger or in the agent's name",
        holds="a gap is recorded, nothing is invented",
        trials=_datagrams,
    ),
    Row(name="canary", fault="the device that goes first fails", holds="the rest untouched", trials=_canaries),
)
