"""Numbers, dates and rates as an office writes them, in Indonesian and English; refuses what it cannot say."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from netops.core.text import Lang, Text
from netops.core.units import say_rate

ZONES = {name: timezone(timedelta(hours=hours), name) for name, hours in (("WIB", 7), ("WITA", 8), ("WIT", 9))}
"""Indonesia's zones (Keppres 41/1987), by the name that is printed."""
_NAMES = {zone.utcoffset(None): name for name, zone in ZONES.items()}

_LOCALE: dict[Lang, str] = {"id": "id_ID", "en": "en_GB"}
_ID = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas")
_EN = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def number_words(number: int, lang: Lang) -> str:
    """2026 → `dua ribu dua puluh enam`, `two thousand and twenty-six`. Raises ValueError outside 0 to 999,999."""
    if not 0 <= number < 1_000_000:
        raise ValueError(f"{number} is outside 0 to 999,999")
    return _indonesian(number) if lang == "id" else _english(number)


def _indonesian(number: int) -> str:
    if number < 12:
        return _ID[number]
    if number < 20:
        return f"{_ID[number - 10]} belas"
    for unit, word, one in ((1_000, "ribu", "seribu"), (100, "ratus", "seratus"), (10, "puluh", "sepuluh")):
        if number >= unit:
            count, rest = divmod(number, unit)
            head = one if count == 1 else f"{_indonesian(count)} {word}"
            return f"{head} {_indonesian(rest)}" if rest else head
    raise AssertionError("unreachable: every number from 20 has a unit of ten")


