"""A unit's bandwidth, engineered: which limit on which device gets which rate; refuses needs beyond what was asked or what stands around it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NoReturn

from msgspec import Struct
from msgspec.structs import replace

from netops.core.errors import InputError, NoCapacity, NoTarget, OutOfBounds
from netops.core.measured import Commitment, Series, SeriesKind, Watch
from netops.core.model import AnyNeeds, DeviceFacts, Form, LinkNeeds, Reservation, Tag, Target
from netops.core.text import Lang, Text
from netops.core.units import parse_rate_pair, say_rate
from netops.planning.capacity import Ground, overlapping
from netops.planning.commitments import require_share, uplink_key
from netops.planning.limits import found, require_room
from netops.planning.sites import Allocation, BothWays, Site, Sites
from netops.planning.sizing import Period
from netops.planning.targets import Chosen, Where
from netops.requests.bandwidth_change import BandwidthChange
from netops.requests.common import FOREVER, Named
from netops.requests.load import Document, check_line

FORMS: tuple[Form, ...] = ("simple", "tree", "profile", "police", "shape")
FIELDS: Mapping[str, Text] = {
    "device": Text("perangkat yang membatasi unit itu", "the device that limits the unit"),
    "form": Text(f"bentuk pembatas: {', '.join(FORMS)}", f"the kind of limit: {', '.join(FORMS)}"),
    "port": Text("port tempat policy-map dipasang", "the port where the policy-map is in force"),
    "queue": Text("nama antrean, profil atau policy-map (unduh)", "the name of queue, profile or policy-map (download)"),
    "queue_up": Text("nama untuk unggah, bila tersendiri", "the name for upload, where it has one of its own"),
    "target": Text("yang dibatasi: alamat, atau tanda paket (unduh)", "what is limited: addresses, or a packet mark (download)"),
    "target_up": Text("tanda paket untuk unggah", "the packet mark for upload"),
    "parent": Text("antrean induk (unduh)", "the parent queue (download)"),
    "parent_up": Text("antrean induk untuk unggah", "the parent queue for upload"),
    "rate": Text("laju unggah/unduh, seperti 20M/40M", "rates up/down, such as 20M/40M"),
}  # fmt: skip
"""What can be edited, by the name that `--set` takes."""


class LinkDesign(Struct, frozen=True):
    """The `Design` of a change of bandwidth; `recorded` are the needs that an admin chose, which say where it acts."""

    request: BandwidthChange
    recorded: LinkNeeds | None = None

    @property
    def fields(self) -> Mapping[str, Text]:
        return FIELDS

    def where(self, sites: Sites, targets: Callable[[], Sequence[Target]], document: Document | None = None) -> Where:
        """The device that the site's list of allocations names for the unit, or the one that an admin chose."""
        site, one = sites.allocation(self.request.bandwidth.link, document, self.request.loc("link"))
        device, port = (self.recorded.device, self.recorded.port) if self.recorded else (one.device, one.port or "")
        known = {target.name: target for target in targets()}
        if device not in known or known[device].site != site.key:
            here = ", ".join(sorted(name for name, target in known.items() if target.site == site.key))
            raise InputError(
                Text(
                    f"alokasi {one.key}: tidak ada perangkat {device!r} di lokasi {site.key}",
                    f"allocation {one.key}: there is no device {device!r} at site {site.key}",
                ),
                Text(
                    f"Perbaiki allocations di inventory/sites.yaml; di lokasi itu ada: {here}",
                    f"Mend allocations in inventory/sites.yaml; at that site there are: {here}",
                ),
                field=f"allocations.{one.key}.device",
            )
        return Where(site=site.key, named=(Named(field="device", device=device, port=port),))

    def check(self, where: Where, site: Site, document: Document) -> None:
        """Nothing that the devices do not say themselves."""

    def named(self, one: Chosen) -> None:
        return None

    def propose(self, ground: Ground) -> LinkNeeds:
        """What the list of allocations says, completed by what the device shows; where that leaves a choice, it says which."""
        asked = self.request.bandwidth.rate
        one = self._allocation(ground.site)
        queue, target, parent = _pair(one.queue), _pair(one.target), _pair(one.parent)
        needs = LinkNeeds(
            site=ground.site.key,
            unit=one.name,
            uplink=one.uplink,
            device=one.device,
            form=one.form,
            up=asked.up,
            down=asked.down,
            queue=queue[1],
            queue_up=queue[0],
            target=target[1],
            target_up=target[0],
            parent=parent[1],
            parent_up=parent[0],
            port=one.port or "",
            basis=(
                f"{one.name}: alokasi {one.key} di inventory/sites.yaml | {one.name}: allocation {one.key} of inventory/sites.yaml",
            ),
        )
        if self.recorded:
            return needs
        try:
            return found(needs, ground.limits(needs.device), Tag(ground.change))
        except NoTarget as open_choice:
            said = open_choice.message
            return replace(needs, basis=(*needs.basis, f"{said.id} | {said.en}".replace("\n", " ")))

    def edited(self, needs: AnyNeeds, wishes: Mapping[str, str | int]) -> LinkNeeds:
        needs = _link(needs)
        for field in wishes:
            if field not in FIELDS:
                known = ", ".join(FIELDS)
                raise InputError(
                    Text(f"kebutuhan {field!r} tidak dikenal", f"there is no need {field!r}"),
                    Text(f"yang dapat diubah: {known}", f"what can be edited: {known}"),
                    field=field,
                )
        for field in FIELDS:  # the device first: elsewhere the names are others
            if field in wishes:
                needs = _with(needs, field, str(wishes[field]).strip())
        return needs

    def settled(
        self, proposed: AnyNeeds, recorded: AnyNeeds, fields: Collection[str], edits: int, ground: Ground
    ) -> LinkNeeds:
        """The proposal with what an admin chose, looked at on the device that he chose. Raises `NoTarget`."""
        proposed, recorded = _link(proposed), _link(recorded)
        rate = ("up", "down") if "rate" in fields else ()
        where = ("device", "form", *_NOWHERE) if set(fields) - {"rate"} else ()
        taken = {name: getattr(recorded, name) for name in (*rate, *where)}
        basis = (*proposed.basis, *recorded.basis[len(recorded.basis) - edits :])
        return found(replace(proposed, **taken, basis=basis), ground.limits(recorded.device), Tag(ground.change))

    def require(self, needs: AnyNeeds, ground: Ground) -> None:
        """Raises `NoCapacity` for a limit that another change holds at that time, for a rate above the parent's, and for more
        than is left of the office's share of the uplink, with the first date that fits."""
        needs = found(_link(needs), ground.limits(_link(needs).device), Tag(ground.change))
        self._require_alone(needs, ground)
        require_room(needs, ground.limits(needs.device), ground.site.units.children)
        for wish in self.commitments(needs, ground.site, ground.change):
            require_share(ground.site, wish, ground.commitments)

    def within_bounds(self, needs: AnyNeeds, site: Site) -> None:
        needs, asked = _link(needs), self.request.bandwidth.rate
        if needs.site != site.key:
            _refuse("site", f"lokasi {needs.site}", f"lokasi {site.key}", f"site {needs.site}", f"site {site.key}")
        if needs.uplink not in site.uplinks:
            _refuse("uplink", needs.uplink, ", ".join(site.uplinks), needs.uplink, ", ".join(site.uplinks))
        for field, amount, limit in (("up", needs.up, asked.up), ("down", needs.down, asked.down)):
            if not 0 < amount <= limit:
                _refuse(field, say_rate(amount), say_rate(limit), say_rate(amount, "en"), say_rate(limit, "en"))

    def reservations(self, needs: AnyNeeds, site: Site, period: Period) -> tuple[Reservation, ...]:
        """The limit itself: two changes that both come and go on it would not find back to what was there."""
        resource = f"allocation:{_link(needs).allocation}"
        return (Reservation(resource=resource, amount=1, starts_at=period[0], ends_at=period[1]),)

    def commitments(self, needs: AnyNeeds, site: Site, change: str) -> tuple[Commitment, ...]:
        needs, request = _link(needs), self.request
        ends = request.ends_at
        return (
            Commitment(
                allocation=needs.allocation,
                unit=needs.unit,
                letter=request.letter.number,
                uplink=uplink_key(site.key, needs.uplink),
                up=needs.up,
                down=needs.down,
                since=request.starts_at,
                until=ends,
                kind="temporary" if ends else "permanent",
                change=change,
                watch=_watch(needs),
                within=f"{needs.device}/{needs.parent}" if needs.parent else "",
            ),
        )

    def context(
        self, needs: AnyNeeds, one: Chosen, tag: Tag, site: Site, facts: Callable[[], DeviceFacts]
    ) -> dict[str, object]:
        """`needs`, `device` as for events, our tag as `name` and `comment`; `up` and `down`: policy-map and class, where it is one."""
        target = one.target
        return {
            "name": tag.name,
            "comment": tag.comment,
            "device": {**target.data, "name": target.name, "site": target.site, "platform": target.platform},
            "needs": _link(needs),
            "up": _policy(_link(needs).queue_up),
            "down": _policy(_link(needs).queue),
        }

    def values(self, needs: AnyNeeds, lang: Lang) -> dict[str, str]:
        needs = _link(needs)
        rate = f"{say_rate(needs.up, lang)} / {say_rate(needs.down, lang)}"
        return {name: rate if name == "rate" else str(getattr(needs, name)) for name in FIELDS}

    def _allocation(self, site: Site) -> Allocation:
        wanted = " ".join(self.request.bandwidth.link.split()).casefold().removeprefix(f"{site.key}/")
        return next(one for one in site.allocations.values() if wanted in (one.key, one.name.casefold()))

    def _require_alone(self, needs: LinkNeeds, ground: Ground) -> None:
        """One that lasts may follow another that lasts, and a temporary one stand over it; nothing else may meet."""
        resource = f"allocation:{needs.allocation}"
        starts, ends = ground.period
        for change, other in overlapping(ground.taken, starts, ends, without=ground.change):
            under = other.ends_at == FOREVER and (ends == FOREVER or other.starts_at <= starts)
            if other.resource == resource and not under:
                until = f"{other.ends_at:%Y-%m-%d %H:%M}Z" if other.ends_at != FOREVER else "-"
                raise NoCapacity(
                    Text(
                        f"{needs.allocation} pada waktu itu dipegang {change} (sampai {until})",
                        f"{needs.allocation} is held by {change} at that time (until {until})",
                    ),
                    Text(
                        f"Mulai sesudah itu, atau lihat `netops show {change}`.",
                        f"Start after that, or see `netops show {change}`.",
                    ),
                )


