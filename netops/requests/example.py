"""A filled request, for the lab, the demo and the documentation; its people and letters are invented."""

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