def _english(number: int) -> str:
    if number < 20:
        return _EN[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return _TENS[tens] + (f"-{_EN[rest]}" if rest else "")
    if number < 1_000:
        hundreds, rest = divmod(number, 100)
        return f"{_EN[hundreds]} hundred" + (f" and {_english(rest)}" if rest else "")
    thousands, rest = divmod(number, 1_000)
    joint = " and " if 0 < rest < 100 else " "
    return f"{_english(thousands)} thousand" + (joint + _english(rest) if rest else "")


def zone_name(moment: datetime) -> str:
    """`WIB`, `WITA` or `WIT` by the moment's own offset, elsewhere `UTC+05.30`. Raises ValueError without an offset."""
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("a printed time needs a zone")
    if offset in _NAMES:
        return _NAMES[offset]
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return "UTC" if not minutes else f"UTC{'+' if minutes > 0 else '−'}{hours:02d}.{rest:02d}"


def weekday(day: date, lang: Lang) -> str:
    return format_date(day, "EEEE", locale=_LOCALE[lang])


def say_date(day: date, lang: Lang, *, with_weekday: bool = True) -> str:
    """`Jumat, 20 November 2026`, `Friday, 20 November 2026`."""
    return format_date(day, "EEEE, d MMMM y" if with_weekday else "d MMMM y", locale=_LOCALE[lang])


def say_time(moment: datetime, lang: Lang) -> str:
    """`09.00 WIB`, `09:00 WIB`."""
    return f"{moment:%H}{'.' if lang == 'id' else ':'}{moment:%M} {zone_name(moment)}"


def say_moment(moment: datetime, lang: Lang) -> str:
    """`Jumat, 20 November 2026, pukul 09.00 WIB`, `Friday, 20 November 2026, at 09:00 WIB`."""
    return f"{say_date(moment, lang)}, {'pukul' if lang == 'id' else 'at'} {say_time(moment, lang)}"


def say_brief(moment: datetime, lang: Lang) -> str:
    """`20 Nov 2026, 09.00 WIB`, for narrow table cells."""
    return f"{format_date(moment, 'd MMM y', locale=_LOCALE[lang])}, {say_time(moment, lang)}"


def say_short(moment: datetime, lang: Lang) -> str:
    """`20 Nov 2026, 09.00`, where the zone is told elsewhere, as in a table's head."""
    return say_brief(moment, lang).rpartition(" ")[0]


def say_days(first: date, last: date, lang: Lang) -> str:
    """`20 November 2026`, `1–30 November 2026`, `28 Oktober – 3 November 2026`: days, both included, as short as they go."""
    if first == last:
        return say_date(first, lang, with_weekday=False)
    end = say_date(last, lang, with_weekday=False)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    return f"{format_date(first, 'd MMMM' if first.year == last.year else 'd MMMM y', locale=_LOCALE[lang])} – {end}"


def say_span(start: datetime, end: datetime, lang: Lang) -> str:
    """`Jumat, 20 November 2026, pukul 09.00 – 16.00 WIB`; two full moments where the days differ."""
    if start.date() == end.date() and start.utcoffset() == end.utcoffset():
        return f"{say_moment(start, lang).removesuffix(' ' + zone_name(start))} – {say_time(end, lang)}"
    return f"{say_moment(start, lang)} {'s.d.' if lang == 'id' else 'to'} {say_moment(end, lang)}"


def date_words(day: date, lang: Lang) -> str:
    """`Jumat tanggal dua puluh bulan November tahun dua ribu dua puluh enam (20-11-2026)` and its English."""
    month = format_date(day, "MMMM", locale=_LOCALE[lang])
    number, year = number_words(day.day, lang), number_words(day.year, lang)
    figures = f"{day:%d-%m-%Y}"
    if lang == "id":
        return f"{weekday(day, lang)} tanggal {number} bulan {month} tahun {year} ({figures})"
    return f"{weekday(day, lang)}, day {number} of {month} in the year {year} ({figures})"


def time_words(moment: datetime, lang: Lang) -> str:
    """`09.05 WIB (sembilan lewat lima menit)`, `09:05 WIB (five minutes past nine)`."""
    hour, minute = number_words(moment.hour, lang), number_words(moment.minute, lang)
    if lang == "id":
        words = f"{hour} lewat {minute} menit" if moment.minute else f"{hour} tepat"
    elif moment.minute:
        words = f"{minute} minute{'s' if moment.minute > 1 else ''} past {hour}"
    else:
        words = f"{hour} exactly"
    return f"{say_time(moment, lang)} ({words})"


def say_count(number: int, lang: Lang) -> str:
    """2500 → `2.500`, `2,500`."""
    return str(format_decimal(Decimal(number), locale=_LOCALE[lang]))


def say_count_words(number: int, lang: Lang) -> str:
    """250 → `250 (dua ratus lima puluh)`."""
    return f"{say_count(number, lang)} ({number_words(number, lang)})"


def say_mbps(bps: int, lang: Lang) -> str:
    """A rate in Mbps as a bare number for tables and axes: 20000000 → `20`, 18234567 → `18,23`, 512000 → `0,512`."""
    places = 3 if bps < 1_000_000 else 2 if bps < 100_000_000 else 1 if bps < 1_000_000_000 else 0
    rounded = round(Decimal(bps) / 1_000_000, places)
    return str(format_decimal(rounded, format="#,##0.###", locale=_LOCALE[lang]))


def say_measured(bps: int, lang: Lang) -> str:
    """A measured rate in running text: `18,23 Mbps`; number and unit stay together."""
    return f"{say_mbps(bps, lang)}\u00a0Mbps"


def say_volume(octets: int, lang: Lang) -> str:
    """`1.234,5 GB`, `12,3 MB`: octets in powers of ten."""
    unit, factor = ("GB", 10**9) if octets >= 10**9 else ("MB", 10**6)
    return f"{format_decimal(round(Decimal(octets) / factor, 1), format='#,##0.0', locale=_LOCALE[lang])}\u00a0{unit}"


def say_percent(part: float, whole: float, lang: Lang) -> str:
    """`41,3 %` (id), `41.3%` (en); `–` of nothing. What is not all is never rounded up to 100, what is some never to 0."""
    if not whole:
        return "–"
    share = round(Decimal(100) * Decimal(part) / Decimal(whole), 1)
    if part < whole and share >= 100:
        share = Decimal("99.9")
    if part > 0 and share == 0:
        share = Decimal("0.1")
    number = format_decimal(share, format="#,##0.#", locale=_LOCALE[lang])
    return f"{number}\u00a0%" if lang == "id" else f"{number}%"


def say_lasting(seconds: int, lang: Lang) -> str:
    """A length of time in its two largest units: `1 hari 3 jam`, `5 menit`, `40 detik`."""
    units = (("hari", "d", 86_400), ("jam", "h", 3_600), ("menit", "min", 60), ("detik", "s", 1))
    words: list[str] = []
    for name, brief, size in units:
        count, seconds = divmod(seconds, size)
        if count and len(words) < 2:
            words.append(f"{say_count(count, lang)}\u00a0{name if lang == 'id' else brief}")
        elif words:
            break
    return " ".join(words) or f"0\u00a0{'detik' if lang == 'id' else 's'}"


def say_month(day: date, lang: Lang) -> str:
    """`November 2026`."""
    return format_date(day, "MMMM y", locale=_LOCALE[lang])


def say_month_day(day: date, lang: Lang) -> str:
    """`20 Nov`."""
    return format_date(day, "d MMM", locale=_LOCALE[lang])


def say_rates(down: int, up: int, lang: Lang) -> str:
    """`unduh 20 Mbps, unggah 10 Mbps`, both in bit/s; number and unit stay together."""
    words = ("unduh", "unggah") if lang == "id" else ("download", "upload")
    said = [say_rate(rate, lang).replace(" ", "\u00a0") for rate in (down, up)]
    return f"{words[0]}\u00a0{said[0]}, {words[1]}\u00a0{said[1]}"


_ROLES = {
    "gateway": Text("gerbang", "gateway"),
    "core": Text("switch inti", "core switch"),
    "access": Text("switch akses", "access switch"),
    "ap": Text("titik akses", "access point"),
}


def say_role(role: str, lang: Lang) -> str:
    """What a device is for; a role of the site's own as it is written."""
    return _ROLES[role].to(lang) if role in _ROLES else role
