"""A month as a report tells it: three units behind two providers, a raised allocation, gaps. Every figure is made up."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from msgspec.structs import replace
from papers_sample import office

from netops.changes.office_time import working_spans
from netops.core.measured import (
    Commitment,
    Evidence,
    Figures,
    Flaw,
    Flow,
    Lost,
    Series,
    SeriesKind,
    Slot,
    Unanswered,
    Watch,
)
from netops.papers.facts import signatory
from netops.papers.monitoring_facts import (
    PARTS,
    Line,
    MonitoringFacts,
    Part,
    Proven,
    Remark,
    Subject,
    Supply,
    Turn,
)
from netops.papers.proposed import proposed

ZONE = office().timezone
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
START, END = datetime(2026, 11, 1, tzinfo=ZONE), datetime(2026, 12, 1, tzinfo=ZONE)
RAISED = datetime(2026, 11, 16, 9, 0, tzinfo=ZONE)
AT = datetime(2026, 12, 1, 8, 30, tzinfo=ZONE)


def term(allocation: str, unit: str, down: int, up: int, **more: object) -> Commitment:
    plain: dict[str, object] = {
        "letter": "B-113/Un.03/FST/HM.01/11/2026",
        "since": START,
        "until": END,
        "kind": "permanent",
        "change": "BW-2026-0007-1a2b3c",
    }
    return Commitment(
        allocation=allocation,
        unit=unit,
        uplink="kampus/ISP-A",
        down=down,
        up=up,
        **(plain | more),  # type: ignore[arg-type]
    )


def slots(seed: int, busy: int, without: Iterable[tuple[datetime, datetime]] = (), end: datetime = END) -> list[Slot]:
    """Five-minute averages of an office: busy by day, quiet by night, nothing in the gaps."""
    random, found, moment, gaps = Random(seed), [], START, tuple(without)
    while moment < end:
        if not any(since <= moment < until for since, until in gaps):
            day = moment.weekday() < 5 and 8 <= moment.hour < 16
            down = int(min(busy, max(0, random.gauss(busy * (0.75 if day else 0.12), busy * 0.2))))
            found.append(Slot(at=moment, down=down, up=down // 4, measured=300))
        moment += timedelta(minutes=5)
    return found


def figures(
    watch: Watch,
    seen: Sequence[Slot],
    limit: int | None,
    flaws: Mapping[Flaw, int],
    start: datetime = START,
    end: datetime = END,
) -> Figures:
    expected = int((end - start).total_seconds())

    def flow(of: Sequence[Slot], way: str) -> Flow:
        rates = sorted(getattr(slot, way) for slot in of)
        most = None if limit is None else limit if way == "down" else limit // 2
        return Flow(
            average=sum(rates) // len(rates),
            maximum=rates[-1],
            p95=rates[-(-len(rates) * 95 // 100) - 1],
            volume=sum(rate * 300 // 8 for rate in rates),
            over_80=None if most is None else 300 * sum(1 for rate in rates if rate >= most * 0.8),
            at_limit=None if most is None else 300 * sum(1 for rate in rates if rate >= most * 0.98),
            utilisation=None if most is None else 1000 * sum(rates) // len(rates) // most,
        )

    work = working_spans(office().working_time(), start, end)
    within = [slot for slot in seen if any(since <= slot.at < until for since, until in work)]
    return Figures(
        watch=watch,
        since=start,
        until=end,
        expected=expected,
        measured=300 * len(seen),
        flaws=flaws,
        up=flow(seen, "up") if seen else None,
        down=flow(seen, "down") if seen else None,
        office=(flow(within, "up"), flow(within, "down")) if within else None,
    )


def watch(device: str, name: str) -> Watch:
    return Watch(series=Series(device=device, kind=SeriesKind.QUEUE, name=name))


def evidence(
    device: str,
    name: str,
    seen: Sequence[Slot],
    limit: int | None = None,
    lost: Sequence[Lost] = (),
    unanswered: Sequence[Unanswered] = (),
    outages: Sequence[tuple[datetime, datetime]] = (),
) -> Evidence:
    flaws = {one.flaw: one.count for one in lost}
    return Evidence(
        figures=figures(watch(device, name), seen, limit, flaws),
        slots=tuple(seen),
        points=(),
        lost=tuple(lost),
        unanswered=tuple(unanswered),
        outages=tuple(outages),
    )


NIGHT_OUT = (datetime(2026, 11, 9, 22, 10, tzinfo=ZONE), datetime(2026, 11, 10, 6, 35, tzinfo=ZONE))
RESTART = (datetime(2026, 11, 22, 1, 0, tzinfo=ZONE), datetime(2026, 11, 22, 1, 15, tzinfo=ZONE))
AWAY = Lost(since=NIGHT_OUT[0], until=NIGHT_OUT[1], flaw=Flaw.GAP, count=1)
SILENT = Unanswered(since=NIGHT_OUT[0], until=NIGHT_OUT[1], reason="Unreachable", count=505)


@cache
def lines() -> tuple[Line, ...]:
    fst, lib, old = "gw-kampus/fst", "gw-kampus/perpustakaan", "gw-lama/arsip"
    before = slots(1, 20_000_000, [NIGHT_OUT], RAISED)
    fst_slots = (*before, *(s for s in slots(2, 36_000_000, [RESTART]) if s.at >= RAISED))
    lib_slots = tuple(slots(3, 5_000_000, [NIGHT_OUT]))
    restart = Lost(since=RESTART[0], until=RESTART[1], flaw=Flaw.REBOOT, count=1)
    return (
        Line(
            allocation=fst,
            unit="Fakultas Sains dan Teknologi",
            terms=(
                term(fst, "Fakultas Sains dan Teknologi", 20_000_000, 10_000_000, until=RAISED, letter="B-7/FST/2025"),
                term(fst, "Fakultas Sains dan Teknologi", 40_000_000, 20_000_000, since=RAISED),
            ),
            evidence=evidence("gw-kampus", "fst", fst_slots, 40_000_000, (AWAY, restart), (SILENT,)),
        ),
        Line(
            allocation=lib,
            unit="Perpustakaan Pusat",
            terms=(term(lib, "Perpustakaan Pusat", 20_000_000, 10_000_000, letter=""),),
            evidence=evidence("gw-kampus", "perpustakaan", lib_slots, 20_000_000, (AWAY,), (SILENT,)),
        ),
        Line(
            allocation=old,
            unit="Bagian Arsip dan Tata Usaha Kampus Lama",
            terms=(term(old, "Bagian Arsip dan Tata Usaha Kampus Lama", 2_500_000, 512_000, letter="12/TU/2024"),),
            evidence=evidence("gw-lama", "arsip", ()),
        ),
    )


@cache
def uplink() -> Evidence:
    return evidence("gw-kampus", "ether1", slots(9, 300_000_000), outages=(RESTART,))


def facts(**more: object) -> MonitoringFacts:
    whose = office()
    day = AT.date()
    found = lines()
    made = MonitoringFacts(
        subject=Subject(kind="site", name="kampus", title="Kampus Utama"),
        first=FIRST,
        last=LAST,
        starts_at=START,
        ends_at=END,
        at=AT,
        number="",
        lab=True,
        office=whose,
        supplies=(
            Supply(
                uplink="ISP-A",
                provider="PT Contoh Internet",
                contract=(500_000_000, 500_000_000),
                promised=(30_512_000, 62_500_000),
                evidence=uplink(),
            ),
            Supply(
                uplink="ISP-B",
                provider="PT Contoh Serat",
                contract=(100_000_000, 100_000_000),
                promised=(120_000_000, 90_000_000),
            ),
        ),
        lines=found,
        turns=(
            Turn(
                at=RAISED,
                allocation="gw-kampus/fst",
                unit="Fakultas Sains dan Teknologi",
                before=(10_000_000, 20_000_000),
                after=(20_000_000, 40_000_000),
                letter="B-113/Un.03/FST/HM.01/11/2026",
                change="BW-2026-0007-1a2b3c",
            ),
        ),
        remarks={},
        proven=tuple(
            Proven(name=f"2026-11-{n:02d}.parquet", digest="sha256:" + f"{n:02d}" * 32, entry=100 + n)
            for n in range(1, 31)
        ),
        made_by=signatory(whose, "admin-jaringan", day),
        checked_by=signatory(whose, "koordinator", day),
        acknowledges=signatory(whose, "kepala", day),
        anchor=130,
        method={"interval": "60"},
    )
    made = replace(made, **more)
    return with_words(made) if not made.remarks else made


def with_words(made: MonitoringFacts) -> MonitoringFacts:
    said: dict[Part, Remark] = {part: Remark(text=proposed(made, part, "id")) for part in PARTS}
    said["conclusion"] = Remark(
        text="Pemakaian Fakultas Sains dan Teknologi naik sesudah alokasinya ditambah, dan kini cukup.",
        author="Sari Contohwati, S.Kom.",
        at=AT - timedelta(hours=1),
    )
    return replace(made, remarks=said)
