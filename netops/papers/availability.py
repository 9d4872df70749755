"""The list of available bandwidth as one picture (SVG): what units hold from below, events above the office's share, the rest is free. Adds no figure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from netops.core.text import Lang, Text
from netops.core.units import RatePair, say_rate
from netops.papers.glyphs import printable
from netops.planning.availability import Holding, UplinkList
from netops.requests.common import ZONES, Zone

WIDTH, LEFT, RIGHT, PANEL, HEAD, LEGEND_LINE = 1000, 66, 14, 190, 56, 18
_GAP = 84  # between the panels of download and upload
MOST = 11
"""Units with a colour of their own; the smaller ones share one."""
_COLOURS = (
    *("#1f5a94", "#c2701f", "#3c7d4b", "#8a4a7d", "#7a6a2c", "#4a7f8c", "#a03c3c", "#5c5c94", "#6f8f3c", "#94624a"),
    "#3f6f6f",
)
_OTHERS, _EVENT, _LINE = "#9a9a9a", "#d8a8a8", "#555"
_FACE = "Liberation Sans,Arial,Helvetica,sans-serif"
_BOTH: tuple[tuple[str, Text], ...] = (
    ("down", Text("Unduh", "Download")),
    ("up", Text("Unggah", "Upload")),
)


def availability_svg(uplinks: Sequence[UplinkList], since: datetime, until: datetime, lang: Lang) -> str:
    """Every uplink below the other: download left, upload right, time to the right. The same list gives the same text."""
    parts: list[str] = []
    y = 46.0
    for one in uplinks:
        drawn, y = _uplink(one, since, until, y, lang)
        parts += drawn
    zone: Zone = uplinks[0].zone if uplinks else "WIB"
    span = f"{_moment(since, zone)} – {_moment(until, zone)} {zone}"
    title = Text("Daftar ketersediaan bandwidth", "List of available bandwidth").to(lang)
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_n(y)}" width="{WIDTH}" height="{_n(y)}" '
            f'font-family="{_FACE}" font-size="11">',
            f'<rect width="{WIDTH}" height="{_n(y)}" fill="#fff"/>',
            _text(14, 26, title, ' font-size="17" font-weight="bold"'),
            _text(WIDTH - RIGHT, 26, span, ' text-anchor="end"'),
            *parts,
            "</svg>",
        )
    )


def _uplink(one: UplinkList, since: datetime, until: datetime, y: float, lang: Lang) -> tuple[list[str], float]:
    contract = f"{say_rate(one.contract.down, lang)} / {say_rate(one.contract.up, lang)}"
    about = Text(f"kontrak unduh/unggah {contract}", f"contract down/up {contract}").to(lang)
    parts = [
        _text(14, y + 16, f"{one.site} · {one.uplink} · {one.provider}", ' font-size="13" font-weight="bold"'),
        _text(14, y + 32, f"{about}; {one.source}", ' fill="#444"'),
    ]
    colours = _colours(one)
    width = (WIDTH - LEFT - RIGHT - _GAP) / 2
    for column, (way, word) in enumerate(_BOTH):
        x = LEFT + column * (width + _GAP)
        parts += _panel(one, way, word.to(lang), colours, since, until, x, y + HEAD, width, lang)
    legend, rows = _legend(one, colours, y + HEAD + PANEL + 40, lang)
    return parts + legend, y + HEAD + PANEL + 46 + rows * LEGEND_LINE


def _colours(one: UplinkList) -> dict[str, str]:
    """By allocation, the largest first; events have theirs."""
    units = dict.fromkeys(each.commitment.allocation for each in _counted(one))
    return {name: _COLOURS[place] if place < MOST else _OTHERS for place, name in enumerate(units)}


def _counted(one: UplinkList) -> list[Holding]:
    return [each for each in one.holdings if each.counted and each.commitment.kind != "event"]


def _panel(
    one: UplinkList,
    way: str,
    word: str,
    colours: dict[str, str],
    since: datetime,
    until: datetime,
    x: float,
    y: float,
    width: float,
    lang: Lang,
) -> list[str]:
    contract, share = _rate(one.contract, way), _rate(one.share, way)
    promised = [_rate(span.units, way) + max(_rate(span.events, way), 0) for span in one.spans]
    top = max(contract, *promised, *(share + _rate(span.events, way) for span in one.spans), 1)

    def across(moment: datetime) -> float:
        return x + width * min(1.0, max(0.0, (moment - since) / (until - since)))

    def up(rate: int) -> float:
        return y + PANEL * (1 - rate / top)

    parts = [
        f'<rect x="{_n(x)}" y="{_n(up(share))}" width="{_n(width)}" height="{_n(y + PANEL - up(share))}" fill="#f1f3f6"/>'
    ]
    events = [each for each in one.holdings if each.commitment.kind == "event"]
    for span in one.spans:
        for base, holdings in ((0, _counted(one)), (share, events)):
            level = base
            for each in holdings:
                if not (each.since <= span.since and (each.until is None or span.since < each.until)):
                    continue
                rate = each.commitment.up if way == "up" else each.commitment.down
                fill = colours.get(each.commitment.allocation, _EVENT)
                a, b = across(span.since), across(span.until)
                faint = ' fill-opacity="0.45"' if each.state == "planned" else ""
                parts.append(
                    f'<rect shape-rendering="crispEdges" x="{_n(a)}" y="{_n(up(level + rate))}" width="{_n(b - a)}" '
                    f'height="{_n(up(level) - up(level + rate))}" fill="{fill}"{faint}/>'
                )
                level += rate
    for rate, words, dash in (
        (contract, Text("kontrak", "contract"), ""),
        (share, Text("bagian kantor", "office's share"), ' stroke-dasharray="6 3"'),
    ):
        parts.append(
            f'<path d="M{_n(x)} {_n(up(rate))}h{_n(width)}" stroke="#111" stroke-width="1.2"{dash}/>'
            + _text(x + width, up(rate) - 4, words.to(lang), ' text-anchor="end" font-size="10"')
        )
    for rate in dict.fromkeys((0, share, contract, top)):
        parts.append(_text(x - 6, up(rate) + 4, say_rate(rate, lang), ' text-anchor="end" font-size="10"'))
    parts.append(f'<path d="M{_n(x)} {_n(y)}v{PANEL}h{_n(width)}" fill="none" stroke="{_LINE}" stroke-width="0.8"/>')
    parts.append(_text(x, y - 8, word, ' font-weight="bold"'))
    return parts + _axis(one, since, until, x, y + PANEL, width)


def _axis(one: UplinkList, since: datetime, until: datetime, x: float, y: float, width: float) -> list[str]:
    """Days at midnight of the site, so many as there is room for."""
    zone = ZONES[one.zone]
    first = since.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if first < since:
        first += timedelta(days=1)
    days = max(1, (until - first).days + 1)
    step = -(-days // 7)
    parts = []
    for number in range(0, days, step):
        day = first + timedelta(days=number)
        if day > until:
            break
        at = x + width * ((day - since) / (until - since))
        parts.append(f'<path d="M{_n(at)} {_n(y)}v5" stroke="{_LINE}" stroke-width="0.8"/>')
        parts.append(_text(at, y + 17, f"{day:%d-%m}", ' text-anchor="middle" font-size="10"'))
    return parts


def _legend(one: UplinkList, colours: dict[str, str], y: float, lang: Lang) -> tuple[list[str], int]:
    """A line for what has a colour, three beside each other; how many rows it takes."""
    entries: list[tuple[str, str]] = []
    seen: set[str] = set()
    for each in _counted(one):
        own = each.commitment
        if own.allocation in seen:
            continue
        seen.add(own.allocation)
        if colours[own.allocation] != _OTHERS:
            entries.append((colours[own.allocation], _named(each, lang)))
    others = sum(colour == _OTHERS for colour in colours.values())
    if others:
        entries.append((_OTHERS, Text(f"{others} unit lain", f"{others} other units").to(lang)))
    if any(each.commitment.kind == "event" for each in one.holdings):
        entries.append((_EVENT, Text("kegiatan (di atas bagian kantor)", "events (above the office's share)").to(lang)))
    if any(each.state == "planned" for each in one.holdings):
        entries.append(("#bbb", Text("pudar: baru direncanakan", "faint: planned only").to(lang)))
    if not entries:
        entries.append(("#f1f3f6", Text("belum ada yang dijanjikan", "nothing is promised yet").to(lang)))
    column = (WIDTH - LEFT - RIGHT) / 3
    parts = []
    for place, (colour, words) in enumerate(entries):
        x, at = LEFT + place % 3 * column, y + place // 3 * LEGEND_LINE
        parts.append(f'<rect x="{_n(x)}" y="{_n(at - 9)}" width="11" height="11" fill="{colour}"/>')
        parts.append(_text(x + 16, at, _cut(words, 50)))
    return parts, -(-len(entries) // 3)


def _named(each: Holding, lang: Lang) -> str:
    own = each.commitment
    return f"{own.unit}, {own.letter}" if own.letter else f"{own.unit}, {Text('tanpa surat', 'no letter').to(lang)}"


def _rate(pair: RatePair, way: str) -> int:
    return pair.up if way == "up" else pair.down


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _moment(moment: datetime, zone: Zone) -> str:
    return f"{moment.astimezone(ZONES[zone]):%d-%m-%Y %H.%M}"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text x="{_n(x)}" y="{_n(y)}"{more}>{escape(printable(words))}</text>'
