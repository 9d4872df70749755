"""What a BAST says comes from recorded events, plan and request, and from nothing else."""

from typing import Any

import pytest
from msgspec.structs import replace
from papers_sample import events, office, plan, recorded, request

from netops.core.errors import Failed
from netops.core.model import Recorded
from netops.papers.bast import bast_page, labels, qr_text
from netops.papers.facts import BastFacts, bast_facts


def _facts(log: list[Recorded] | None = None, **more: Any) -> BastFacts:
    asked = request()
    made = plan(asked)
    given: dict[str, Any] = {"request": asked, "plan": made, "office": office()}
    return bast_facts(**given | {"events": events(made) if log is None else log} | more)


def _without(log: list[Recorded], kind: str, device: str = "") -> list[Recorded]:
    kept = [r for r in log if not (r.event.kind == kind and r.event.device == device)]
    assert len(kept) < len(log)
    return kept


def _row(facts: BastFacts, name: str) -> list[str]:
    rows: list[list[str]] = bast_page(facts, "id")["details"]
    return next(row for row in rows if row[0] == name)


def test_facts_of_a_handover() -> None:
    facts = _facts()
    assert [(d.name, d.replies, d.up) for d in facts.devices] == [
        ("sw-aula", 6, ("GigabitEthernet1/0/5",)),
        ("gw-kampus", 286, ("netops-vlan",)),
    ]
    assert [(a.role, a.evidence) for a in facts.approvals] == [("kepala", "ssh-signature")]
    assert f"{facts.at:%H:%M %Z}" == "08:13 WIB"
    assert facts.event.starts_at.isoformat() == "2026-11-20T09:00:00+07:00"
    assert facts.first.title == "Administrator Jaringan"
    assert {p.label for p in facts.proofs} == {"request", "plan", "statement", "signature", "backup", "sample_after"}


def test_number_is_never_invented() -> None:
    assert bast_page(_facts(), "id")["number"] == ""
    assert bast_page(_facts(number="7/BAST/2026"), "id")["number"] == "7/BAST/2026"


def test_what_was_not_measured_is_said_so() -> None:
    made = plan(request())
    log = _without(_without(events(made), "device.verified", "gw-kampus"), "evidence.sampled", "gw-kampus")
    facts = _facts(log)
    assert _row(facts, "Konfigurasi gw-kampus")[3] == "tidak diukur"
    assert "sesuai" in _row(facts, "Konfigurasi sw-aula")[3]
    assert _row(facts, "Jaringan")[3] == "dibaca ulang dan sesuai: sw-aula"
    assert _row(facts, "Bandwidth kegiatan")[3] == "tidak diukur"


def test_a_device_that_answered_nothing_is_not_called_installed() -> None:
    made = plan(request())
    log = [r for r in events(made) if not (r.event.kind == "batch.sent" and r.event.device == "sw-aula")]
    assert _row(_facts(log), "Konfigurasi sw-aula")[2] == "tidak tercatat"


def test_events_of_an_earlier_attempt_do_not_count() -> None:
    made = plan(request())
    log = events(made)
    start = next(r for r in log if r.event.kind == "change.started").event.data
    again = recorded([("change.restored", "", {}), ("change.started", "", dict(start)), ("change.active", "", {})], 50)
    facts = _facts([*log, *again])
    assert all(not d.verified_at and not d.replies for d in facts.devices)
    assert facts.anchor == 52


def test_later_events_do_not_alter_the_paper() -> None:
    log = events(plan(request()))
    later = recorded(
        [
            ("evidence.sampled", "gw-kampus", {"sample": "sha256:00", "interfaces": 1, "when": "end"}),
            ("device.closed", "gw-kampus", {"removed": 3}),
            ("change.ended", "", {"leftovers": []}),
        ],
        90,
    )
    assert _facts([*log, *later]) == _facts(log)
    assert _facts([*log, *later]).code == _facts(log).code


def test_events_of_another_change_are_left_out() -> None:
    log = events(plan(request()))
    foreign = replace(log[-2], seq=500, event=replace(log[-2].event, change="other"))
    assert _facts([*log, foreign]) == _facts(log)


def test_a_rejection_is_no_approval() -> None:
    made = plan(request())
    log = [
        replace(r, event=replace(r.event, data=dict(r.event.data) | {"decision": "reject"}))
        if r.event.kind == "approval.received"
        else r
        for r in events(made)
    ]
    assert _facts(log).approvals == ()


def test_an_emergency_names_the_officers_who_signed_it() -> None:
    made = plan(request())
    plain, *rest = events(made)
    (signed,) = [one for one in rest if one.event.kind == "approval.received"]
    document = "sha256:" + "e" * 64
    declared: list[tuple[str, str, dict[str, Any]]] = [
        ("plan.recorded", "", dict(plain.event.data)),
        ("emergency.declared", "", {"document": document, "reason": "Posko", "papers_due": "2026-11-23T01:00:00Z"}),
    ]
    for role in ("koordinator", "petugas-piket"):
        words = {"request": document, "role": role, "approver": f"{role}@kampus.example"}
        declared.append(("approval.received", "", dict(signed.event.data) | words))
    steps = [(one.event.kind, one.event.device, dict(one.event.data)) for one in rest if one is not signed]
    facts = _facts(recorded([*declared, *steps]))
    assert [(one.role, one.urgent) for one in facts.approvals] == [("koordinator", True), ("petugas-piket", True)]
    assert [one.about for one in facts.proofs if one.label == "signature"] == ["koordinator", "petugas-piket"]
    basis = bast_page(facts, "id")["basis"]
    assert "surat menyusul paling lambat" in basis[-3] and "Posko" in basis[-3]
    assert basis[-1].startswith("Persetujuan keadaan darurat oleh petugas-piket")
    # Declared, but the request's own chain signed before it ran: nothing was urgent.
    ordinary = _facts(recorded([*declared[:2], ("approval.received", "", dict(signed.event.data)), *steps]))
    assert ordinary.urgency is None and [one.urgent for one in ordinary.approvals] == [False]


def test_without_an_active_service_there_is_no_handover() -> None:
    made = plan(request())
    with pytest.raises(Failed, match="never recorded as active"):
        _facts(_without(events(made), "change.active"))


def test_another_request_or_plan_than_the_recorded_one_is_refused() -> None:
    with pytest.raises(Failed, match="not the recorded request"):
        _facts(request=request(participants=251))
    made = plan(request())
    with pytest.raises(Failed, match="not the recorded plan"):
        _facts(plan=replace(made, service="event-lain"), events=events(made))


def test_code_covers_what_the_paper_says() -> None:
    facts = _facts()
    assert len(facts.code) == 12
    others = [
        replace(facts, number="1"),
        replace(facts, lab=True),
        replace(facts, leaf="00"),
        replace(facts, needs=replace(facts.needs, users=1)),
        replace(facts, second=replace(facts.second, name="X")),
    ]
    assert len({facts.code, *(other.code for other in others)}) == 6
    assert facts.leaf in qr_text(facts)


def test_both_languages_have_the_same_words() -> None:
    assert labels("id").keys() == labels("en").keys()
    for key, value in labels("id").items():
        holes = {part.split("}")[0] for part in value.split("{")[1:]}
        assert holes == {part.split("}")[0] for part in labels("en")[key].split("{")[1:]}, key
