"""A mail catcher: takes every message over SMTP and keeps it; nothing is ever sent on."""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec import Struct

MAX_OCTETS = 5 * 1024 * 1024


class Mail(Struct, frozen=True, kw_only=True):
    """One message as it came in, with its envelope."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes

    def parse(self) -> EmailMessage:
        return message_from_bytes(self.data, policy=policy.default)


class MailCatcher:
    """Keeps `messages` in order of arrival; with a `folder` also as `0001.eml`, `0002.eml` … there."""

    def __init__(self, folder: Path | None = None) -> None:
        self.messages: list[Mail] = []
        self.port = 0
        self._folder = folder
        self._server: asyncio.Server | None = None

    async def start(self, host: str) -> None:
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, host, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def _session(self) -> SMTP:
        return SMTP(self, hostname="lab.invalid", data_size_limit=MAX_OCTETS, enable_SMTPUTF8=True, ident="lab")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        mail = Mail(sender=envelope.mail_from or "", recipients=tuple(envelope.rcpt_tos), data=content)
        self.messages.append(mail)
        if self._folder is not None:
            (self._folder / f"{len(self.messages):04d}.eml").write_bytes(content)
        return "250 OK"
