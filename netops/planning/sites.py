"""The sites' figures (`inventory/sites.yaml`): uplinks, event ranges, sizing policy, places; refuses what does not add up."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from netops.core.errors import InputError
from netops.core.model import Form
from netops.core.text import Text
from netops.core.units import parse_duration
from netops.requests.common import BandwidthField, HostName, Key, Line, Port, Rate, Strict, Zone
from netops.requests.load import Document, Loc, said, validate


def _duration(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_duration(value)
    except ValueError as exc:
        raise said(f"{value!r} bukan lama waktu seperti 2h30m", f"{value!r} is not a duration such as 2h30m") from exc


def _percent(value: object) -> object:
    match = re.fullmatch(r"([0-9]{1,3})\s*%", value) if isinstance(value, str) else None
    return int(match[1]) if match else value


def _vlans(value: object) -> object:
    match = re.fullmatch(r"\s*([0-9]{1,4})\s*-\s*([0-9]{1,4})\s*", value) if isinstance(value, str) else None
    return {"first": int(match[1]), "last": int(match[2])} if match else value


def _network(value: str) -> str:
    try:
        return str(IPv4Network(value))
    except ValueError as exc:
        raise said(
            f"{value!r} bukan awalan IPv4 seperti 10.90.0.0/16", f"{value!r} is not an IPv4 prefix such as 10.90.0.0/16"
        ) from exc


def _address(value: str) -> str:
    try:
        return str(IPv4Address(value))
    except ValueError as exc:
        raise said(f"{value!r} bukan alamat IPv4", f"{value!r} is not an IPv4 address") from exc


Seconds = Annotated[int, BeforeValidator(_duration), Field(ge=0, le=366 * 86_400)]
Percent = Annotated[int, BeforeValidator(_percent), Field(ge=0, le=1000)]
Network = Annotated[str, BeforeValidator(lambda value: _network(value) if isinstance(value, str) else value)]


class VlanRange(Strict):
    """Both ends included; written `210-229`."""

    first: Annotated[int, Field(ge=2, le=4094)]
    last: Annotated[int, Field(ge=2, le=4094)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last < self.first:
            raise said("rentang VLAN terbalik", "the VLAN range is reversed")
        return self

    def __contains__(self, vlan: object) -> bool:
        return isinstance(vlan, int) and self.first <= vlan <= self.last


class Uplink(Strict):
    """A provider's contract in bit/s; `office` is the share kept for the office at all times; `source` says whence."""

    provider: Line
    down: Rate
    up: Rate
    office: Annotated[Percent, Field(le=100)]
    source: Line


class Vouchers(Strict):
    """Where guests' logins are kept: on the gateway (`local`), in its User Manager, or in a FreeRADIUS database.

    `server` is the address of the RADIUS server, as gateways ask it; what they share is the secret `radius/<site>`.
    """

    backend: Literal["local", "user-manager", "radius"] = "local"
    server: Annotated[str, BeforeValidator(lambda value: _address(value) if isinstance(value, str) else value)] = ""

    @model_validator(mode="after")
    def _server_given(self) -> Self:
        if (self.backend == "radius") != bool(self.server):
            raise said(
                "server diisi untuk backend radius, dan hanya untuk itu", "server belongs to the backend radius only"
            )
        return self


class EventRange(Strict):
    """What events of this site may be given: VLANs, addresses, uplink, the DNS zone of login pages, rates per client."""

    vlans: Annotated[VlanRange, BeforeValidator(_vlans)]
    subnets: Network
    uplink: Line
    domain: Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=200)]
    lease: Annotated[Seconds, Field(ge=60)]
    client: BandwidthField
    wireless: Literal["open", "wpa2-psk"] = "open"
    """How people join: openly (the hotspot asks for the code), or with the secret `wifi/<site>` as passphrase besides."""
    vouchers: Vouchers = Vouchers()


class ClientsPerAp(Strict):
    """Clients that one access point serves well at the same moment."""

    indoor: Annotated[int, Field(ge=1, le=500)]
    outdoor: Annotated[int, Field(ge=1, le=500)]


