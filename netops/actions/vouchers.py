"""Vouchers of an event: print once, list, revoke, reconcile. Codes go to a paper or a device, never to the log or a screen.

Refuses to print twice without a reason; what is printed is recorded before the file is written.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from netops.actions.common import change_of, running_plan
from netops.actions.lasting import closes_at
from netops.actions.privacy import write_private
from netops.app import App
from netops.changes import guests
from netops.changes.lifecycle import OPEN, Change, Phase
from netops.core.errors import Failed, InputError, OutsideWindow, Refused
from netops.core.model import GuardState, Needs, Plan
from netops.core.text import Lang, Text
from netops.filing import Filed, look, record
from netops.planning.codes import batch_comment, codes_of, numbers_of, short_name, user_name
from netops.requests.common import ZONES

if TYPE_CHECKING:
    from netops.papers.vouchers import Form, Slip, VoucherFacts

PRINTING_SECONDS = 60.0


class VoucherLine(Struct, frozen=True, kw_only=True):
    """One voucher by its number; never its code. `state`: `made`, `revoked`, or `none` before there is a batch."""

    number: str
    state: str
    printed: int


class Batch(Struct, frozen=True, kw_only=True):
    """What is known of an event's vouchers. `bits` of entropy of each code, 0 where they were made elsewhere."""

    change: str
    access: str
    comment: str
    count: int
    bits: float
    made: bool
    lines: tuple[VoucherLine, ...]


class Printed(Struct, frozen=True, kw_only=True):
    path: Path
    count: int
    seal: str


class UsedVoucher(Struct, frozen=True, kw_only=True):
    """What one voucher used: octets sent and got by its devices, seconds logged in."""

    number: str
    up: int
    down: int
    seconds: int


class Reconciled(Struct, frozen=True, kw_only=True):
    """One device: vouchers by number, what is foreign and edited in the device's words, and what it did by itself."""

    device: str
    present: int
    missing: tuple[str, ...]
    edited: tuple[str, ...]
    off: tuple[str, ...]
    foreign: tuple[str, ...]
    revoked_there: int
    online: int
    saved: int
    serving: bool
    end: str
    closed_by_itself: bool
    mended: int
    used: tuple[UsedVoucher, ...] = ()

    @property
    def clean(self) -> bool:
        good = self.serving and self.end in ("", GuardState.ARMED.value)
        return good and not (self.missing or self.edited or self.off or self.foreign or self.revoked_there)


def needs_of(app: App, change: Change) -> Needs:
    """Raises `Refused` where there is no plan of an event yet."""
    plan = change.running_plan or change.plan
    needs = app.tools.plan(plan).needs if plan else None
    if not isinstance(needs, Needs):
        raise Refused(
            Text(f"{change.id} tidak memiliki voucher", f"{change.id} has no vouchers"),
            Text(f"jalankan `netops plan {change.id}` lebih dahulu", f"run `netops plan {change.id}` first"),
        )
    return needs


def listing(app: App, ref: str) -> Batch:
    """Numbers and states of an event's vouchers."""
    from netops.vault import entropy

    filed = look(app, ref)
    needs = needs_of(app, change_of(app, filed))
    made = app.vault.exists(filed.change)
    gone, printed = revoked(app, filed.change), _printed(app, filed.change)
    state = "made" if made else "none"
    return Batch(
        change=filed.change,
        access=needs.access,
        comment=comment_of(filed, needs),
        count=codes_of(needs),
        bits=0.0 if _imported(app, filed.change) else round(entropy(), 1),
        made=made,
        lines=tuple(
            VoucherLine(number=number, state="revoked" if number in gone else state, printed=printed.get(number, 0))
            for number in numbers_of(codes_of(needs))
        ),
    )


def comment_of(filed: Filed, needs: Needs) -> str:
    event = getattr(filed.request, "event", None)
    return batch_comment(filed.change, needs.access, filed.request.starts_at, getattr(event, "name", ""))


