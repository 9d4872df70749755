"""Columns of an SNMP table put together from answers that may stop anywhere; refuses answers that go backwards."""

from collections.abc import Mapping, Sequence

from netops.core.errors import Misbehaved
from netops.core.measured import InterfaceSample
from netops.core.text import Text
from netops.monitoring import oids
from netops.monitoring.oids import Oid

Plain = int | bytes | None
"""An SNMP value as Python has it; None is the end of the view."""

MAX_ROWS = 20_000
STEP = "snmp"


class Columns:
    """Reads several columns side by side: `asked()` is what the next GETBULK repeats, `accept` takes its answer."""

    def __init__(self, device: str, columns: Sequence[Oid]) -> None:
        self._device = device
        self._cursor: dict[Oid, Oid] = {column: column for column in columns}
        self._cells: dict[Oid, dict[int, Plain]] = {column: {} for column in columns}

    def asked(self) -> tuple[Oid, ...]:
        """The names to go on from; () when every column has been read."""
        return tuple(self._cursor.values())

    def accept(self, answer: Sequence[tuple[Oid, Plain]]) -> None:
        """The repeated variables of an answer, row after row; it may end within a row (RFC 3416, 4.2.3).

        Raises `Misbehaved` where a name does not increase, an answer is empty, or a table has no end.
        """
        order = list(self._cursor)
        if not answer:
            raise self._misbehaved("jawaban kosong", "an empty answer")
        for position, (name, value) in enumerate(answer):
            column = order[position % len(order)]
            if column not in self._cursor:
                continue
            if value is None or name[: len(column)] != column:
                del self._cursor[column]
                continue
            if name <= self._cursor[column]:
                raise self._misbehaved("urutan OID tidak naik", "the OIDs do not increase")
            if len(name) != len(column) + 1:
                raise self._misbehaved("indeks antarmuka tidak wajar", "an odd interface index")
            self._cursor[column] = name
            self._cells[column][name[-1]] = value
            if len(self._cells[column]) > MAX_ROWS:
                raise self._misbehaved(f"lebih dari {MAX_ROWS} baris", f"more than {MAX_ROWS} rows")

    def interfaces(self) -> tuple[InterfaceSample, ...]:
        """By index. Interfaces without 64-bit counters are left out: a 32-bit one wraps within seconds of 10G."""
        names, inward, outward, speed, status = (self._cells[column] for column in oids.INTERFACE_COLUMNS)
        in_errors, out_errors = (self._cells.get(column, {}) for column in (oids.IF_IN_ERRORS, oids.IF_OUT_ERRORS))
        found = []
        for index, name in sorted(names.items()):
            counters = (inward.get(index), outward.get(index))
            if None in counters:
                continue
            found.append(
                InterfaceSample(
                    name=self._text(name),
                    index=index,
                    in_octets=self._number(counters[0]),
                    out_octets=self._number(counters[1]),
                    speed=self._number(speed.get(index, 0)) * oids.HIGH_SPEED_UNIT,
                    up=status.get(index) == oids.OPER_UP,
                    in_errors=self._counter32(in_errors, index),
                    out_errors=self._counter32(out_errors, index),
                )
            )
        return tuple(found)

    def cpu(self) -> int | None:
        """Per cent, over all processors of the table that the agent has; None where it has neither."""
        for column in oids.CPU_COLUMNS:
            loads = [self._number(load) for load in self._cells.get(column, {}).values()]
            if loads:
                return round(sum(loads) / len(loads))
        return None

    def _counter32(self, cells: Mapping[int, Plain], index: int) -> int | None:
        return self._number(cells[index]) % oids.COUNTER32 if index in cells else None

    def _number(self, value: Plain) -> int:
        if not isinstance(value, int) or value < 0:
            raise self._misbehaved("penghitung bukan bilangan", "a counter is not a number")
        return value

    def _text(self, value: Plain) -> str:
        """A name for logs and papers: UTF-8, with what could steer a terminal replaced."""
        if not isinstance(value, bytes):
            raise self._misbehaved("nama antarmuka bukan teks", "an interface name is not text")
        text = value.rstrip(b"\0").decode("utf-8", errors="replace")
        return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)

    def _misbehaved(self, indonesian: str, english: str) -> Misbehaved:
        return misbehaved(self._device, Text(id=indonesian, en=english))


def misbehaved(device: str, what: Text) -> Misbehaved:
    return Misbehaved(
        Text(id=f"jawaban SNMP tidak wajar: {what.id}", en=f"an SNMP answer that cannot be: {what.en}"),
        Text(
            id="periksa agen SNMP dan versi perangkat lunaknya; pembacaan ini tidak dicatat",
            en="check the SNMP agent and its software version; this reading was not recorded",
        ),
        device=device,
        step=STEP,
        may_have_written=False,
    )
