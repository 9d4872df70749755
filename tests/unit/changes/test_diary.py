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
    assert [(deed.what.en, deed.detail) for deed in found] == [
        ("began to carry the change out", ""),
        ("wrote a paper", "bast"),
    ]
