"""Whether and until when a change may be there: what was approved, and what it was extended to. Believes only signatures."""

from collections.abc import Iterator
from datetime import datetime

from netops.actions.common import change_of
from netops.actions.deciding import Matter, decisions, matter
from netops.app import App
from netops.changes.lifecycle import Change
from netops.core.canonical import load, parse_json
from netops.core.errors import NetopsError, NotApproved, OutOfBounds
from netops.core.text import Text
from netops.core.units import say_duration
from netops.filing import Filed
from netops.requests import approvals
from netops.requests.approvals import Verdict
from netops.requests.further import Emergency, Extension, digest_of, signed_until
from netops.requests.policy import check_bounds
from netops.requests.statement import Decision


def extension_matter(document: Extension) -> Matter:
    """What signing a longer end is about: good up to that end."""
    return Matter(digest=digest_of(document), until=document.until)


def emergency_matter(app: App, filed: Filed, document: str) -> Matter:
    """What the officers of an emergency sign, good for as long as an approval of the request itself."""
    until = matter(app, filed).until
    return Matter(digest=document, until=until, rules=lambda policy: policy.in_emergency(filed.request.service))


def verdict(app: App, filed: Filed, now: datetime) -> Verdict:
    """Who lets the request be carried out: its chain, or in an emergency the officers, within its narrower bounds.

    Raises `NotApproved`, `OutsideWindow`, `OutOfBounds`.
    """
    change = change_of(app, filed)
    try:
        return _judge(app, filed, matter(app, filed), change.plan, now)
    except NotApproved:
        if not change.emergency or any(one.decision is Decision.REJECT for one in decisions(app, filed)):
            raise
    require_emergency(app, filed, change.emergency)
    return _judge(app, filed, emergency_matter(app, filed, change.emergency), change.plan, now)


def require_emergency(app: App, filed: Filed, document: str = "") -> None:
    """Raises `OutOfBounds` for what the policy lets nobody do before its papers."""
    request = filed.request
    rules = app.policy.in_emergency(request.service)
    check_bounds(rules, request.service, request.figures)
    longest = app.policy.emergency[request.service].longest
    lasts = None if request.ends_at is None else (request.ends_at - request.starts_at).total_seconds()
    if lasts is None or lasts > longest:
        raise OutOfBounds(
            Text(
                f"dalam keadaan darurat paling lama {say_duration(longest)}",
                f"in an emergency it may last {say_duration(longest)} at most",
            ),
            Text("tunggu surat dan persetujuannya", "wait for its papers and approval"),
        )
    if document:
        said = load(Emergency, parse_json(app.objects.get(document)))
        if (said.change, said.request) != (filed.change, filed.digest):
            raise NotApproved(
                Text("pernyataan darurat itu untuk permohonan lain", "that emergency is of another request")
            )


def _judge(app: App, filed: Filed, about: Matter, plan: str, now: datetime) -> Verdict:
    return approvals.judge(
        decisions(app, filed, about),
        policy=about.rules(app.policy),
        service=filed.request.service,
        figures=filed.request.figures,
        request_digest=about.digest,
        now=now,
        plan=plan,
        executor=app.actor,
        requester=filed.request.requester.email,
    )


def extension_approved(app: App, filed: Filed, document: Extension, now: datetime) -> bool:
    """Whether the chain signed this longer end; False where nobody said anything. Raises `NotApproved` for less."""
    about = extension_matter(document)
    if not decisions(app, filed, about):
        return False
    _judge(app, filed, about, change_of(app, filed).plan, now)
    return True


def approved_until(app: App, filed: Filed) -> datetime | None:
    """The latest end that is signed for: the first approval with its tolerance, and approved extensions in force."""
    ends = [end for end in _signed(app, filed) if end is not None]
    return max(ends, default=None)


def _signed(app: App, filed: Filed) -> Iterator[datetime | None]:
    service, change = filed.request.service, change_of(app, filed)
    rules, figures = app.policy.service(service), filed.request.figures
    yield signed_until(decisions(app, filed), rules, figures)
    if change.emergency and service in app.policy.emergency:
        about = emergency_matter(app, filed, change.emergency)
        yield signed_until(decisions(app, filed, about), about.rules(app.policy).service(service), figures)
    for recorded in app.journal.read(filed.change):
        if recorded.event.kind == "change.extended" and recorded.event.data["extension"]:
            document = load(Extension, parse_json(app.objects.get(recorded.event.data["extension"])))
            if (document.change, document.request) == (filed.change, filed.digest):
                yield signed_until(decisions(app, filed, extension_matter(document)), rules, figures)


def ends_at(app: App, filed: Filed, change: Change | None = None) -> datetime | None:
    """The end that holds: the request's, or the extension's as far as it is signed for. None for a lasting change."""
    asked = filed.request.ends_at
    longer = (change or change_of(app, filed)).extended_until
    if asked is None or longer is None or longer <= asked:
        return asked
    return max(asked, min(longer, approved_until(app, filed) or asked))


def over_at(app: App, filed: Filed, change: Change) -> datetime | None:
    """When it has to be ended: `ends_at`, whatever is wrong with the site's files or the evidence.

    Where it cannot be judged whether an extension is signed for, that is when the extension would end: nobody closes early
    what may be approved, and nothing stays open for it either.
    """
    try:
        return ends_at(app, filed, change)
    except NetopsError:
        known = [moment for moment in (filed.request.ends_at, change.extended_until) if moment is not None]
        return max(known, default=None)


def closes_at(app: App, filed: Filed, change: Change | None = None) -> datetime | None:
    """When devices close access by themselves: the end with its tolerance, or the extended end where that is later."""
    asked = filed.request.ends_at
    if asked is None:
        return None
    _, closing = app.playbook(filed.request.service).window(filed.request.starts_at, asked)
    return max(closing, ends_at(app, filed, change) or asked)
