"""Emergencies (darurat, surat menyusul): declared, signed by two officers, open until the papers come. Refuses all else."""

from datetime import datetime, timedelta

from netops.actions.common import change_of, recorded_refusal
from netops.actions.deciding import decisions
from netops.actions.lasting import require_emergency
from netops.actions.living import alone, plain, require
from netops.app import App
from netops.core.errors import InputError, Refused
from netops.core.text import Text
from netops.filing import Filed, find, look, record
from netops.requests.further import Emergency, body, signed_until


def declare(app: App, ref: str, reason: str) -> datetime:
    """Say that a request must run before its papers; returns until when they are to come.

    Nothing runs by this alone: the policy's officers sign it (`approve --emergency`). Raises `OutOfBounds` for a service
    or a size that the policy lets nobody do before its papers, `Refused` where it is approved already or too late.
    """
    says = plain(reason, "--reason")
    filed = find(app, ref)
    with recorded_refusal(app, filed.change), alone(app, filed.change) as fences:
        require(change_of(app, filed), "emergency.declared")
        require_emergency(app, filed)
        service = filed.request.service
        if signed_until(decisions(app, filed), app.policy.service(service), filed.request.figures) is not None:
            raise Refused(
                Text(f"{filed.change} sudah disetujui lengkap", f"{filed.change} is approved already"),
                Text(f"jalankan `netops apply {filed.change}`", f"run `netops apply {filed.change}`"),
            )
        due = app.clock.now() + timedelta(seconds=app.policy.emergency[service].papers_within)
        said = Emergency(change=filed.change, request=filed.digest, reason=says)
        record(
            app,
            "emergency.declared",
            filed.change,
            fences,
            document=app.objects.put(body(said)),
            reason=says,
            papers_due=due.isoformat(),
        )
    return due


def settle(app: App, ref: str, letter: str, reason: str = "") -> Filed:
    """The papers of an emergency came, or are settled otherwise: the letter's number, as the office wrote it."""
    number = plain(letter, "--letter")
    says = plain(reason, "--reason") if reason else ""
    if len(number) > 80:
        raise InputError(Text("nomor surat terlalu panjang", "the letter's number is too long"), field="--letter")
    filed = look(app, ref)
    with recorded_refusal(app, filed.change), alone(app, filed.change) as fences:
        if change_of(app, filed).papers_due is None:
            raise Refused(
                Text(f"{filed.change} tidak menunggu surat", f"{filed.change} waits for no papers"),
                Text("lihat `netops status`", "see `netops status`"),
            )
        record(app, "emergency.settled", filed.change, fences, letter=number, reason=says)
    return filed
