"""Which queues take a wanted network's traffic is told from its order, as looking at each network would tell it."""

from ipaddress import ip_network

from hypothesis import example, given
from hypothesis import strategies as st

from netops.platforms.routeros.queues import Networks

v4 = st.builds(
    lambda bits, length: ip_network((bits << 24, length), strict=False), st.integers(0, 15), st.integers(0, 8)
)
v4_small = st.builds(
    lambda bits, length: ip_network((bits, length), strict=False), st.integers(0, 63), st.integers(26, 32)
)
v6 = st.builds(
    lambda bits, length: ip_network((bits << 120, length), strict=False), st.integers(0, 15), st.integers(0, 8)
)
v6_small = st.builds(
    lambda bits, length: ip_network((bits, length), strict=False), st.integers(0, 63), st.integers(122, 128)
)
nets = st.one_of(v4, v4_small, v6, v6_small)


@given(st.lists(nets, max_size=8), st.lists(nets, min_size=1, max_size=3))
@example([ip_network("10.0.0.0/8"), ip_network("10.9.0.0/16")], [ip_network("10.0.0.0/9")])
def test_a_queue_takes_a_network_when_that_lies_in_one_of_its_own(inner: list[object], outer: list[object]) -> None:
    known = Networks(inner)  # type: ignore[arg-type]  # ip_network has no type of its own
    within = any(one.version == two.version and one.subnet_of(two) for one in inner for two in outer)  # type: ignore[attr-defined]  # as above
    assert known.any_in(",".join(map(str, outer))) is within
    assert known.any_in(",".join(["ether1", "", *map(str, outer)])) is within
