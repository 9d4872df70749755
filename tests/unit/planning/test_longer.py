"""Reservations up to a later end: what another change holds in the added time is named, nothing else stands in the way."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netops.core.errors import NoCapacity
from netops.core.model import Reservation
from netops.planning.longer import lengthened
from netops.planning.sites import load_sites
from netops.requests.load import read_document

SITES = load_sites(read_document(Path(__file__).resolve().parents[3] / "inventory" / "sites.yaml"))
SITE = SITES.site("kampus")
DAY = datetime(2026, 11, 20, tzinfo=UTC)


def held(resource: str, start: int, end: int, amount: int = 1) -> Reservation:
    return Reservation(
        resource=resource, amount=amount, starts_at=DAY + timedelta(hours=start), ends_at=DAY + timedelta(hours=end)
    )


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (held("vlan:kampus:210", 1, 12), held("vlan:kampus:210", 13, 20)),
        (held("subnet:kampus:10.90.0.0/24", 1, 12), held("subnet:kampus:10.90.0.128/25", 13, 20)),
        (held("uplink:kampus/ISP-A:down", 1, 12, 150_000_000), held("uplink:kampus/ISP-A:down", 13, 20, 60_000_000)),
        (held("port:kampus:sw-aula:Gi1/0/5", 1, 12), held("port:kampus:sw-aula:Gi1/0/5", 13, 20)),
    ],
)
def test_what_another_holds_in_the_added_time_is_refused_naming_it(mine: Reservation, theirs: Reservation) -> None:
    with pytest.raises(NoCapacity, match="HD-2"):
        lengthened((mine,), DAY + timedelta(hours=14), SITE, {"HD-1": (mine,), "HD-2": (theirs,)}, "HD-1")


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (held("vlan:kampus:210", 1, 12), held("vlan:kampus:210", 14, 20)),  # begins as we end
        (held("vlan:kampus:210", 1, 12), held("vlan:kampus:211", 1, 20)),
        (held("vlan:kampus:210", 1, 12), held("vlan:kampus-lama:210", 1, 20)),
        (held("subnet:kampus:10.90.0.0/24", 1, 12), held("subnet:kampus:10.90.1.0/24", 1, 20)),
        (held("uplink:kampus/ISP-A:down", 1, 12, 100_000_000), held("uplink:kampus/ISP-A:down", 13, 20, 60_000_000)),
        (held("uplink:kampus/ISP-A:down", 1, 12, 150_000_000), held("uplink:kampus/ISP-A:up", 13, 20, 60_000_000)),
    ],
)
def test_all_else_lets_it_go_on(mine: Reservation, theirs: Reservation) -> None:
    until = DAY + timedelta(hours=14)
    (longer,) = lengthened((mine,), until, SITE, {"HD-1": (mine,), "HD-2": (theirs,)}, "HD-1")
    assert (longer.ends_at, longer.starts_at, longer.amount) == (until, mine.starts_at, mine.amount)


def test_what_lasts_longer_already_stays_as_it_is() -> None:
    mine = held("vlan:kampus:210", 1, 20)
    assert lengthened((mine,), DAY + timedelta(hours=14), SITE, {}, "HD-1") == (mine,)
