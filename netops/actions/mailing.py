"""Mails to the requester: queued in the log, handed to the server, tried again; refuses to undo a decision for a mail."""

from msgspec import Struct

from netops.actions.common import change_of
from netops.actions.noticing import last_moment
from netops.app import App
from netops.core.canonical import canonical, dump, load, parse_json
from netops.core.errors import Locked, MailRefused, NetopsError
from netops.core.model import AnyNeeds, LinkNeeds, Needs
from netops.core.secret import SecretRef
from netops.core.text import Lang
from netops.core.units import say_rate
from netops.filing import Filed, record
from netops.notify.letters import Letter, letter
from netops.notify.outbox import Queued, due, outbox
from netops.requests.common import say_time
from netops.requests.persons import salted

SENDING_SECONDS = 60.0
"""How long one process may hold the queue: a few servers' time-outs."""


class Delivery(Struct, frozen=True, kw_only=True):
    """What one run of the queue did; `waiting` is what is left for later."""

    sent: int
    failed: int
    waiting: int


def message(app: App, filed: Filed, kind: str, lang: Lang, **said: str) -> Letter:
    """The text of one message to the requester, ready to paste: `<kind>-<service>`, or `<kind>` where there is none. Raises `InputError` for a template that is not one."""
    folder = app.settings.templates / "mail"
    own = f"{kind}-{filed.request.service}"
    there = (folder / f"{own}.{lang}.txt").is_file()
    return letter(folder, own if there else kind, lang, {**fields(app, filed, lang), **said})


def tell(app: App, filed: Filed, kind: str, **said: str) -> None:
    """Queue a mail and try to send what is due, where netops is the side that sends this kind.

    The very same mail of a change is queued once, however often it is asked for.
    Never raises for a mail: what went wrong is recorded, and the decision that it tells of stands.
    """
    settings = app.settings
    if not settings.mail_host or kind not in settings.mail_sends:
        return
    from netops.notify.mail import Mail

    requester = filed.request.requester
    try:
        text = message(app, filed, kind, app.lang, **said)
    except NetopsError as error:
        record(app, "mail.failed", filed.change, mail="", message=str(error), permanent=True)
        return
    about = " ".join((kind, filed.change, *(said[name] for name in sorted(said))))
    salt = salted(filed.request.salt or "", about)
    mail = Mail(to=requester.email, name=requester.name, subject=text.subject, body=text.body, key=about, salt=salt)
    body = app.objects.put(canonical(dump(mail)))
    if all(one.mail != body for one in outbox(app.journal.read(filed.change))):
        record(app, "mail.queued", filed.change, mail=body, kind=kind)
    deliver(app)


def queue(app: App) -> tuple[Queued, ...]:
    """Every mail of the log, sent or not, in the order in which it was queued."""
    return outbox(app.journal.read())


def deliver(app: App) -> Delivery:
    """Try every mail that is due, one process at a time.

    A process that dies between the server's yes and our record sends once more, with the same Message-ID.
    """
    try:
        lease = app.journal.acquire("mail", app.holder, SENDING_SECONDS)
    except Locked:
        return Delivery(sent=0, failed=0, waiting=sum(one.waiting for one in queue(app)))
    try:
        results = [_send(app, one) for one in due(queue(app), app.clock.now())]
    finally:
        app.journal.release(lease)
    return Delivery(
        sent=sum(results),
        failed=len(results) - sum(results),
        waiting=sum(one.waiting for one in queue(app)),
    )


def _send(app: App, one: Queued) -> bool:
    from netops.notify.mail import Mail, MailSettings, send

    settings = app.settings
    where = MailSettings(
        host=settings.mail_host,
        port=settings.mail_port,
        sender=settings.mail_sender,
        starttls=settings.mail_starttls,
        ca=settings.mail_ca,
        username=settings.mail_username,
        password=SecretRef(settings.mail_password) if settings.mail_username else None,
    )
    try:
        mail = load(Mail, parse_json(app.objects.get(one.mail)))
        send(mail, where, app.secrets, app.clock.now())
    except NetopsError as error:
        permanent = isinstance(error, MailRefused)
        record(app, "mail.failed", one.change, mail=one.mail, message=str(error), permanent=permanent)
        return False
    record(app, "mail.sent", one.change, mail=one.mail)
    return True


def fields(app: App, filed: Filed, lang: Lang) -> dict[str, str]:
    """What every text may name; a template with another field says so. `reason` is filled by what has one.

    `ssid` and `rate` are those of the plan which runs, or else of the last one; '' before there is any, or of another service.
    """
    request, needs = filed.request, _needs(app, filed)
    link = needs if isinstance(needs, LinkNeeds) else None
    ends = last_moment(request, change_of(app, filed))
    office = app.office
    return {
        "name": request.requester.name,
        "ticket": request.ticket,
        "change": filed.change,
        "title": request.title,
        "place": app.sites.place(request.place).name if request.place else "",
        "starts": say_time(request.starts_at, request.zone, lang),
        "ends": say_time(ends, request.zone, lang) if ends else "-",
        "ssid": needs.ssid if isinstance(needs, Needs) else "",
        "rate": f"{say_rate(link.up, lang)} / {say_rate(link.down, lang)}" if link else "",
        "reason": "",
        "office": office.unit if lang == "id" else office.unit_en or office.unit,
        "contact": office.contact,
    }


def _needs(app: App, filed: Filed) -> AnyNeeds | None:
    change = change_of(app, filed)
    plan = change.running_plan or change.plan
    return app.tools.plan(plan).needs if plan else None