class Sizing(Strict):
    """Policy with its source: devices a person brings, share of them in use at once, headroom and margin in percent."""

    devices_per_person: Annotated[float, Field(gt=0, le=20, strict=False)]
    concurrent: Annotated[Percent, Field(ge=1, le=100)]
    headroom: Percent
    vouchers_per_person: Annotated[float, Field(gt=0, le=20, strict=False)]
    clients_per_ap: ClientsPerAp
    margin: Annotated[Percent, Field(le=100)]
    source: Line


QueueName = Annotated[Line, Field(max_length=120)]


class BothWays(Strict):
    """A name for each direction, as seen from the unit: upload and download."""

    up: QueueName
    down: QueueName


def _both(value: object) -> object:
    return {"up": value, "down": value} if isinstance(value, str) else value


class Allocation(Strict):
    """A unit's limit: `name` as the office and its letters call it, out of which `uplink`, on which device, in which form.

    `queue` is its name on the device (`{up: …, down: …}` where each direction has its own), `target` what it limits; one of
    them finds it. A limit that nobody made yet is made for `target`, inside `parent`. `port`: where a policy-map is in force.
    """

    key: Key
    name: Line
    uplink: Line
    device: HostName
    form: Form
    queue: Annotated[BothWays, BeforeValidator(_both)] | None = None
    target: Annotated[BothWays, BeforeValidator(_both)] | None = None
    parent: Annotated[BothWays, BeforeValidator(_both)] | None = None
    port: Port | None = None

    @model_validator(mode="after")
    def _findable(self) -> Self:
        if self.form in ("police", "shape"):
            if self.port is None:
                raise said(f"form {self.form} memerlukan port", f"the form {self.form} needs a port")
        elif self.queue is None and (self.target is None or self.form == "profile"):
            names = ("queue", "queue") if self.form == "profile" else ("queue atau target", "queue or target")
            raise said(f"form {self.form} memerlukan {names[0]}", f"the form {self.form} needs a {names[1]}")
        return self


class Units(Strict):
    """What units of a site are promised. `children`: so many per cent of a parent queue its children may have together (none:
    they may share it as they like; one alone is never above it).
    """

    children: Annotated[Percent, Field(ge=1)] | None = None


class Site(Strict):
    key: Key
    name: Line
    zone: Zone
    uplinks: Annotated[dict[str, Uplink], Field(min_length=1)]
    event: EventRange
    sizing: Sizing
    units: Units = Units()
    allocations: dict[Key, Allocation] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _allocation_keys(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("allocations"), dict):
            return {**value, "allocations": _keyed(value["allocations"])}
        return value

    @model_validator(mode="after")
    def _allocations_known(self) -> Self:
        for one in self.allocations.values():
            if one.uplink not in self.uplinks:
                known = ", ".join(self.uplinks)
                raise said(
                    f"alokasi {one.key!r} menyebut uplink {one.uplink!r} yang tidak ada ({known})",
                    f"the allocation {one.key!r} names the uplink {one.uplink!r}, which does not exist ({known})",
                )
        return self

    @model_validator(mode="after")
    def _uplink_known(self) -> Self:
        if self.event.uplink not in self.uplinks:
            known = ", ".join(self.uplinks)
            raise said(
                f"event.uplink {self.event.uplink!r} tidak ada di uplinks ({known})",
                f"event.uplink {self.event.uplink!r} is not among the uplinks ({known})",
            )
        return self


class Place(Strict):
    """Where events happen; `ports` are the access ports there, by switch name (empty: nothing to set on a switch).

    `aps` are the access points that serve it; `near` the places whose access points are heard there.
    """

    key: Key
    name: Line
    site: Key
    setting: Literal["indoor", "outdoor", "both"]
    ports: dict[HostName, Annotated[tuple[Port, ...], Field(strict=False, min_length=1)]] = Field(default_factory=dict)
    aps: Annotated[tuple[HostName, ...], Field(strict=False)] = ()
    near: Annotated[tuple[Key, ...], Field(strict=False)] = ()


