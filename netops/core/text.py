"""A sentence for people, in Indonesian and English, kept together where it is written."""

import os
from typing import Literal

from msgspec import Struct

Lang = Literal["id", "en"]


class Text(Struct, frozen=True):
    """One message in both languages. `str()` is the English one (logs, tracebacks); people get `.to(lang)`."""

    id: str
    en: str

    def to(self, lang: Lang) -> str:
        return self.id if lang == "id" else self.en

    def __str__(self) -> str:
        return self.en


def language(environ: "os._Environ[str] | dict[str, str] | None" = None) -> Lang:
    """The language of messages: `NETOPS_LANG` (`id` or `en`), Indonesian when unset or unknown."""
    chosen = (os.environ if environ is None else environ).get("NETOPS_LANG", "")
    return "en" if chosen.lower().startswith("en") else "id"
