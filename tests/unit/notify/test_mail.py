"""Mail over a real SMTP server on loopback: what goes out, what is refused, and how a failure is told."""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from netops.core.errors import Failed
from netops.core.secret import Secret, SecretRef
from netops.notify.mail import Mail, MailSettings, compose, message_id, rejection, send

REQUEST = {
    "ticket": "HD-2026-0117",
    "letter": {"number": "B-1", "subject": "Permohonan internet"},
    "requester": {"name": "Budi Contohno, M.T.", "email": "budi@kampus.example"},
    "event": {"name": "Seminar “Sains” é"},
}
AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


class NoSecrets:
    def get(self, ref: SecretRef) -> Secret:
        raise AssertionError(f"{ref} was asked for")


class OneSecret:
    def get(self, ref: SecretRef) -> Secret:
        return Secret("CANARY-sandi")


class Catcher:
    """Keeps what arrives; `answer` is what it says to a recipient."""

    def __init__(self, answer: str = "250 OK") -> None:
        self.answer = answer
        self.mails: list[bytes] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def _serving(catcher: Catcher) -> Iterator[MailSettings]:
    controller = Controller(catcher, hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:
        yield MailSettings(host="127.0.0.1", port=controller.port, sender="helpdesk@ptipd.kampus.example", seconds=5.0)
    finally:
        controller.stop()


def _parsed(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=policy.default)


@pytest.fixture
def catcher() -> Catcher:
    return Catcher()


@pytest.fixture
def settings(catcher: Catcher) -> Iterator[MailSettings]:
    with _serving(catcher) as found:
        yield found


@pytest.mark.parametrize(("lang", "word"), [("id", "tidak dapat disetujui"), ("en", "could not be approved")])
def test_a_rejection_reaches_the_requester(catcher: Catcher, settings: MailSettings, lang: str, word: str) -> None:
    mail = rejection(REQUEST, "Aula dipakai ujian – pilih tanggal lain.", "id" if lang == "id" else "en")
    send(mail, settings, NoSecrets(), AT)
    message = _parsed(catcher.mails[0])
    assert message["To"] == '"Budi Contohno, M.T." <budi@kampus.example>'
    assert message["From"] == "helpdesk@ptipd.kampus.example"
    assert "HD-2026-0117" in message["Subject"]
    assert message["Date"].datetime == AT
    body = message.get_content()
    assert word in body and "pilih tanggal lain" in body and "Seminar “Sains” é" in body


def test_the_same_rejection_twice_is_recognisable(catcher: Catcher, settings: MailSettings) -> None:
    mail = rejection(REQUEST, "penuh", "id")
    send(mail, settings, NoSecrets())
    send(mail, settings, NoSecrets())
    first, second = (_parsed(data)["Message-ID"] for data in catcher.mails)
    assert first == second
    others = {message_id(rejection(REQUEST, "lain", "id"), "a@b.example"), message_id(mail, "a@b.example")}
    assert len(others) == 2


@pytest.mark.parametrize("field", ["to", "name", "subject"])
@pytest.mark.parametrize("tail", ["\r\nBcc: x@evil.example", "\n\nbody", "\x00", "\u2028x"])
def test_header_injection_is_refused(catcher: Catcher, settings: MailSettings, field: str, tail: str) -> None:
    mail = rejection(REQUEST, "penuh", "id")
    bad = Mail(
        **{name: getattr(mail, name) for name in Mail.__dataclass_fields__} | {field: getattr(mail, field) + tail}
    )
    with pytest.raises(Failed, match=f"control character in {field}"):
        send(bad, settings, NoSecrets())
    assert catcher.mails == []


@pytest.mark.parametrize("to", ["budi", "a@b.example, c@d.example", "<a@b.example>", "a b@c.example", ""])
def test_what_is_no_address_is_refused(to: str) -> None:
    with pytest.raises(Failed, match="not an address"):
        compose(replace(rejection(REQUEST, "penuh", "id"), to=to), "a@b.example")


def test_no_server_is_told_with_its_place() -> None:
    port = _free_port()
    settings = MailSettings(host="127.0.0.1", port=port, sender="a@b.example", seconds=2.0)
    with pytest.raises(Failed, match=rf"127\.0\.0\.1:{port}: not sent") as caught:
        send(rejection(REQUEST, "penuh", "id"), settings, NoSecrets())
    assert "netops.toml" in caught.value.describe("id")
    assert isinstance(caught.value.__cause__, OSError)


def test_a_refused_recipient_is_told_with_the_servers_words() -> None:
    with _serving(Catcher("550 no such mailbox")) as settings, pytest.raises(Failed, match="550 no such mailbox"):
        send(rejection(REQUEST, "penuh", "id"), settings, NoSecrets())


def test_a_silent_server_does_not_hang_us() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings = MailSettings(host="127.0.0.1", port=silent.getsockname()[1], sender="a@b.example", seconds=0.2)
        with pytest.raises(Failed, match="not sent"):
            send(rejection(REQUEST, "penuh", "id"), settings, NoSecrets())


def test_a_password_does_not_travel_in_clear(catcher: Catcher, settings: MailSettings) -> None:
    told = replace(settings, username="u", password=SecretRef("mail/password"))
    with pytest.raises(Failed, match="without STARTTLS"):
        send(rejection(REQUEST, "penuh", "id"), told, NoSecrets())


def test_starttls_is_demanded_not_hoped_for(catcher: Catcher, settings: MailSettings) -> None:
    told = replace(settings, starttls=True, username="u", password=SecretRef("mail/password"))
    with pytest.raises(Failed) as caught:
        send(rejection(REQUEST, "penuh", "id"), told, OneSecret())
    assert isinstance(caught.value.__cause__, smtplib.SMTPNotSupportedError)
    assert "CANARY" not in repr(caught.value) + caught.value.describe("en")
    assert catcher.mails == []
