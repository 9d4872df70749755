"""Readings as bytes of a spool: counters as packed columns, all that seldom changes once a file. Refuses numbers no counter has.

A block is a length, a CRC-32 and its records; records are written in little-endian order, without gaps:

    D  shape   u32 number, u32 length, zlib of JSON: the device, its interfaces and queues, and what of them seldom changes
    E  errors  u32 shape, u32 length, zlib of i64 × count: four for each interface, one for each queue; -1: the agent has none
    R  reading u32 shape, i64 time (ms since 1970), u64 uptime, i64 × 3: cpu, memory, guests (-1: not told), u16 length of
               health (JSON), u32 count, health, u64 × count: in_octets of all rows, then out_octets of all rows
    M  missed  i64 time, u32 length, JSON: device, reason, message

A reading stands on the last shape and errors of its device before it in the same file.
"""

import json
import struct
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from operator import attrgetter
from typing import Any

from msgspec import Struct, field

from netops.core.measured import InterfaceSample, Missed, QueueSample, Sample, SeriesKind

MAGIC = b"netops-spool 1\n"
_BLOCK = struct.Struct("<II")
_SHAPE = struct.Struct("<BII")
_READING = struct.Struct("<BIqQqqqHI")
_MISSED = struct.Struct("<BqI")
_D, _E, _R, _M = b"DERM"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_NONE = -1
_MOST = 2**63

# What seldom changes of an interface and of a queue, what does of an interface's side counters, and the octets.
INTERFACE = ("name", "index", "alias", "speed", "bits", "up", "admin_up", "discontinuity")
QUEUE = ("kind", "name", "index", "bits")
ERRORS = ("in_errors", "out_errors", "in_discards", "out_discards")
_interface, _queue, _errors = attrgetter(*INTERFACE), attrgetter(*QUEUE), attrgetter(*ERRORS)
_in, _out, _drops = attrgetter("in_octets"), attrgetter("out_octets"), attrgetter("drops")


class Unrecordable(ValueError):
    """A number that no counter, clock or index can have."""


class _Known(Struct):
    """A device as it was last read, with the bytes that say so in any file."""

    shape: tuple[Any, ...] = ()
    shape_bytes: bytes = b""
    errors: tuple[Any, ...] = ()
    errors_bytes: bytes = b""
    health: dict[str, int] = field(default_factory=dict)
    health_bytes: bytes = b""


class _Told(Struct):
    """What one file says of a device already."""

    number: int
    shape: bytes
    errors: bytes = b""


class Encoder:
    """The state of one spool file while it is written. `known` may be shared by files that follow each other."""

    def __init__(self, known: dict[str, _Known] | None = None) -> None:
        self.known = {} if known is None else known
        self._told: dict[str, _Told] = {}
        self._shapes = 0

    def block(self, readings: Iterable[Sample | Missed]) -> tuple[bytes, list[Missed]]:
        """The readings as one block, and those that could not be recorded as they came (recorded as missed)."""
        parts: list[bytes] = []
        refused: list[Missed] = []
        for one in readings:
            if isinstance(one, Missed):
                parts.append(_missed(one))
                continue
            mark = len(parts)
            try:
                self._sample(one, parts)
            except (Unrecordable, OverflowError, struct.error, TypeError) as error:
                del parts[mark:]
                self.known.pop(one.device, None)
                self._told.pop(one.device, None)
                odd = Missed(
                    device=one.device, at=one.at, reason="Misbehaved", message=f"a number that cannot be: {error}"
                )
                refused.append(odd)
                parts.append(_missed(odd))
        body = b"".join(parts)
        return _BLOCK.pack(len(body), zlib.crc32(body)) + body, refused

    def _sample(self, sample: Sample, parts: list[bytes]) -> None:
        interfaces, queues = sample.interfaces, sample.queues
        known = self.known.get(sample.device)
        if known is None:
            known = self.known[sample.device] = _Known()
        shape = (*map(_interface, interfaces), *map(_queue, queues))
        if shape != known.shape or not known.shape_bytes:
            known.shape_bytes = _shape(sample, shape)
            known.shape = shape
        errors = (*map(_errors, interfaces), *map(_drops, queues))
        if errors != known.errors or not known.errors_bytes:
            known.errors_bytes = _side(errors, len(interfaces))
            known.errors = errors
        if sample.health != known.health:
            known.health = dict(sample.health)
            text = json.dumps(known.health, ensure_ascii=False) if known.health else ""
            known.health_bytes = text.encode("utf-8", "replace")
        told = self._tell(sample.device, known, parts)
        rows = (*interfaces, *queues)
        octets = array("Q", map(_in, rows))
        octets.extend(map(_out, rows))
        head = _READING.pack(
            _R,
            told.number,
            (sample.at - _EPOCH) // _MS,
            sample.uptime,
            _NONE if sample.cpu is None else sample.cpu,
            _NONE if sample.memory is None else sample.memory,
            _NONE if sample.guests is None else sample.guests,
            len(known.health_bytes),
            len(octets),
        )
        parts += (head, known.health_bytes, _bytes(octets))

    def _tell(self, device: str, known: _Known, parts: list[bytes]) -> _Told:
        """Shape and errors of the device, where this file does not say so yet."""
        told = self._told.get(device)
        if told is None or told.shape != known.shape_bytes:
            self._shapes += 1
            told = self._told[device] = _Told(self._shapes, known.shape_bytes)
            parts += (_SHAPE.pack(_D, told.number, len(told.shape)), told.shape)
        if told.errors != known.errors_bytes:
            told.errors = known.errors_bytes
            parts += (_SHAPE.pack(_E, told.number, len(told.errors)), told.errors)
        return told


