"""How each kind of request is engineered: where it acts, what it needs, what it holds, what its templates may use. Pure."""

from collections.abc import Callable, Sequence
from typing import Protocol

from netops.core.model import AnyNeeds, DeviceFacts, Reservation, Tag, Target
from netops.planning.capacity import Ground
from netops.planning.event import EventDesign
from netops.planning.own import OwnDesign
from netops.planning.sites import Site, Sites
from netops.planning.sizing import Period
from netops.planning.targets import Chosen, Where
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

    def within_bounds(self, needs: AnyNeeds, site: Site) -> None:
        """Raises `OutOfBounds` where needs go beyond the approved request or the site's ranges."""
        ...

    def reservations(self, needs: AnyNeeds, site: Site, period: Period) -> tuple[Reservation, ...]:
        """What the needs hold through the period."""
        ...

    def context(
        self, needs: AnyNeeds, one: Chosen, tag: Tag, site: Site, facts: Callable[[], DeviceFacts]
    ) -> dict[str, object]:
        """What the templates may use, for one device; `facts` asks the device, where they matter."""
        ...


def design_of(request: Request) -> Design:
    match request:
        case EventHotspot():
            return EventDesign(request)
        case OwnRequest():
            return OwnDesign(request)
        case _:
            raise TypeError(f"a request of type {type(request).__name__} is not engineered")
