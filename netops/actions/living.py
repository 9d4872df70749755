"""What happens to a request besides being decided: returned, postponed, reopened, cancelled, revised. Refuses wrong moments."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from netops.actions.common import change_of, recorded_refusal
from netops.actions.mailing import tell
from netops.app import App
from netops.changes.lifecycle import LIFE, OPEN, Change, Phase
from netops.changes.words import PHASES
from netops.core.canonical import dump
from netops.core.errors import InputError, Refused
from netops.core.model import Event, Fence
from netops.core.text import Text
from netops.filing import Filed, check, find, look, put_request, record
from netops.requests.common import slug

LIVING_SECONDS = 30.0
"""How long one such step may take to be judged and recorded."""

_DOING = {
    "request.returned": Text("dikembalikan untuk dilengkapi", "returned to be completed"),
    "request.postponed": Text("ditunda", "postponed"),
    "request.reopened": Text("dibuka lagi", "reopened"),
    "request.cancelled": Text("dibatalkan", "cancelled"),
    "request.superseded": Text("diganti", "replaced by another request"),
    "change.extended": Text("diperpanjang", "extended"),
    "emergency.declared": Text("dinyatakan darurat", "declared an emergency"),
}


def send_back(app: App, ref: str, reason: str) -> Filed:
    """Return a request to be completed: no rejection; it goes on with `revise` or `reopen`. The requester is told."""
    filed = _happen(app, ref, "request.returned", reason)
    tell(app, filed, "returned", reason=reason)
    return filed


def postpone(app: App, ref: str, reason: str) -> Filed:
    """Put a request off without a new date; what it reserved is free from now on."""
    return _happen(app, ref, "request.postponed", reason)


def reopen(app: App, ref: str, reason: str) -> Filed:
    """Go on with a returned or postponed request as it is: what was approved stays approved."""
    return _happen(app, ref, "request.reopened", reason)


def cancel(app: App, ref: str, reason: str) -> Filed:
    """Cancel what is not on any device; what it reserved is free from now on. The requester is told."""
    filed = _happen(app, ref, "request.cancelled", reason)
    tell(app, filed, "cancelled", reason=reason)
    return filed


def supersede(app: App, ref: str, by: str, reason: str) -> Filed:
    """Another request that is filed already takes this one's place. Raises `Refused` where that one is over itself."""
    other = look(app, by)
    standing = change_of(app, other)
    if not standing.request:
        raise InputError(Text(f"{by!r} belum tercatat", f"{by!r} is not in the log"), field="--by")
    if other.change == look(app, ref).change:
        raise InputError(Text("permohonan yang sama", "that is the same request"), field="--by")
    if standing.phase not in (*LIFE["request.superseded"], *OPEN):
        raise Refused(
            Text(
                f"{other.change} {PHASES[standing.phase].id}; tidak dapat menggantikan permohonan lain",
                f"{other.change} is {PHASES[standing.phase].en}; it cannot take another's place",
            ),
            Text("lihat `netops status`", "see `netops status`"),
        )
    return _happen(app, ref, "request.superseded", reason, by=other.change)


def revise(app: App, ref: str, source: str, reason: str) -> Filed:
    """A corrected file of the same ticket takes the request's place: new digest, new change, to be approved anew.

    What the old one held passes to the new one, in one transaction, until that is planned or the old plan expires.
    Raises `InputError` for a file that is no other request of this ticket, `Refused` while the old one runs.
    """
    old = look(app, ref)
    new = check(app, source)
    _same_ticket(old, new, source)
    says = plain(reason, "--reason")
    with recorded_refusal(app, old.change), alone(app, old.change, new.change) as fences:
        change, standing = change_of(app, old), change_of(app, new)
        require(change, "request.superseded")
        if standing.request and standing.phase not in LIFE["request.superseded"]:
            raise Refused(
                Text(
                    f"{source} sudah tercatat sebagai {new.change} ({PHASES[standing.phase].id})",
                    f"{source} is in the log already as {new.change} ({PHASES[standing.phase].en})",
                ),
                Text(f"lihat `netops show {new.change}`", f"see `netops show {new.change}`"),
            )
        events = [] if standing.request else [_received(app, new, source)]
        events.append(_event(app, "request.revised", new, reason=says, revises=old.change, **_carried(app, change)))
        events.append(_event(app, "request.superseded", old, reason=says, by=new.change))
        app.journal.append(events, fences)
    return new


def require(change: Change, kind: str) -> None:
    """Raises `Refused` where this may not happen to a request now, naming what to do instead."""
    if change.phase in LIFE[kind]:
        return
    where, doing = PHASES[change.phase], _DOING[kind]
    raise Refused(
        Text(f"{change.id} {where.id}; tidak dapat {doing.id}", f"{change.id} is {where.en}; it cannot be {doing.en}"),
        instead(change),
    )


def refuse_stopped(change: Change) -> None:
    """Raises `Refused` for a request that nobody decides on or carries out where it stands, naming what to do instead.

    A rejected or ended one is refused by what says so better: its chain of approvals, its execution.
    """
    if change.phase not in (Phase.RETURNED, Phase.POSTPONED, Phase.CANCELLED, Phase.SUPERSEDED):
        return
    where = PHASES[change.phase]
    raise Refused(Text(f"{change.id} {where.id}", f"{change.id} is {where.en}"), instead(change))


