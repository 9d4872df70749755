"""An SNMP agent for tests: shows a table or a recording, answers by its own codec, and misbehaves when told to."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from lab_fakes import DictSecrets

from benchmarks.agents import OCTETS, Book, Oid, name, number, tlv
from netops.core.model import Target
from netops.core.secret import SecretRef

COUNTER32, GAUGE, TICKS, COUNTER64, ADDRESS = 0x41, 0x42, 0x43, 0x46, 0x40
Cell = int | bytes | str
COMMUNITY = "umum"


def oid(text: str) -> Oid:
    return tuple(map(int, text.split(".")))


def encoded(value: Any, tag: int) -> bytes:
    """A cell as BER: numbers by their tag, octets, and object identifiers as text."""
    if isinstance(value, bytes):
        return tlv(OCTETS, value)
    return name(oid(value)) if isinstance(value, str) else number(value, tag)


def recorded(path: Path) -> dict[Oid, bytes]:
    """A recording (`OID|tag|value`, see the recordings' own README) as a table."""
    table: dict[Oid, bytes] = {}
    for line in path.read_text("utf-8").splitlines():
        key, _, rest = line.partition("|")
        tag, _, value = rest.partition("|")
        if not key:
            continue
        if tag in ("4", "4x"):
            table[oid(key)] = tlv(OCTETS, bytes.fromhex(value) if tag == "4x" else value.encode())
        elif tag == "6":
            table[oid(key)] = name(oid(value))
        elif tag == "64":
            table[oid(key)] = tlv(ADDRESS, bytes(map(int, value.split("."))))
        else:
            kinds = {"2": 2, "65": COUNTER32, "66": GAUGE, "67": TICKS, "70": COUNTER64}
            table[oid(key)] = number(int(value), kinds[tag])
    return table


SYSTEM = "1.3.6.1.2.1.1"
IF = "1.3.6.1.2.1.2.2.1"
IFX = "1.3.6.1.2.1.31.1.1.1"


def ports(*names: str, uptime: int = 12345, first: int = 1, octets: int = 5 * 2**32) -> dict[Oid, bytes]:
    """A small table: interfaces with state, 64-bit octets (in `octets` + index, out twice that) and speed."""
    table = {oid(f"{SYSTEM}.3.0"): number(uptime, TICKS), oid(f"{SYSTEM}.2.0"): name(oid("1.3.6.1.4.1.9.1.2694"))}
    for index, each in enumerate(names, first):
        cells: dict[str, bytes] = {
            f"{IF}.2": tlv(OCTETS, each.encode()),
            f"{IF}.7": number(1),
            f"{IF}.8": number(1),
            f"{IF}.14": number(3, COUNTER32),
            f"{IF}.20": number(4, COUNTER32),
            f"{IFX}.6": number(octets + index, COUNTER64),
            f"{IFX}.10": number(2 * (octets + index), COUNTER64),
            f"{IFX}.15": number(1000, GAUGE),
        }
        table |= {oid(f"{column}.{index}"): value for column, value in cells.items()}
    return table


class Agent:
    """One agent in a thread. `table` may be replaced at any time; subclasses change `replies`."""

    def __init__(self, table: dict[Oid, bytes], bulk: int = 100) -> None:
        self.bulk = bulk
        self.asked = 0
        self.requests: list[bytes] = []
        self.show(table)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.05)
        self.stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.stranger.bind(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def show(self, table: dict[Oid, bytes]) -> None:
        self.table = dict(table)
        self.book = Book(self.table, self.bulk)

    def target(self, name: str = "palsu", **options: int) -> Target:
        return Target(
            name=name, host="127.0.0.1", platform="routeros", site="kampus", roles=("gateway",), username="",
            password=SecretRef(f"device/{name}"), options={"snmp_port": self.port, "timeout": 5, **options}, data={},
        )  # fmt: skip

    def replies(self, request: bytes) -> Iterator[tuple[socket.socket, bytes]]:
        """What is sent for a request, and from where."""
        yield self.socket, self.book.answer(request)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopped.set()
        self._thread.join(5)
        self.socket.close()
        self.stranger.close()

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                data, who = self.socket.recvfrom(65535)
            except TimeoutError:
                continue
            if COMMUNITY.encode() not in data:
                continue
            self.asked += 1
            self.requests.append(data)
            for sender, reply in self.replies(data):
                with suppress(OSError):
                    sender.sendto(reply, who)


class Late(Agent):
    """Answers after so many seconds, in order."""

    def __init__(self, table: dict[Oid, bytes], seconds: float) -> None:
        super().__init__(table)
        self.seconds = seconds

    def replies(self, request: bytes) -> Iterator[tuple[socket.socket, bytes]]:
        time.sleep(self.seconds)
        yield from super().replies(request)


def secrets(*names: str) -> DictSecrets:
    return DictSecrets({f"snmp/{each}/community": COMMUNITY for each in names or ("palsu",)})


@contextmanager
def several(*agents: Agent) -> Iterator[None]:
    for agent in agents:
        agent.__enter__()
    try:
        yield
    finally:
        for agent in agents:
            agent.__exit__()
