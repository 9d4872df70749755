"""The way of a VLAN from a place to its gateway, out of the inventory's links; refuses a place that no link leads to."""

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from netops.core.errors import InputError
from netops.core.model import Target
from netops.core.text import Text
from netops.planning.sites import Place

HOSTS = "inventory/hosts.yaml"
ACCESS_POINT = "ap"
"""The role of devices at which a way may end but through which none leads."""
_FAR_END = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,62}):([A-Za-z][A-Za-z0-9/._-]{0,63})")


class End(Struct, frozen=True, order=True):
    """One end of a cable."""

    device: str
    port: str


Links = Mapping[str, Mapping[str, End]]
"""Device → its own port → the far end; both directions of each link."""


def read_links(targets: Iterable[Target]) -> Links:
    """`data.links` of every device (`{<own port>: "<device>:<port>"}`, written on one end or both).

    Raises `InputError` naming device and port: no such text, an unknown device, a port with two cables.
    """
    found: dict[str, dict[str, End]] = {target.name: {} for target in targets}
    written = [(target.name, target.data.get("links") or {}) for target in targets]
    for name, links in written:
        if not isinstance(links, Mapping):
            raise _bad(name, "links", 'harus berupa {port: "perangkat:port"}', 'must be {port: "device:port"}')
        for port, text in links.items():
            match = _FAR_END.fullmatch(text) if isinstance(text, str) else None
            if not match:
                raise _bad(name, port, f"{text!r} bukan perangkat:port", f"{text!r} is not device:port")
            far = End(match[1], match[2])
            if far.device not in found:
                unknown = f"perangkat {far.device!r} tidak ada di inventaris"
                raise _bad(name, port, unknown, f"the inventory has no device {far.device!r}")
            for here, there in ((End(name, str(port)), far), (far, End(name, str(port)))):
                before = found[here.device].setdefault(here.port, there)
                if before != there:
                    raise _bad(
                        here.device,
                        here.port,
                        f"tersambung ke {before.device}:{before.port} dan ke {there.device}:{there.port}",
                        f"is cabled to {before.device}:{before.port} and to {there.device}:{there.port}",
                    )
    return found


def carriers(place: Place, gateways: Sequence[str], targets: Sequence[Target]) -> dict[str, tuple[str, ...]]:
    """Every device that carries the place's VLAN, with the ports on which it travels tagged, the gateways' own included.

    From each switch and access point of the place the shortest way to each gateway; of equally short ones the first by
    names, so that the same inventory gives the same way, whatever loops the cabling has. A device's own `trunks` stand
    in for its links: they are carried as they are written.

    Raises `InputError` naming the place and both devices where there is no way.
    """
    by_name = {target.name: target for target in targets}
    links = read_links(targets)
    ports: dict[str, set[str]] = {name: set() for name in gateways}
    for start in sorted({*place.ports, *place.aps}):
        for gateway in gateways:
            ports.setdefault(start, set())
            steps = _way(start, gateway, links, by_name)
            if steps is None and not (_written(by_name, start) and _written(by_name, gateway)):
                raise _no_way(place, start, gateway)
            for here, there in steps or ():
                ports.setdefault(here.device, set()).add(here.port)
                ports.setdefault(there.device, set()).add(there.port)
    return {name: _written(by_name, name) or tuple(sorted(found, key=natural)) for name, found in sorted(ports.items())}


def natural(port: str) -> list[tuple[int, int, str]]:
    """`Gi1/0/2` before `Gi1/0/10`."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split(r"(\d+)", port)]


def _written(by_name: Mapping[str, Target], name: str) -> tuple[str, ...]:
    target = by_name.get(name)
    return tuple(str(port) for port in target.data.get("trunks") or ()) if target else ()


def _way(start: str, goal: str, links: Links, by_name: Mapping[str, Target]) -> list[tuple[End, End]] | None:
    """The hops of the shortest way, None where there is none. Of several cables between two devices the first port."""
    came: dict[str, tuple[End, End] | None] = {start: None}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        if here == goal:
            break
        if here != start and ACCESS_POINT in by_name[here].roles:
            continue
        hops = sorted(links.get(here, {}).items(), key=lambda item: (item[1].device, natural(item[0])))
        for port, far in hops:
            if far.device not in came:
                came[far.device] = (End(here, port), far)
                waiting.append(far.device)
    if goal not in came:
        return None
    steps: list[tuple[End, End]] = []
    at = goal
    while (hop := came[at]) is not None:
        steps.append(hop)
        at = hop[0].device
    return steps[::-1]


def _no_way(place: Place, start: str, gateway: str) -> InputError:
    return InputError(
        Text(
            f"tempat {place.key!r} tidak punya jalur: dari {start} tidak ada sambungan sampai {gateway}",
            f"the place {place.key!r} has no path: no links lead from {start} to {gateway}",
        ),
        Text(
            f'Tambahkan pada {start} di {HOSTS}: data: {{links: {{<port {start}>: "{gateway}:<port>"}}}} '
            "(atau perangkat di antaranya).",
            f'Add to {start} in {HOSTS}: data: {{links: {{<port of {start}>: "{gateway}:<port>"}}}} '
            "(or the device between them).",
        ),
        path=HOSTS,
        field=f"{start}.data.links",
    )


def _bad(device: str, port: object, id: str, en: str) -> InputError:
    return InputError(
        Text(id, en),
        Text(
            'Tulis sambungan sebagai links: {GigabitEthernet1/0/1: "gw-kampus:ether2"}, cukup di satu ujung.',
            'Write a link as links: {GigabitEthernet1/0/1: "gw-kampus:ether2"}; one end is enough.',
        ),
        path=HOSTS,
        field=f"{device}.data.links.{port}" if port != "links" else f"{device}.data.links",
    )