def instead(change: Change) -> Text:
    """What can be done with a request where it stands."""
    one = change.id
    new = Text("ajukan permohonan baru", "file a new request")
    return {
        Phase.NEW: Text(f"susun rencana: `netops plan {one}`", f"plan it: `netops plan {one}`"),
        Phase.PLANNED: Text(f"ubah dengan `netops revise {one} BERKAS`", f"change it by `netops revise {one} FILE`"),
        Phase.APPROVED: Text(
            f"jalankan `netops apply {one}`, atau ubah dengan `netops revise {one} BERKAS`",
            f"run `netops apply {one}`, or change it by `netops revise {one} FILE`",
        ),
        Phase.RESTORED: Text(f"rencanakan lagi: `netops plan {one}`", f"plan it again: `netops plan {one}`"),
        Phase.APPLYING: Text(
            f"tunggu, atau `netops resume {one}`; sesudah itu akhiri dengan `netops end {one} --early`",
            f"wait, or `netops resume {one}`; then end it by `netops end {one} --early`",
        ),
        Phase.ACTIVE: Text(
            f"akhiri dengan `netops end {one} --early`; waktunya diubah dengan `netops extend {one}`",
            f"end it by `netops end {one} --early`; its end is moved by `netops extend {one}`",
        ),
        Phase.ENDING: Text(f"selesaikan dengan `netops end {one}`", f"finish it by `netops end {one}`"),
        Phase.QUARANTINED: Text(
            f"pulihkan dengan `netops revert {one}` atau akhiri dengan `netops end {one} --early`",
            f"restore it by `netops revert {one}` or end it by `netops end {one} --early`",
        ),
        Phase.RETURNED: Text(
            f"lengkapi dengan `netops revise {one} BERKAS`, atau `netops reopen {one}` bila berkasnya tetap",
            f"complete it by `netops revise {one} FILE`, or `netops reopen {one}` where the file stays the same",
        ),
        Phase.POSTPONED: Text(
            f"tentukan waktu baru dengan `netops revise {one} BERKAS`, atau `netops reopen {one}`",
            f"set a new time by `netops revise {one} FILE`, or `netops reopen {one}`",
        ),
        Phase.SUPERSEDED: Text(
            f"pakai penggantinya: `netops show {change.superseded_by}`",
            f"use what took its place: `netops show {change.superseded_by}`",
        ),
    }.get(change.phase, new)


@contextmanager
def alone(app: App, *changes: str) -> Iterator[tuple[Fence, ...]]:
    """Nobody plans the fate of these requests, decides on them or carries them out meanwhile. Raises `Locked`."""
    resources = sorted({f"{what}:{change}" for change in changes for what in ("approval", "change")})
    leases = app.journal.acquire_all(resources, app.holder, LIVING_SECONDS)
    try:
        yield tuple(lease.fence for lease in leases)
    finally:
        app.journal.release_all(leases)


def _happen(app: App, ref: str, kind: str, reason: str, **data: Any) -> Filed:
    says = plain(reason, "--reason")
    filed = find(app, ref)
    with recorded_refusal(app, filed.change), alone(app, filed.change) as fences:
        require(change_of(app, filed), kind)
        record(app, kind, filed.change, fences, reason=says, **data)
    return filed


def plain(text: str, field: str) -> str:
    """Raises `InputError` for none, a long text, or one with control characters: it goes to the log and to people."""
    says = " ".join(text.split())
    if not says or len(says) > 500 or any(unicodedata.category(letter).startswith("C") for letter in says):
        raise InputError(
            Text("harus diisi, paling banyak 500 huruf biasa", "give it, in at most 500 plain letters"),
            field=field,
        )
    return says


def _same_ticket(old: Filed, new: Filed, source: str) -> None:
    if new.digest == old.digest:
        raise InputError(
            Text("isinya sama dengan permohonan yang tercatat", "it says the same as the request in the log"),
            Text(
                f"ubah berkasnya; tanpa perubahan: `netops reopen {old.change}`",
                f"change the file; without a change: `netops reopen {old.change}`",
            ),
            path=source,
        )
    for field, before, after in (
        ("ticket", slug(old.request.ticket), slug(new.request.ticket)),
        ("service", old.request.service, new.request.service),
    ):
        if before != after:
            raise InputError(
                Text(f"{after} bukan {before} dari {old.change}", f"{after} is not {before} of {old.change}"),
                Text("ajukan sebagai permohonan sendiri", "file it as a request of its own"),
                path=source,
                field=field,
            )


def _carried(app: App, change: Change) -> dict[str, Any]:
    """What the old request holds at this moment."""
    expires = change.plan_expires
    if expires is None or expires <= app.clock.now():
        return {"reservations": [], "commitments": [], "expires_at": None}
    held = {"reservations": dump(change.reservations), "commitments": dump(change.commitments)}
    return {**held, "expires_at": expires.isoformat()}


def _received(app: App, new: Filed, source: str) -> Event:
    about = {"service": new.request.service, "ticket": new.request.ticket, "source": Path(source).name}
    return _event(app, "request.received", new, **put_request(app, new.request), **about)


def _event(app: App, kind: str, filed: Filed, **data: Any) -> Event:
    return Event(kind=kind, change=filed.change, at=app.clock.now(), actor=app.actor, data=data)