def revoked(app: App, change: str) -> frozenset[str]:
    """Numbers that were revoked, or were about to be."""
    events = (one.event for one in app.journal.read(change) if one.event.kind == "vouchers.revoking")
    return frozenset(number for event in events for number in event.data["numbers"])


def revoked_names(app: App, plan: Plan) -> frozenset[str]:
    """The logins of the plan that were revoked, as states name them."""
    gone = revoked(app, plan.change)
    if not gone or not isinstance(plan.needs, Needs):
        return frozenset()
    return frozenset(user_name(plan.change, number, plan.needs.access) for number in gone)


def _printed(app: App, change: str) -> dict[str, int]:
    count: dict[str, int] = {}
    for one in app.journal.read(change):
        if one.event.kind == "vouchers.printed":
            for number in _spread(one.event.data["numbers"]):
                count[number] = count.get(number, 0) + 1
    return count


def _imported(app: App, change: str) -> bool:
    return any(one.event.kind == "vouchers.imported" for one in app.journal.read(change))


def ensure(app: App, made: Plan, phase: Phase) -> None:
    """The batch of a plan that is about to be applied: made now, unless it is there. Codes that are names avoid the device's.

    Raises `Refused` where a code that was brought in is on a device already.
    """
    if not isinstance(made.needs, Needs) or phase is Phase.ENDED:
        return
    there, count = app.vault.exists(made.change), codes_of(made.needs)
    if there and phase not in OPEN and len(app.vault.codes(made.change)) != count and not _printed(app, made.change):
        # Left by an execution that was restored, before the needs were edited: nobody has seen these codes.
        app.vault.destroy(made.change)
        there = False
    named = made.needs.access != "up" and phase not in OPEN
    taken = logins(app, made) if named else {}
    app.vault.create(made.change, count, frozenset().union(*taken.values()) if taken else ())
    if named and there:
        refuse_taken(taken, {n: code.reveal() for n, code in app.vault.codes(made.change).items()})


def logins(app: App, made: Plan) -> dict[str, frozenset[str]]:
    """Every login that the plan's devices have now, by device."""
    from netops.changes.tools import side_by_side

    tools, parts = app.tools, guests.parts_of(made, app.tools)

    def names(name: str) -> frozenset[str]:
        platform = guests.guests_of(tools, parts[name])
        with tools.open(name) as driver:
            return frozenset(platform.logins(driver.observe(parts[name].scope)))

    return side_by_side(tools, list(parts), names)


def refuse_taken(taken: dict[str, frozenset[str]], codes: dict[str, str]) -> None:
    """Raises `Refused` naming the device and the numbers (never the codes) that it has already."""
    for device, names in sorted(taken.items()):
        same = [number for number, code in codes.items() if code in names]
        if same:
            raise Refused(
                Text(
                    f"{device} sudah memiliki kode nomor {', '.join(same[:10])} ({len(same)} kode)",
                    f"{device} has the code of number {', '.join(same[:10])} already ({len(same)} codes)",
                ),
                Text(
                    "hapus pengguna lama itu di router, atau ganti kodenya di berkas impor",
                    "remove that old user on the router, or change the code in the imported file",
                ),
            )


