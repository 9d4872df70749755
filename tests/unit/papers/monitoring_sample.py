"""A month as a report tells it: three units behind two providers, a raised allocation, gaps. Every figure is made up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from papers_sample import office

from netops.changes.office_time import working_spans
from netops.core.measured import Commitment, Figures, Flaw, Flow, Series, SeriesKind, Slot, Watch
from netops.papers.facts import signatory
from netops.papers.monitoring_facts import (
    PARTS,
    Line,
    MonitoringFacts,
    Part,
    Proven,
    Remark,
    Stretch,
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


def lines() -> tuple[Line, ...]:
    fst, lib, old = "gw-kampus/fst", "gw-kampus/perpustakaan", "gw-lama/arsip"
    down_time = (datetime(2026, 11, 9, 22, 10, tzinfo=ZONE), datetime(2026, 11, 10, 6, 35, tzinfo=ZONE))
    night = (datetime(2026, 11, 22, 1, 0, tzinfo=ZONE), datetime(2026, 11, 22, 1, 15, tzinfo=ZONE))
    before = slots(1, 20_000_000, [down_time], RAISED)
    fst_slots = (*before, *(s for s in slots(2, 36_000_000, [night]) if s.at >= RAISED))
    lib_slots = tuple(slots(3, 5_000_000, [down_time]))
    return (
        Line(
            allocation=fst,
            unit="Fakultas Sains dan Teknologi",
            terms=(
                term(fst, "Fakultas Sains dan Teknologi", 20_000_000, 10_000_000, until=RAISED, letter="B-7/FST/2025"),
                term(fst, "Fakultas Sains dan Teknologi", 40_000_000, 20_000_000, since=RAISED),
            ),
            figures=figures(watch("gw-kampus", "fst"), fst_slots, 40_000_000, {Flaw.GAP: 1, Flaw.REBOOT: 1}),
            slots=fst_slots,
            gaps=(
                Stretch(allocation=fst, since=down_time[0], until=down_time[1], flaw=Flaw.GAP, reason="Unreachable"),
                Stretch(allocation=fst, since=night[0], until=night[1], flaw=Flaw.REBOOT),
            ),
        ),
        Line(
            allocation=lib,
            unit="Perpustakaan Pusat",
            terms=(term(lib, "Perpustakaan Pusat", 20_000_000, 10_000_000, letter=""),),
            figures=figures(watch("gw-kampus", "perpustakaan"), lib_slots, 20_000_000, {Flaw.GAP: 1}),
            slots=lib_slots,
            gaps=(
                Stretch(allocation=lib, since=down_time[0], until=down_time[1], flaw=Flaw.GAP, reason="Unreachable"),
            ),
        ),
        Line(
            allocation=old,
            unit="Bagian Arsip dan Tata Usaha Kampus Lama",
            terms=(term(old, "Bagian Arsip dan Tata Usaha Kampus Lama", 2_500_000, 512_000, letter="12/TU/2024"),),
            figures=None,
            gaps=(Stretch(allocation=old, since=START, until=END),),
        ),
    )


def facts(**more: object) -> MonitoringFacts:
    whose = office()
    day = AT.date()
    found = lines()
    uplink = slots(9, 300_000_000)
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
                figures=figures(watch("gw-kampus", "ether1"), uplink, None, {}),
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
    made = replace(made, **more)  # type: ignore[arg-type]
    return with_words(made) if not made.remarks else made


def with_words(made: MonitoringFacts) -> MonitoringFacts:
    said: dict[Part, Remark] = {part: Remark(text=proposed(made, part, "id")) for part in PARTS}
    said["conclusion"] = Remark(
        text="Pemakaian Fakultas Sains dan Teknologi naik sesudah alokasinya ditambah, dan kini cukup.",
        author="Sari Contohwati, S.Kom.",
        at=AT - timedelta(hours=1),
    )
    return replace(made, remarks=said)
