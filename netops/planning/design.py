"""How each kind of request is engineered: where it acts, what it needs, what it holds, what its templates may use. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from netops.core.measured import Commitment
from netops.core.model import AnyNeeds, DeviceFacts, LinkNeeds, Reservation, Tag, Target
from netops.core.text import Lang, Text
from netops.planning.capacity import Ground
from netops.planning.event import EventDesign
from netops.planning.link import LinkDesign
from netops.planning.own import OwnDesign
from netops.planning.sites import Site, Sites
from netops.planning.sizing import Period
from netops.planning.targets import Chosen, Where
from netops.requests.bandwidth_change import BandwidthChange
from netops.requests.common import Request
from netops.requests.event_hotspot import EventHotspot
from netops.requests.load import Document
from netops.requests.own import OwnRequest


class Design(Protocol):
    """One request, engineered. A service with a module of its own has one of these; `design_of` finds it."""

    def where(self, sites: Sites, targets: Callable[[], Sequence[Target]], document: Document | None = None) -> Where:
        """Where it acts. Raises `InputError`, with the document's line where there is one."""
        ...

    def check(self, where: Where, site: Site, document: Document) -> None:
        """What the request cannot know of itself about the place and the site. Raises `InputError`, `NoCapacity`."""
        ...

    def named(self, one: Chosen) -> frozenset[str] | None:
        """What its templates may touch on that device although it is not ours; None: they are netops' own, and trusted."""
        ...

    def propose(self, ground: Ground) -> AnyNeeds:
        """The technical needs. Raises `NoCapacity`."""
        ...

    @property
    def fields(self) -> Mapping[str, Text]:
        """What of the needs an admin may edit, by name; {} where they are what was asked."""
        ...

    def values(self, needs: AnyNeeds, lang: Lang) -> dict[str, str]:
        """Each of `fields` as people read and write it."""
        ...

    def edited(self, needs: AnyNeeds, wishes: Mapping[str, str | int]) -> AnyNeeds:
        """The needs with those fields changed. Raises `InputError` naming the field: unknown, or no value of its kind."""
        ...

    def settled(
        self, proposed: AnyNeeds, recorded: AnyNeeds, fields: Collection[str], edits: int, ground: Ground
    ) -> AnyNeeds:
        """The proposal with those fields as an admin recorded them; the last `edits` lines of basis say who.

        Raises `NoCapacity` for what is taken by now.
        """
        ...

    def require(self, needs: AnyNeeds, ground: Ground) -> None:
        """Raises `NoCapacity` for what others hold at that time, and for what does not fit."""
        ...

    def within_bounds(self, needs: AnyNeeds, site: Site) -> None:
        """Raises `OutOfBounds` where needs go beyond the approved request or the site's ranges."""
        ...

    def reservations(self, needs: AnyNeeds, site: Site, period: Period) -> tuple[Reservation, ...]:
        """What the needs hold through the period."""
        ...

    def commitments(self, needs: AnyNeeds, site: Site, change: str) -> tuple[Commitment, ...]:
        """What a unit is promised by it; () where what it holds says all (an event)."""
        ...

    def context(
        self, needs: AnyNeeds, one: Chosen, tag: Tag, site: Site, facts: Callable[[], DeviceFacts]
    ) -> dict[str, object]:
        """What the templates may use, for one device; `facts` asks the device, where they matter."""
        ...


def design_of(request: Request, recorded: AnyNeeds | None = None) -> Design:
    """`recorded`: the needs that an admin chose, where they say on which devices the request acts."""
    match request:
        case EventHotspot():
            return EventDesign(request)
        case BandwidthChange():
            return LinkDesign(request, recorded if isinstance(recorded, LinkNeeds) else None)
        case OwnRequest():
            return OwnDesign(request)
        case _:
            raise TypeError(f"a request of type {type(request).__name__} is not engineered")
