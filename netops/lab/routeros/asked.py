"""What a client's sentence asks, read once: a fleet is asked the same thing router by router; judges nothing of it."""

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from netops.lab.routeros.codec import encode_sentence, encode_word

KEPT = 4096
LONG = 4096
"""Octets of a word: sentences with a longer one are read anew each time, and so are logins."""


class Asked(Struct, frozen=True, kw_only=True):
    """A command with its arguments, and the parts of its answer that are known before it runs: all begin with its tag.

    `row` is the beginning of a row, `empty` and `done` are whole sentences. `names` is `.proplist`, None where all is wanted.
    """

    command: str
    path: str
    verb: str
    args: Mapping[str, str]
    queries: list[str]
    tag: str | None
    proplist: str
    names: tuple[str, ...] | None
    row: bytes
    empty: bytes
    done: bytes


def read(words: list[bytes]) -> Asked:
    if words[0] == b"/login" or max(map(len, words)) > LONG:
        return _read(tuple(words))
    return _known(tuple(words))


def _read(raw: tuple[bytes, ...]) -> Asked:
    command, *words = (word.decode("latin-1") for word in raw)
    args: dict[str, str] = {}
    queries: list[str] = []
    tag: str | None = None
    for word in words:
        if word.startswith("="):
            name, _, value = word[1:].partition("=")
            args[name] = value
        elif word.startswith("?"):
            queries.append(word)
        elif word.startswith(".tag="):
            tag = word[5:]
    path, _, verb = command.rpartition("/")
    proplist = args.get(".proplist", "")
    tagged = () if tag is None else (f".tag={tag}".encode("latin-1"),)
    return Asked(
        command=command,
        path=path,
        verb=verb,
        args=args,
        queries=queries,
        tag=tag,
        proplist=proplist,
        names=tuple(name for name in proplist.split(",") if name) if proplist else None,
        row=b"".join(encode_word(word) for word in (b"!re", *tagged)),
        empty=encode_sentence([b"!empty", *tagged]),
        done=encode_sentence([b"!done", *tagged]),
    )


_known = lru_cache(maxsize=KEPT)(_read)
