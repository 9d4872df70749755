"""Orders to a running lab (mishaps, restarts, guests): one line of JSON each over loopback; refuses whoever lacks its token."""

import asyncio
import hmac
import json
import secrets
import socket
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from netops.lab.campus import HOST, Campus
from netops.lab.faults import BadMishap
from netops.lab.routeros.hotspot import Denied
from netops.lab.view import LabDevice

MAX_LINE = 1 << 20
DOWN_SECONDS = 2.0
"""How long a device that is told to restart is gone; a real one takes a minute."""
ANSWER_SECONDS = 30.0
Words = Mapping[str, Any]


class ControlError(Exception):
    """The lab does not take the order; `kind` is `refused` (the order is wrong) or `silent` (nobody answers)."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind, self.message = kind, message


class Control:
    """The lab's side. `start` and `stop` run on the campus's loop, as every order does."""

    def __init__(self, campus: Campus) -> None:
        self._campus = campus
        self._token = secrets.token_hex(16)
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, 0, limit=MAX_LINE)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    def describe(self) -> dict[str, object]:
        port = self._server.sockets[0].getsockname()[1] if self._server is not None else 0
        return {"host": HOST, "port": port, "token": self._token}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer = self._answer(await reader.readline())
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        except (ConnectionError, ValueError):
            pass  # whoever asked has gone, or sends no line
        finally:
            writer.close()

    def _answer(self, line: bytes) -> dict[str, object]:
        try:
            words = json.loads(line)
            if not hmac.compare_digest(str(words["token"]).encode(), self._token.encode()):
                return {"refused": "wrong token"}
            device = self._campus.devices.get(str(words["device"]))
            if device is None:
                return {"refused": f"no device {words['device']!r}; there are {', '.join(self._campus.devices)}"}
            return ORDERS[words["order"]](self._campus, device, words)
        except (BadMishap, Denied) as error:
            return {"refused": str(error)}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return {"refused": f"not understood: {error!r}"}


def order(about: Words, device: str, what: str, words: Words) -> dict[str, Any]:
    """Send one order to the lab of `about` (`control` of its description) and return the answer. Raises `ControlError`."""
    line = json.dumps({**words, "token": about["token"], "device": device, "order": what}).encode() + b"\n"
    try:
        with socket.create_connection((about["host"], about["port"]), timeout=ANSWER_SECONDS) as sock:
            sock.sendall(line)
            with sock.makefile("rb") as file:
                answer: dict[str, Any] = json.loads(file.readline(MAX_LINE))
    except (OSError, ValueError) as error:
        raise ControlError("silent", str(error)) from error
    if "refused" in answer:
        raise ControlError("refused", str(answer["refused"]))
    return answer


def _faults(campus: Campus, device: LabDevice, words: Words) -> dict[str, object]:
    """`clear`, then `wish`, `identity`, `reboot` (now), in this order; the answer is what is on."""
    if words.get("clear"):
        device.mishaps.clear()
    if words.get("wish"):
        device.mishaps.wish(words["wish"])
    if words.get("identity"):
        device.change_identity()
    if words.get("reboot"):
        device.reboot(proper=words["reboot"] != "power", seconds=float(words.get("seconds", DOWN_SECONDS)))
    return {"faults": device.mishaps.shown()}


def _clients(campus: Campus, device: LabDevice, words: Words) -> dict[str, object]:
    """`join` so many (by `ssid` or on the hotspot `server`), log in with `codes`, `use` bit/s, `leave`; the answer lists them."""
    people = campus.people
    macs = [guest.mac for guest in people.guests.values() if guest.router is device]
    if words.get("leave"):
        for mac in macs:
            people.leave(mac)
        macs = []
    free = (mac for mac in map(people.mac, range(1 << 24)) if mac not in people.guests)
    for mac in islice(free, int(words.get("join", 0))):
        if words.get("ssid"):
            guest = people.join_ssid(mac, str(words["ssid"]), passphrase=str(words.get("passphrase", "")))
        else:
            guest = people.join_server(mac, device.name, str(words.get("server", "")))
        macs.append(guest.mac)
    waiting = [mac for mac in macs if not people.online(mac)]
    for mac, code in zip(waiting, words.get("codes", ()), strict=False):
        user, _, password = str(code).partition(":")
        people.login(mac, user, password or user)
    if "use" in words:
        up, down = (float(rate) for rate in words["use"])
        for mac in macs:
            people.use(mac, up, down)
    found = [people.guests[mac] for mac in macs if mac in people.guests]
    return {
        "clients": [
            {
                "mac": guest.mac,
                "address": guest.address,
                "server": guest.server,
                "online": people.online(guest.mac),
                "said": guest.said,
            }
            for guest in found
        ]
    }


ORDERS: dict[str, Callable[[Campus, LabDevice, Words], dict[str, object]]] = {"faults": _faults, "clients": _clients}
