"""A mail to people over SMTP (RFC 5321, 5322); refuses control characters in headers and passwords in clear text."""

import hashlib
import re
import smtplib
import ssl
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from msgspec import Struct

from netops.core.errors import Failed, MailRefused
from netops.core.secret import SecretRef, SecretSource
from netops.core.text import Text

SECONDS = 15.0
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_IN_ANSWER = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class Mail(Struct, frozen=True, kw_only=True):
    """One message to one person. `key` names why it is sent (change and event): the same key, the same Message-ID.

    `salt` is not sent: it keeps the body's digest in the log from being guessed once the body was erased.
    """

    to: str
    name: str
    subject: str
    body: str
    key: str
    salt: str = ""


class MailSettings(Struct, frozen=True, kw_only=True):
    """The submission server. `username` and `password` only travel after STARTTLS; `seconds` is per step.

    `ca` is the certificate (PEM) that the server's own is checked against; without it the machine's usual ones.
    """

    host: str
    port: int = 25
    sender: str
    starttls: bool = False
    ca: Path | None = None
    username: str = ""
    password: SecretRef | None = None
    seconds: float = SECONDS


def compose(mail: Mail, sender: str, at: datetime | None = None) -> EmailMessage:
    """The message as it goes out; without `at` the server dates it. Raises `MailRefused` for what headers must not hold."""
    for field, value in (("to", mail.to), ("name", mail.name), ("subject", mail.subject), ("sender", sender)):
        if _CONTROL.search(value):
            raise MailRefused(
                Text(f"surel: karakter kendali di {field}", f"mail: control character in {field}"),
                Text("Perbaiki permohonan atau netops.toml.", "Mend the request or netops.toml."),
            )
    for field, value in (("to", mail.to), ("sender", sender)):
        if not _ADDRESS.fullmatch(value):
            raise MailRefused(
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
    """Hand the mail to the server, once. Raises `Failed` naming the host, what it said and what to do.

    `MailRefused` where trying again is no use: the server refuses this recipient or this text for good (5xx).
    """
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
                server.starttls(context=ssl.create_default_context(cafile=settings.ca))
            if settings.password is not None:
                server.login(settings.username, secrets.get(settings.password).reveal())
            server.send_message(message, settings.sender, [mail.to])
    except (OSError, smtplib.SMTPException) as exc:
        raise _failed(settings, exc) from exc


def _failed(settings: MailSettings, exc: Exception) -> Failed:
    """The server's own answer where it gave one; never the credentials, and no address: answers go to the log."""
    said, kind = str(exc) or type(exc).__name__, Failed
    hint = Text(
        "Periksa [mail] di netops.toml dan server surel; surel tetap di antrean dan dicoba lagi.",
        "Check [mail] in netops.toml and the mail server; the mail stays in the queue and is tried again.",
    )
    if isinstance(exc, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(exc.recipients.values()))
        said = f"{code} {text.decode('utf-8', 'replace')}"
        kind = MailRefused if code >= 500 else Failed
        hint = Text(
            "Server menolak alamat penerima; beri tahu pemohon lewat telepon dan perbaiki alamatnya.",
            "The server refuses the recipient's address; tell the requester by phone and mend the address.",
        )
    elif isinstance(exc, smtplib.SMTPAuthenticationError):
        said = f"{exc.smtp_code} ({type(exc).__name__})"
    elif isinstance(exc, smtplib.SMTPResponseException):
        answer = exc.smtp_error
        said = f"{exc.smtp_code} {answer.decode('utf-8', 'replace') if isinstance(answer, bytes) else answer}"
        kind = MailRefused if isinstance(exc, smtplib.SMTPDataError) and exc.smtp_code >= 500 else Failed
    elif isinstance(exc, ssl.SSLError):
        said = f"TLS: {exc.reason or exc}"
    place, said = f"{settings.host}:{settings.port}", _IN_ANSWER.sub("…@…", said)
    return kind(Text(f"surel: {place}: tidak terkirim: {said}", f"mail: {place}: not sent: {said}"), hint)
