"""Carry a decided request out, resume, restore or end it. Refuses what is not approved, not now, or not this plan."""

from collections.abc import Callable
from datetime import datetime, timedelta

from netops.actions import vouchers
from netops.actions.common import change_of, recorded_refusal, running_plan
from netops.actions.lasting import closes_at, ends_at, over_at, verdict
from netops.actions.living import instead, refuse_stopped
from netops.actions.mailing import tell
from netops.actions.making import within_policy
from netops.actions.settling import refuse_quarantined
from netops.actions.steps import wait_for_people
from netops.app import App
from netops.changes import execute as execution
from netops.changes import revert, teardown
from netops.changes.lifecycle import LIFE, OPEN, Change, Phase, fold_all
from netops.changes.tools import hold
from netops.changes.words import PHASES
from netops.core.errors import NeedsPerson, OutsideWindow, Refused, Restored, StalePlan
from netops.core.model import LinkNeeds, Needs, Plan
from netops.core.text import Text
from netops.filing import Filed, find, look, record
from netops.planning.playbook import Playbook
from netops.requests.common import say_time


def apply(app: App, ref: str, *, accept_no_guard: bool = False) -> execution.Outcome:
    """Carry out the latest recorded plan of an approved request. Raises `Refused`s (recorded), `Restored`, `NeedsPerson`."""
    filed = find(app, ref)
    with recorded_refusal(app, filed.change):
        gate = _gate(app, filed)
        gate(app.clock.now())
        made, digest = _latest_plan(app, filed)
        _bound(made, filed)
        _refuse_waiting(change_of(app, filed))
        if change_of(app, filed).phase not in OPEN:
            wait_for_people(change_of(app, filed))
        vouchers.ensure(app, made, change_of(app, filed).phase)
        order = execution.Order(
            plan=made,
            gate=gate,
            accept_no_guard=accept_no_guard,
            digest=digest,
            closes_at=closes_at(app, filed),
            revoked=vouchers.revoked_names(app, made),
        )
        outcome = execution.execute(order, app.tools)
    return _done(app, filed, made, outcome)


def _done(app: App, filed: Filed, made: Plan, outcome: execution.Outcome) -> execution.Outcome:
    if outcome is not execution.Outcome.PARTLY:
        _replace(app, filed, made)
    _tell(app, filed, made, outcome)
    return _whole(app, filed, outcome)


def _replace(app: App, filed: Filed, made: Plan) -> None:
    """A lasting rate takes the place of the one that was in force on the same limit: that one is over, by this one."""
    if filed.request.ends_at is not None or not isinstance(made.needs, LinkNeeds):
        return
    for change in fold_all(app.journal.read()).values():
        mine = change.id == filed.change or change.phase is not Phase.ACTIVE or not change.lasting
        if not mine and any(one.allocation == made.needs.allocation for one in change.commitments):
            record(app, "change.replaced", change.id, by=filed.change)


def _whole(app: App, filed: Filed, outcome: execution.Outcome) -> execution.Outcome:
    """Raises `NeedsPerson` where the change runs without devices that failed: somebody has to look at those."""
    if outcome is execution.Outcome.PARTLY:
        lost = ", ".join(change_of(app, filed).lost)
        raise NeedsPerson(
            Text(
                f"dijalankan dan terbukti, kecuali {lost}: gagal dan dipulihkan, dalam batas kegagalan playbook",
                f"applied and verified, but for {lost}: failed and restored, within the playbook's failure budget",
            ),
            Text(
                f"lihat `netops show {filed.change}`; periksa perangkat itu",
                f"see `netops show {filed.change}`; look at that device",
            ),
        )
    return outcome


def _tell(app: App, filed: Filed, made: Plan, outcome: execution.Outcome) -> None:
    """The requester hears that it is ready, once."""
    if outcome is not execution.Outcome.NOTHING and isinstance(made.needs, Needs | LinkNeeds):
        tell(app, filed, "ready")


