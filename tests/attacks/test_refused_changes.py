"""What must not run does not, through the command line: exit 4, recorded in the log, and the lab counts no write."""

import json
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions, views
from netops.changes.lifecycle import Phase
from netops.cli.main import main
from netops.core.clock import SystemClock
from netops.core.model import Event
from netops.filing import Filed, find
from netops.lab.ios.device import Ios
from netops.lab.ios.machine import Machine
from netops.lab.routeros.device import RouterOS
from netops.practice import KEY, SIGNER, new_key

Run = Callable[..., int]
Later = Callable[[timedelta], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Moves every clock of this process: ours, and the lab's."""

    def move(by: timedelta) -> None:
        monkeypatch.setattr(SystemClock, "now", lambda self: datetime.now(UTC) + by)

    return move


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("NETOPS_LANG", "en")
    monkeypatch.setenv("NETOPS_OPERATOR", "admin.jaringan")
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


@pytest.fixture
def run(desk: Desk) -> Run:
    return lambda *words: main(["-C", str(desk.root), *words])


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every line that any switch of the lab is given."""
    lines: list[str] = []
    before = Machine.before

    async def watched(self: Machine, line: str, *, configuring: bool) -> str | None:
        lines.append(line)
        return await before(self, line, configuring=configuring)

    monkeypatch.setattr(Machine, "before", watched)
    return lines


def writes(desk: Desk) -> int:
    """Writes that the routers of the lab counted since they started."""
    routers = [device for device in desk.campus.devices.values() if isinstance(device, RouterOS)]
    return desk.campus.call(lambda: sum(router.faults.writes for router in routers))


def switch_text(desk: Desk) -> str:
    switch = desk.campus.devices["sw-aula"]
    assert isinstance(switch, Ios)
    return desk.campus.call(lambda: switch.running_config)


def refusals(desk: Desk, change: str, kind: str = "change.refused") -> list[str]:
    return [str(r.event.data["reason"]) for r in desk.app.journal.read(change) if r.event.kind == kind]


def planned(desk: Desk, **wishes: object) -> Filed:
    path = desk.request(**wishes)  # type: ignore[arg-type]  # the names are those of `request`
    actions.plan(desk.app, str(path))
    return find(desk.app, str(path))


def approve(filed: Filed, desk: Desk) -> list[str]:
    return ["approve", filed.change, "--as", "kepala", "--signer", SIGNER, "--key", str(desk.root / KEY)]


def refused_at_apply(desk: Desk, run: Run, typed: list[str], ref: str, change: str) -> str:
    """Apply; returns the recorded reason. The devices are not even asked."""
    typed.clear()
    before, known = switch_text(desk), len(refusals(desk, change))
    assert run("apply", ref) == 4
    assert writes(desk) == 0
    assert typed == [] and switch_text(desk) == before
    assert "change.started" not in desk.kinds(change)
    recorded = refusals(desk, change)
    assert len(recorded) == known + 1
    return recorded[-1]


def test_the_counters_do_count(desk: Desk, run: Run, typed: list[str]) -> None:
    """Zero writes would prove nothing if the lab never counted."""
    filed = desk.approved(people=3)
    assert writes(desk) == 0 and switch_text(desk)
    typed.clear()
    assert run("apply", filed.change) == 0
    assert writes(desk) > 10 and any("switchport access vlan" in line for line in typed)


def test_unsigned(desk: Desk, run: Run, typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    filed = planned(desk, people=3)
    assert refused_at_apply(desk, run, typed, filed.change, filed.change) == "NotApproved"
    assert "still waiting for kepala" in capsys.readouterr().err


def test_a_row_in_the_log_without_a_signature_behind_it(desk: Desk, run: Run, typed: list[str]) -> None:
    """Somebody who may write into the database copies another request's approval, or invents one."""
    honest = desk.approved("HD-1", people=3)
    other = planned(desk, ticket="HD-2", place="lapangan", people=3)
    (row,) = [r.event for r in desk.app.journal.read(honest.change) if r.event.kind == "approval.received"]
    for data in (row.data, {**row.data, "request": other.digest}):
        copied = Event(kind=row.kind, change=other.change, at=desk.app.clock.now(), actor=row.actor, data=data)
        desk.app.journal.append((copied,))
        assert refused_at_apply(desk, run, typed, other.change, other.change) == "NotApproved"


def test_rejected(desk: Desk, run: Run, typed: list[str]) -> None:
    filed = planned(desk, people=3)
    reject = ["reject", *approve(filed, desk)[1:], "--reason", "Aula dipakai"]
    assert run(*reject) == 0
    assert refused_at_apply(desk, run, typed, filed.change, filed.change) == "NotApproved"
    assert run(*approve(filed, desk)) == 4, "a rejection ends the request"
    assert run("plan", filed.change) == 4
    assert writes(desk) == 0


def test_edited_after_the_approval(desk: Desk, run: Run, typed: list[str]) -> None:
    filed = desk.approved(people=3)
    path = desk.root / "HD-1.yaml"
    # Elsewhere besides: what was approved holds the hall, and a plan for it would be refused for that alone.
    text = path.read_text().replace("20M/50M", "20M/60M").replace("place: aula", "place: lapangan")
    path.write_text(text.replace("indoor", "outdoor"))
    edited = find(desk.app, str(path))
    assert edited.change != filed.change
    assert run("plan", str(path)) == 3
    assert refused_at_apply(desk, run, typed, str(path), edited.change) == "NotApproved"


def test_a_stored_request_edited_by_hand(desk: Desk, run: Run, typed: list[str]) -> None:
    filed = desk.approved(people=3)
    name = filed.digest.partition(":")[2]
    (body,) = [
        path for path in (desk.root / "var" / "objects").rglob("*") if name.endswith(path.name) and path.is_file()
    ]
    body.chmod(0o600)
    body.write_bytes(body.read_bytes().replace(b"50000000", b"90000000"))
    typed.clear()
    assert run("apply", filed.change) == 1
    assert writes(desk) == 0 and typed == []


def test_an_approval_that_expired(desk: Desk, run: Run, typed: list[str], later: Later) -> None:
    """By policy an approval is used up to 60 days after its receipt."""
    filed = desk.approved(people=3, starts=datetime.now(UTC) + timedelta(days=61, hours=1))
    later(timedelta(days=60, hours=12))
    assert refused_at_apply(desk, run, typed, filed.change, filed.change) == "NotApproved"


@pytest.mark.parametrize(
    ("starts", "by", "reason"),
    [
        (timedelta(days=3), timedelta(), "OutsideWindow"),
        (timedelta(hours=1), timedelta(hours=8), "OutsideWindow"),
        (timedelta(days=8), timedelta(days=7, hours=12), "StalePlan"),
    ],
    ids=["too early", "over", "plan expired"],
)
def test_outside_its_time(
    desk: Desk, run: Run, typed: list[str], later: Later, starts: timedelta, by: timedelta, reason: str
) -> None:
    filed = desk.approved(people=3, starts=datetime.now(UTC) + starts)
    later(by)
    assert refused_at_apply(desk, run, typed, filed.change, filed.change) == reason


def test_out_of_bounds_when_planned(desk: Desk, run: Run, typed: list[str]) -> None:
    path = desk.request(bandwidth="20M/50M", people=2001)
    assert run("plan", str(path)) == 4
    change = find(desk.app, str(path)).change
    assert refusals(desk, change) == ["OutOfBounds"]
    assert refused_at_apply(desk, run, typed, str(path), change) == "NotApproved"


def test_bounds_that_were_narrowed_after_the_approval(desk: Desk, run: Run, typed: list[str]) -> None:
    filed = desk.approved(people=30)
    policy = desk.root / "inventory" / "policy.yaml"
    policy.write_text(policy.read_text().replace("participants: 2000", "participants: 20"))
    assert refused_at_apply(desk, run, typed, filed.change, filed.change) == "OutOfBounds"


def test_who_approved_does_not_carry_out(
    desk: Desk, run: Run, typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = desk.approved(people=3)
    monkeypatch.setenv("NETOPS_OPERATOR", SIGNER)
    assert refused_at_apply(desk, run, typed, filed.change, filed.change) == "NotApproved"


def test_only_a_signed_rejection_is_mailed(desk: Desk, run: Run, tmp_path: Path) -> None:
    filed = planned(desk, people=3)
    stranger = tmp_path / "stranger.key"
    new_key(stranger)
    words = ["reject", filed.change, "--as", "kepala", "--signer", SIGNER, "--reason", "Aula dipakai", "--key"]
    assert run(*words, str(stranger)) == 4
    assert refusals(desk, filed.change, "approval.refused")
    assert views.state(desk.app, filed.change).phase is Phase.PLANNED
    assert run("apply", filed.change) == 4
    assert desk.campus.mail.messages == [], "neither an unsigned rejection nor a refusal is mailed"

    assert run(*words, str(desk.root / KEY)) == 0
    (mail,) = desk.campus.mail.messages
    assert mail.recipients == (filed.request.requester.email,)
    body = mail.parse().get_body()
    assert body is not None and "Aula dipakai" in body.get_content()
    assert desk.kinds(filed.change)[-1] == "mail.sent"


def test_an_approval_is_not_mailed(desk: Desk, run: Run) -> None:
    filed = planned(desk, people=3)
    assert run(*approve(filed, desk)) == 0
    assert desk.campus.mail.messages == []


@pytest.mark.needs_debian("openssh-client")
def test_ssh_keygen_verifies_the_very_bytes_that_approve_recorded(desk: Desk, run: Run, tmp_path: Path) -> None:
    filed = planned(desk, people=3)
    assert run(*approve(filed, desk)) == 0
    (row,) = [r.event.data for r in desk.app.journal.read(filed.change) if r.event.kind == "approval.received"]
    said = desk.app.objects.get(row["statement"])
    signature = tmp_path / "statement.sig"
    signature.write_bytes(desk.app.objects.get(row["signature"]))
    assert json.loads(said)["request"] == filed.digest

    def agrees(data: bytes, who: str = SIGNER, space: str = "approval@netops") -> bool:
        words = ["ssh-keygen", "-Y", "verify", "-f", str(desk.root / "inventory" / "allowed_signers")]
        words += ["-I", who, "-n", space, "-s", str(signature)]
        return subprocess.run(words, input=data, capture_output=True, check=False).returncode == 0

    assert agrees(said)
    assert not agrees(said.replace(b"kepala", b"kabid1"))
    assert not agrees(said, who="lain@kampus.example")
    assert not agrees(said, space="git")


def test_a_log_edited_by_hand_names_its_first_bad_entry(
    desk: Desk, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(desk, people=3)
    size = len(list(desk.app.journal.read()))
    assert run("log", "verify", "--json") == 0
    assert json.loads(capsys.readouterr().out)["size"] == size
    raw = sqlite3.connect(desk.app.settings.journal)
    raw.execute(
        "UPDATE events SET body = CAST(replace(CAST(body AS TEXT), 'admin.jaringan', 'orang.lain') AS BLOB) WHERE seq = 1"
    )
    raw.commit()
    raw.close()
    for words in (("log", "verify"), ("log", "verify", "--json")):
        assert run(*words) == 1
        captured = capsys.readouterr()
        assert "entry 1" in captured.err and captured.out == ""


def test_the_signer_is_the_owner_of_the_key(
    desk: Desk, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`netops approve REQUEST --as kepala --key …`, as it is documented; a key that nobody has is named."""
    filed = planned(desk, people=3)
    words = ["approve", filed.change, "--as", "kepala", "--key"]
    new_key(tmp_path / "stranger.key")
    assert run(*words, str(tmp_path / "stranger.key")) == 2
    assert "does not belong to exactly one holder of the role kepala (none)" in capsys.readouterr().err
    assert run(*words, str(tmp_path / "missing.key")) == 2
    assert run(*words, str(desk.root / KEY)) == 0
    assert f"by {SIGNER} (kepala)" in capsys.readouterr().err
    assert desk.kinds(filed.change)[-1] == "approval.received"
