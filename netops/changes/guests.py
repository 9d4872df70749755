"""Logins of a running event: revoke some, look at all, bring ours back. Everything sent is an intent first, and read back.

Refuses what is not running; touches no login that is not ours, and brings back none that was revoked.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec import Struct

from netops.changes.ending import arm_later
from netops.changes.lifecycle import Change, Phase, fold
from netops.changes.push import save, send
from netops.changes.tools import Held, Tools, few, hold, side_by_side
from netops.changes.words import PHASES
from netops.core.errors import Refused, VerifyFailed
from netops.core.model import Accounts, DevicePlan, GuardState, Op, Plan, Tag
from netops.core.ports import Driver, GuestPlatform
from netops.core.text import Text


class Found(Struct, frozen=True, kw_only=True):
    """What one device showed. `back`: sessions and saved logins of revoked ones; `end` the END timer's state, None without one.

    `mended`: logins brought back or corrected just now.
    """

    accounts: Accounts
    back: tuple[str, ...]
    end: GuardState | None
    mended: int = 0


def parts_of(plan: Plan, tools: Tools) -> dict[str, DevicePlan]:
    """The devices on which the plan has logins."""
    found = {}
    for part in plan.devices:
        platform = tools.platform(part)
        if isinstance(platform, GuestPlatform) and platform.names(part.want):
            found[part.device] = part
    return found


def doors_of(plan: Plan, tools: Tools) -> dict[str, DevicePlan]:
    """The devices that have logins of the plan, or let people in by logins that are kept elsewhere."""
    found = parts_of(plan, tools)
    for part in plan.devices:
        platform = tools.platform(part)
        if isinstance(platform, GuestPlatform) and platform.ending(part.want):
            found.setdefault(part.device, part)
    return found


def names_of(plan: Plan, tools: Tools) -> tuple[str, ...]:
    """Every login of the plan in its order; the first is voucher 001."""
    for part in parts_of(plan, tools).values():
        return guests_of(tools, part).names(part.want)
    return ()


def revoke(plan: Plan, tools: Tools, numbers: Collection[str], names: Collection[str], reason: str) -> None:
    """Take logins away with everything that would let them back. Raises `Refused`, `DeviceError`s, `VerifyFailed`.

    From the intent on they count as revoked, so that `reconcile` finishes what was cut off.
    """
    parts = doors_of(plan, tools)
    with hold(tools, plan.change, list(parts)) as held:
        change = fold(plan.change, tools.journal.read(plan.change))
        _running(change)
        held.log("vouchers.revoking", numbers=sorted(numbers), reason=reason)
        side_by_side(tools, _with_us(parts, change), lambda name: _evict(held, parts[name], names))
        held.log("vouchers.revoked", numbers=sorted(numbers), count=len(numbers))


def reconcile(
    plan: Plan, tools: Tools, revoked: Collection[str], *, fix: bool, closes_at: datetime | None = None
) -> dict[str, Found]:
    """What is on each device beside the plan; with `fix` ours comes back and what was revoked goes. By name of device.

    `closes_at` (aware): until then a device whose END timer closed it too soon is opened again by `fix`, its timer set anew.
    """
    parts = doors_of(plan, tools)
    with hold(tools, plan.change, list(parts)) as held:
        change = fold(plan.change, tools.journal.read(plan.change))
        _running(change)
        found = side_by_side(
            tools,
            _with_us(parts, change),
            lambda name: _look(held, change, parts[name], revoked, fix=fix, closes_at=closes_at),
        )
        for name, one in sorted(found.items()):
            held.log("vouchers.reconciled", name, **_said(one, revoked), fixed=fix, mended=one.mended)
    return found


def _with_us(parts: Mapping[str, DevicePlan], change: Change) -> list[str]:
    """Without the devices that failed within the budget and run without the change."""
    return [name for name in parts if name not in change.lost]


def _said(one: Found, revoked: Collection[str]) -> Mapping[str, object]:
    seen = one.accounts
    return {
        "present": len(set(seen.present) - set(revoked)),
        "missing": len(set(seen.missing) - set(revoked)),
        "edited": len(seen.edited),
        "foreign": len(seen.foreign),
        "revoked_there": len(one.back),
        "online": sum(seen.online.values()),
        "saved": sum(seen.saved.values()),
        "serving": seen.serving,
        "used": len(seen.used),
        "bytes": sum(one.up + one.down for one in seen.used.values()),
        "end": one.end.value if one.end else "",
    }


def _look(
    held: Held, change: Change, part: DevicePlan, revoked: Collection[str], *, fix: bool, closes_at: datetime | None
) -> Found:
    platform, owner = guests_of(held.tools, part), Tag(held.change)
    handle = change.device(part.device).end_guard
    with held.tools.open(part.device) as driver:
        seen = driver.observe(part.scope, counters=True)
        end = driver.guard_state(handle) if handle is not None else None
        accounts = platform.accounts(seen, part.want, owner)
        gone = platform.evict(seen, owner, revoked)
        back = tuple(sorted({str(getattr(op, "key", {}).get("name", "")) or "session" for op in gone}))
        if not fix:
            return Found(accounts=accounts, back=back, end=end)
        ops = _mending(accounts, revoked)
        send(held, driver, part.device, "reconcile", held.tools.platform(part).batches((*gone, *ops)))
        early = end is GuardState.FIRED and closes_at is not None and held.tools.clock.now() < closes_at
        if early and handle is not None and closes_at is not None:
            arm_later(held, driver, part, closes_at, handle)
    if ops or gone:
        _again(held, part, revoked)
    return Found(accounts=accounts, back=back, end=end, mended=len(ops))


def _mending(accounts: Accounts, revoked: Collection[str]) -> tuple[Op, ...]:
    return tuple(op for name, ops in accounts.mend.items() if name not in revoked for op in ops)


def _again(held: Held, part: DevicePlan, revoked: Collection[str]) -> None:
    """Over a new connection: ours is there, what was revoked is not. Raises `VerifyFailed`."""
    platform, owner = guests_of(held.tools, part), Tag(held.change)
    with held.tools.open(part.device) as driver:
        seen = driver.observe(part.scope)
        left = (*_mending(platform.accounts(seen, part.want, owner), revoked), *platform.evict(seen, owner, revoked))
        save(held, driver, part.device)
    if left:
        raise _unproven(held, part, left)


def _evict(held: Held, part: DevicePlan, names: Collection[str]) -> None:
    platform, owner = guests_of(held.tools, part), Tag(held.change)
    with held.tools.open(part.device) as driver:
        ops = platform.evict(driver.observe(part.scope), owner, names)
        send(held, driver, part.device, "revoke", held.tools.platform(part).batches(ops))
    with held.tools.open(part.device) as driver:
        left = _left(driver, platform, part, owner, names)
        save(held, driver, part.device)
    if left:
        raise _unproven(held, part, left)


def _left(
    driver: Driver, platform: GuestPlatform, part: DevicePlan, owner: Tag, names: Collection[str]
) -> tuple[Op, ...]:
    return platform.evict(driver.observe(part.scope), owner, names)


def _unproven(held: Held, part: DevicePlan, left: tuple[Op, ...]) -> VerifyFailed:
    shown = held.tools.platform(part).show(left)
    return VerifyFailed(
        Text(f"{part.device}: setelah dikirim masih ada:\n{shown}", f"{part.device}: after the push there still is:\n{shown}"),
        Text("jalankan `netops vouchers reconcile --fix`", "run `netops vouchers reconcile --fix`"),
        device=part.device,
        findings=tuple(few(held.tools, shown.splitlines())),
    )  # fmt: skip


def guests_of(tools: Tools, part: DevicePlan) -> GuestPlatform:
    """The device's platform, where it lets guests in. Raises TypeError where it does not: a mistake of the caller."""
    platform = tools.platform(part)
    if not isinstance(platform, GuestPlatform):
        raise TypeError(f"{part.device} has no logins of guests")
    return platform


def _running(change: Change) -> None:
    if change.phase is not Phase.ACTIVE:
        raise Refused(
            Text(f"{change.id} {PHASES[change.phase].id}, bukan berjalan", f"{change.id} is {PHASES[change.phase].en}, not running"),
            Text("voucher ada di perangkat selama kegiatan berjalan", "vouchers are on devices while the event runs"),
        )  # fmt: skip
