"""Commands that keep printing until they are cancelled: `listen`, `monitor-traffic`, `ping`; one timer each."""

import asyncio
import ipaddress
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from netops.lab.routeros import commands
from netops.lab.routeros.asked import Asked
from netops.lab.routeros.store import Row

if TYPE_CHECKING:
    from netops.lab.routeros.api import ApiConnection

VERBS = frozenset({"listen", "monitor-traffic", "ping"})
TRUE = ("yes", "true", "")
PERIOD = 1.0
ROUND_TRIP = "412us"


class Stream:
    """A running command. `stop` ends it without a word; whoever stops it sends what is left to say."""

    def __init__(self, release: Callable[[], None]) -> None:
        self._release = release

    def stop(self) -> None:
        self._release()


def start(connection: "ApiConnection", asked: Asked) -> Stream | None:
    """The stream that is asked for, None where no such command is. Raises `Trap`."""
    path, verb, args, tag = asked.path, asked.verb, asked.args, asked.tag
    if verb == "listen" and path in connection.machine.schema.menus:
        stream = _listen(connection, path, args, tag)
    elif (path, verb) == ("/interface", "monitor-traffic"):
        stream = _monitor(connection, args, tag)
    elif verb == "ping" and path in ("", "/tool"):
        stream = _ping(connection, args, tag)
    else:
        return None
    return stream


def allowed(networks: str, peer: str) -> bool:
    """Whether a service's `address` list lets `peer` in; an empty list lets everybody in."""
    if not networks or not peer:
        return True
    host = ipaddress.ip_address(peer)
    return any(host in ipaddress.ip_network(part, strict=False) for part in networks.split(","))


def _register(connection: "ApiConnection", tag: str | None, release: Callable[[], None]) -> Stream:
    stream = Stream(release)
    connection.running[tag or ""] = stream
    return stream


def _listen(connection: "ApiConnection", path: str, args: Mapping[str, str], tag: str | None) -> Stream:
    machine, actor = connection.machine, connection.actor
    assert actor is not None
    commands.need(machine, actor, "read")

    def changed(menu: str, verb: str, row: Row | None) -> None:
        if menu != path or row is None:
            return
        if verb == "remove":
            dead = "true" if machine.number >= (6, 40) else "yes"
            connection.send("!re", f"=.id={row.ref}", f"=.dead={dead}", tag=tag)
            return
        words = commands.readable(actor, path, row, machine.shown(path, row))
        names = args[".proplist"].split(",") if args.get(".proplist") else list(words)
        connection.send("!re", *(f"={name}={words[name]}" for name in names if name in words), tag=tag)

    machine.watchers.append(changed)
    return _register(connection, tag, lambda: machine.watchers.remove(changed))


def _repeat(connection: "ApiConnection", tag: str | None, period: float, step: Callable[[int], bool]) -> Stream:
    """Call `step` with 0, 1, 2 … every `period` seconds until it returns False, which ends the command."""
    loop = asyncio.get_running_loop()
    handle: list[asyncio.TimerHandle] = []

    def turn(number: int) -> None:
        if step(number):
            handle[:] = [loop.call_later(period, turn, number + 1)]
            return
        connection.running.pop(tag or "", None)
        connection.send("!done", tag=tag)

    def release() -> None:
        for timer in handle:
            timer.cancel()

    stream = _register(connection, tag, release)
    turn(0)
    return stream


def _monitor(connection: "ApiConnection", args: Mapping[str, str], tag: str | None) -> Stream:
    machine, actor = connection.machine, connection.actor
    assert actor is not None
    commands.need(machine, actor, "read")
    if "interface" not in args:
        raise machine.texts.missing("interface")
    rows = [machine.interface(name) for name in args["interface"].split(",")]
    if None in rows:
        raise machine.texts.no_match("interface")
    once = args.get("once", "no") in TRUE

    def step(number: int) -> bool:
        machine.refresh("/interface")
        for row in rows:
            assert row is not None
            words = {"name": row.name}
            for side, rate in zip(("rx", "tx"), machine.rates.get(row.name, (0, 0)), strict=True):
                words[f"{side}-bits-per-second"] = str(rate)
                words[f"{side}-packets-per-second"] = str(rate // 6400)
            words[".section"] = str(number)
            connection.send("!re", *(f"={name}={text}" for name, text in words.items()), tag=tag)
        return not once

    return _repeat(connection, tag, PERIOD, step)


def _ping(connection: "ApiConnection", args: Mapping[str, str], tag: str | None) -> Stream:
    machine, actor = connection.machine, connection.actor
    assert actor is not None
    commands.need(machine, actor, "test")
    if "address" not in args:
        raise machine.texts.missing("address")
    count = int(args["count"]) if args.get("count", "").isdigit() else None
    reached = _reachable(connection, args["address"])
    received = 0

    def step(number: int) -> bool:
        nonlocal received
        received += reached
        words = {"seq": str(number), "host": args["address"]}
        size = args.get("size", "56")
        words |= {"size": size, "ttl": "64", "time": ROUND_TRIP} if reached else {"status": "timeout"}
        lost = 100 - 100 * received // (number + 1)
        words |= {"sent": str(number + 1), "received": str(received), "packet-loss": str(lost)}
        if received:
            words |= dict.fromkeys(("min-rtt", "avg-rtt", "max-rtt"), ROUND_TRIP)
        connection.send("!re", *(f"={name}={text}" for name, text in words.items()), tag=tag)
        return count is None or number + 1 < count

    return _repeat(connection, tag, PERIOD if count is None else 0.01, step)


def _reachable(connection: "ApiConnection", address: str) -> bool:
    """Directly connected networks answer, the rest through the default route."""
    machine = connection.machine
    try:
        host = ipaddress.ip_address(address)
    except ValueError:
        return False
    for row in machine.store.rows("/ip/address"):
        if row.enabled and host in ipaddress.ip_interface(row.values["address"]).network:
            return True
    return any(row.enabled and row.get("dst-address") == "0.0.0.0/0" for row in machine.store.rows("/ip/route"))
