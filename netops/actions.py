"""The use cases, each joining several parts: file, plan, decide, apply, resume, revert, end, report. Adds no rule of its own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from netops.app import App
from netops.changes import execute as execution
from netops.changes import prepare, revert, teardown
from netops.changes.lifecycle import OPEN, Change, Phase, fold, fold_all, held
from netops.changes.tools import hold
from netops.core.canonical import dump
from netops.core.errors import InputError, Locked, LockedKey, NetopsError, OutsideWindow, Refused, Restored, StalePlan
from netops.core.model import Fence, Finding, Plan, Reservation, Severity, Tag
from netops.core.secret import Secret
from netops.core.text import Lang, Text
from netops.filing import Filed, find, look, record
from netops.planning import plan as planning
from netops.planning import sizing
from netops.planning.playbook import Playbook
from netops.planning.render import Renderer, event_context
from netops.planning.targets import Chosen, choose
from netops.requests import approvals, sshsig
from netops.requests.approvals import Approval, Decision, Statement
from netops.requests.common import canonical_json, say_time
from netops.requests.policy import check_bounds, parse_policy
from netops.requests.signers import parse_signers

PLANNING_SECONDS = 60.0
"""How long a planner may hold a site: long enough to observe it, short enough to be waited for."""
DECIDING_SECONDS = 10.0
"""How long a decision may take to be judged and recorded."""


@contextmanager
def recorded_refusal(app: App, change: str) -> Iterator[None]:
    """A refusal is a fact too: it goes to the log, and on to the caller."""
    try:
        yield
    except Refused as refusal:
        record(app, "change.refused", change, reason=type(refusal).__name__, message=str(refusal))
        raise


# ── plan ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def plan(app: App, ref: str) -> Plan:
    """Observe, size, compare and record a plan with its reservation. Writes nothing to a device."""
    filed = find(app, ref)
    with recorded_refusal(app, filed.change):
        phase = _change(app, filed).phase
        if phase in OPEN or phase in (Phase.ENDED, Phase.REJECTED):
            raise Refused(
                Text(
                    f"{filed.change} berstatus {phase}; tidak direncanakan lagi",
                    f"{filed.change} is {phase}; it is not planned again",
                )
            )
        site = app.sites.site(app.sites.place(filed.request.event.place).site)
        lease = app.journal.acquire(f"planning:{site.key}", app.holder, PLANNING_SECONDS)
        try:
            made = _make_plan(app, filed)
            record(
                app,
                "plan.recorded",
                filed.change,
                (lease.fence,),  # a planner that took too long must not promise what another has promised since
                plan=app.tools.body(made),
                request=filed.digest,
                expires_at=made.expires_at.isoformat(),
                reservations=dump(made.reservations),
            )
        finally:
            app.journal.release(lease)
    return made


def _make_plan(app: App, filed: Filed) -> Plan:
    request, tools = filed.request, app.tools
    event, now = request.event, app.clock.now()
    _within_policy(app, filed)
    playbook, place = app.playbook(request.service), app.sites.place(event.place)
    site = app.sites.site(place.site)
    period = playbook.window(event.starts_at, event.ends_at)
    chosen = choose(playbook, place, list(app.fleet.targets.values()))
    used = prepare.used(tools, [one.target.name for one in chosen])
    needs = sizing.propose(request, site, period, _taken(app, now), used.vlans, used.subnets, change=filed.change)
    renderer = Renderer(app.settings.templates)
    by_name = {one.target.name: one for one in chosen}

    def rendered(name: str) -> tuple[str, Mapping[str, Any]]:
        one = by_name[name]
        context = event_context(needs, one.target, Tag(filed.change), site, one.ports)
        return renderer.render(one.part.templates, one.target.platform, context)

    devices = prepare.device_plans(tools, filed.change, _shares(chosen), rendered)
    return planning.build(request, playbook, site, needs, devices, now)


def _within_policy(app: App, filed: Filed) -> None:
    """Raises `OutOfBounds` for what the site's policy accepts from nobody."""
    event = filed.request.event
    check_bounds(
        app.policy,
        filed.request.service,
        participants=event.participants,
        bandwidth=max(event.bandwidth.up, event.bandwidth.down),
    )