def _pair(both: BothWays | None) -> tuple[str, str]:
    return (both.up, both.down) if both else ("", "")


def _with(needs: LinkNeeds, field: str, text: str) -> LinkNeeds:
    try:
        match field:
            case "rate":
                pair = parse_rate_pair(text)
                return replace(needs, up=pair.up, down=pair.down)
            case "form":
                return replace(needs, form=next(form for form in FORMS if form == text), **_NOWHERE)
            case "device":
                return replace(needs, device=check_line(text), **_NOWHERE)
            case "port":
                return replace(needs, port=check_line(text), queue="", queue_up="", target="", target_up="")
            case "queue":
                return replace(needs, queue=check_line(text), queue_up=check_line(text), target="", target_up="")
            case "target":
                return replace(needs, target=check_line(text), target_up=check_line(text))
            case "parent":
                return replace(needs, parent=check_line(text), parent_up=check_line(text))
        chosen: Mapping[str, Any] = {field: check_line(text)}
        return replace(needs, **chosen)
    except (ValueError, StopIteration) as exc:
        raise InputError(
            Text(f"{text!r} bukan {FIELDS[field].id}", f"{text!r} is not {FIELDS[field].en}"), field=field
        ) from exc


_NOWHERE: Mapping[str, Any] = dict.fromkeys(
    ("queue", "queue_up", "target", "target_up", "parent", "parent_up", "port"), ""
)
"""Elsewhere, or in another form, the names are others: they are to be chosen too."""


