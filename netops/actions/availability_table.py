"""The list of available bandwidth as people read it in a terminal: uploads in front of downloads, as requests write them. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from netops.actions.allocating import Listing
from netops.core.measured import Commitment, Figures
from netops.core.text import Lang, Text
from netops.core.units import RatePair, say_rate
from netops.planning.adopting import Compared
from netops.planning.availability import Holding, Span, State, UplinkList
from netops.planning.commitments import say_letter
from netops.requests.common import ZONES, Zone

NARROW = 8
"""Characters at least of a cell that is cut."""
STATES: Mapping[State, Text] = {"planned": Text("rencana", "planned"), "ended": Text("selesai", "over")}
"""What is said of a commitment that is not in force."""
UNMEASURED = Text("belum diukur", "not measured")


def say_listing(found: Listing, lang: Lang, width: int) -> str:
    """`width` characters at most where that leaves every cell eight."""
    span = f"{say_moment(found.since, found.zone)} – {say_moment(found.until, found.zone)} {found.zone}"
    lines = [Text("Daftar ketersediaan bandwidth", "List of available bandwidth").to(lang), span]
    for one in found.uplinks:
        lines += ["", *_uplink(one, found.figures, lang, width)]
    return "\n".join(lines)


def _uplink(one: UplinkList, figures: Mapping[str, Figures], lang: Lang, width: int) -> list[str]:
    event_part = RatePair(up=one.contract.up - one.share.up, down=one.contract.down - one.share.down)
    lines = [
        f"{one.site} · {one.uplink} · {one.provider}",
        Text(
            f"  kontrak {say_pair(one.contract)} (unggah/unduh; {one.source})",
            f"  contract {say_pair(one.contract, 'en')} (up/down; {one.source})",
        ).to(lang),
        Text(
            f"  untuk unit {say_pair(one.share)} (bagian kantor {one.office} %), untuk kegiatan {say_pair(event_part)}",
            f"  for units {say_pair(one.share, 'en')} (the office's {one.office} %), for events {say_pair(event_part, 'en')}",
        ).to(lang),
        Text(
            f"  terukur: {_measured(figures.get(one.key), lang)}",
            f"  measured: {_measured(figures.get(one.key), lang)}",
        ).to(lang),
        "",
    ]
    head = (
        Text("unit", "unit"),
        Text("surat", "letter"),
        Text("unggah/unduh", "up/down"),
        Text("berlaku", "valid"),
        Text("p95; puncak", "p95; peak"),
    )
    rows = [_holding(each, figures, one.zone, lang) for each in one.holdings]
    if rows:
        lines += fitted([tuple(word.to(lang) for word in head), *rows], width, cut=(0, 1))
    else:
        lines.append("  " + Text("belum ada yang dijanjikan", "nothing is promised yet").to(lang))
    lines.append("")
    free_head = (
        Text("waktu", "time"),
        Text("dijanjikan", "promised"),
        Text("bebas untuk unit", "free for units"),
        Text("bebas untuk kegiatan", "free for events"),
    )
    spans = [_span(each, one.zone, lang) for each in one.spans]
    return lines + fitted([tuple(word.to(lang) for word in free_head), *spans], width, cut=())


def _holding(one: Holding, figures: Mapping[str, Figures], zone: Zone, lang: Lang) -> tuple[str, ...]:
    own = one.commitment
    name = own.unit if one.counted else f"· {own.unit}"  # inside another allocation
    if own.kind == "event":
        name = Text(f"kegiatan: {own.unit}", f"event: {own.unit}").to(lang)
    return (
        name,
        own.letter or Text("tanpa surat", "no letter").to(lang),
        say_pair(RatePair(up=own.up, down=own.down), lang),
        _validity(one, zone, lang),
        _measured(figures.get(own.allocation), lang),
    )


def _validity(one: Holding, zone: Zone, lang: Lang) -> str:
    since = say_moment(one.since, zone)
    if one.until is None:
        day = f"{one.since.astimezone(ZONES[zone]):%d-%m-%Y}"
        said = Text(f"tetap sejak {day}", f"for good since {day}").to(lang)
    else:
        until = say_moment(one.until, zone)
        said = f"{since.replace(until[5:10], '', 1) if since[5:10] == until[5:10] else since} – {until}"
    return f"{said} ({STATES[one.state].to(lang)})" if one.state in STATES else said


def _span(one: Span, zone: Zone, lang: Lang) -> tuple[str, ...]:
    promised = RatePair(up=one.units.up + one.events.up, down=one.units.down + one.events.down)
    return (
        f"{say_moment(one.since, zone)} – {say_moment(one.until, zone)}",
        say_pair(promised, lang),
        say_pair(one.free_units, lang),
        say_pair(one.free_events, lang),
    )


def _measured(found: Figures | None, lang: Lang) -> str:
    """`18/31; 20/42 Mbps`: 95th percentile and peak, up in front of down."""
    if found is None or found.up is None or found.down is None:
        return UNMEASURED.to(lang)
    percentile = say_pair(RatePair(up=found.up.p95, down=found.down.p95), lang)
    return f"{percentile}; {say_pair(RatePair(up=found.up.maximum, down=found.down.maximum), lang)}"


def say_compared(found: Compared, lang: Lang, width: int) -> str:
    """Devices and letters side by side; what agrees is not told."""
    lines: list[str] = []
    for title, rows in (
        (
            Text("Antrean tanpa surat", "Queues without a letter"),
            [(one.allocation, say_pair(RatePair(up=one.up, down=one.down), lang), one.target) for one in found.without_letter],
        ),
        (
            Text("Surat tanpa antrean", "Letters without a queue"),
            [(one.allocation, say_pair(RatePair(up=one.up, down=one.down), lang), _whose(one, lang)) for one in found.without_queue],
        ),
        (
            Text("Berbeda dari yang dijanjikan (dijanjikan; di perangkat)", "Other than promised (promised; on the device)"),
            [
                (
                    one.commitment.allocation,
                    f"{say_pair(RatePair(up=one.commitment.up, down=one.commitment.down), lang)}; "
                    f"{say_pair(RatePair(up=one.up, down=one.down), lang)}",
                    _whose(one.commitment, lang),
                )
                for one in found.differing
            ],
        ),
        (
            Text("Perangkat tidak terbaca", "Devices not read"),
            [(name, why, "") for name, why in sorted(found.unseen.items())],
        ),
    ):  # fmt: skip
        lines.append(f"{title.to(lang)}: {len(rows) or '-'}")
        lines += fitted(rows, width, cut=(0, 2)) if rows else []
    return "\n".join(lines)


def _whose(one: Commitment, lang: Lang) -> str:
    return f"{one.unit}, {say_letter(one.letter, lang)}"


# ── cells ────────────────────────────────────────────────────────────────────────────────────────────────────────


def say_pair(pair: RatePair, lang: Lang = "id") -> str:
    """`20/40 Mbps`, upload in front; one scale for both where that loses nothing."""
    if pair.up == pair.down:
        return _signed(pair.up, lang)
    up, down = _signed(pair.up, lang), _signed(pair.down, lang)
    number, _, scale = up.rpartition(" ")
    return f"{number}/{down}" if down.endswith(f" {scale}") else f"{up}/{down}"


def _signed(bps: int, lang: Lang) -> str:
    return f"-{say_rate(-bps, lang)}" if bps < 0 else say_rate(bps, lang)


def say_moment(moment: datetime, zone: Zone) -> str:
    """`01-12-2026`, with `07.30` behind it where it is not midnight."""
    local = moment.astimezone(ZONES[zone])
    return f"{local:%d-%m-%Y}" if (local.hour, local.minute) == (0, 0) else f"{local:%d-%m-%Y %H.%M}"


def fitted(rows: Sequence[tuple[str, ...]], width: int, cut: Sequence[int]) -> list[str]:
    """Lines of padded columns, two blanks in front; where they are too wide, the columns of `cut` are shortened with `…`."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    while sum(widths) + 2 * len(widths) > width and any(widths[index] > NARROW for index in cut):
        widest = max(cut, key=lambda index: widths[index])
        widths[widest] -= 1
    return [
        "  " + "  ".join(_cell(cell, size) for cell, size in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _cell(text: str, size: int) -> str:
    return text.ljust(size) if len(text) <= size else f"{text[: size - 1]}…"
