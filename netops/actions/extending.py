"""A running event goes on for longer: within what was approved, or with a signed extension. Never an unsigned one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from netops.actions.common import change_of, recorded_refusal, running_plan
from netops.actions.deciding import Matter
from netops.actions.lasting import (
    approved_until,
    closes_at,
    emergency_matter,
    ends_at,
    extension_approved,
    extension_matter,
)
from netops.actions.living import alone, instead, plain, require
from netops.actions.mailing import tell
from netops.actions.making import PLANNING_SECONDS
from netops.actions.scene import where_of
from netops.app import App
from netops.changes.ending import arm_later
from netops.changes.lifecycle import Phase, fold, fold_all, held, promised
from netops.changes.tools import Held, hold
from netops.core.canonical import dump, load, parse_json
from netops.core.errors import InputError, NeedsPerson, OutOfBounds, Refused
from netops.core.model import DevicePlan, Fence, GuardHandle, Target
from netops.core.text import Text
from netops.filing import Filed, look, record
from netops.planning.commitments import adopted, require_share
from netops.planning.longer import lengthened
from netops.requests.common import ZONES, Zone, say_time
from netops.requests.further import Emergency, Extension, body
from netops.requests.moments import read_moment


class Extended(Struct, frozen=True, kw_only=True):
    """`until` in UTC; `signed`: beyond the first approval, by an extension of its own."""

    change: str
    until: datetime
    zone: Zone
    signed: bool


def document(app: App, filed: Filed, until: str) -> Extension:
    """The extension that a head signs. Raises `InputError` for a moment that is none, past, or no later end; `Refused`."""
    change = change_of(app, filed)
    require(change, "change.extended")
    now_ends, zone = ends_at(app, filed, change), filed.request.zone
    if now_ends is None:
        raise Refused(
            Text(f"{filed.change} tetap, tidak ada waktu selesai", f"{filed.change} is lasting, it has no end"),
            Text("tidak perlu diperpanjang", "it needs no extension"),
        )
    wanted = read_moment(until, zone, "--until")
    if wanted <= app.clock.now():
        raise InputError(
            Text(f"{say_time(wanted, zone, 'id')} sudah lewat", f"{say_time(wanted, zone, 'en')} is past"),
            Text("sebut waktu selesai yang baru", "name the new end"),
            field="--until",
        )
    if wanted <= now_ends:
        raise InputError(
            Text(
                f"tidak sesudah waktu selesai sekarang ({say_time(now_ends, zone, 'id')})",
                f"not after the present end ({say_time(now_ends, zone, 'en')})",
            ),
            Text(
                f"mengakhiri lebih awal: `netops end {filed.change} --early`",
                f"to end sooner: `netops end {filed.change} --early`",
            ),
            field="--until",
        )
    return Extension(change=filed.change, request=filed.digest, until=wanted)


def extend(app: App, ref: str, until: str, reason: str = "") -> Extended:
    """Move the end of a running event, check what is reserved in the added time, and let devices close later.

    Raises `OutOfBounds` beyond what is signed for, `NoCapacity` where another change holds what it uses, `NeedsPerson`
    where a device could not be told (the extension stands, but that device closes at the old time): the same call again
    tries that device again, and records nothing new.
    """
    says = plain(reason, "--reason") if reason else ""
    filed = look(app, ref)
    if done := _recorded(app, filed, until):
        _tell_devices(app, filed)
        return done
    with recorded_refusal(app, filed.change), alone(app, filed.change) as fences, _planning(app, filed) as planner:
        wanted = document(app, filed, until)
        signed = _signed(app, filed, wanted)
        change = change_of(app, filed)
        log, now = tuple(app.journal.read()), app.clock.now()
        changes = fold_all(log)
        taken = {one.id: held((one,), now) for one in changes.values()}
        site = app.sites.site(where_of(app, filed).site)
        for one in change.commitments:
            others = (*adopted(log), *promised(changes.values(), now, but=filed.change))
            require_share(site, replace(one, until=wanted.until), others)
        longer = lengthened(change.reservations, wanted.until, site, taken, filed.change)
        record(
            app,
            "change.extended",
            filed.change,
            (*fences, planner),
            until=wanted.until.isoformat(),
            extension=app.objects.put(body(wanted)) if signed else "",
            reason=says,
            reservations=dump(longer),
        )
    zone = filed.request.zone
    tell(app, filed, "extended", ends=say_time(wanted.until, zone, app.lang))
    _tell_devices(app, filed)
    return Extended(change=filed.change, until=wanted.until, zone=zone, signed=signed)


def _recorded(app: App, filed: Filed, until: str) -> Extended | None:
    """The extension to this very end, where it is what holds now."""
    change, zone = change_of(app, filed), filed.request.zone
    ends = change.extended_until
    if change.phase is not Phase.ACTIVE or ends is None or ends <= app.clock.now():
        return None
    if read_moment(until, zone, "--until") != ends:
        return None
    last = [one.event for one in app.journal.read(filed.change) if one.event.kind == "change.extended"][-1]
    return Extended(change=filed.change, until=ends, zone=zone, signed=bool(last.data["extension"]))


def _signed(app: App, filed: Filed, wanted: Extension) -> bool:
    """False within the first approval and its tolerance; True where the head signed this very extension."""
    most = approved_until(app, filed)
    if most is not None and wanted.until <= most:
        return False
    if extension_approved(app, filed, wanted, app.clock.now()):
        return True
    zone = filed.request.zone
    up_to = Text(say_time(most, zone, "id"), say_time(most, zone, "en")) if most else Text("-", "-")
    asked = f"{wanted.until.astimezone(ZONES[zone]):%Y-%m-%d %H:%M} {zone}"
    role = app.policy.service(filed.request.service).chain[0]
    command = f'netops approve {filed.change} --as {role} --key {{}} --extension-until "{asked}"'
    raise OutOfBounds(
        Text(
            f"melampaui yang disetujui (sampai {up_to.id})",
            f"beyond what was approved (until {up_to.en})",
        ),
        Text(
            f"minta persetujuan: `{command.format('KUNCI')}`, lalu ulangi `netops extend`",
            f"have it approved: `{command.format('KEY')}`, then repeat `netops extend`",
        ),
    )


@contextmanager
def _planning(app: App, filed: Filed) -> Iterator[Fence]:
    """No planner promises the added time to somebody else meanwhile."""
    lease = app.journal.acquire(f"planning:{where_of(app, filed).site}", app.holder, PLANNING_SECONDS)
    try:
        yield lease.fence
    finally:
        app.journal.release(lease)


def _tell_devices(app: App, filed: Filed) -> None:
    """Devices that close access by themselves are told the later time. Raises `NeedsPerson` naming those that were not."""
    closing = closes_at(app, filed)
    made = running_plan(app, change_of(app, filed))
    parts = {part.device: part for part in made.devices}
    if closing is None or not parts:
        return
    with hold(app.tools, filed.change, list(parts)) as held_:
        change = fold(filed.change, app.journal.read(filed.change))
        if change.phase is not Phase.ACTIVE:
            raise Refused(
                Text(
                    f"{filed.change} diakhiri sesudah diperpanjang (status {change.phase}); tidak ada yang ditunda",
                    f"{filed.change} was ended after it was extended (it is {change.phase}); nothing is put off",
                ),
                instead(change),
            )
        sooner = [
            name
            for name in parts
            if name not in change.lost  # it runs without the change: there is nothing to close
            and (guard := change.device(name).end_guard) is not None
            # Announced and not seen armed: nobody knows which time it has.
            and (guard.fires_at < closing or not change.device(name).end_armed)
        ]
        if not sooner:
            return
        timers = {name: timer for name in sooner if (timer := change.device(name).end_guard) is not None}
        outcomes = app.tools.fleet.run(
            sooner, lambda target: _rearm(held_, parts[target.name], target, closing, timers[target.name])
        )
    failed = {name: error for name, error in outcomes.items() if isinstance(error, Exception)}
    if failed:
        names = ", ".join(sorted(failed))
        listed = "; ".join(str(error) for error in failed.values())
        raise NeedsPerson(
            Text(
                f"diperpanjang, tetapi {names} masih menutup akses pada waktu lama: {listed}",
                f"extended, but {names} still closes access at the old time: {listed}",
            ),
            Text(
                f"jalankan `netops extend {filed.change}` yang sama lagi; penjadwalnya di perangkat berakhiran .end",
                f"run the same `netops extend {filed.change}` again; its scheduler's name on the device ends in .end",
            ),
        )


def _rearm(held_: Held, part: DevicePlan, target: Target, closing: datetime, timer: GuardHandle) -> None:
    with held_.tools.open(target.name) as driver:
        arm_later(held_, driver, part, closing, timer)


def extension_to_sign(app: App, filed: Filed, until: str) -> Extension:
    """The extension that an approver is asked for; it goes to the object store."""
    wanted = document(app, filed, until)
    app.objects.put(body(wanted))
    return wanted


def to_sign(app: App, filed: Filed, until: str, emergency: bool) -> tuple[Matter | None, Text | None]:
    """What a decision is about beside the request (None: the request itself), and that in words for who signs.

    Raises `InputError` for both at once, `Refused` where there is nothing of the kind.
    """
    if until and emergency:
        raise InputError(Text("pilih salah satu", "choose one of them"), field="--extension-until, --emergency")
    zone = filed.request.zone
    if until:
        wanted = extension_to_sign(app, filed, until)
        return extension_matter(wanted), Text(
            f"PERPANJANGAN sampai {say_time(wanted.until, zone, 'id')}",
            f"EXTENSION until {say_time(wanted.until, zone, 'en')}",
        )
    if not emergency:
        return None, None
    change = change_of(app, filed)
    if not change.emergency:
        raise Refused(
            Text(f"{filed.change} tidak dinyatakan darurat", f"{filed.change} is not declared an emergency"),
            Text(
                f"nyatakan dengan `netops emergency {filed.change} --reason …`",
                f"declare it by `netops emergency {filed.change} --reason …`",
            ),
        )
    said = load(Emergency, parse_json(app.objects.get(change.emergency)))
    return emergency_matter(app, filed, change.emergency), Text(
        f"DARURAT, surat menyusul: {said.reason}", f"EMERGENCY, papers to follow: {said.reason}"
    )