class Sites(Strict):
    sites: Annotated[dict[Key, Site], Field(min_length=1)]
    places: Annotated[dict[Key, Place], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _keys(cls, value: Any) -> Any:
        """Each entry carries its own key, so that it can be handed on alone."""
        if not isinstance(value, dict):
            return value
        return {**value, **{part: _keyed(value[part]) for part in ("sites", "places") if part in value}}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for place in self.places.values():
            if place.site not in self.sites:
                raise said(
                    f"tempat {place.key!r} menyebut lokasi {place.site!r} yang tidak ada",
                    f"the place {place.key!r} names the site {place.site!r}, which does not exist",
                )
            for other in place.near:
                if other not in self.places:
                    raise said(
                        f"tempat {place.key!r} menyebut tetangga {other!r} yang tidak ada",
                        f"the place {place.key!r} names the neighbour {other!r}, which does not exist",
                    )
        ranges = [(site.key, IPv4Network(site.event.subnets)) for site in self.sites.values()]
        for index, (key, network) in enumerate(ranges):
            for other, another in ranges[:index]:
                if network.overlaps(another):
                    raise said(
                        f"rentang alamat acara {key!r} dan {other!r} bertumpang tindih",
                        f"the event address ranges of {key!r} and {other!r} overlap",
                    )
        return self

    def site(self, key: str) -> Site:
        if key not in self.sites:
            raise InputError(
                Text(f"lokasi {key!r} tidak dikenal", f"the site {key!r} is not known"),
                _known("Lokasi", "Sites", self.sites),
                field="site",
            )
        return self.sites[key]

    def allocation(self, link: str, document: Document | None = None, loc: Loc = ()) -> tuple[Site, Allocation]:
        """The unit's limit by its name or key, in any case (`<site>/<key>` where two sites have it). Raises `InputError`."""
        wanted = " ".join(link.split()).casefold()
        found = [
            (site, one)
            for site in self.sites.values()
            for one in site.allocations.values()
            if wanted in (one.key, one.name.casefold(), f"{site.key}/{one.key}")
        ]
        if len(found) == 1:
            return found[0]
        asked = document or Document(name="", data=None, lines={})
        if found:
            names = ", ".join(f"{site.key}/{one.key}" for site, one in found)
            raise asked.error(
                loc,
                Text(f"{link!r} ada beberapa", f"there are several {link!r}"),
                Text(f"tulis {names}", f"write {names}"),
            )
        names = "; ".join(
            f"{one.name} ({one.key})" for site in self.sites.values() for one in site.allocations.values()
        )
        raise asked.error(
            loc,
            Text(f"unit atau jalur {link!r} tidak dikenal", f"the unit or link {link!r} is not known"),
            Text(
                f"Di inventory/sites.yaml (allocations): {names or '-'}. Tambahkan unit itu di sana.",
                f"In inventory/sites.yaml (allocations): {names or '-'}. Add the unit there.",
            ),
        )

    def place(self, key: str, document: Document | None = None, loc: Loc = ("event", "place")) -> Place:
        """With the request's document, an unknown place is told with file and line."""
        if key not in self.places:
            asked = document or Document(name="", data=None, lines={})
            raise asked.error(
                loc,
                Text(f"tempat {key!r} tidak dikenal", f"the place {key!r} is not known"),
                _known("Tempat", "Places", self.places),
            )
        return self.places[key]


def _keyed(entries: Any) -> Any:
    if not isinstance(entries, dict):
        return entries
    return {key: {**entry, "key": key} if isinstance(entry, dict) else entry for key, entry in entries.items()}


def _known(indonesian: str, english: str, entries: Mapping[str, object]) -> Text:
    names = ", ".join(sorted(entries))
    return Text(f"{indonesian} di inventory/sites.yaml: {names}", f"{english} in inventory/sites.yaml: {names}")


def load_sites(document: Document) -> Sites:
    """Raises `InputError` with file, line, field and reason of every finding."""
    return validate(Sites, document)
