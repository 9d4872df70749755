"""Mail through Debian's postfix as an office's server has it: STARTTLS, relay, and what it refuses for good."""

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec.structs import replace

from netops.core.errors import Failed, MailRefused
from netops.core.secret import Secret, SecretRef
from netops.notify.mail import Mail, MailSettings, send

pytestmark = [
    pytest.mark.needs_debian("postfix"),
    pytest.mark.skipif(os.geteuid() != 0, reason="postfix starts as root only"),
]
MAIL = Mail(to="budi@kampus.example", name="Budi", subject="Siap", body="Internet “Wisuda” siap.\n", key="ready HD-1")
MASTER = """\
{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


class Beyond:
    """The next server, which postfix hands mails on to."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        return "250 OK"


class NoSecrets:
    def get(self, ref: SecretRef) -> Secret:
        raise AssertionError(f"{ref} was asked for")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def _postfix(folder: Path, beyond: int) -> Iterator[MailSettings]:
    """A postfix of its own: configuration, queue and log in `folder`, nothing outside it is touched."""
    port, config = _free_port(), folder / "etc"
    for name in ("etc", "queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    certificate, key = folder / "mail.pem", folder / "mail.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key],
        check=True, capture_output=True,
    )  # fmt: skip
    (config / "main.cf").write_text(
        f"""\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.kampus.example
mydestination =
mynetworks =
relay_domains = kampus.example
relay_recipient_maps =
relayhost = [127.0.0.1]:{beyond}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtp_dns_support_level = disabled
alias_maps =
""",
        encoding="utf-8",
    )
    (config / "master.cf").write_text(MASTER.format(port=f"127.0.0.1:{port}"), encoding="utf-8")
    started = subprocess.run(["postfix", "-c", config, "start"], capture_output=True, text=True, check=False)
    assert started.returncode == 0, started.stderr + started.stdout
    try:
        yield MailSettings(
            host="localhost", port=port, sender="helpdesk@kampus.example", starttls=True, ca=certificate, seconds=10.0
        )
    finally:
        subprocess.run(["postfix", "-c", config, "stop"], capture_output=True, check=False)


@pytest.fixture
def beyond() -> Iterator[tuple[Beyond, int]]:
    handler = Beyond()
    controller = Controller(handler, hostname="127.0.0.1", port=_free_port())
    controller.start()
    yield handler, controller.port
    controller.stop()


@pytest.fixture
def postfix(beyond: tuple[Beyond, int]) -> Iterator[MailSettings]:
    # Postfix' own user must reach its queue, which it cannot below a folder that is only ours.
    folder = Path(tempfile.mkdtemp(prefix="netops-postfix-"))
    folder.chmod(0o755)
    try:
        with _postfix(folder, beyond[1]) as settings:
            yield settings
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_postfix_takes_a_mail_over_starttls_and_hands_it_on(postfix: MailSettings, beyond: tuple[Beyond, int]) -> None:
    send(MAIL, postfix, NoSecrets(), datetime.now(UTC))
    until = time.monotonic() + 20
    while not beyond[0].mails and time.monotonic() < until:
        time.sleep(0.05)
    (arrived,) = beyond[0].mails
    assert b"by mail.kampus.example (Postfix)" in arrived and b"with ESMTPS" in arrived  # S: over TLS (RFC 3848)
    assert "Internet “Wisuda” siap.".encode() in arrived or b"=E2=80=9CWisuda=E2=80=9D" in arrived


def test_postfix_refuses_what_is_not_its_own_and_we_do_not_try_again(postfix: MailSettings) -> None:
    stranger = Mail(to="x@elsewhere.example", name="X", subject="a", body="b\n", key="k")
    with pytest.raises(MailRefused, match=r"554 5\.7\.1 <…@…>: Relay access denied"):
        send(stranger, postfix, NoSecrets())


def test_without_starttls_postfix_takes_nothing(postfix: MailSettings) -> None:
    with pytest.raises(Failed, match="530"):
        send(MAIL, replace(postfix, starttls=False), NoSecrets())
    with pytest.raises(Failed, match="CERTIFICATE_VERIFY_FAILED") as caught:
        send(MAIL, replace(postfix, ca=None), NoSecrets())
    assert isinstance(caught.value.__cause__, ssl.SSLError)