def resume(app: App, ref: str) -> execution.Outcome | teardown.Ended:
    """Finish or restore what a dead worker left; an interrupted end is ended, and says what `end` says."""
    filed = look(app, ref)
    change = change_of(app, filed)
    if change.phase is Phase.ENDING:
        return _end(app, filed, change, "resumed")
    if change.phase not in OPEN:
        with recorded_refusal(app, filed.change):
            raise _nothing_interrupted(change)
    with recorded_refusal(app, filed.change):
        _refuse_waiting(change)
    if change.phase is not Phase.APPLYING:
        return execution.Outcome.NOTHING
    made = running_plan(app, change)
    _bound(made, filed)
    # Whoever resumes accepts no more than who started.
    order = execution.Order(
        plan=made,
        gate=_gate(app, filed),
        accept_no_guard=change.accepted_no_guard,
        closes_at=closes_at(app, filed),
    )
    return _done(app, filed, made, execution.resume(order, app.tools))


def _refuse_waiting(change: Change) -> None:
    """Raises `NeedsPerson` for a change with a device in quarantine: it goes back or is ended, and is not gone on with."""
    stuck = sorted(name for name, progress in change.devices.items() if progress.quarantine)
    if change.phase is Phase.QUARANTINED:
        raise NeedsPerson(
            Text(
                f"{change.id}: {', '.join(stuck)} menunggu petugas; perubahan ini tidak diteruskan",
                f"{change.id}: {', '.join(stuck)} waits for a person; this change is not gone on with",
            ),
            Text(
                f"lihat `netops show {change.id}`, lalu `netops revert {change.id}` atau `netops end {change.id} --early`",
                f"see `netops show {change.id}`, then `netops revert {change.id}` or `netops end {change.id} --early`",
            ),
        )


def _nothing_interrupted(change: Change) -> Refused:
    ways = {
        Phase.NEW: "plan",
        Phase.PLANNED: "approve",
        Phase.APPROVED: "apply",
        Phase.RESTORED: "plan",
    }
    way = f"netops {ways.get(change.phase, 'show')} {change.id}"
    return Refused(
        Text(
            f"{change.id} {PHASES[change.phase].id}; tidak ada pelaksanaan yang terputus",
            f"{change.id} is {PHASES[change.phase].en}; no execution of it was interrupted",
        ),
        Text(f"jalankan `{way}`", f"run `{way}`"),
    )


def take_back(app: App, ref: str) -> None:
    """Restore every device of a change. Raises `NeedsPerson` where one cannot be."""
    filed = look(app, ref)
    made = running_plan(app, _to_restore(app, filed))
    with hold(app.tools, made.change, [part.device for part in made.devices]) as leases:
        _to_restore(app, filed)  # it may have ended before we held it; what it held may be somebody else's by now
        outcome = revert.revert(leases, made)
    if not isinstance(outcome, Restored):
        raise outcome


def _to_restore(app: App, filed: Filed) -> Change:
    change = change_of(app, filed)
    if change.phase not in OPEN:
        raise Refused(
            Text(
                f"{filed.change} {PHASES[change.phase].id}; tidak ada yang dipulihkan",
                f"{filed.change} is {PHASES[change.phase].en}; there is nothing to restore",
            ),
            Text(f"lihat `netops show {filed.change}`", f"see `netops show {filed.change}`"),
        )
    return change


def end(app: App, ref: str, *, early: bool = False) -> teardown.Ended:
    """Take the event down. Before its time only when that is asked for."""
    filed = look(app, ref)
    with recorded_refusal(app, filed.change):
        change = change_of(app, filed)
        if change.superseded_by and change.phase is Phase.ENDED:
            raise Refused(
                Text(
                    f"{filed.change} sudah digantikan oleh {change.superseded_by}, yang sekarang berlaku",
                    f"{filed.change} was replaced by {change.superseded_by}, which is in force now",
                ),
                Text(f"lihat `netops show {change.superseded_by}`", f"see `netops show {change.superseded_by}`"),
            )
        if change.phase not in OPEN and change.phase is not Phase.ENDED:
            raise Refused(
                Text(
                    f"{filed.change} {PHASES[change.phase].id}; tidak ada yang diakhiri",
                    f"{filed.change} is {PHASES[change.phase].en}; there is nothing to end",
                ),
                Text(f"batalkan dengan `netops cancel {filed.change}`", f"cancel it by `netops cancel {filed.change}`")
                if change.phase in LIFE["request.cancelled"]
                else instead(change),
            )
        ends, now = over_at(app, filed, change), app.clock.now()
        before = ends is None or now < ends
        if before and not early and change.phase not in (Phase.ENDING, Phase.ENDED):
            raise _not_yet(filed, ends)
        return _end(app, filed, change, "early" if before else "due")