def print_sheet(
    app: App, ref: str, *, form: "Form", lang: Lang, out: Path, reprint: str = "", reason: str = ""
) -> Printed:
    """Write the sheet (0600), recorded before. A second print, and each reprint of single slips, needs a reason."""
    from netops.papers.pdf import render_vouchers
    from netops.papers.vouchers import Slip

    filed = look(app, ref)
    needs = needs_of(app, change_of(app, filed))
    lease = app.journal.acquire(f"vouchers:{filed.change}", app.holder, PRINTING_SECONDS)
    try:
        before, gone = _printed(app, filed.change), revoked(app, filed.change)
        if (before or reprint) and not reason.strip():
            raise _needs_reason(filed, reprint)
        codes = app.vault.codes(filed.change)
        wanted = pick(reprint, codes) if reprint else tuple(number for number in codes if number not in gone)
        if set(wanted) & gone or not wanted:
            listed = ", ".join(sorted(set(wanted) & gone))
            raise Refused(Text(f"nomor {listed or 'semua'} sudah dicabut", f"number {listed or 'all'} was revoked"))
        slips = tuple(
            Slip(
                number=number,
                user=user_name(filed.change, number, needs.access) if needs.access == "up" else "",
                code=codes[number].reveal(),
            )
            for number in wanted
        )
        facts = _facts(app, filed, needs, slips, whole=not reprint)
        document = render_vouchers(facts, lang, form)
        seal = app.vault.seal(document)
        record(
            app,
            "vouchers.printed",
            filed.change,
            (lease.fence,),
            count=len(slips),
            numbers=_ranges(wanted),
            form=form,
            lang=lang,
            file=out.name,
            paper=seal,
            again=bool(before),
            reason=reason,
        )
        write_private(out, document)
    finally:
        app.journal.release(lease)
    return Printed(path=out, count=len(slips), seal=seal)


def _needs_reason(filed: Filed, reprint: str) -> Refused:
    if reprint:
        return Refused(
            Text("cetak ulang memerlukan alasan", "printing a slip again needs a reason"),
            Text("tambahkan --reason ALASAN", "add --reason WHY"),
        )
    return Refused(
        Text(f"voucher {filed.change} sudah pernah dicetak", f"the vouchers of {filed.change} were printed before"),
        Text(
            "cetak ulang satu slip dengan --reprint NOMOR --reason ALASAN, atau seluruhnya dengan --reason ALASAN",
            "print one slip again with --reprint NUMBER --reason WHY, or all of them with --reason WHY",
        ),
    )


def _facts(app: App, filed: Filed, needs: Needs, slips: "tuple[Slip, ...]", *, whole: bool) -> "VoucherFacts":
    from netops.papers.vouchers import VoucherFacts
    from netops.requests.event_hotspot import EventHotspot

    request, site = filed.request, app.sites.site(needs.site)
    if not isinstance(request, EventHotspot):
        raise Refused(Text(f"{filed.change} bukan kegiatan", f"{filed.change} is no event"))
    change = change_of(app, filed)
    zone = ZONES[request.event.zone]
    shared = needs.access == "shared"
    return VoucherFacts(
        office=app.office,
        change=filed.change,
        batch=comment_of(filed, needs),
        event=request.event.name,
        ticket=request.ticket,
        place=app.sites.place(request.event.place).name,
        ssid=needs.ssid,
        login=f"{short_name(filed.change)}.{site.event.domain}",
        until=(change.extended_until or request.event.ends_at).astimezone(zone),
        devices=needs.devices_per_code * (needs.users if shared else 1),
        down=needs.client_down,
        up=needs.client_up,
        data_limit=needs.data_limit,
        time_limit=needs.time_limit,
        slips=slips,
        at=_made_at(app, change).astimezone(zone),
        whole=whole,
        lab=app.settings.lab,
    )


def _made_at(app: App, change: Change) -> datetime:
    """The plan's time, so that the same codes give the same bytes whenever they are printed."""
    return app.tools.plan(change.running_plan or change.plan).made_at


def pick(text: str, numbers: Iterable[str]) -> tuple[str, ...]:
    """`7`, `003,9-12` → numbers of the batch. Raises `InputError` for one that it does not have."""
    known = {int(number): number for number in numbers}
    found: dict[str, None] = {}
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()) or len(first + last) > 12:
            raise InputError(Text(f"{part!r} bukan nomor voucher", f"{part!r} is no number of a voucher"))
        low, high = int(first), int(last or first)
        if high < low:
            raise InputError(Text(f"{part!r} berakhir sebelum mulai", f"{part!r} ends before it begins"))
        # The first number behind the batch is looked at too, and told; not the millions behind that.
        for number in range(low, max(low, min(high, max(known, default=0) + 1)) + 1):
            if number not in known:
                raise InputError(
                    Text(f"tidak ada voucher nomor {number}", f"there is no voucher number {number}"),
                    Text(f"batch ini 1–{max(known, default=0)}", f"this batch is 1–{max(known, default=0)}"),
                )
            found[known[number]] = None
    return tuple(found)


