"""Simple queues: first match wins, so a foreign queue before ours can take its traffic; refuses an equal target."""

from bisect import bisect_left
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network

from netops.core.errors import Refused
from netops.core.model import Row, Tag
from netops.core.text import Text
from netops.platforms.routeros.facts import menu
from netops.platforms.routeros.table import Table, owns
from netops.platforms.routeros.values import is_flag, network, present

PATH = "/queue/simple"


class QueueOrder:
    """The foreign queues of a device, indexed once, so that thousands of ours are placed without comparing each to each.

    Dynamic and disabled queues take no traffic of ours that lasts. A child sees only what its parent matched: one of ours
    stands among its siblings, one without a parent among those without.
    """

    def __init__(self, table: Table, owner: Tag) -> None:
        menu_ = menu(PATH)
        self._ours: dict[str, int] = {}
        self._same: dict[tuple[str, str], tuple[int, Row]] = {}
        self._nets: dict[tuple[str, tuple[int, int, int]], tuple[int, str]] = {}
        for place, row in enumerate(table.rows(PATH)):
            if is_flag(row, "dynamic"):
                continue
            if owns(owner, row):
                self._ours[str(row.values.get("name", ""))] = place
                continue
            if present(menu_, row.values, "disabled") == "yes":
                continue
            target, parent = present(menu_, row.values, "target"), present(menu_, row.values, "parent")
            for level in {parent, "none"}:  # without a parent of its own, ours is behind a child too
                self._same.setdefault((level, target), (place, row))
            for part in target.split(","):
                net = network(part)
                if net is not None:
                    held = (place, str(row.values.get("name", "")))
                    self._nets.setdefault((parent, _bits(net, net.prefixlen)), held)
        self._lengths = sorted({(version, length) for _, (version, length, _) in self._nets})

    def before(self, want: Row, *, exists: bool) -> str | None:
        """The name of the foreign queue that ours must be placed before, None where the place is right.

        A foreign queue for exactly our target is refused: two limits for one network is a question for people. One
        whose target contains ours (the whole campus) keeps its place, and ours goes in front of it.
        """
        if not self._same:
            return None
        target = present(menu(PATH), want.values, "target")
        own = self._ours.get(str(want.values.get("name", ""))) if exists else None
        parent = present(menu(PATH), want.values, "parent")
        place, row = self._same.get((parent, target), (0, None))
        if row is not None and (own is None or place < own):
            raise _same(row, target)
        if not self._lengths:
            return None
        found = [
            held
            for part in target.split(",")
            if (net := network(part)) is not None
            for version, length in self._lengths
            if version == net.version and length <= net.prefixlen
            if (held := self._nets.get((parent, _bits(net, length)))) is not None and (own is None or held[0] < own)
        ]
        return min(found)[1] if found else None


def _bits(net: IPv4Network | IPv6Network, length: int) -> tuple[int, int, int]:
    """The first `length` bits of a network, as a key."""
    return net.version, length, int(net.network_address) >> (net.max_prefixlen - length)


class Networks:
    """Networks in order, to be asked whether a queue takes all traffic of one of them without looking at each."""

    def __init__(self, nets: Iterable[IPv4Network | IPv6Network]) -> None:
        self._ranges: dict[int, list[tuple[int, int]]] = {}
        for net in nets:
            self._ranges.setdefault(net.version, []).append(_range(net))
        for version, ranges in self._ranges.items():
            self._ranges[version] = _innermost(ranges)

    def any_in(self, target: str) -> bool:
        """Whether one lies in a network of the target. An interface's name is not looked into."""
        for part in target.split(","):
            outer = network(part)
            if outer is None:
                continue
            (first, last), ranges = _range(outer), self._ranges.get(outer.version, [])
            place = bisect_left(ranges, (first, 0))
            if place < len(ranges) and ranges[place][1] <= last:
                return True
        return False


def _innermost(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, without those that hold another: who takes such a one takes the other too."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges, key=lambda one: (one[0], -one[1])):  # each right before those that lie in it
        if found and first <= found[-1][1]:
            found.pop()
        found.append((first, last))
    return found


def _range(net: IPv4Network | IPv6Network) -> tuple[int, int]:
    first = int(net.network_address)
    return first, first + (1 << net.max_prefixlen - net.prefixlen) - 1


def _same(row: Row, target: str) -> Refused:
    name = row.values.get("name", "")
    return Refused(
        Text(
            f"{PATH} name={name}: antrean lain sudah membatasi {target} dan menang karena lebih dulu",
            f"{PATH} name={name}: another queue limits {target} already and wins because it stands first",
        ),
        Text(
            "pilih subnet lain, atau minta pemilik antrean itu menghapusnya",
            "choose another subnet, or ask the owner of that queue to remove it",
        ),
    )