def _shape(sample: Sample, shape: tuple[Any, ...]) -> bytes:
    _plausible(sample)
    split = len(sample.interfaces)
    said = {"device": sample.device, "interfaces": shape[:split], "queues": shape[split:]}
    return zlib.compress(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"), 1)


def _side(errors: tuple[Any, ...], interfaces: int) -> bytes:
    numbers = [*chain.from_iterable(errors[:interfaces]), *errors[interfaces:]]
    packed = [_NONE if value is None else value for value in numbers]
    if packed and min(packed) < _NONE:
        raise Unrecordable(f"errors {min(packed)}")
    return zlib.compress(_bytes(array("q", packed)), 1)


def _plausible(sample: Sample) -> None:
    """What the segments' columns hold, checked once a shape: one odd index must not keep a whole hour from being closed."""
    for one in sample.interfaces:
        for value in (one.speed, one.discontinuity or 0):
            if not 0 <= value < _MOST:
                raise Unrecordable(f"{one.name}: {value}")
    rows: tuple[InterfaceSample | QueueSample, ...] = (*sample.interfaces, *sample.queues)
    for row in rows:
        if not 0 <= row.index < 2**32 or row.bits not in (32, 64):
            raise Unrecordable(f"{row.name}: index {row.index}, {row.bits} bits")


def _missed(one: Missed) -> bytes:
    text = json.dumps([one.device, one.reason, one.message], ensure_ascii=False).encode("utf-8", "replace")
    return _MISSED.pack(_M, (one.at - _EPOCH) // _MS, len(text)) + text


def _bytes(numbers: "array[int]") -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Shape(Struct, frozen=True):
    """A device with the rows that its readings have, in their order: interfaces first, then queues."""

    device: str
    interfaces: tuple[tuple[Any, ...], ...]
    queues: tuple[tuple[Any, ...], ...]

    @property
    def rows(self) -> int:
        return len(self.interfaces) + len(self.queues)


class Reading(Struct, frozen=True):
    """A reading as it lies in the spool: `octets` and `errors` are little-endian columns, `time` ms since 1970."""

    shape: Shape
    time: int
    uptime: int
    cpu: int | None
    memory: int | None
    guests: int | None
    health: str
    octets: bytes
    errors: bytes


class Gap(Struct, frozen=True):
    """A reading that did not come."""

    device: str
    time: int
    reason: str
    message: str


class Cut(Struct, frozen=True):
    """Bytes that are no readings: a tail that a crash tore off, or a block that was changed."""

    bytes: int


def decode(data: bytes) -> Iterator[Reading | Gap | Cut]:
    """All that can be read of a spool file, in order; what cannot is told as `Cut`, and nothing behind it is lost for it."""
    if not data.startswith(MAGIC):
        if data:
            yield Cut(len(data))
        return
    shapes: dict[int, Shape] = {}
    errors: dict[int, bytes] = {}
    at = len(MAGIC)
    while at < len(data):
        start, at = at, at + _BLOCK.size
        if at > len(data):
            yield Cut(len(data) - start)
            return
        length, crc = _BLOCK.unpack_from(data, start)
        body = data[at : at + length]
        if len(body) < length or not length:
            yield Cut(len(data) - start)
            return
        at += length
        if zlib.crc32(body) != crc:
            yield Cut(at - start)
            continue
        yield from _records(body, shapes, errors)


def _records(body: bytes, shapes: dict[int, Shape], errors: dict[int, bytes]) -> Iterator[Reading | Gap | Cut]:
    """The records of a block whose CRC holds. A reading whose shape was in a block that is lost is lost with it."""
    at = 0
    while at < len(body):
        tag = body[at]
        if tag == _R:
            start = at
            _, number, time, uptime, cpu, memory, guests, told, count = _READING.unpack_from(body, at)
            at += _READING.size + told
            octets = body[at : at + 8 * count]
            health = body[at - told : at].decode()
            at += 8 * count
            shape = shapes.get(number)
            if shape is None or number not in errors or 2 * shape.rows != count:
                yield Cut(at - start)
                continue
            yield Reading(shape, time, uptime, _told(cpu), _told(memory), _told(guests), health, octets, errors[number])
        elif tag == _M:
            _, time, length = _MISSED.unpack_from(body, at)
            at += _MISSED.size + length
            device, reason, message = json.loads(body[at - length : at])
            yield Gap(device, time, reason, message)
        elif tag == _E:
            _, number, length = _SHAPE.unpack_from(body, at)
            at += _SHAPE.size + length
            errors[number] = zlib.decompress(body[at - length : at])
        elif tag == _D:
            _, number, length = _SHAPE.unpack_from(body, at)
            at += _SHAPE.size + length
            said = json.loads(zlib.decompress(body[at - length : at]))
            interfaces, queues = (tuple(map(tuple, said[key])) for key in ("interfaces", "queues"))
            shapes[number] = Shape(said["device"], interfaces, queues)
            errors.pop(number, None)
        else:
            yield Cut(len(body) - at)
            return


def _told(value: int) -> int | None:
    return None if value == _NONE else value


def thaw(one: Reading | Gap) -> Sample | Missed:
    """The reading as the poller gave it, to the millisecond."""
    at = _EPOCH + one.time * _MS
    if isinstance(one, Gap):
        return Missed(device=one.device, at=at, reason=one.reason, message=one.message)
    octets, side = array("Q"), array("q")
    for numbers, data in ((octets, one.octets), (side, one.errors)):
        numbers.frombytes(data)
        if sys.byteorder == "big":
            numbers.byteswap()
    rows, split = one.shape.rows, len(one.shape.interfaces)
    told = [_told(value) for value in side]
    fours = (told[4 * n : 4 * n + 4] for n in range(split))
    interfaces = []
    for n, (said, counted) in enumerate(zip(one.shape.interfaces, fours, strict=True)):
        values: dict[str, Any] = dict(zip((*INTERFACE, *ERRORS), (*said, *counted), strict=True))
        interfaces.append(InterfaceSample(in_octets=octets[n], out_octets=octets[rows + n], **values))
    queues = []
    for n, said in enumerate(one.shape.queues, split):
        values = dict(zip(QUEUE, said, strict=True)) | {"kind": SeriesKind(said[0]), "drops": told[3 * split + n]}
        queues.append(QueueSample(in_octets=octets[n], out_octets=octets[rows + n], **values))
    return Sample(
        device=one.shape.device,
        at=at,
        uptime=one.uptime,
        interfaces=tuple(interfaces),
        cpu=one.cpu,
        queues=tuple(queues),
        memory=one.memory,
        guests=one.guests,
        health=json.loads(one.health) if one.health else {},
    )
