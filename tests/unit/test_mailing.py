"""Mails of a workspace: asked for in the log, tried again when the server is back, never sent by both sides."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec.structs import replace

from netops.actions import mailing
from netops.app import App
from netops.cli.main import main
from netops.core.clock import ManualClock
from netops.core.errors import InputError
from netops.core.model import Event
from netops.data_root import init_workspace
from netops.filing import Filed, find
from netops.requests.example import example

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


class Inbox:
    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        if self.answer.startswith("250"):
            self.mails.append(envelope.content)
        return self.answer


@contextmanager
def serving(inbox: Inbox, port: int) -> Iterator[None]:
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@pytest.fixture
def port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        number: int = one.getsockname()[1]
        return number


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(AT)


@pytest.fixture
def app(tmp_path: Path, port: int, clock: ManualClock) -> Iterator[App]:
    root = tmp_path / "kampus"
    init_workspace(root, settings=f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsender = "helpdesk@kampus.example"\n')
    with App(root, clock=clock, actor="admin.jaringan") as opened:
        yield opened


@pytest.fixture
def filed(app: App) -> Filed:
    path = app.root / "permohonan.yaml"
    path.write_text(example(AT + timedelta(days=2), ticket="HD-1", name="Wisuda"), encoding="utf-8")
    return find(app, str(path))


def test_a_mail_is_queued_before_it_is_sent_and_recorded_after(app: App, filed: Filed, port: int) -> None:
    inbox = Inbox()
    with serving(inbox, port):
        mailing.tell(app, filed, "cancelled", reason="Aula dipakai ujian")
    kinds = [recorded.event.kind for recorded in app.journal.read(filed.change)]
    assert kinds[-2:] == ["mail.queued", "mail.sent"]
    assert b"Aula dipakai ujian" in inbox.mails[0]
    assert filed.request.requester.email.encode() in inbox.mails[0]


def test_no_address_stands_in_the_log(app: App, filed: Filed, port: int) -> None:
    inbox = Inbox()
    inbox.answer = f"451 <{filed.request.requester.email}> come back later"
    with serving(inbox, port):
        mailing.tell(app, filed, "cancelled", reason="x")
    events = [recorded.event for recorded in app.journal.read(filed.change)]
    assert events[-1].kind == "mail.failed"
    assert not [event for event in events if filed.request.requester.email in str(event.data)]


def test_a_dead_server_loses_no_mail(app: App, filed: Filed, port: int, clock: ManualClock) -> None:
    mailing.tell(app, filed, "ready")
    (one,) = mailing.queue(app)
    assert one.waiting and one.attempts == 1 and "not sent" in one.trouble
    assert mailing.deliver(app) == mailing.Delivery(sent=0, failed=0, waiting=1), "it is not tried before its time"
    clock.move(61)
    inbox = Inbox()
    with serving(inbox, port):
        assert mailing.deliver(app) == mailing.Delivery(sent=1, failed=0, waiting=0)
        assert mailing.deliver(app) == mailing.Delivery(sent=0, failed=0, waiting=0)
    assert len(inbox.mails) == 1


def test_a_mail_that_the_server_refuses_for_good_is_not_tried_again(
    app: App, filed: Filed, port: int, clock: ManualClock
) -> None:
    inbox = Inbox()
    inbox.answer = "554 looks like spam"
    with serving(inbox, port):
        mailing.tell(app, filed, "ready")
        clock.move(86_400)
        assert mailing.deliver(app) == mailing.Delivery(sent=0, failed=0, waiting=0)
    assert "554 looks like spam" in mailing.queue(app)[0].trouble


def test_what_the_helpdesk_sends_we_do_not(app: App, filed: Filed, port: int) -> None:
    app.settings = replace(app.settings, mail_sends=("ready",))
    inbox = Inbox()
    with serving(inbox, port):
        mailing.tell(app, filed, "rejection", reason="penuh")
        mailing.tell(app, filed, "ready")
    assert [one.kind for one in mailing.queue(app)] == ["ready"]
    assert len(inbox.mails) == 1


def test_one_process_at_a_time_sends(app: App, filed: Filed, port: int) -> None:
    inbox = Inbox()
    lease = app.journal.acquire("mail", "somebody else", 30)
    with serving(inbox, port):
        mailing.tell(app, filed, "ready")
        assert inbox.mails == []
        app.journal.release(lease)
        mailing.deliver(app)
    assert len(inbox.mails) == 1


def test_a_broken_text_is_recorded_and_stops_nothing(app: App, filed: Filed) -> None:
    (app.settings.templates / "mail" / "ready.id.txt").write_text("Subject: x\n\n$nama\n", encoding="utf-8")
    mailing.tell(app, filed, "ready")
    event = list(app.journal.read(filed.change))[-1].event
    assert event.kind == "mail.failed" and event.data["permanent"] and "unknown field" in event.data["message"]
    with pytest.raises(InputError, match="unknown field"):
        mailing.message(app, filed, "ready", "id")


def test_a_mail_whose_body_is_gone_is_told(app: App, filed: Filed) -> None:
    gone = Event(
        kind="mail.queued", change=filed.change, at=AT, actor="a", data={"mail": f"sha256:{'0' * 64}", "kind": "ready"}
    )
    app.journal.append((gone,))
    assert mailing.deliver(app).failed == 1


def test_the_commands_show_the_queue_and_send_it(
    app: App, filed: Filed, port: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETOPS_LANG", "en")
    mailing.tell(app, filed, "ready")
    app.close()
    assert main(["-C", str(app.root), "mail", "list"]) == 0
    assert "waiting: mail: 127.0.0.1" in capsys.readouterr().out
    inbox = Inbox()
    with serving(inbox, port):
        assert main(["-C", str(app.root), "mail", "send"]) == 0
    assert "1 sent, 0 failed, 0 waiting" in capsys.readouterr().err
    assert main(["-C", str(app.root), "message", filed.change, "--kind", "cancelled", "--reason", "Hujan"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("[HD-1] Request cancelled\n\nDear ") and "Hujan" in shown
