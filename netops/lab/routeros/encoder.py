"""Printed rows as bytes, fast: what was encoded once is kept until the row changes; knows nothing of connections."""

from functools import lru_cache
from itertools import pairwise

from netops.lab.routeros import commands
from netops.lab.routeros.asked import Asked
from netops.lab.routeros.codec import encode_length, encode_word
from netops.lab.routeros.machine import Actor, Machine
from netops.lab.routeros.show import is_plain, show
from netops.lab.routeros.store import Row


class Encoder:
    """Rows as bytes. Rows keep theirs until they change."""

    def __init__(self) -> None:
        self._tails: dict[object, bytes] = {}

    def rows(self, machine: Machine, actor: Actor, answer: commands.Answer, asked: Asked) -> list[bytes]:
        """The words of each row after `!re`, without the end."""
        rows, path, names = answer.rows or [], answer.path, asked.names
        secret = "sensitive" in actor.policies
        key = (path == "/interface", asked.proplist, secret)
        quick = names is None and secret and path != "/interface"
        bodies = []
        for row in rows:
            body = row.encoded.get(key)
            if body is None:
                body = self._quick(row) if quick else None
                if body is None:
                    body = _body(commands.readable(actor, path, row, machine.shown(path, row)), names)
                row.encoded[key] = body
            bodies.append(body)
        if rows and machine.schema.menus[path].ordered and (names is None or ".nextid" in names):
            bodies = self._chained(machine, rows, bodies)
        return bodies

    def single(self, machine: Machine, actor: Actor, answer: commands.Answer, asked: Asked) -> bytes:
        """The words of a menu that is one row; what moves by itself is encoded anew each time."""
        row, key = machine.row_of(answer.path), (False, asked.proplist, "sensitive" in actor.policies)
        body = None if answer.path in machine.singles else row.encoded.get(key)
        if body is None:
            body = _body(commands.readable(actor, answer.path, row, answer.single or {}), asked.names)
            row.encoded[key] = body
        return body

    def _quick(self, row: Row) -> bytes | None:
        """A whole row by its own words and the words it has in common with rows that set the same properties."""
        if not is_plain(row):
            return None
        own = {".id": row.ref, **row.values, **row.marks}
        key = (row.table.path, *own)
        tail = self._tails.get(key)
        if tail is None:
            tail = _body({name: text for name, text in show(row).items() if name not in own}, None)
            self._tails[key] = tail
        words = [f"={name}={text}".encode("latin-1") for name, text in own.items()]
        return b"".join([encode_length(len(word)) + word for word in words]) + tail

    def _chained(self, machine: Machine, rows: list[Row], bodies: list[bytes]) -> list[bytes]:
        """`.nextid` names the row below; old versions name *FFFFFFFF after the last."""
        every = list(rows[0].table.rows)
        following = dict(pairwise(every))
        last = 0xFFFFFFFF if machine.number < (7,) else None
        chained = []
        for row, body in zip(rows, bodies, strict=True):
            number = following.get(row.id, last)
            chained.append(body if number is None else body + encode_word(b"=.nextid=*%X" % number))
        return chained


def _body(words: dict[str, str], names: tuple[str, ...] | None) -> bytes:
    chosen = words.items() if names is None else [(name, words[name]) for name in names if name in words]
    return b"".join([_word(name, value) for name, value in chosen])


@lru_cache(maxsize=50_000)
def _word(name: str, value: str) -> bytes:
    """Routers have most of their words in common."""
    return encode_word(f"={name}={value}".encode("latin-1"))
