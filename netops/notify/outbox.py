"""The queue of mails as a fold over the log: what still has to be sent, and when next; refuses to give up early."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from netops.core.model import Recorded

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120))
"""Until the next attempt after the first, second … failure; then always the last (RFC 5321 section 4.5.4.1 asks for
half an hour at least between servers; ours hands over to the office's own, so the first tries come sooner)."""
GIVE_UP = timedelta(days=4)
"""How long a mail is tried (RFC 5321 section 4.5.4.1: 4–5 days)."""


class Queued(Struct, frozen=True, kw_only=True):
    """One mail that was asked for: `mail` is the digest of its body (`notify.mail.Mail` as JSON) in the object store."""

    mail: str
    change: str
    kind: str
    queued_at: datetime
    attempts: int = 0
    next_at: datetime
    sent_at: datetime | None = None
    trouble: str = ""
    over: bool = False

    @property
    def waiting(self) -> bool:
        return self.sent_at is None and not self.over


def outbox(events: Iterable[Recorded]) -> tuple[Queued, ...]:
    """Every mail of the log in the order in which it was queued. A mail queued again with the same body is one mail."""
    mails: dict[str, Queued] = {}
    for recorded in events:
        event = recorded.event
        name = event.data.get("mail", "")
        if event.kind == "mail.queued" and name not in mails:
            mails[name] = Queued(
                mail=name,
                change=event.change,
                kind=event.data["kind"],
                queued_at=event.at,
                next_at=event.at,
            )
        elif name in mails and event.kind == "mail.sent":
            mails[name] = replace(mails[name], sent_at=event.at, attempts=mails[name].attempts + 1)
        elif name in mails and event.kind == "mail.failed":
            mails[name] = _failed(mails[name], event.at, event.data["message"], permanent=event.data["permanent"])
    return tuple(mails.values())


def due(mails: Iterable[Queued], now: datetime) -> tuple[Queued, ...]:
    """Those to try now, longest waiting first."""
    return tuple(sorted((one for one in mails if one.waiting and one.next_at <= now), key=lambda one: one.queued_at))


def _failed(mail: Queued, at: datetime, trouble: str, *, permanent: bool) -> Queued:
    wait = WAITS[min(mail.attempts, len(WAITS) - 1)]
    return replace(
        mail,
        attempts=mail.attempts + 1,
        next_at=at + wait,
        trouble=trouble,
        over=permanent or at - mail.queued_at >= GIVE_UP,
    )