def _shares(chosen: tuple[Chosen, ...]) -> dict[str, prepare.Share]:
    return {
        one.target.name: prepare.Share(
            order=one.part.order,
            guards=one.part.guards,
            guard_seconds=one.part.guard_seconds,
            checks=one.part.checks,
        )
        for one in chosen
    }


def _taken(app: App, now: datetime) -> dict[str, tuple[Reservation, ...]]:
    return {change.id: held((change,), now) for change in fold_all(app.journal.read()).values()}


def _change(app: App, filed: Filed) -> Change:
    return fold(filed.change, app.journal.read(filed.change))


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(
    app: App,
    filed: Filed,
    *,
    decision: str,
    role: str,
    approver: str,
    key: Path,
    reason: str = "",
    passphrase: Callable[[], Secret] | None = None,
) -> Approval:
    """Sign, judge and record a decision; tell the requester by mail when it is a rejection.

    Without `approver` it is the holder of the role to whom `allowed_signers` gives this key.

    Raises `NotApproved` (recorded too) where policy or allowed_signers say no, `InputError` for an unusable key.
    """
    said = statement(app, filed, decision, role, approver or _owner(app, role, key), reason)
    try:
        data, signature = approvals.sign_statement(said, key)
    except LockedKey:
        if passphrase is None:
            raise
        data, signature = approvals.sign_statement(said, key, passphrase())
    return receive(app, filed, data, signature)


def _owner(app: App, role: str, key: Path) -> str:
    """Whose key this is, among the holders of the role. Raises `InputError` where that is not one person."""
    public = sshsig.public_of(key) or sshsig.load_key(key).public
    listed = {name for entry in app.signers.entries if entry.key == public for name in entry.principals}
    owners = sorted(listed & set(app.policy.roles.get(role, ())))
    if len(owners) == 1:
        return owners[0]
    name = sshsig.fingerprint(public)
    raise InputError(
        Text(
            f"kunci {name} bukan milik tepat satu pemegang peran {role} ({', '.join(owners) or 'tidak ada'})",
            f"key {name} does not belong to exactly one holder of the role {role} ({', '.join(owners) or 'none'})",
        ),
        Text(
            "sebut penyetujunya dengan --signer; kunci terdaftar di inventory/allowed_signers, peran di inventory/policy.yaml",
            "name the approver with --signer; keys are listed in inventory/allowed_signers, roles in inventory/policy.yaml",
        ),
        path=key,
    )


def statement(app: App, filed: Filed, decision: str, role: str, approver: str, reason: str = "") -> Statement:
    """What is to be signed: valid from now until the event is over, linked to the decision before it."""
    so_far = decisions(app, filed)
    event = filed.request.event
    return Statement(
        request=filed.digest,
        decision=Decision(decision),
        role=role,
        approver=approver,
        reason=reason,
        not_before=app.clock.now(),
        not_after=app.playbook(filed.request.service).window(event.starts_at, event.ends_at)[1],
        previous=so_far[-1].statement if so_far else "",
    )


def receive(app: App, filed: Filed, signed: bytes, signature: str) -> Approval:
    """Judge and record a statement that was signed here or elsewhere (`ssh-keygen -Y sign`).

    One at a time: two that name the same predecessor would both be recorded, and break the chain for good.
    """
    lease = app.journal.acquire(f"approval:{filed.change}", app.holder, DECIDING_SECONDS)
    try:
        approval = _judged(app, filed, signed, signature, lease.fence)
    finally:
        app.journal.release(lease)
    if approval.decision is Decision.REJECT:
        _tell_requester(app, filed, approval)
    return approval


