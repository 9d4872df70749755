"""Filled requests, for the lab, the demo and the documentation; its people and letters are invented."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from netops.requests.common import ZONES


def example(
    starts: datetime,
    *,
    ticket: str = "PTIPD-2026-0117",
    name: str = "Wisuda Sarjana ke-60",
    place: str = "aula",
    bandwidth: str = "20M/50M",
    participants: int = 40,
) -> str:
    """YAML of an event of six hours that begins at `starts` (aware), in WIB."""
    local = starts.astimezone(ZONES["WIB"])
    return f"""\
service: event-hotspot
ticket: {ticket}

letter:
  number: B-117/Un.03/R/11/2026
  date: {local:%Y-%m-%d}
  subject: Permohonan internet kegiatan
  signatory: Wakil Rektor I

unit: Fakultas Sains dan Teknologi

requester:
  name: Siti Aminah
  email: siti.aminah@kampus.example
  phone: 0812-3456-7890

contact:
  name: Budi Santoso
  phone: 0813-2222-1111

reason: Pendaftaran ulang dan siaran langsung kegiatan

event:
  name: {name}
  zone: WIB
  starts_at: {local:%Y-%m-%d %H:%M}
  ends_at: {local + timedelta(hours=6):%Y-%m-%d %H:%M}
  place: {place}
  setting: indoor
  participants: {participants}
  bandwidth: {bandwidth}
"""


def bandwidth_example(
    starts: datetime,
    *,
    ticket: str = "HD-2026-0301",
    link: str = "Perpustakaan",
    rate: str = "20M/40M",
    hours: int = 0,
) -> str:
    """YAML of a change of bandwidth from `starts` (aware) on, in WIB; with `hours` for so long, without for good."""
    local = starts.astimezone(ZONES["WIB"])
    ends = f"  ends_at: {local + timedelta(hours=hours):%Y-%m-%d %H:%M}\n" if hours else ""
    return f"""\
service: bandwidth-change
ticket: {ticket}

letter:
  number: B-301/Un.03/PERPUS/11/2026
  date: {local:%Y-%m-%d}
  subject: Permohonan penambahan bandwidth
  signatory: Kepala Perpustakaan

unit: {link}

requester:
  name: Rina Contohwati
  email: rina.contohwati@kampus.example
  phone: 0812-1111-2222

contact:
  name: Agus Contohadi
  phone: 0813-3333-4444

reason: Jurnal daring dan ujian berbasis komputer

bandwidth:
  link: {link}
  rate: {rate}                # unggah/unduh
  zone: WIB
  starts_at: {local:%Y-%m-%d %H:%M}
{ends}"""


EXAMPLES: Mapping[str, Callable[[datetime], str]] = {"event-hotspot": example, "bandwidth-change": bandwidth_example}
"""By service, for those that netops brings."""
