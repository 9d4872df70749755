"""The mail catcher: what a sender hands over is kept as it was, and goes no further."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from lab_fakes import FakeDevice, fake_spec

from netops.lab.campus import Campus
from netops.lab.mail import MAX_OCTETS


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Campus]:
    with Campus(fake_spec(FakeDevice()), mail_folder=tmp_path / "surat") as campus:
        yield campus


def letter(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ptipd@kampus.example", "panitia@kampus.example", subject
    message.set_content("Permohonan ditolak – silakan perbaiki.\n.\nTitik di awal baris tetap ada.\n")
    return message


def test_messages_are_kept_in_order_and_as_files(lab: Campus, tmp_path: Path) -> None:
    with smtplib.SMTP("127.0.0.1", lab.mail.port, timeout=5) as smtp:
        smtp.send_message(letter("Pertama"))
        smtp.send_message(letter("Kedua"), to_addrs=["a@kampus.example", "b@kampus.example"])
    first, second = lab.mail.messages
    assert (first.sender, first.recipients) == ("ptipd@kampus.example", ("panitia@kampus.example",))
    assert second.recipients == ("a@kampus.example", "b@kampus.example")
    assert first.parse()["Subject"] == "Pertama"
    assert "\n.\nTitik di awal" in first.parse().get_content().replace("\r\n", "\n")
    assert sorted(path.name for path in (tmp_path / "surat").iterdir()) == ["0001.eml", "0002.eml"]
    assert (tmp_path / "surat" / "0002.eml").read_bytes() == second.data


def test_a_message_beyond_the_limit_is_refused(lab: Campus) -> None:
    message = letter("Besar")
    message.add_attachment(b"x" * MAX_OCTETS, maintype="application", subtype="octet-stream")
    with (
        smtplib.SMTP("127.0.0.1", lab.mail.port, timeout=5) as smtp,
        pytest.raises((smtplib.SMTPSenderRefused, smtplib.SMTPDataError)),
    ):
        smtp.send_message(message)
    assert lab.mail.messages == []
