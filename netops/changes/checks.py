"""Is the device what the plan says? Asked over a new connection, and by SNMP; a doubt is a failure, never a success."""

from collections.abc import Collection, Mapping, Sequence

from netops.changes.tools import Held, Tools, measure
from netops.core.canonical import digest_of
from netops.core.errors import VerifyFailed
from netops.core.measured import Sample
from netops.core.model import DevicePlan, Op, RowOp, Rows, State, Tag, Tree, Verb
from netops.core.ports import Driver
from netops.core.text import Text

SHOWN_SECONDS, SHOWN_STEP = 5.0, 1.0
"""How long an SNMP agent may take to show a new interface, and how often it is asked meanwhile."""
AIR_SECONDS, AIR_STEP = 20.0, 1.0
"""How long access points may take to announce a network, and how often they are looked at meanwhile."""


def difference(tools: Tools, part: DevicePlan, seen: State, owner: Tag) -> tuple[Op, ...]:
    """What is still to do on this device to be at the plan's end state."""
    return tools.platform(part).diff(seen, part.want, owner)


def adds(op: Op, names: Collection[str]) -> bool:
    """Whether the op would bring a row of one of these names (logins that were taken away while the change runs)."""
    return isinstance(op, RowOp) and op.verb is Verb.ADD and op.key.get("name") in names


def verify(held: Held, driver: Driver, part: DevicePlan) -> State:
    """Raises `VerifyFailed` when the device does not show the wanted state over this new connection. Returns what it showed."""
    seen = driver.observe(part.scope)
    missing = difference(held.tools, part, seen, Tag(held.change))
    if missing:
        shown = held.tools.platform(part).show(missing)
        raise VerifyFailed(
            Text(
                id=f"{part.device}: setelah dikirim, perangkat tidak menunjukkan keadaan yang diminta:\n{shown}",
                en=f"{part.device}: after the push the device does not show what was wanted:\n{shown}",
            ),
            device=part.device,
            findings=tuple(shown.splitlines()),
        )
    if "wireless" in part.checks:
        _verify_on_air(held, driver, part, seen)
    return seen


def made(held: Held, part: DevicePlan) -> list[str]:
    """The checks that had something to look at: a device without access points announces nothing."""
    nothing = Tree(lines=()) if isinstance(part.want, Tree) else Rows(rows=())
    announces = bool(held.tools.platform(part).silent(nothing, part.want))
    return [check for check in part.checks if check != "wireless" or announces]


def _verify_on_air(held: Held, driver: Driver, part: DevicePlan, seen: State) -> None:
    """Access points take a moment to announce a new network. Raises `VerifyFailed` when none has after `AIR_SECONDS`."""
    platform, clock = held.tools.platform(part), held.tools.clock
    until = clock.monotonic() + AIR_SECONDS
    while silent := platform.silent(seen, part.want):
        if clock.monotonic() >= until:
            names = ", ".join(silent)
            raise VerifyFailed(
                Text(
                    id=f"{part.device}: tidak ada titik akses yang memancarkan {names}",
                    en=f"{part.device}: no access point announces {names}",
                ),
                Text(
                    id="periksa apakah titik akses tersambung ke manajernya, dan data provisioning di inventory/hosts.yaml",
                    en="see whether the access points are connected to their manager, and provisioning in inventory/hosts.yaml",
                ),
                device=part.device,
                findings=silent,
            )
        clock.sleep(AIR_STEP)
        seen = driver.observe(part.scope)


def measured_after(held: Held, parts: Sequence[DevicePlan]) -> dict[str, Sample | Exception]:
    """One reading of each; where an interface of the plan is not up yet it is read again for `SHOWN_SECONDS`.

    An agent may keep its table for a moment and show the last one.
    """
    clock, waiting = held.tools.clock, {part.device: part for part in parts}
    readings: dict[str, Sample | Exception] = {}
    until = clock.monotonic() + SHOWN_SECONDS
    while True:
        readings |= measure(held, list(waiting), "after")
        waiting = {name: part for name, part in waiting.items() if _not_up(held, part, readings.get(name))}
        if not waiting or clock.monotonic() >= until:
            return readings
        clock.sleep(SHOWN_STEP)


def _not_up(held: Held, part: DevicePlan, reading: Sample | Exception | None) -> tuple[str, ...]:
    """Interfaces that the plan wants and a reading does not show up; () where there is no reading."""
    if "snmp-interfaces" not in part.checks or not isinstance(reading, Sample):
        return ()
    up = {interface.name for interface in reading.interfaces if interface.up}
    return tuple(name for name in held.tools.platform(part).interfaces(part.want) if name not in up)


def verify_by_snmp(held: Held, part: DevicePlan, readings: Mapping[str, Sample | Exception]) -> tuple[str, ...]:
    """Names of the interfaces that SNMP must and does show up; () where the playbook does not ask for it.

    Raises `VerifyFailed` for one that it does not show.
    """
    if "snmp-interfaces" not in part.checks:
        return ()
    wanted = held.tools.platform(part).interfaces(part.want)
    reading = readings.get(part.device, LookupError("the playbook asks for no SNMP evidence after the change"))
    if isinstance(reading, Exception):
        raise VerifyFailed(
            Text(
                id=f"{part.device}: tidak ada jawaban SNMP untuk pembuktian: {reading}",
                en=f"{part.device}: no SNMP answer to prove it by: {reading}",
            ),
            Text(
                id="periksa community atau pengguna SNMPv3 di inventaris dan di perangkat",
                en="check the SNMP community or v3 user in the inventory and on the device",
            ),
            device=part.device,
        )
    down = _not_up(held, part, reading)
    if down:
        raise VerifyFailed(
            Text(
                id=f"{part.device}: SNMP tidak menunjukkan antarmuka yang aktif: {', '.join(down)}",
                en=f"{part.device}: SNMP does not show these interfaces up: {', '.join(down)}",
            ),
            device=part.device,
            findings=down,
        )
    return wanted


def drifted(tools: Tools, part: DevicePlan, seen: State, owner: Tag) -> bool:
    """Whether what the plan touches or depends on moved since the plan was made."""
    return digest_of(tools.platform(part).touched(seen, part.want, owner)) != part.base
