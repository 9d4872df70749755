"""Readings as hypothesis draws them: all that the nouns of `core.measured` allow, to the millisecond."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from netops.core.measured import InterfaceSample, Missed, QueueSample, Sample, SeriesKind

U64, U32 = st.integers(0, 2**64 - 1), st.none() | st.integers(0, 2**32 - 1)
BITS = st.sampled_from((32, 64))
NAMES = st.text(max_size=12)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
INTERFACES = st.builds(
    InterfaceSample,
    name=NAMES,
    index=st.integers(0, 2**32 - 1),
    in_octets=U64,
    out_octets=U64,
    speed=st.integers(0, 2**63 - 1),
    up=st.booleans(),
    in_errors=U32,
    out_errors=U32,
    in_discards=U32,
    out_discards=U32,
    alias=NAMES,
    admin_up=st.none() | st.booleans(),
    bits=BITS,
    discontinuity=U32,
)
QUEUES = st.builds(
    QueueSample,
    kind=st.sampled_from((SeriesKind.QUEUE, SeriesKind.TREE, SeriesKind.CLASS)),
    name=NAMES,
    index=st.integers(0, 2**32 - 1),
    in_octets=U64,
    out_octets=U64,
    drops=st.none() | st.integers(0, 2**40),
    bits=BITS,
)
PERCENT = st.none() | st.integers(0, 100)
DEVICES = st.sampled_from(("gw-pusat", "sw-a", "sw-b"))
SAMPLES = st.builds(
    Sample,
    device=DEVICES,
    at=MOMENTS,
    uptime=U64,
    interfaces=st.lists(INTERFACES, max_size=4).map(tuple),
    cpu=PERCENT,
    queues=st.lists(QUEUES, max_size=3).map(tuple),
    memory=PERCENT,
    guests=st.none() | st.integers(0, 10**6),
    health=st.dictionaries(NAMES, st.integers(-(2**31), 2**31), max_size=3),
)
READINGS = SAMPLES | st.builds(Missed, device=DEVICES, at=MOMENTS, reason=NAMES, message=NAMES)
