"""A site's own service, engineered: its fields are its needs; it holds the ports that it names. Refuses ports that are taken."""

from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec import Struct

from netops.core.canonical import dump
from netops.core.errors import InputError, NoCapacity, OutOfBounds
from netops.core.measured import Commitment
from netops.core.model import AnyNeeds, DeviceFacts, FieldNeeds, Reservation, Tag, Target
from netops.core.text import Lang, Text
from netops.planning.capacity import Ground, overlapping
from netops.planning.paths import read_links
from netops.planning.ports import short_port
from netops.planning.sites import Site, Sites
from netops.planning.sizing import Period
from netops.planning.targets import Chosen, Where
from netops.requests.load import Document
from netops.requests.own import OwnRequest


class OwnDesign(Struct, frozen=True):
    """The `Design` of a service that is a playbook with `fields` and templates."""

    request: OwnRequest

    def where(self, sites: Sites, targets: Callable[[], Sequence[Target]], document: Document | None = None) -> Where:
        """At its place, else where the devices are that it names; they must be known and at one site."""
        named, at = self.request.named, document or Document(name="", data=None, lines={})
        place = None
        if self.request.place:
            place = sites.place(self.request.place, document, self.request.loc("place"))
        by_name = {target.name: target for target in targets()} if named else {}
        links = read_links(by_name.values())
        site = place.site if place else ""
        for one in named:
            loc = self.request.loc(one.field)
            if one.device not in by_name:
                names = ", ".join(sorted(by_name))
                raise at.error(
                    loc,
                    Text(f"tidak ada perangkat {one.device!r}", f"there is no device {one.device!r}"),
                    Text(f"Di inventory/hosts.yaml: {names}", f"In inventory/hosts.yaml: {names}"),
                )
            here = by_name[one.device].site
            site = site or here
            if here != site:
                raise at.error(
                    loc,
                    Text(
                        f"{one.device} ada di lokasi {here}, bukan {site}: satu permohonan untuk satu lokasi",
                        f"{one.device} is at site {here}, not {site}: one request is for one site",
                    ),
                )
            data = by_name[one.device].data
            shared = {*(data.get("trunks") or ()), str(data.get("uplink_interface", "")), *links[one.device]}
            if one.port and short_port(one.port) in map(short_port, shared):
                raise at.error(
                    loc,
                    Text(
                        f"{one.port} di {one.device} adalah trunk, uplink atau kabel antarperangkat, bukan port unit",
                        f"{one.port} on {one.device} is a trunk, an uplink or a cable between devices, not a unit's port",
                    ),
                    Text(
                        "Lihat inventory/hosts.yaml: trunks, uplink_interface, links.",
                        "See inventory/hosts.yaml: trunks, uplink_interface, links.",
                    ),
                )
        if not site:
            raise InputError(
                Text(
                    f"layanan {self.request.service} tidak menyebut perangkat atau tempat",
                    f"the service {self.request.service} names neither a device nor a place",
                ),
                Text(
                    f"Tambahkan isian bertipe port, device atau place di playbooks/{self.request.service}.yaml.",
                    f"Add a field of type port, device or place to playbooks/{self.request.service}.yaml.",
                ),
            )
        return Where(site=site, place=place, named=named)

    def check(self, where: Where, site: Site, document: Document) -> None:
        """Nothing beyond its fields."""

    def named(self, one: Chosen) -> frozenset[str]:
        """The ports on that device, and every text of its fields: a queue may be named as well as a port."""
        texts = {value for value in self.request.fields.values() if isinstance(value, str)}
        return frozenset(texts.union(one.ports))

    def propose(self, ground: Ground) -> FieldNeeds:
        needs = FieldNeeds(site=ground.site.key, fields=dump(self.request)["fields"])
        ours = {one.resource for one in self.reservations(needs, ground.site, ground.period)}
        for change, one in overlapping(ground.taken, *ground.period, without=ground.change):
            if one.resource in ours:
                port = one.resource.partition(":")[2]
                raise NoCapacity(
                    Text(f"{port} dipesan oleh {change}", f"{port} is reserved by {change}"),
                    Text(
                        f"Pilih port lain, atau lihat `netops show {change}`.",
                        f"Choose another port, or see `netops show {change}`.",
                    ),
                )
        return needs

    @property
    def fields(self) -> Mapping[str, Text]:
        """None: what was asked is what is done."""
        return {}

    def values(self, needs: AnyNeeds, lang: Lang) -> dict[str, str]:
        return {}

    def edited(self, needs: AnyNeeds, wishes: Mapping[str, str | int]) -> AnyNeeds:
        return needs

    def settled(
        self, proposed: AnyNeeds, recorded: AnyNeeds, fields: Collection[str], edits: int, ground: Ground
    ) -> AnyNeeds:
        return proposed

    def require(self, needs: AnyNeeds, ground: Ground) -> None:
        """Nothing beyond what `propose` refuses."""

    def within_bounds(self, needs: AnyNeeds, site: Site) -> None:
        """What was asked is what is done."""
        if not isinstance(needs, FieldNeeds) or dict(needs.fields) != dump(self.request)["fields"]:
            raise OutOfBounds(
                Text("kebutuhan teknis bukan isian yang dimohon", "the technical needs are not the fields asked for"),
                Text("Ajukan permohonan baru.", "File a new request."),
            )

    def reservations(self, needs: AnyNeeds, site: Site, period: Period) -> tuple[Reservation, ...]:
        ports = sorted({f"port:{one.device}/{short_port(one.port)}" for one in self.request.named if one.port})
        return tuple(Reservation(resource=port, amount=1, starts_at=period[0], ends_at=period[1]) for port in ports)

    def commitments(self, needs: AnyNeeds, site: Site, change: str) -> tuple[Commitment, ...]:
        return ()

    def context(
        self, needs: AnyNeeds, one: Chosen, tag: Tag, site: Site, facts: Callable[[], DeviceFacts]
    ) -> dict[str, object]:
        """`fields` by name, `device` as for events, `ports` named on this device, and our tag as `name` and `comment`."""
        target = one.target
        return {
            "name": tag.name,
            "comment": tag.comment,
            "device": {
                **target.data,
                "name": target.name,
                "site": target.site,
                "platform": target.platform,
                "trunks": list(one.trunks or ()),
            },
            "fields": dump(self.request)["fields"],
            "ports": list(one.ports),
        }


def say_fields(needs: FieldNeeds) -> list[str]:
    """`  name: value`, one line each."""
    return [
        f"  {name}: {' '.join(map(str, value.values())) if isinstance(value, dict) else value}"
        for name, value in needs.fields.items()
        if value is not None
    ]
