"""The switches that the lab simulates, by their software: what they say of themselves; data only."""

from msgspec import Struct


class Model(Struct, frozen=True, kw_only=True):
    """`head` is the first line of `show version`, as far as the version; `xe`: IOS XE."""

    name: str
    head: str
    tail: str
    copyright: str
    compiled: str
    rom: str
    boot: str
    image: str
    software: str
    processor: str
    vid: str
    object_id: tuple[int, ...]
    xe: bool


C2960X = Model(
    name="WS-C2960X-24TS-L",
    head="Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version",
    tail="RELEASE SOFTWARE (fc1)",
    copyright="Copyright (c) 1986-2018 by Cisco Systems, Inc.",
    compiled="Compiled Wed 12-Sep-18 14:28 by prod_rel_team",
    rom="ROM: Bootstrap program is C2960X boot loader",
    boot="BOOTLDR: C2960X Boot Loader (C2960X-HBOOT-M) Version 15.2(4r)E5, RELEASE SOFTWARE (fc4)",
    image="flash:/c2960x-universalk9-mz.152-7.E.bin",
    software="C2960X-UNIVERSALK9-M",
    processor="(APM86XXX) processor (revision A0) with 524288K bytes of memory.",
    vid="V05",
    object_id=(1, 3, 6, 1, 4, 1, 9, 1, 1208),  # cat29xxStack, what a 2960-X answers in its stack
    xe=False,
)
# sysDescr and sysObjectID of a recorded Catalyst 9200L; the rest is from general knowledge.
C9200L = Model(
    name="C9200L-24T-4G",
    head="Cisco IOS Software [Gibraltar], Catalyst L3 Switch Software (CAT9K_LITE_IOSXE), Version",
    tail="RELEASE SOFTWARE (fc5)",
    copyright="Copyright (c) 1986-2020 by Cisco Systems, Inc.",
    compiled="Compiled Thu 09-Jul-20 19:31 by mcpre",
    rom="ROM: IOS-XE ROMMON",
    boot="BOOTLDR: System Bootstrap, Version 17.2.1r[FC1], RELEASE SOFTWARE (P)",
    image="flash:packages.conf",
    software="CAT9K_LITE_IOSXE",
    processor="(ARM64) processor with 519006K/3071K bytes of memory.",
    vid="V01",
    object_id=(1, 3, 6, 1, 4, 1, 9, 1, 2694),
    xe=True,
)


def model_of(version: str) -> Model:
    """By the release: IOS XE counts from 16."""
    return C9200L if int(version.partition(".")[0]) >= 16 else C2960X
