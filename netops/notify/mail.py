"""A mail to people over SMTP (RFC 5321, 5322); refuses control characters in headers and passwords in clear text."""

import hashlib
import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from netops.core.canonical import canonical, digest
from netops.core.errors import Failed
from netops.core.secret import SecretRef, SecretSource
from netops.core.text import Lang, Text

SECONDS = 15.0
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message to one person. `key` names why it is sent (change and event): the same key, the same Message-ID."""

    to: str
    name: str
    subject: str
    body: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """The submission server. `username` and `password` only travel after STARTTLS; `seconds` is per step."""

    host: str
    port: int = 25
    sender: str
    starttls: bool = False
    username: str = ""
    password: SecretRef | None = None
    seconds: float = SECONDS


def compose(mail: Mail, sender: str, at: datetime | None = None) -> EmailMessage:
    """The message as it goes out; without `at` the server dates it. Raises `Failed` for what headers must not hold."""
    for field, value in (("to", mail.to), ("name", mail.name), ("subject", mail.subject), ("sender", sender)):
        if _CONTROL.search(value):
            raise Failed(
                Text(f"surel: karakter kendali di {field}", f"mail: control character in {field}"),
                Text("Perbaiki permohonan atau netops.toml.", "Mend the request or netops.toml."),
            )
    for field, value in (("to", mail.to), ("sender", sender)):
        if not _ADDRESS.fullmatch(value):
            raise Failed(
                Text(f"surel: {field} bukan alamat: {value!r}", f"mail: {field} is not an address: {value!r}"),
                Text("Perbaiki permohonan atau [mail] di netops.toml.", "Mend the request or [mail] in netops.toml."),
            )
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(addr_spec=sender)
    message["To"] = Address(display_name=mail.name, addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Message-ID"] = message_id(mail, sender)
    if at is not None:
        message["Date"] = at
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation replies
    message.set_content(mail.body, cte="quoted-printable")
    return message


def message_id(mail: Mail, sender: str) -> str:
    """The same for the same key and recipient, so that a mail sent twice is recognised as one."""
    name = hashlib.sha256(f"{mail.key}\n{mail.to}".encode()).hexdigest()[:32]
    return f"<netops.{name}@{sender.rpartition('@')[2]}>"


def send(mail: Mail, settings: MailSettings, secrets: SecretSource, at: datetime | None = None) -> None:
    """Hand the mail to the server, once. Raises `Failed` naming the host, what it said and what to do."""
    message = compose(mail, settings.sender, at)
    if settings.password is not None and not settings.starttls:
        raise Failed(
            Text(
                f"surel: {settings.host}: kata sandi tidak dikirim tanpa STARTTLS",
                f"mail: {settings.host}: a password is not sent without STARTTLS",
            ),
            Text("Isi starttls = true pada [mail] di netops.toml.", "Set starttls = true under [mail] in netops.toml."),
        )
    try:
        with smtplib.SMTP(settings.host, settings.port, timeout=settings.seconds) as server:
            if settings.starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.password is not None:
                server.login(settings.username, secrets.get(settings.password).reveal())
            server.send_message(message, settings.sender, [mail.to])
    except (OSError, smtplib.SMTPException) as exc:
        raise _failed(settings, exc) from exc


def _failed(settings: MailSettings, exc: Exception) -> Failed:
    """The server's own answer where it gave one; never the credentials."""
    said = str(exc) or type(exc).__name__
    hint = Text(
        "Periksa [mail] di netops.toml dan server surel; perintahnya boleh diulang, Message-ID tetap sama.",
        "Check [mail] in netops.toml and the mail server; the command may be repeated, the Message-ID stays the same.",
    )
    if isinstance(exc, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(exc.recipients.values()))
        said = f"{code} {text.decode('utf-8', 'replace')}"
        hint = Text(
            "Server menolak alamat penerima; beri tahu pemohon lewat telepon dan perbaiki alamatnya.",
            "The server refuses the recipient's address; tell the requester by phone and mend the address.",
        )
    elif isinstance(exc, smtplib.SMTPAuthenticationError):
        said = f"{exc.smtp_code} ({type(exc).__name__})"
    elif isinstance(exc, smtplib.SMTPResponseException):
        answer = exc.smtp_error
        said = f"{exc.smtp_code} {answer.decode('utf-8', 'replace') if isinstance(answer, bytes) else answer}"
    elif isinstance(exc, ssl.SSLError):
        said = f"TLS: {exc.reason or exc}"
    place = f"{settings.host}:{settings.port}"
    return Failed(
        Text(f"surel: {place}: tidak terkirim: {said}", f"mail: {place}: not sent: {said}"),
        hint,
    )


_REJECTION = Text(
    id="""Yth. {name},

Permohonan Anda pada tiket {ticket} ({subject}) tidak dapat disetujui.

Alasan:
{reason}

Permohonan yang diperbaiki dapat diajukan kembali melalui helpdesk. Pesan ini dikirim otomatis; jangan dibalas.
""",
    en="""Dear {name},

Your request under ticket {ticket} ({subject}) could not be approved.

Reason:
{reason}

You may file a corrected request with the helpdesk. This message is sent automatically; please do not reply.
""",
)


def rejection(request: Mapping[str, Any], reason: str, lang: Lang) -> Mail:
    """What a requester is told after a signed rejection; `request` is the request's canonical JSON (email, ticket …)."""
    requester, ticket = request["requester"], request["ticket"]
    about = request.get("event", {}).get("name") or request["letter"]["subject"]
    body = _REJECTION.to(lang).format(name=requester["name"], ticket=ticket, subject=about, reason=reason)
    said = Text(f"[{ticket}] Permohonan tidak disetujui", f"[{ticket}] Request not approved")
    return Mail(
        to=requester["email"],
        name=requester["name"],
        subject=said.to(lang),
        body=body,
        key=f"rejection {digest(canonical(request))} {reason}",
    )
