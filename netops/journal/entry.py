"""An event as one row of the log: its canonical bytes, leaf hash and columns; refuses what is oversized or not JSON."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from netops.core.canonical import body_of, dump
from netops.core.errors import JournalBroken, JournalError
from netops.core.model import Event, Recorded
from netops.core.text import Text
from netops.journal.tlog import leaf_hash

MAX_ENTRY = 65_535
"""Bytes of one entry at most: C2SP tlog-tiles stores an entry's length in 16 bits."""


class Entry(Struct, frozen=True, kw_only=True):
    """One row as stored. `body` is the RFC 8785 form of the event and its `seq`, `leaf` its RFC 6962 leaf hash."""

    seq: int
    change: str
    kind: str
    at: str
    actor: str
    device: str
    body: bytes
    leaf: bytes


COLUMNS = ("change", "kind", "at", "actor", "device")
"""Columns that repeat a field of the body, for looking things up."""


def freeze(event: Event) -> tuple[Event, Callable[[int], Entry]]:
    """The event as a reader will see it (UTC, JSON values), and a function that makes its row once `seq` is known.

    Canonicalising is the costly part and happens here, in the caller's thread: `seq` sorts behind every other field
    of an event, so the writer only has to append it. Raises `JournalError`.
    """
    if event.at.tzinfo is None:
        raise JournalError(
            Text(
                f"kejadian {event.kind}: waktu tanpa zona tidak dapat dicatat",
                f"event {event.kind}: a time without a zone cannot be recorded",
            )
        )
    try:
        utc = event.at.astimezone(UTC)
        at, data = dump((utc, event.data))
        seen = Event(kind=event.kind, change=event.change, at=utc, actor=event.actor, device=event.device, data=data)
        head = body_of(seen)[:-1]
    except ValueError as error:
        raise JournalError(
            Text(
                f"kejadian {event.kind} perubahan {event.change} tidak dapat ditulis sebagai JSON: {error}",
                f"event {event.kind} of change {event.change} cannot be written as JSON: {error}",
            )
        ) from error

    def row(seq: int) -> Entry:
        body = b'%b,"seq":%d}' % (head, seq)
        if len(body) > MAX_ENTRY:
            raise JournalError(
                Text(
                    f"kejadian {event.kind} perubahan {event.change}: {len(body)} byte melebihi batas {MAX_ENTRY}",
                    f"event {event.kind} of change {event.change}: {len(body)} bytes are over the limit of {MAX_ENTRY}",
                ),
                Text(
                    "Simpan isi yang besar di penyimpanan objek dan catat digestnya.",
                    "Put the large body into the object store and record its digest.",
                ),
            )
        return Entry(
            seq=seq,
            change=str(seen.change),
            kind=str(seen.kind),
            at=at,
            actor=str(seen.actor),
            device=str(seen.device),
            body=body,
            leaf=leaf_hash(body),
        )

    return seen, row


def broken(seq: int, id: str, en: str) -> JournalBroken:
    """The error for entry `seq`, with its reason in both languages."""
    return JournalBroken(
        Text(f"catatan nomor {seq} rusak: {id}", f"entry {seq} is broken: {en}"),
        Text(
            "Jangan lanjutkan perubahan apa pun; simpan salinan berkas jurnal lalu bandingkan dengan cadangan terakhir.",
            "Do not continue any change; keep a copy of the journal file, then compare it with the last backup.",
        ),
        seq=seq,
    )


def _number(digits: str) -> int | float:
    whole = int(digits)
    return whole if -(2**53) < whole < 2**53 else float(digits)


_BODY = json.JSONDecoder(parse_int=_number)
"""Made once: a hundred thousand entries would each make their own."""


def parse_body(body: bytes) -> Any:
    """The JSON value of a body. Raises ValueError. RFC 8785 writes large whole floats without an exponent: those are no integers."""
    try:
        return _BODY.decode(body.decode())
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None


def _event(value: dict[str, Any]) -> Event:
    """The event that `freeze` wrote. Raises ValueError, KeyError, TypeError for anything else."""
    texts = {name: value[name] for name in COLUMNS if name != "at"}
    at, data = datetime.fromisoformat(value["at"]), value["data"]
    if not all(isinstance(text, str) for text in texts.values()) or not isinstance(data, dict) or at.tzinfo is None:
        raise ValueError("a field of another type")
    return Event(at=at, data=data, **texts)


def thaw(entry: Entry) -> Recorded:
    """The event of a row. Raises `JournalBroken` where body, columns and leaf hash do not belong together."""
    if not isinstance(entry.body, bytes) or leaf_hash(entry.body) != entry.leaf:  # SQLite holds any type anywhere
        raise broken(entry.seq, "isi tidak cocok dengan hash daunnya", "its body does not match its leaf hash")
    try:
        value = parse_body(entry.body)
        seq = value.pop("seq")
        event = _event(value)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise broken(entry.seq, "isinya bukan sebuah kejadian", "its body is not an event") from error
    if type(seq) is not int or seq != entry.seq:
        raise broken(entry.seq, f"isinya bernomor {seq!r}", f"its body carries number {seq!r}")
    for name in COLUMNS:
        if value[name] != getattr(entry, name):
            raise broken(entry.seq, f"kolom {name} berbeda dari isinya", f"column {name} differs from its body")
    return Recorded(seq=entry.seq, leaf=entry.leaf.hex(), event=event)