def _judged(app: App, filed: Filed, signed: bytes, signature: str, fence: Fence) -> Approval:
    bodies = {"statement": app.objects.put(signed), "signature": app.objects.put(signature.encode())}
    try:
        approval = approvals.receive(
            signed,
            signature,
            request_digest=filed.digest,
            requester=filed.request.requester.email,
            service=filed.request.service,
            policy=app.policy,
            signers=app.signers,
            previous=decisions(app, filed),
            at=app.clock.now(),
        )
    except Refused as refusal:
        record(app, "approval.refused", filed.change, reason=str(refusal), **bodies)
        raise
    app.objects.put((app.settings.inventory / "allowed_signers").read_bytes())
    app.objects.put((app.settings.inventory / "policy.yaml").read_bytes())
    record(app, "approval.received", filed.change, (fence,), **approvals.event_data(approval))
    return approval


def decisions(app: App, filed: Filed) -> tuple[Approval, ...]:
    """What was decided so far about this request, in order.

    Each signature is verified again, at its logged time of receipt, by the `allowed_signers` and policy of that time:
    a row in the log is not believed, only what somebody signed.
    """
    found: list[Approval] = []
    for recorded in app.journal.read(filed.change):
        data, at = recorded.event.data, recorded.event.at
        if recorded.event.kind == "approval.received" and data["request"] == filed.digest:
            signed = app.objects.get(data["statement"])
            again = approvals.receive(
                signed,
                app.objects.get(data["signature"]).decode(),
                request_digest=filed.digest,
                requester=filed.request.requester.email,
                service=filed.request.service,
                policy=parse_policy(app.objects.get(data["policy"])),
                signers=parse_signers(app.objects.get(data["signers"])),
                previous=found,
                at=at,
            )
            approvals.recall(data, signed, at)
            found.append(again)
    return tuple(found)


def _tell_requester(app: App, filed: Filed, approval: Approval) -> None:
    """A mail that fails is recorded and does not undo the decision."""
    from netops.notify.mail import MailSettings, rejection, send

    settings = app.settings
    if not settings.mail_host:
        return
    where = MailSettings(
        host=settings.mail_host, port=settings.mail_port, sender=settings.mail_sender, starttls=settings.mail_starttls
    )
    mail = rejection(canonical_json(filed.request), approval.reason, app.lang)
    try:
        send(mail, where, app.secrets, app.clock.now())
    except NetopsError as error:
        record(app, "mail.failed", filed.change, to=mail.to, subject=mail.subject, message=str(error))
    else:
        record(app, "mail.sent", filed.change, to=mail.to, subject=mail.subject)


# ── apply, resume, revert, end ───────────────────────────────────────────────────────────────────────────────────


def apply(app: App, ref: str, *, accept_no_guard: bool = False) -> execution.Outcome:
    """Carry out the latest recorded plan of an approved request. Raises `Refused`s (recorded), `Restored`, `NeedsPerson`."""
    filed = find(app, ref)
    with recorded_refusal(app, filed.change):
        gate = _gate(app, filed)
        gate(app.clock.now())
        made = _latest_plan(app, filed)
        _bound(made, filed)
        if _change(app, filed).phase is not Phase.ENDED:
            app.vault.create(made.change, made.needs.users)
        order = execution.Order(plan=made, gate=gate, accept_no_guard=accept_no_guard, digest=_change(app, filed).plan)
        return execution.execute(order, app.tools)


def resume(app: App, ref: str) -> execution.Outcome | teardown.Ended:
    """Finish or restore what a dead worker left; an interrupted end is ended, and says what `end` says."""
    filed = look(app, ref)
    change = _change(app, filed)
    if change.phase is Phase.ENDING:
        ended = teardown.end(_running_plan(app, change), app.tools, "resumed")
        app.vault.destroy(filed.change)
        return ended
    if change.phase is not Phase.APPLYING:
        return execution.Outcome.NOTHING
    made = _running_plan(app, change)
    _bound(made, filed)
    # Whoever resumes accepts no more than who started.
    order = execution.Order(plan=made, gate=_gate(app, filed), accept_no_guard=change.accepted_no_guard)
    return execution.resume(order, app.tools)


