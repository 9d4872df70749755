"""Decisions that were made elsewhere come in on the command line: files signed by ssh-keygen, scans, attestations."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from approval_office import new_key, public_line, write_private
from life_desk import NOON, LifeDesk, open_life_desk
from returned_files import pdf

from netops import actions, views
from netops.actions import witnessing
from netops.changes.lifecycle import Phase
from netops.cli import approval as commands
from netops.cli import common
from netops.core.errors import InputError, NotApproved, Refused
from netops.filing import Filed
from netops.practice import KEY, OFFICERS, SIGNER
from netops.requests import sshsig
from netops.requests.policy import Evidence
from netops.requests.statement import SERVER, statement_bytes

FIRST, SECOND = (witnessing.Signing(officer=name, key=Path(key)) for key, name in OFFICERS.items())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LifeDesk]:
    with open_life_desk(tmp_path / "kampus") as found:
        yield found


def officer(desk: LifeDesk, one: witnessing.Signing) -> witnessing.Signing:
    return witnessing.Signing(officer=one.officer, key=desk.root / one.key)


def scanned(desk: LifeDesk, filed: Filed, inside: bytes = b"") -> witnessing.Scanned:
    scan = desk.root / "disposisi.pdf"
    scan.write_bytes(pdf(inside))
    return witnessing.record_scan(desk.app, filed, scan, officer(desk, FIRST), decision="approve", role="kepala")


def test_a_scan_counts_once_another_officer_confirms_it(desk: LifeDesk) -> None:
    filed = desk.filed()
    desk.plan(filed)
    waiting = scanned(desk, filed)
    assert desk.change(filed).phase is Phase.PLANNED and not actions.decisions(desk.app, filed)
    assert desk.app.objects.get(waiting.scan) == pdf()
    approval = witnessing.confirm_scan(desk.app, filed, officer(desk, SECOND))
    assert (approval.evidence, approval.approver) == (Evidence.WET, SIGNER)
    assert approval.by == (FIRST.officer, SECOND.officer)
    assert actions.decisions(desk.app, filed) == (approval,)
    assert desk.change(filed).phase is Phase.APPROVED
    assert (
        "tanda tangan basah (pindaian, dua petugas): koordinator@kampus.example, piket@kampus.example"
        in views.describe(desk.app, filed.change)
    )
    with pytest.raises(Refused, match="no scan of a disposition waits"):
        witnessing.confirm_scan(desk.app, filed, officer(desk, SECOND))


def test_the_first_officer_does_not_confirm(desk: LifeDesk) -> None:
    filed = desk.filed()
    scanned(desk, filed)
    with pytest.raises(NotApproved, match="two officers are needed"):
        witnessing.confirm_scan(desk.app, filed, officer(desk, FIRST))
    assert "approval.refused" in desk.kinds(filed) and not actions.decisions(desk.app, filed)


def test_who_is_no_officer_records_nothing(desk: LifeDesk) -> None:
    filed = desk.filed()
    (desk.root / "s.pdf").write_bytes(pdf())
    with pytest.raises(NotApproved, match="not an officer"):
        witnessing.record_scan(
            desk.app, filed, desk.root / "s.pdf", witnessing.Signing(officer=SIGNER, key=desk.root / KEY),
            decision="approve", role="kepala",
        )  # fmt: skip
    (desk.root / "s.pdf").write_bytes(b"not a PDF")
    with pytest.raises(InputError, match="no PDF, JPEG or PNG"):
        witnessing.record_scan(
            desk.app, filed, desk.root / "s.pdf", officer(desk, FIRST), decision="approve", role="kepala"
        )
    assert "approval.scanned" not in desk.kinds(filed)


def test_a_decision_that_came_in_between_puts_an_older_scan_out_of_turn(desk: LifeDesk) -> None:
    filed = desk.filed()
    scanned(desk, filed)
    desk.approve(filed)
    with pytest.raises(Refused):
        witnessing.confirm_scan(desk.app, filed, officer(desk, SECOND))


def run(desk: LifeDesk, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The command in this process, with this desk's clock."""
    from contextlib import contextmanager

    from netops.cli.main import main

    @contextmanager
    def opened(ctx: object, quiet: bool = False) -> Iterator[object]:
        yield desk.app

    monkeypatch.setattr(commands, "opened", opened)
    monkeypatch.setattr(common, "opened", opened)
    monkeypatch.chdir(desk.root)
    return main(list(words))


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_head_signs_with_nothing_but_ssh_keygen(
    desk: LifeDesk, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], decision: str
) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen: apt install openssh-client")
    filed = desk.filed()
    more = ["--reason", "Aula dipakai"] if decision == "reject" else []
    assert run(desk, monkeypatch, decision, filed.change, "--as", "kepala", "--print-statement", *more) == 0
    out, err = capfdbinary.readouterr()
    statement = desk.root / "pernyataan.json"
    statement.write_bytes(out)
    for word in ("Fakultas Sains dan Teknologi", "Wisuda", "10 Mbps", "belum ada rencana", filed.digest, SIGNER):
        assert word in err.decode(), "what is signed is shown in plain words"
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", KEY, "-n", "approval@netops", statement], cwd=desk.root, check=True, capture_output=True)  # fmt: skip
    signed = ["--statement", "pernyataan.json", "--signature", "pernyataan.json.sig"]
    other = {"approve": "reject", "reject": "approve"}[decision]
    assert run(desk, monkeypatch, other, filed.change, *signed, *(["--reason", "x"] if other == "reject" else [])) == 2
    assert run(desk, monkeypatch, decision, filed.change, *signed, *more) == 0
    (approval,) = actions.decisions(desk.app, filed)
    assert approval.decision == decision and approval.evidence is Evidence.SSH
    assert run(desk, monkeypatch, decision, filed.change, *signed, *more) == 4, "the very same once more"


