"""Rates, durations and their Indonesian writing; integers inside, words only at the edge.

A rate is an integer of bit/s. `20M` = `20 Mbps` = `20000000`: RouterOS and offices both count in powers of ten.
"""

import re

from msgspec import Struct

_RATE = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*([kKmMgG]?)\s*(?:bps|bit/s|b/s)?\s*$")
_FACTOR = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
_DURATION = re.compile(r"(\d+)(w|d|h|ms|us|m|s)")
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}


class RatePair(Struct, frozen=True, kw_only=True):
    """bit/s as seen from the clients: `up` is what they send, `down` what they receive."""

    up: int
    down: int


def parse_rate(text: str | int) -> int:
    """`20M`, `20 Mbps`, `2,5 Mbps`, `20000000` → bit/s. Raises ValueError."""
    match = _RATE.match(str(text))
    if not match:
        raise ValueError(f"{text!r} is not a rate such as 20M or 20 Mbps")
    whole, _, fraction = match[1].replace(",", ".").partition(".")
    factor = _FACTOR[match[2].lower()]
    scaled = int(whole + fraction) * factor
    divisor = int(10 ** len(fraction))
    if scaled % divisor:
        raise ValueError(f"{text!r} is not a whole number of bit/s")
    return scaled // divisor


def parse_rate_pair(text: str | int) -> RatePair:
    """`10M/20M` (upload/download) or one rate for both. Raises ValueError."""
    up, slash, down = str(text).partition("/")
    return RatePair(up=parse_rate(up), down=parse_rate(down if slash else up))


def say_rate(bps: int, lang: str = "id") -> str:
    """2500000 → `2,5 Mbps` (Indonesian) or `2.5 Mbps`."""
    for suffix, factor in (("Gbps", 1_000_000_000), ("Mbps", 1_000_000), ("kbps", 1_000)):
        if bps >= factor:
            number = f"{bps / factor:.3f}".rstrip("0").rstrip(".")
            return f"{number.replace('.', ',') if lang == 'id' else number} {suffix}"
    return f"{bps} bps"


def parse_duration(text: str | int) -> int:
    """`1h30m`, `2d`, `hh:mm:ss` or seconds → seconds. Raises ValueError."""
    word = str(text).strip()
    if word.isdigit():
        return int(word)
    if re.fullmatch(r"\d+:\d{2}:\d{2}", word):
        hours, minutes, seconds = map(int, word.split(":"))
        return hours * 3_600 + minutes * 60 + seconds
    parts = _DURATION.findall(word)
    if not parts or "".join(n + unit for n, unit in parts) != word or any(unit in ("ms", "us") for _, unit in parts):
        raise ValueError(f"{text!r} is not a duration such as 1h30m")
    return sum(int(n) * _SECONDS[unit] for n, unit in parts)


def say_duration(seconds: int) -> str:
    """5400 → `1h30m`, as RouterOS writes it; 0 → `0s`."""
    words = ""
    for unit in ("w", "d", "h", "m", "s"):
        count, seconds = divmod(seconds, _SECONDS[unit])
        words += f"{count}{unit}" if count else ""
    return words or "0s"


def say_hours(seconds: int, lang: str = "id") -> str:
    """For people: 5400 → `1 jam 30 menit`, `1 h 30 min`."""
    words = ("h", "min", "s") if lang == "en" else ("jam", "menit", "detik")
    counts = (seconds // 3600, seconds % 3600 // 60, seconds % 60)
    return " ".join(f"{count} {word}" for count, word in zip(counts, words, strict=True) if count) or f"0 {words[2]}"
