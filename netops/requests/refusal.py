"""What every judgement of an approval says the same way: a refusal, a moment, whether two names are one person."""

import unicodedata
from datetime import UTC, datetime

from netops.core.errors import NotApproved
from netops.core.text import Text


def no(id: str, en: str, hint_id: str = "", hint_en: str = "") -> NotApproved:
    return NotApproved(Text(id, en), Text(hint_id, hint_en) if hint_en else None)


def when(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def same_person(one: str, other: str) -> bool:
    """Names as people write them: case and width of letters make nobody another person."""
    return _plain(one) == _plain(other)


def same_operator(name: str, operator: str) -> bool:
    """An operator's login name is often the part of the address before the `@`."""
    return same_person(name, operator) or _plain(name).partition("@")[0] == _plain(operator)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
