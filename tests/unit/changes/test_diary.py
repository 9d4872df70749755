"""The logbook of a day: the operator's own deeds, in order, and nothing that is a step inside one."""

from datetime import UTC, datetime, timedelta

from netops.changes.diary import diary
from netops.core.model import Event, Recorded

AT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def log(*facts: tuple[str, str, int, dict[str, str]]) -> list[Recorded]:
    return [
        Recorded(
            seq=seq,
            leaf="",
            event=Event(kind=kind, change="HD-1-aaaaaa", at=AT + timedelta(hours=hours), actor=actor, data=data),
        )
        for seq, (kind, actor, hours, data) in enumerate(facts)
    ]


def test_only_ones_own_deeds_of_that_day_in_order() -> None:
    events = log(
        ("plan.recorded", "sari", -1, {}),
        ("change.started", "sari", 0, {}),
        ("batch.intent", "sari", 1, {}),
        ("paper.written", "sari", 2, {"paper": "bast", "file": "x.pdf"}),
        ("paper.written", "budi", 3, {"paper": "bast"}),
        ("change.ended", "sari", 24, {}),
    )
    found = diary(events, "sari", AT, AT + timedelta(days=1))
    assert [(deed.what.en, deed.detail.en) for deed in found] == [
        ("began to carry the change out", ""),
        ("wrote a paper", "bast"),
    ]


def test_what_a_person_does_in_a_day_is_told_and_a_refusal_in_both_languages() -> None:
    events = log(
        ("change.refused", "sari", 0, {"message": "too late", "message_id": "terlambat"}),
        ("change.refused", "sari", 1, {"message": "of an older log"}),
        ("change.extended", "sari", 2, {"until": "2026-11-20T13:00:00+00:00"}),
        ("request.returned", "sari", 3, {"reason": "surat belum ditandatangani"}),
        ("vouchers.printed", "sari", 4, {"paper": "hmac-sha256:00", "numbers": "001-040"}),
    )
    found = diary(events, "sari", AT, AT + timedelta(days=1))
    assert [deed.detail.id for deed in found] == [
        "terlambat", "of an older log", "2026-11-20T13:00:00+00:00", "surat belum ditandatangani", "001-040",
    ]  # fmt: skip
    assert found[0].detail.en == "too late" and found[2].what.en == "extended the event"