def _end(app: App, filed: Filed, change: Change, reason: str) -> teardown.Ended:
    made = running_plan(app, change)

    def gate() -> None:
        now_ends = over_at(app, filed, change_of(app, filed))  # somebody may have extended it meanwhile
        if reason == "due" and (now_ends is None or app.clock.now() < now_ends):
            raise _not_yet(filed, now_ends)

    ended = teardown.end(made, app.tools, reason, gate)
    app.vault.destroy(filed.change)
    if change.phase is not Phase.ENDED and isinstance(made.needs, Needs | LinkNeeds):
        tell(app, filed, "ended")
    return ended


def _not_yet(filed: Filed, ends: datetime | None) -> OutsideWindow:
    zone = filed.request.zone
    hint = Text("pakai --early untuk mengakhirinya sekarang", "use --early to end it now")
    if ends is None:
        return OutsideWindow(
            Text("perubahan ini tetap: tidak ada waktu selesai", "this change is lasting: no end"), hint
        )
    return OutsideWindow(
        Text(f"baru berakhir {say_time(ends, zone, 'id')}", f"it ends only on {say_time(ends, zone, 'en')}"), hint
    )


def _gate(app: App, filed: Filed) -> Callable[[datetime], None]:
    playbook = app.playbook(filed.request.service)

    def gate(now: datetime) -> None:
        refuse_stopped(change_of(app, filed))
        verdict(app, filed, now)
        # The policy may have been narrowed since the plan was made.
        within_policy(app, filed)
        _inside_window(app, filed, playbook, now)
        _refuse_quarantined(app, filed)

    return gate


def _refuse_quarantined(app: App, filed: Filed) -> None:
    change = change_of(app, filed)
    plan = change.running_plan or change.plan
    refuse_quarantined(app, filed.change, {part.device for part in app.tools.plan(plan).devices} if plan else ())


def _inside_window(app: App, filed: Filed, playbook: Playbook, now: datetime) -> None:
    request, ends = filed.request, ends_at(app, filed)
    opens = request.starts_at - timedelta(seconds=playbook.setup)
    if now < opens:
        raise OutsideWindow(
            Text(
                f"{filed.change} belum waktunya: persiapan dibuka {say_time(opens, request.zone, 'id')}",
                f"too early for {filed.change}: setting up opens on {say_time(opens, request.zone, 'en')}",
            ),
            Text(
                f"jalankan `netops apply {filed.change}` pada waktu itu, atau biarkan `netops serve`",
                f"run `netops apply {filed.change}` then, or leave it to `netops serve`",
            ),
        )
    if ends is not None and now >= ends:
        raise OutsideWindow(
            Text(
                f"waktu {filed.change} sudah berakhir {say_time(ends, request.zone, 'id')}",
                f"the time of {filed.change} ended on {say_time(ends, request.zone, 'en')}",
            ),
            Text("ajukan permohonan baru", "file a new request"),
        )


def _latest_plan(app: App, filed: Filed) -> tuple[Plan, str]:
    """The plan with its digest. Raises `StalePlan` where there is none that may be started."""
    change = change_of(app, filed)
    hint = Text(f"jalankan `netops plan {filed.change}`", f"run `netops plan {filed.change}`")
    if not change.plan:
        raise StalePlan(Text("belum ada rencana", "there is no plan yet"), hint)
    if change.outdated and change.phase not in OPEN:
        raise StalePlan(
            Text(
                "kebutuhan teknis diubah sesudah rencana ini disusun",
                "the technical needs were edited after this plan was made",
            ),
            hint,
        )
    made = app.tools.plan(change.plan)
    # What already runs may be compared again at any time; what is new must be planned freshly.
    if change.phase not in OPEN and app.clock.now() >= made.expires_at:
        zone = filed.request.zone
        raise StalePlan(
            Text(
                f"rencana kedaluwarsa {say_time(made.expires_at, zone, 'id')}",
                f"the plan expired on {say_time(made.expires_at, zone, 'en')}",
            ),
            hint,
        )
    return made, change.plan


def _bound(made: Plan, filed: Filed) -> None:
    """Raises `Refused` for a plan that was not made for exactly the request that was approved."""
    if (made.request, made.change) != (filed.digest, filed.change):
        raise Refused(
            Text(
                f"rencana itu untuk permohonan lain ({made.request})",
                f"the plan was made for another request ({made.request})",
            ),
            Text(f"jalankan `netops plan {filed.change}`", f"run `netops plan {filed.change}`"),
        )