def take_back(app: App, ref: str) -> None:
    """Restore every device of a change. Raises `NeedsPerson` where one cannot be."""
    filed = look(app, ref)
    made = _running_plan(app, _to_restore(app, filed))
    with hold(app.tools, made.change, [part.device for part in made.devices]) as leases:
        _to_restore(app, filed)  # it may have ended before we held it; what it held may be somebody else's by now
        outcome = revert.revert(leases, made)
    if not isinstance(outcome, Restored):
        raise outcome


def _to_restore(app: App, filed: Filed) -> Change:
    change = _change(app, filed)
    if change.phase not in OPEN:
        raise Refused(
            Text(
                f"{filed.change} berstatus {change.phase}; tidak ada yang dipulihkan",
                f"{filed.change} is {change.phase}; there is nothing to restore",
            )
        )
    return change


def end(app: App, ref: str, *, early: bool = False) -> teardown.Ended:
    """Take the event down. Before its time only when that is asked for."""
    filed = look(app, ref)
    with recorded_refusal(app, filed.change):
        change = _change(app, filed)
        if change.phase not in OPEN and change.phase is not Phase.ENDED:
            raise Refused(
                Text(
                    f"{filed.change} berstatus {change.phase}; tidak ada yang diakhiri",
                    f"{filed.change} is {change.phase}; there is nothing to end",
                )
            )
        ends_at, now = filed.request.event.ends_at, app.clock.now()
        if now < ends_at and not early and change.phase is not Phase.ENDED:
            raise OutsideWindow(
                Text(
                    f"kegiatan baru berakhir {say_time(ends_at, filed.request.event.zone, 'id')}",
                    f"the event ends only on {say_time(ends_at, filed.request.event.zone, 'en')}",
                ),
                Text("pakai --early untuk mengakhirinya sekarang", "use --early to end it now"),
            )
        ended = teardown.end(_running_plan(app, change), app.tools, "early" if now < ends_at else "due")
    app.vault.destroy(filed.change)
    return ended


def _gate(app: App, filed: Filed) -> Callable[[datetime], None]:
    playbook = app.playbook(filed.request.service)

    def gate(now: datetime) -> None:
        approvals.judge(
            decisions(app, filed),
            policy=app.policy,
            service=filed.request.service,
            request_digest=filed.digest,
            now=now,
            plan=_change(app, filed).plan,
            executor=app.actor,
        )
        # The policy may have been narrowed since the plan was made.
        _within_policy(app, filed)
        _inside_window(filed, playbook, now)
        _refuse_quarantined(app, filed)

    return gate


def _refuse_quarantined(app: App, filed: Filed) -> None:
    """A device that another change left at neither end is a person's until that change is reverted or ended."""
    changes = fold_all(app.journal.read())
    plan = changes[filed.change].running_plan or changes[filed.change].plan
    ours = {part.device for part in app.tools.plan(plan).devices} if plan else set()
    for change in changes.values():
        stuck = sorted(name for name in ours if change.device(name).quarantine)
        if change.id != filed.change and change.phase in OPEN and stuck:
            raise Locked(
                Text(
                    f"{', '.join(stuck)} menunggu petugas sejak {change.id}",
                    f"{', '.join(stuck)} waits for a person since {change.id}",
                ),
                Text(f"lihat `netops show {change.id}`", f"see `netops show {change.id}`"),
            )


