"""Mail over a real SMTP server on loopback: what goes out, what is refused, and how a failure is told."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from netops.core.errors import Failed, MailRefused
from netops.core.secret import Secret, SecretRef
from netops.notify.mail import Mail, MailSettings, compose, message_id, send

MAIL = Mail(
    to="budi@kampus.example",
    name="Budi Contohno, M.T.",
    subject="[HD-2026-0117] Permohonan tidak disetujui",
    body="Seminar “Sains” é – pilih tanggal lain.\n",
    key="rejection HD-2026-0117 penuh",
)
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


def test_a_mail_reaches_the_requester(catcher: Catcher, settings: MailSettings) -> None:
    send(MAIL, settings, NoSecrets(), AT)
    message = _parsed(catcher.mails[0])
    assert message["To"] == '"Budi Contohno, M.T." <budi@kampus.example>'
    assert message["From"] == "helpdesk@ptipd.kampus.example"
    assert "HD-2026-0117" in message["Subject"]
    assert message["Date"].datetime == AT
    body = message.get_content()
    assert "pilih tanggal lain" in body and "Seminar “Sains” é" in body


def test_the_same_mail_twice_is_recognisable(catcher: Catcher, settings: MailSettings) -> None:
    send(MAIL, settings, NoSecrets())
    send(MAIL, settings, NoSecrets())
    first, second = (_parsed(data)["Message-ID"] for data in catcher.mails)
    assert first == second
    others = {message_id(replace(MAIL, key="lain"), "a@b.example"), message_id(MAIL, "a@b.example")}
    assert len(others) == 2


@pytest.mark.parametrize("field", ["to", "name", "subject"])
@pytest.mark.parametrize("tail", ["\r\nBcc: x@evil.example", "\n\nbody", "\x00", "\u2028x"])
def test_header_injection_is_refused(catcher: Catcher, settings: MailSettings, field: str, tail: str) -> None:
    bad = Mail(**{name: getattr(MAIL, name) for name in Mail.__struct_fields__} | {field: getattr(MAIL, field) + tail})
    with pytest.raises(MailRefused, match=f"control character in {field}"):
        send(bad, settings, NoSecrets())
    assert catcher.mails == []


@pytest.mark.parametrize("to", ["budi", "a@b.example, c@d.example", "<a@b.example>", "a b@c.example", ""])
def test_what_is_no_address_is_refused(to: str) -> None:
    with pytest.raises(MailRefused, match="not an address"):
        compose(replace(MAIL, to=to), "a@b.example")


def test_no_server_is_told_with_its_place() -> None:
    port = _free_port()
    settings = MailSettings(host="127.0.0.1", port=port, sender="a@b.example", seconds=2.0)
    with pytest.raises(Failed, match=rf"127\.0\.0\.1:{port}: not sent") as caught:
        send(MAIL, settings, NoSecrets())
    assert "netops.toml" in caught.value.describe("id")
    assert isinstance(caught.value.__cause__, OSError)


def test_a_refused_recipient_is_told_with_the_servers_words_and_without_the_address() -> None:
    answer = "550 <budi@kampus.example> no such mailbox"
    with _serving(Catcher(answer)) as settings, pytest.raises(MailRefused, match="550 <…@…> no such mailbox"):
        send(MAIL, settings, NoSecrets())


def test_a_recipient_refused_for_now_may_be_tried_again() -> None:
    with _serving(Catcher("450 greylisted")) as settings, pytest.raises(Failed, match="450 greylisted") as caught:
        send(MAIL, settings, NoSecrets())
    assert not isinstance(caught.value, MailRefused)


def test_a_silent_server_does_not_hang_us() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings = MailSettings(host="127.0.0.1", port=silent.getsockname()[1], sender="a@b.example", seconds=0.2)
        with pytest.raises(Failed, match="not sent"):
            send(MAIL, settings, NoSecrets())


def test_a_password_does_not_travel_in_clear(catcher: Catcher, settings: MailSettings) -> None:
    told = replace(settings, username="u", password=SecretRef("mail/password"))
    with pytest.raises(Failed, match="without STARTTLS"):
        send(MAIL, told, NoSecrets())


def test_starttls_is_demanded_not_hoped_for(catcher: Catcher, settings: MailSettings) -> None:
    told = replace(settings, starttls=True, username="u", password=SecretRef("mail/password"))
    with pytest.raises(Failed) as caught:
        send(MAIL, told, OneSecret())
    assert isinstance(caught.value.__cause__, smtplib.SMTPNotSupportedError)
    assert "CANARY" not in repr(caught.value) + caught.value.describe("en")
    assert catcher.mails == []


class TestSubmission:
    """STARTTLS with a certificate that is checked, then a login, as an office's submission server asks for."""

    def test_a_login_travels_after_starttls(self, catcher: Catcher, tmp_path: Path) -> None:
        with _submission(catcher, tmp_path) as settings:
            send(MAIL, settings, OneSecret(), AT)
        assert [_parsed(data)["To"] for data in catcher.mails] == ['"Budi Contohno, M.T." <budi@kampus.example>']

    def test_a_wrong_password_is_told_without_it_and_may_be_tried_again(self, catcher: Catcher, tmp_path: Path) -> None:
        class Wrong:
            def get(self, ref: SecretRef) -> Secret:
                return Secret("CANARY-salah")

        with _submission(catcher, tmp_path) as settings, pytest.raises(Failed, match="535") as caught:
            send(MAIL, settings, Wrong(), AT)
        assert not isinstance(caught.value, MailRefused)
        assert "CANARY" not in repr(caught.value) + caught.value.describe("id")
        assert catcher.mails == []

    def test_a_certificate_of_nobody_we_know_is_refused(self, catcher: Catcher, tmp_path: Path) -> None:
        with _submission(catcher, tmp_path) as settings, pytest.raises(Failed, match="TLS: CERTIFICATE_VERIFY_FAILED"):
            send(MAIL, replace(settings, ca=None), OneSecret(), AT)
        assert catcher.mails == []


@contextmanager
def _submission(catcher: Catcher, folder: Path) -> Iterator[MailSettings]:
    certificate, key = _certificate(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"netops", b"CANARY-sandi")
        return AuthResult(success=good, handled=False)

    controller = Controller(
        catcher,
        hostname="127.0.0.1",
        port=_free_port(),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=check,
    )
    controller.start()
    try:
        yield MailSettings(
            host="localhost",
            port=controller.port,
            sender="helpdesk@ptipd.kampus.example",
            starttls=True,
            ca=certificate,
            username="netops",
            password=SecretRef("mail/password"),
            seconds=5.0,
        )
    finally:
        controller.stop()


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for `localhost` that signs itself, good for one test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "mail.pem", folder / "mail.key"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private