def test_an_agent_signs(desk: LifeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("ssh-agent") is None:
        pytest.skip("ssh-agent: apt install openssh-client")
    filed = desk.filed()
    public = desk.root / "kepala.pub"
    public.write_text(sshsig.public_line(sshsig.load_key(desk.root / KEY).public) + "\n")
    socket = desk.root / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        for _ in range(500):
            if socket.exists():
                break
            desk_wait()
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        subprocess.run(["ssh-add", "-q", desk.root / KEY], check=True, capture_output=True)
        assert run(desk, monkeypatch, "approve", filed.change, "--as", "kepala", "--key", str(public)) == 0
    finally:
        agent.terminate()
        agent.wait(10)
    assert actions.decisions(desk.app, filed)[0].key == sshsig.load_key(desk.root / KEY).fingerprint


def desk_wait() -> None:
    import time

    time.sleep(0.01)


def attesting(desk: LifeDesk) -> sshsig.SigningKey:
    """A helpdesk whose server may attest for small events."""
    server = new_key()
    policy, signers = desk.root / "inventory" / "policy.yaml", desk.root / "inventory" / "allowed_signers"
    text = policy.read_text("utf-8").replace("# systems:\n#   helpdesk:", "systems:\n  helpdesk:")
    accepted = "      - { class: workflow-attestation, up_to: { participants: 50 } }\n"
    policy.write_text(text.replace("      - ssh-signature\n", "      - ssh-signature\n" + accepted, 1), "utf-8")
    with signers.open("a") as file:
        file.write(f'helpdesk-server namespaces="{SERVER}" {public_line(server)}\n')
    return server


def test_a_workflow_server_attests_by_jws(desk: LifeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    from evidence_office import b64

    server = attesting(desk)
    filed = desk.filed()
    said = actions.attestation(actions.statement(desk.app, filed, "approve", "kepala", SIGNER), "helpdesk", NOON)
    head = b64(b'{"alg":"EdDSA","kid":"%s"}' % server.fingerprint.encode())
    signing = f"{head}.{b64(statement_bytes(said))}"
    (desk.root / "token.jws").write_text(f"{signing}.{b64(sshsig.sign_raw(signing.encode(), server))}\n")
    assert run(desk, monkeypatch, "approve", filed.change, "--signature", "token.jws") == 0
    (approval,) = actions.decisions(desk.app, filed)
    assert (approval.evidence, approval.system) == (Evidence.WORKFLOW, "helpdesk")
    assert "bukan tanda tangan pribadi (helpdesk): helpdesk-server" in views.say_approval(approval).id


def test_a_workflow_server_attests_by_sshsig(
    desk: LifeDesk, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    server = attesting(desk)
    filed = desk.filed()
    when = "2026-11-20T11:00:00+07:00"
    words = ["--as", "kepala", "--print-statement", "--system", "helpdesk", "--decided-at"]
    assert run(desk, monkeypatch, "approve", filed.change, *words, "kemarin") == 2
    assert run(desk, monkeypatch, "approve", filed.change, *words, when) == 0
    data = capfdbinary.readouterr().out
    (desk.root / "a.json").write_bytes(data)
    (desk.root / "a.sig").write_text(sshsig.sign(data, server, SERVER))
    signed = ["--statement", "a.json", "--signature", "a.sig"]
    assert run(desk, monkeypatch, "approve", filed.change, *signed) == 0
    big = desk.filed("HD-2", people=51)
    said = actions.attestation(actions.statement(desk.app, big, "approve", "kepala", SIGNER), "helpdesk", NOON)
    with pytest.raises(NotApproved, match="for a request of this size"):
        actions.receive(desk.app, big, statement_bytes(said), sshsig.sign(statement_bytes(said), server, SERVER))


def test_the_command_line_takes_a_scan(desk: LifeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    filed = desk.filed()
    (desk.root / "disposisi.pdf").write_bytes(pdf())
    ((first_key, first), (second_key, second)) = OFFICERS.items()
    assert run(desk, monkeypatch, "approve", filed.change, "--confirm-wet", "--scan-to", "x.pdf") == 4, "none waits"
    assert (
        run(desk, monkeypatch, "approve", filed.change, "--wet", "disposisi.pdf", "--by", first, "--key", first_key)
        == 2
    )
    words = ["--as", "kepala", "--wet", "disposisi.pdf", "--by", first, "--key", first_key]
    assert run(desk, monkeypatch, "approve", filed.change, *words) == 0
    assert run(desk, monkeypatch, "approve", filed.change, "--confirm-wet", "--scan-to", "x.pdf") == 0
    assert (desk.root / "x.pdf").read_bytes() == pdf()
    assert run(desk, monkeypatch, "approve", filed.change, "--confirm-wet", "--by", second, "--key", second_key) == 0
    assert actions.decisions(desk.app, filed)[0].evidence is Evidence.WET


def longer_chain(desk: LifeDesk) -> None:
    policy = desk.root / "inventory" / "policy.yaml"
    text = policy.read_text("utf-8").replace(
        "    chain: [kepala]\n", "    chain: [koordinator, kepala]\n    sign_plan: true\n", 1
    )
    policy.write_text(text.replace("    sign_plan: false\n", "", 1), "utf-8")


def test_a_chain_of_two_with_the_plan_signed_goes_step_by_step(desk: LifeDesk) -> None:
    longer_chain(desk)
    filed = desk.filed()
    with pytest.raises(Refused, match="there is none yet"):
        desk.approve(filed, "koordinator")
    desk.plan(filed)
    plan = desk.change(filed).plan
    with pytest.raises(NotApproved, match="koordinator comes first"):
        desk.approve(filed)
    desk.approve(filed, "koordinator")
    assert desk.change(filed).phase is Phase.PLANNED, "one of two is no approval"
    assert "menunggu: kepala" in views.describe(desk.app, filed.change)
    desk.approve(filed)
    assert desk.change(filed).phase is Phase.APPROVED
    first, second = actions.decisions(desk.app, filed)
    assert (first.plan, second.plan, second.previous) == (plan, plan, first.statement)


def test_a_key_revoked_now_signs_no_more_and_what_it_signed_stays(desk: LifeDesk) -> None:
    filed, other = desk.filed(), desk.filed("HD-2")
    desk.approve(filed)
    with (desk.root / "inventory" / "revoked_keys").open("a") as file:
        file.write(sshsig.public_line(sshsig.load_key(desk.root / KEY).public) + "\n")
    del desk.app.revoked
    with pytest.raises(NotApproved, match="is revoked"):
        desk.approve(other)
    assert len(actions.decisions(desk.app, filed)) == 1
    refused = [one.event.data for one in desk.app.journal.read(other.change) if one.event.kind == "approval.refused"]
    assert {"signers", "policy", "revoked", "statement", "signature", "reason"} <= set(refused[0])
    assert all(desk.app.objects.has(refused[0][name]) for name in ("signers", "policy", "revoked"))


def test_a_key_of_nobody_is_refused_before_anything_is_signed(desk: LifeDesk, tmp_path: Path) -> None:

    stranger = write_private(new_key(), tmp_path / "stranger")
    with pytest.raises(InputError, match="does not belong to exactly one holder"):
        actions.owner(desk.app, "kepala", stranger)