def _inside_window(filed: Filed, playbook: Playbook, now: datetime) -> None:
    event = filed.request.event
    opens = event.starts_at - timedelta(seconds=playbook.setup)
    if now < opens:
        raise OutsideWindow(
            Text(
                f"belum waktunya: persiapan dibuka {say_time(opens, event.zone, 'id')}",
                f"too early: setting up opens on {say_time(opens, event.zone, 'en')}",
            ),
            Text("jalankan lagi pada waktu itu", "run it again then"),
        )
    if now >= event.ends_at:
        raise OutsideWindow(
            Text(
                f"kegiatan sudah berakhir {say_time(event.ends_at, event.zone, 'id')}",
                f"the event ended on {say_time(event.ends_at, event.zone, 'en')}",
            ),
            Text("ajukan permohonan baru", "file a new request"),
        )


def _latest_plan(app: App, filed: Filed) -> Plan:
    change = _change(app, filed)
    hint = Text(f"jalankan `netops plan {filed.change}`", f"run `netops plan {filed.change}`")
    if not change.plan:
        raise StalePlan(Text("belum ada rencana", "there is no plan yet"), hint)
    made = app.tools.plan(change.plan)
    # What already runs may be compared again at any time; what is new must be planned freshly.
    if change.phase not in OPEN and app.clock.now() >= made.expires_at:
        zone = filed.request.event.zone
        raise StalePlan(
            Text(
                f"rencana kedaluwarsa {say_time(made.expires_at, zone, 'id')}",
                f"the plan expired on {say_time(made.expires_at, zone, 'en')}",
            ),
            hint,
        )
    return made


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


def _running_plan(app: App, change: Change) -> Plan:
    return app.tools.plan(change.running_plan)


# ── papers, checks ───────────────────────────────────────────────────────────────────────────────────────────────


def report(app: App, ref: str, *, lang: Lang, number: str = "", out: Path | None = None) -> Path:
    """Write the BAST and record its digest; returns the file. Raises `Failed` where the change was never active."""
    from netops.papers.facts import bast_facts
    from netops.papers.pdf import render_pdf

    filed = look(app, ref)
    change = _change(app, filed)
    if not change.running_plan:
        raise Refused(
            Text(f"{filed.change} belum pernah dijalankan", f"{filed.change} was never applied"),
            Text("BAST ditulis setelah `netops apply`", "the BAST is written after `netops apply`"),
        )
    facts = bast_facts(
        request=canonical_json(filed.request),
        plan=_running_plan(app, change),
        events=tuple(app.journal.read(filed.change)),
        office=app.office,
        place=app.sites.place(filed.request.event.place).name,
        number=number,
        lab=app.settings.lab,
    )
    document = render_pdf("bast", facts, lang)
    path = out or app.settings.var / "papers" / f"BAST-{filed.change}-{lang}.pdf"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(document)
    except OSError as error:
        raise InputError(
            Text(f"tidak dapat ditulis: {error.strerror}", f"cannot be written: {error.strerror}"), path=path
        ) from error
    record(
        app,
        "paper.written",
        filed.change,
        paper="bast",
        lang=lang,
        file=path.name,
        document=app.objects.put(document),
    )
    return path


def doctor(app: App, limit: str = "") -> dict[str, tuple[Finding, ...]]:
    """Each device's findings; a device that cannot be reached is a finding too."""
    names = app.fleet.limit(limit) if limit else tuple(app.fleet.targets)
    tools = app.tools

    def examine(name: str) -> tuple[Finding, ...]:
        with tools.open(name) as driver:
            return driver.preflight()

    found = tools.fleet.run(list(names), lambda target: examine(target.name))
    return {name: _findings(outcome) for name, outcome in sorted(found.items())}


def _findings(outcome: tuple[Finding, ...] | Exception) -> tuple[Finding, ...]:
    if not isinstance(outcome, Exception):
        return outcome
    if not isinstance(outcome, NetopsError):
        raise outcome
    return (Finding(about="connection", severity=Severity.STOP, id=outcome.describe("id"), en=outcome.describe("en")),)
