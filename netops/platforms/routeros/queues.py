"""Simple queues: first match wins, so a foreign queue before ours can take its traffic; refuses an equal target."""

from ipaddress import IPv4Network, IPv6Network

from netops.core.errors import Refused
from netops.core.model import Row, Tag
from netops.core.text import Text
from netops.platforms.routeros.facts import menu
from netops.platforms.routeros.table import Table, owns
from netops.platforms.routeros.values import is_flag, network, present

PATH = "/queue/simple"


def place_of_queue(table: Table, want: Row, ours: Row | None, owner: Tag) -> str | None:
    """The name of the foreign queue that ours must be placed before, None where the place is right.

    A foreign queue for exactly our target is refused: two limits for one network is a question for people. One whose
    target contains ours (the whole campus) keeps its place, and ours goes in front of it.
    """
    menu_ = menu(PATH)
    target = present(menu_, want.values, "target")
    mine = [net for part in target.split(",") if (net := network(part)) is not None]
    before: str | None = None
    passed = False
    for row in table.rows(PATH):
        if row is ours:
            passed = True
            continue
        if is_flag(row, "dynamic") or owns(owner, row) or present(menu_, row.values, "disabled") == "yes":
            continue
        theirs = present(menu_, row.values, "target")
        if theirs == target and not passed:
            raise _same(row, target)
        if passed or before is not None or present(menu_, row.values, "parent") != "none":
            continue  # a child queue sees only what its parent matched, and the parent is looked at itself
        if any(covers(part, net) for part in theirs.split(",") for net in mine):
            before = str(row.values.get("name", ""))
    return before


def covers(target: str, inner: IPv4Network | IPv6Network) -> bool:
    """Whether a target takes all traffic of the network `inner`. An interface's name is not looked into."""
    outer = network(target)
    if isinstance(outer, IPv4Network) and isinstance(inner, IPv4Network):
        return inner.subnet_of(outer)
    return isinstance(outer, IPv6Network) and isinstance(inner, IPv6Network) and inner.subnet_of(outer)


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