def _ranges(numbers: Collection[str]) -> str:
    """`001-040,043`: short enough for an event however many there are."""
    out: list[list[str]] = []
    for number in sorted(numbers):
        if out and int(number) == int(out[-1][1]) + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return ",".join(first if first == last else f"{first}-{last}" for first, last in out)


def _spread(text: str) -> list[str]:
    found: list[str] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += [f"{number:0{len(first)}d}" for number in range(int(first), int(last or first) + 1)]
    return found


def revoke(app: App, ref: str, numbers: str, *, reason: str) -> tuple[str, ...]:
    """Take vouchers away from the devices (`all`, or numbers); returns which. Raises `Refused` where nothing runs."""
    filed = look(app, ref)
    if not reason.strip():
        raise InputError(Text("sebut alasannya dengan --reason", "say why with --reason"))
    plan = running_plan(app, _running(app, filed))
    every = _by_number(app, plan)
    chosen = tuple(every) if numbers == "all" else pick(numbers, every)
    guests.revoke(plan, app.tools, chosen, [every[number] for number in chosen], reason)
    return chosen


def reconcile(app: App, ref: str, *, fix: bool = False) -> tuple[Reconciled, ...]:
    """What each device has beside the plan, after a power cut say; with `fix` ours is brought back, what was revoked goes.

    Raises `OutsideWindow` for `fix` once the event is over: its devices closed by themselves, and only wait for their end.
    """
    filed = look(app, ref)
    plan = running_plan(app, _running(app, filed))
    every = _by_number(app, plan)
    number_of = {name: number for number, name in every.items()}
    gone = [every[number] for number in sorted(revoked(app, filed.change)) if number in every]
    closing = closes_at(app, filed) if fix else None
    if closing is not None and app.clock.now() >= closing:
        raise OutsideWindow(
            Text(
                f"waktu {filed.change} sudah lewat; tidak ada yang dibuka lagi",
                f"the time of {filed.change} is over; nothing is opened again",
            ),
            Text(f"akhiri dengan `netops end {filed.change}`", f"end it by `netops end {filed.change}`"),
        )
    found = guests.reconcile(plan, app.tools, gone, fix=fix, closes_at=closing)
    return tuple(_reconciled(name, one, number_of, gone) for name, one in sorted(found.items()))


def _reconciled(device: str, one: guests.Found, number_of: dict[str, str], gone: Collection[str]) -> Reconciled:
    seen = one.accounts
    return Reconciled(
        device=device,
        present=len(set(seen.present) - set(gone)),
        missing=tuple(sorted(number_of[name] for name in seen.missing if name not in gone)),
        edited=seen.edited,
        off=tuple(sorted(number_of[name] for name in seen.off)),
        foreign=seen.foreign,
        revoked_there=len(one.back),
        online=sum(seen.online.values()),
        saved=sum(seen.saved.values()),
        serving=seen.serving,
        end=one.end.value if one.end else "",
        closed_by_itself=one.end is GuardState.FIRED,
        mended=one.mended,
        used=tuple(
            UsedVoucher(number=number_of[name], up=it.up, down=it.down, seconds=it.seconds)
            for name, it in sorted(seen.used.items(), key=lambda each: number_of[each[0]])
        ),
    )


def _running(app: App, filed: Filed) -> Change:
    change = change_of(app, filed)
    if not change.running_plan:
        raise Refused(Text(f"{filed.change} belum pernah dijalankan", f"{filed.change} was never applied"))
    return change


def _by_number(app: App, plan: Plan) -> dict[str, str]:
    names = guests.names_of(plan, app.tools)
    if not names:
        raise Failed(Text(f"{plan.change} tidak memiliki voucher", f"{plan.change} has no vouchers"))
    return dict(zip(numbers_of(len(names)), names, strict=True))
