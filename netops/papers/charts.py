"""Five-minute averages drawn as SVG for paper and screen, black on white; a gap is hatched and never bridged. Adds no figure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from html import escape

from msgspec import Struct

from netops.core.measured import Limit, Slot
from netops.core.text import Lang, Text
from netops.papers.glyphs import printable
from netops.papers.words import say_mbps, say_month_day

SLOT = 300
WIDTH, LEFT, RIGHT, PANEL, GAP, TOP, BOTTOM = 660, 46, 8, 104, 30, 20, 44
"""In quarters of a millimetre: a figure is 165 mm wide, the text of an A4 paper."""
COLUMNS = 600
"""More averages than that share a column: then its lowest and highest are drawn beside their mean."""
SHADED_DAYS = 92
"""Working hours of a longer period are narrower than a line, and are not shaded."""
_TITLES = (Text("Unggah (Mbps)", "Upload (Mbps)"), Text("Unduh (Mbps)", "Download (Mbps)"))
_FACE = "Liberation Sans,Arial,Helvetica,sans-serif"


class Chart(Struct, frozen=True, kw_only=True):
    """One allocation over [since, until), which carry the office's zone. `marks` are numbered changes, `work` working hours.

    `ways`: down is 1, up is 0; a queue of one direction has one panel.
    """

    title: str
    since: datetime
    until: datetime
    slots: Sequence[Slot]
    limits: Sequence[Limit] = ()
    marks: Sequence[tuple[datetime, str]] = ()
    work: Sequence[tuple[datetime, datetime]] = ()
    p95: tuple[int | None, int | None] = (None, None)  # up, down
    ways: tuple[int, ...] = (1, 0)


class _Column(Struct, frozen=True, kw_only=True):
    low: int
    mean: int
    high: int


def shades(chart: Chart) -> bool:
    return chart.until - chart.since <= timedelta(days=SHADED_DAYS)


def chart_svg(chart: Chart, lang: Lang) -> str:
    """Two panels, download above upload, over one axis of time. The same chart gives the same text."""
    height = TOP + len(chart.ways) * (PANEL + GAP) - GAP + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="{_FACE}" font-size="10">',
        '<defs><pattern id="gap" width="5" height="5" patternUnits="userSpaceOnUse"><path d="M-1 6L6 -1" stroke="#777" '
        'stroke-width="0.6"/></pattern></defs>',
    ]
    for number, way in enumerate(chart.ways):
        rates = [slot.down if way else slot.up for slot in chart.slots]
        rates += [limit.down if way else limit.up for limit in chart.limits]
        top = _nice(max(rates, default=1_000_000) * 1.04)
        parts += _panel(chart, _TITLES[way].to(lang), way, TOP + number * (PANEL + GAP), top, lang)
    parts += _axis(chart, height - BOTTOM, lang)
    parts += _legend(chart, height - 10, lang)
    return "".join((*parts, "</svg>"))


def _x(chart: Chart, moment: datetime) -> float:
    share = (moment - chart.since) / (chart.until - chart.since)
    return LEFT + min(1.0, max(0.0, share)) * (WIDTH - LEFT - RIGHT)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text x="{_n(x)}" y="{_n(y)}"{more}>{escape(printable(words))}</text>'


def _panel(chart: Chart, title: str, way: int, y: float, top: int, lang: Lang) -> list[str]:
    base, right = y + PANEL, WIDTH - RIGHT

    def at(rate: int) -> float:
        return base - min(1.0, rate / top) * PANEL

    out = []
    if shades(chart):
        for since, until in chart.work:
            a, b = _x(chart, since), _x(chart, until)
            if b > a:
                out.append(f'<rect x="{_n(a)}" y="{_n(y)}" width="{_n(b - a)}" height="{PANEL}" fill="#e9e9e9"/>')
    for part in range(5):
        level = at(top * part // 4)
        out.append(f'<path d="M{LEFT} {_n(level)}H{right}" stroke="#bbb" stroke-width="0.5"/>')
        out.append(_text(LEFT - 4, level + 3.5, say_mbps(top * part // 4, lang), ' text-anchor="end"'))
    out += _data(chart, way, y, at)
    for limit in chart.limits:
        a, b, level = _x(chart, limit.since), _x(chart, limit.until or chart.until), at(limit.down if way else limit.up)
        out.append(f'<path d="M{_n(a)} {_n(level)}H{_n(b)}" stroke="#000" stroke-width="1.1" stroke-dasharray="7 3"/>')
    if (high := chart.p95[way]) is not None:
        level = at(high)
        out.append(
            f'<path d="M{LEFT} {_n(level)}H{right}" stroke="#000" stroke-width="0.9" stroke-dasharray="1.2 2.2"/>'
        )
    for moment, label in chart.marks:
        x = _x(chart, moment)
        out.append(
            f'<path d="M{_n(x)} {_n(y - 2)}V{_n(base)}" stroke="#000" stroke-width="0.9" stroke-dasharray="8 2 2 2"/>'
        )
        wide = 5.5 + 2.8 * len(label)
        x, level = min(x, right - wide), y - 14 if x > LEFT + 96 else y + 3  # beside the title, else below it
        out.append(
            f'<rect x="{_n(x - wide)}" y="{_n(level)}" width="{_n(2 * wide)}" height="12" rx="6" fill="#fff" stroke="#000" stroke-width="0.7"/>'
        )
        out.append(_text(x, level + 9.4, label, ' text-anchor="middle" font-size="9"'))
    out.append(f'<path d="M{LEFT} {_n(y)}V{_n(base)}H{right}" fill="none" stroke="#000" stroke-width="0.8"/>')
    out.append(_text(LEFT, y - 6, title, ' font-weight="bold"'))
    return out


def _data(chart: Chart, way: int, y: float, at: Callable[[int], float]) -> list[str]:
    columns, step = _columns(chart, way)
    width = timedelta(seconds=step * SLOT)
    base, out = y + PANEL, []
    start = 0
    while start < len(columns):
        end = start
        while end < len(columns) and (columns[end] is None) == (columns[start] is None):
            end += 1
        a, b = _x(chart, chart.since + start * width), _x(chart, chart.since + end * width)
        run = [column for column in columns[start:end] if column is not None]
        if not run:
            out.append(f'<rect x="{_n(a)}" y="{_n(y)}" width="{_n(b - a)}" height="{PANEL}" fill="#fff"/>')
            out.append(f'<rect x="{_n(a)}" y="{_n(y)}" width="{_n(b - a)}" height="{PANEL}" fill="url(#gap)"/>')
        else:
            xs = [_x(chart, chart.since + n * width) for n in range(start, end + 1)]
            if step == 1:
                out.append(f'<path d="{_stairs(xs, [at(c.mean) for c in run])}V{_n(base)}H{_n(a)}Z" fill="#cfcfcf"/>')
            else:
                upper, lower = _stairs(xs, [at(c.high) for c in run]), _back(xs, [at(c.low) for c in run])
                out.append(f'<path d="{upper}{lower}Z" fill="#b4b4b4"/>')
            out.append(
                f'<path d="{_stairs(xs, [at(c.mean) for c in run])}" fill="none" stroke="#000" stroke-width="0.9"/>'
            )
        start = end
    return out


def _columns(chart: Chart, way: int) -> tuple[list[_Column | None], int]:
    """What is drawn from left to right, None where nothing was measured; and how many slots one column takes."""
    count = max(1, int((chart.until - chart.since).total_seconds()) // SLOT)
    step = -(-count // COLUMNS)
    columns: list[list[Slot]] = [[] for _ in range(-(-count // step))]
    for slot in chart.slots:
        place = int((slot.at - chart.since).total_seconds()) // SLOT
        if slot.measured > 0 and 0 <= place < count:
            columns[place // step].append(slot)
    return [_column(slots, way) for slots in columns], step


def _column(slots: Sequence[Slot], way: int) -> _Column | None:
    if not slots:
        return None
    rates = [slot.down if way else slot.up for slot in slots]
    weight = sum(slot.measured for slot in slots)
    mean = sum(rate * slot.measured for rate, slot in zip(rates, slots, strict=True)) // weight
    return _Column(low=min(rates), mean=mean, high=max(rates))


def _stairs(xs: Sequence[float], ys: Sequence[float]) -> str:
    words = [f"M{_n(xs[0])} {_n(ys[0])}"]
    for n, y in enumerate(ys):
        words.append(f"V{_n(y)}H{_n(xs[n + 1])}")
    return "".join(words)


def _back(xs: Sequence[float], ys: Sequence[float]) -> str:
    return "".join(f"V{_n(ys[n])}H{_n(xs[n])}" for n in range(len(ys) - 1, -1, -1))


def _nice(most: float) -> int:
    """A round top of the axis, divisible by four."""
    factor = 1_000
    while True:
        for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8):
            if step * factor >= most:
                return int(step * factor)
        factor *= 10


def _axis(chart: Chart, y: float, lang: Lang) -> list[str]:
    out, last = [], -100.0
    for moment, label, strong in _ticks(chart, lang):
        x = _x(chart, moment)
        out.append(f'<path d="M{_n(x)} {_n(y)}v{6 if strong else 3}" stroke="#000" stroke-width="0.7"/>')
        if label and x - last > 38:
            anchor, last = "end" if x > WIDTH - 24 else "middle", x
            out.append(_text(x, y + 16, label, f' text-anchor="{anchor}"'))
    return out


def _ticks(chart: Chart, lang: Lang) -> Iterable[tuple[datetime, str, bool]]:
    days = (chart.until - chart.since) / timedelta(days=1)
    if days <= 2.1:
        moment = chart.since.replace(minute=0, second=0, microsecond=0)
        dot = "." if lang == "id" else ":"
        while moment <= chart.until:
            if moment >= chart.since:
                strong = moment.hour % 3 == 0
                yield moment, f"{moment:%H}{dot}{moment:%M}" if strong else "", strong
            moment += timedelta(hours=1)
        return
    every = 1 if days <= 12 else 2 if days <= 20 else 3 if days <= 36 else 7 if days <= 80 else 0
    day, n = chart.since.replace(hour=0, minute=0, second=0, microsecond=0), 0
    while day <= chart.until:
        if day >= chart.since:
            strong = (n % every == 0) if every else day.day == 1
            if strong or every:
                yield day, say_month_day(day, lang) if strong else "", strong
            n += 1
        day += timedelta(days=1)


def _legend(chart: Chart, y: float, lang: Lang) -> list[str]:
    step = -(-max(1, int((chart.until - chart.since).total_seconds()) // SLOT) // COLUMNS)
    entries: list[tuple[str, Text]] = [
        ('<path d="M0 -3h16" stroke="#000" stroke-width="0.9"/>', Text("rata-rata 5 menit", "5-minute average"))
    ]
    if step > 1:
        entries = [
            ('<path d="M0 -3h16" stroke="#000" stroke-width="0.9"/>', Text("rata-rata", "average")),
            ('<rect y="-8" width="16" height="9" fill="#b4b4b4"/>', Text("terendah–tertinggi", "lowest–highest")),
        ]
    if chart.limits:
        entries.append(
            (
                '<path d="M0 -3h16" stroke="#000" stroke-width="1.1" stroke-dasharray="7 3"/>',
                Text("alokasi", "allocation"),
            )
        )
    if any(chart.p95[way] is not None for way in chart.ways):
        entries.append(
            (
                '<path d="M0 -3h16" stroke="#000" stroke-width="0.9" stroke-dasharray="1.2 2.2"/>',
                Text("persentil 95", "95th percentile"),
            )
        )
    if shades(chart) and chart.work:
        entries.append(('<rect y="-8" width="16" height="9" fill="#e9e9e9"/>', Text("jam kerja", "working hours")))
    if any(column is None for column in _columns(chart, 1)[0]):
        entries.append(
            (
                '<rect y="-8" width="16" height="9" fill="url(#gap)" stroke="#777" stroke-width="0.4"/>',
                Text("tanpa data sah", "no valid data"),
            )
        )
    if chart.marks:
        entries.append(
            (
                '<path d="M8 -9v10" stroke="#000" stroke-width="0.9" stroke-dasharray="4 1.5 1.5 1.5"/>',
                Text("perubahan", "change"),
            )
        )
    out, x = [], float(LEFT)
    for picture, words in entries:
        said = words.to(lang)
        out.append(f'<g transform="translate({_n(x)} {_n(y)})">{picture}{_text(20, 0, said)}</g>')
        x += 32 + 4.9 * len(said)
    return out