_SERIES: Mapping[Form, SeriesKind] = {
    "simple": SeriesKind.QUEUE,
    "tree": SeriesKind.TREE,
    "police": SeriesKind.CLASS,
    "shape": SeriesKind.CLASS,
}


def _policy(name: str) -> dict[str, str]:
    policy, _, class_ = name.partition(" ")
    return {"policy": policy, "class": class_}


def _watch(needs: LinkNeeds) -> Watch | None:
    """Where it is measured; of a queue tree or policy-map the download, which has counters of its own."""
    if needs.form not in _SERIES:
        return None  # each client of a hotspot has a queue of its own
    name = f"{needs.port} out {needs.queue}" if needs.port else needs.queue
    return Watch(series=Series(device=needs.device, kind=_SERIES[needs.form], name=name))


def _link(needs: AnyNeeds) -> LinkNeeds:
    if not isinstance(needs, LinkNeeds):
        raise TypeError("these are not the needs of a change of bandwidth")
    return needs


def _refuse(field: str, given: str, limit: str, given_en: str, limit_en: str) -> NoReturn:
    raise OutOfBounds(
        Text(
            f"kebutuhan teknis {field} = {given} melampaui yang dimohon atau diizinkan ({limit})",
            f"the technical need {field} = {given_en} goes beyond what was asked or is allowed ({limit_en})",
        ),
        Text(
            "Turunkan kebutuhan itu, atau ajukan permohonan baru untuk disetujui.",
            "Lower that need, or file a new request for approval.",
        ),
    )


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────


def say_link(needs: LinkNeeds, lang: Lang) -> list[str]:
    was = f"{_rate(needs.was_up, lang)} / {_rate(needs.was_down, lang)}"
    new = f"{say_rate(needs.up, lang)} / {say_rate(needs.down, lang)}"
    made = Text("dibuat oleh perubahan ini", "made by this change").to(lang)
    where = f"{needs.device} {needs.port}".strip()
    name = made if needs.makes else " / ".join(dict.fromkeys(one for one in (needs.queue_up, needs.queue) if one))
    return [
        Text(
            f"  {needs.unit}: {where}, {needs.form}, {name}; dari {needs.uplink}",
            f"  {needs.unit}: {where}, {needs.form}, {name}; out of {needs.uplink}",
        ).to(lang),
        Text(f"  semula {was}, menjadi {new} (unggah / unduh)", f"  was {was}, becomes {new} (up / down)").to(lang),
    ]


def _rate(bps: int, lang: Lang) -> str:
    return say_rate(bps, lang) if bps else Text("tanpa batas", "no limit").to(lang)
