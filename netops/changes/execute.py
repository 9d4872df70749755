"""An approved request becomes a plan; the plan is applied under guard, verified, measured, documented and recorded.

`execute` is that sentence, top to bottom. It refuses what is not approved, what moved since the plan, and what
another worker holds; whatever fails after the first send is restored on every device (`revert`), or within the plan's
failure budget on the one that failed (`losses`).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from netops import __version__
from netops.changes import checks, guards, health
from netops.changes.drift import moved
from netops.changes.ending import arm_end
from netops.changes.lifecycle import OPEN, Change, Phase, fold
from netops.changes.lines import Lines
from netops.changes.losses import Losses
from netops.changes.push import save, send
from netops.changes.revert import restore
from netops.changes.takeover import wait_out
from netops.changes.tools import Held, Tools, hold, measure, one_by_one, side_by_side
from netops.changes.waves import Wave, waves
from netops.core.canonical import digest_of
from netops.core.errors import Failed, JournalError, Locked, NeedsPerson, Refused, StalePlan
from netops.core.model import DevicePlan, GuardHandle, GuardKind, Op, Plan, State, Tag
from netops.core.ports import Driver
from netops.core.text import Text


class Order(Struct, frozen=True, kw_only=True):
    """One approved plan to carry out. `gate` raises `NotApproved` or `OutsideWindow` for a moment it must not run at.

    `digest` is the plan's, where it is known already: a large plan takes a while to digest again. `closes_at`: when
    devices close access by themselves if we do not come back; None where the change does not end. `revoked`: logins that were taken
    away since, which are not missing.
    """

    plan: Plan
    gate: Callable[[datetime], None]
    accept_no_guard: bool = False
    digest: str = ""
    closes_at: datetime | None = None
    revoked: frozenset[str] = frozenset()


class Outcome(StrEnum):
    DONE = "done"
    PARTLY = "partly"  # done but for devices that failed within the budget and are as they were
    NOTHING = "nothing"  # every device already is what the plan says


class _Part(Struct):
    """One device on its way through the sentence."""

    plan: DevicePlan
    remaining: tuple[Op, ...]
    guard: GuardHandle | None = None
    owned: bool = False  # whether the device carried rows of ours when it was observed
    closes: bool = False  # whether its END timer was armed by this execution


def execute(order: Order, tools: Tools) -> Outcome:
    """Carry out an approved plan. Raises `Refused`s with nothing sent, `Restored` or `NeedsPerson` after a failure."""
    plan = order.plan
    order.gate(tools.clock.now())
    with hold(tools, plan.change, [part.device for part in plan.devices]) as held, Lines(tools) as lines:
        change = fold(plan.change, tools.journal.read(plan.change))
        _refuse_second_start(change)
        _refuse_overtaken(change, order)
        parts = [
            part for part in _observe_again(held, plan, lines, order.revoked) if part.plan.device not in change.lost
        ]
        if not any(part.remaining for part in parts):
            return _nothing_to_do(change, parts)
        _refuse_while_open(change)
        _refuse_unguarded(parts, order.accept_no_guard)
        if "snmp-before" in plan.evidence:
            measure(held, [part.device for part in plan.devices], "before")
        order.gate(tools.clock.now())
        held.log(
            "change.started",
            plan=order.digest or digest_of(plan),
            request=plan.request,
            accepted_no_guard=order.accept_no_guard,
            holder=tools.holder,
            program=__version__,
        )
        return _carry_out(held, order, parts, lines)


def resume(order: Order, tools: Tools) -> Outcome:
    """Finish what a dead worker left, where what remains is part of the plan; restore it where not.

    Raises `Restored` or `NeedsPerson` where it could not be finished, `Locked` while the other worker's lease lives.
    """
    plan = order.plan
    with hold(tools, plan.change, [part.device for part in plan.devices]) as held, Lines(tools) as lines:
        change = fold(plan.change, tools.journal.read(plan.change))
        if change.phase is not Phase.APPLYING:
            return Outcome.NOTHING
        wait_out(tools, change)
        try:
            order.gate(tools.clock.now())
            lost = _lost(change)
            parts = [_take_over(held, part, lines) for part in plan.devices if part.device not in lost]
        except JournalError:
            raise
        except Exception as failure:
            lines.close()
            raise restore(held, plan, failure) from failure
        return _carry_out(held, order, parts, lines, lost)


def _carry_out(held: Held, order: Order, parts: list[_Part], lines: Lines, lost: Sequence[str] = ()) -> Outcome:
    """Push, verify, confirm wave by wave; then save. A device sees the line it was observed over, and one new one."""
    by_name = {part.plan.device: part for part in parts}
    losses = Losses(held, order.plan, lines, list(lost))
    try:
        planned = waves(part.plan for part in parts)
        for wave in planned:
            there = _one_wave(held, order, wave, by_name, lines, losses)
            if wave is not planned[-1]:
                health.bake(held, wave, there, {name: by_name[name].plan for name in there}, lines, losses)
        _save(held, [by_name[name] for name in by_name if name not in losses.lost], lines, order.closes_at)
        held.log("change.active", lost=list(losses.lost))
    except JournalError:
        # Nothing may be sent unlogged, a restoration neither: the devices' own guards act, `netops resume` follows.
        raise
    except (Exception, KeyboardInterrupt) as failure:
        lines.close()
        raise restore(held, order.plan, failure) from failure
    return Outcome.PARTLY if losses.lost else Outcome.DONE


def _one_wave(
    held: Held, order: Order, wave: Wave, parts: Mapping[str, _Part], lines: Lines, losses: Losses
) -> tuple[str, ...]:
    """Push, verify over a new connection and by SNMP, confirm. The devices of the wave on which all of it succeeded."""
    held.tools.say("apply", ", ".join(wave.devices))
    pushed = losses.over(wave, wave.devices, lambda name: _push(held, parts[name], lines, order.accept_no_guard))
    seen = losses.over(wave, pushed, lambda name: _verify(held, parts[name], lines))
    by_snmp = "snmp-after" in order.plan.evidence
    readings = checks.measured_after(held, [parts[name].plan for name in seen]) if by_snmp else {}

    def prove(name: str) -> None:
        part = parts[name].plan
        interfaces = checks.verify_by_snmp(held, part, readings)
        held.note("device.verified", name, checks=checks.made(held, part), interfaces=list(interfaces))

    proven = losses.but(wave, one_by_one(seen, prove))
    held.tools.say("verify", ", ".join(proven))
    held.settle()
    return _confirm(held, wave, [parts[name] for name in proven], lines, losses, order.closes_at)


def _push(held: Held, part: _Part, lines: Lines, accept_no_guard: bool) -> None:
    """Backup, guard, then the operations; over the line on which the device was judged."""
    device = part.plan.device
    platform = held.tools.platform(part.plan)
    if not part.remaining:
        return
    # Nothing is written yet: a line that died while it waited is found out here and opened anew.
    backup = lines.again(device, lambda driver: driver.capture())
    held.note("device.captured", device, backup=held.tools.objects.put(backup))
    with lines.last(device) as driver:
        if part.guard is None:
            part.guard = guards.arm(held, driver, part.plan, part.remaining, part.plan.inverse, accept_no_guard)
        send(held, driver, device, "apply", platform.batches(part.remaining), guards.deadline(held, part.guard))


def _verify(held: Held, part: _Part, lines: Lines) -> None:
    """Over a new connection: the old one may know what the device has forgotten, and may work where a new one would not."""
    lines.fresh(part.plan.device, lambda driver: checks.verify(held, driver, part.plan))


def _confirm(
    held: Held, wave: Wave, parts: list[_Part], lines: Lines, losses: Losses, closes_at: datetime | None
) -> tuple[str, ...]:
    """The devices' timers are taken away: from here on the change stays. Returns the devices confirmed.

    Never is there none: who is cut off while later waves go on leaves no access open that nobody ends.
    """
    guarded = {part.plan.device: part for part in parts if part.guard is not None}

    def disarm(name: str) -> None:
        part = guarded[name]
        _close_later(held, part, lines, closes_at)
        lines.again(name, lambda driver: guards.disarm(held, driver, part.plan, part.guard))
        # A timer that is gone was confirmed, or has fired, or the device was restarted: only the device can tell which.
        lines.again(name, lambda driver: checks.verify(held, driver, part.plan), repeatable=True)

    good = losses.over(wave, list(guarded), disarm) if guarded else ()
    confirmed = tuple(part.plan.device for part in parts if part.guard is None or part.plan.device in good)
    for name in confirmed:
        held.note("device.confirmed", name)
    held.settle()
    return confirmed


def _save(held: Held, parts: Sequence[_Part], lines: Lines, closes_at: datetime | None) -> None:
    """What must survive a restart, and the timer that closes access should we not come back."""
    closes = closes_at is not None
    asked = {part.plan.device: part for part in parts if _volatile(held, part) or (closes and not part.closes)}

    def save_one(name: str) -> None:
        if _volatile(held, asked[name]):
            lines.again(name, lambda driver: save(held, driver, name), repeatable=True)
        held.note("device.saved", name)
        _close_later(held, asked[name], lines, closes_at)

    if asked:
        side_by_side(held.tools, list(asked), save_one)
    for part in parts:
        if part.plan.device not in asked:
            held.note("device.saved", part.plan.device)


def _volatile(held: Held, part: _Part) -> bool:
    return held.tools.platform(part.plan).volatile


def _close_later(held: Held, part: _Part, lines: Lines, closes_at: datetime | None) -> None:
    if closes_at is not None and not part.closes:
        at = closes_at
        lines.again(part.plan.device, lambda driver: arm_end(held, driver, part.plan, at))
        part.closes = True


def _observe_again(held: Held, plan: Plan, lines: Lines, revoked: frozenset[str]) -> list[_Part]:
    """What is still to do on each device. Raises `StalePlan` where the touched part moved since the plan."""
    tools, owner = held.tools, Tag(plan.change)
    parts = {part.device: part for part in plan.devices}
    scopes = {name: part.scope for name, part in parts.items()}
    seen = side_by_side(tools, list(parts), lambda name: lines.fresh(name, lambda driver: driver.observe(scopes[name])))
    remaining = {name: checks.difference(tools, part, seen[name], owner) for name, part in parts.items()}
    if revoked:
        remaining = {name: tuple(op for op in ops if not checks.adds(op, revoked)) for name, ops in remaining.items()}
    stale = [name for name, part in parts.items() if remaining[name] and checks.drifted(tools, part, seen[name], owner)]
    if stale:
        shown = "\n".join(
            f"{name}:\n"
            + "\n".join(
                (*moved(tools, parts[name], seen[name], owner), "", tools.platform(parts[name]).show(remaining[name]))
            )
            for name in stale
        )
        raise StalePlan(
            Text(
                id=f"rencana usang: {', '.join(stale)} berubah sejak rencana dibuat; tidak ada yang dikirim",
                en=f"stale plan: {', '.join(stale)} changed since the plan was made; nothing was sent",
            ),
            Text(
                id=f"buat rencana baru dengan `netops plan {plan.change}` dan periksa perbedaannya",
                en=f"make a new plan with `netops plan {plan.change}` and check its difference",
            ),
            difference=shown,
        )
    owned = {name: bool(tools.platform(part).owned(seen[name], owner)) for name, part in parts.items()}
    return [_Part(plan=part, remaining=remaining[name], owned=owned[name]) for name, part in parts.items()]


def _refuse_second_start(change: Change) -> None:
    if change.phase is Phase.APPLYING:
        raise Locked(
            Text(
                id=f"pelaksanaan {change.id} sebelumnya terputus",
                en=f"an earlier execution of {change.id} was interrupted",
            ),
            Text(id=f"jalankan `netops resume {change.id}`", en=f"run `netops resume {change.id}`"),
        )
    if change.phase is Phase.ENDED:
        raise Refused(
            Text(
                id=f"{change.id} sudah diakhiri; satu permohonan dijalankan satu kali",
                en=f"{change.id} has ended; a request is carried out once",
            ),
            Text(id="ajukan permohonan baru", en="file a new request"),
        )


def _refuse_overtaken(change: Change, order: Order) -> None:
    """Raises `StalePlan` where a newer plan, or other needs, were recorded before this one held the change."""
    if change.phase in OPEN or not change.plan:
        return
    if change.outdated or change.plan != (order.digest or change.plan):
        raise StalePlan(
            Text(
                id=f"rencana atau kebutuhan {change.id} yang lebih baru baru saja dicatat; tidak ada yang dikirim",
                en=f"a newer plan or other needs of {change.id} were just recorded; nothing was sent",
            ),
            Text(
                id=f"lihat `netops show {change.id}`, lalu ulangi `netops apply {change.id}`",
                en=f"see `netops show {change.id}`, then repeat `netops apply {change.id}`",
            ),
        )


def _nothing_to_do(change: Change, parts: list[_Part]) -> Outcome:
    """Raises `NeedsPerson` where devices carry what the log knows nothing of: it may be an old copy."""
    known = [part.plan.device for part in parts if part.owned]
    if change.phase in OPEN or not known:
        return Outcome.NOTHING
    raise NeedsPerson(
        Text(
            id=f"{', '.join(known)} sudah memuat {change.id}, tetapi menurut catatan belum pernah dijalankan",
            en=f"{', '.join(known)} already carries {change.id}, but by the log it was never applied",
        ),
        Text(
            id="apakah journal.db dipulihkan dari salinan lama? Pasang kembali catatan yang terbaru",
            en="was journal.db restored from an old copy? Put the latest log back",
        ),
    )


def _refuse_while_open(change: Change) -> None:
    if change.phase in OPEN:
        raise Refused(
            Text(
                id=f"{change.id} berstatus {change.phase}: perangkat berubah di luar permohonan",
                en=f"{change.id} is {change.phase}: devices were changed outside the request",
            ),
            Text(
                id=f"lihat `netops show {change.id}`; akhiri dengan `netops end` atau kembalikan perubahan tangan itu",
                en=f"see `netops show {change.id}`; end it with `netops end`, or undo the manual change",
            ),
        )


def _refuse_unguarded(parts: list[_Part], accept_none: bool) -> None:
    for part in parts:
        if part.remaining and GuardKind.DEVICE_TIMER not in part.plan.guards:
            guards.refuse_unguarded(part.plan, accept_none)


def _take_over(held: Held, part: DevicePlan, lines: Lines) -> _Part:
    """What a dead worker left to do here. Raises `Failed` where the device is not on the way of the plan."""
    tools, owner = held.tools, Tag(held.change)
    progress = fold(held.change, tools.journal.read(held.change)).device(part.device)
    planned = [op for batch in part.batches for op in batch.ops]
    guard = None if progress.guard_over else progress.guard

    def look(driver: Driver) -> tuple[State, bool]:
        seen = driver.observe(part.scope)
        if guard is not None and not progress.guard_armed:
            # Only its intent is known: it goes, and a new one is armed before anything is sent.
            guards.settle(held, driver, part, guard)
        return seen, guard is None or not progress.guard_armed or guards.still_useful(held, driver, guard)

    seen, lively = lines.fresh(part.device, look)
    remaining = checks.difference(tools, part, seen, owner)
    if not lively or any(op not in planned for op in remaining):
        raise Failed(
            Text(
                id=f"{part.device}: pelaksanaan yang terputus tidak dapat diteruskan",
                en=f"{part.device}: the interrupted execution cannot be continued",
            )
        )
    return _Part(plan=part, remaining=remaining, guard=guard if progress.guard_armed else None)


def _lost(change: Change) -> tuple[str, ...]:
    """Devices that failed within the budget before the worker died. Raises `Failed` where one was not restored."""
    failed = [name for name, progress in change.devices.items() if progress.failed]
    if not all(change.device(name).restored for name in failed):
        raise Failed(
            Text(
                id=f"{', '.join(failed)}: pemulihan perangkat yang gagal terputus",
                en=f"{', '.join(failed)}: the restoration of the device that failed was interrupted",
            )
        )
    return tuple(failed)
