"""A request as a person writes it, for tests of loading and planning; every person is invented."""

from datetime import UTC, datetime

from netops.requests.event_hotspot import EventHotspot
from netops.requests.load import Document, read_document, validate

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TEXT = """\
service: event-hotspot
ticket: HD-2026-0117
letter:
  number: B-113/Un.03/FST/HM.01/11/2026
  date: 2026-11-12
  subject: Permohonan layanan internet
  signatory: Dekan Fakultas Sains dan Teknologi
unit: Fakultas Sains dan Teknologi
requester:
  name: Budi Contohno
  email: budi@kampus.example
  phone: 081200000000
contact:
  name: Ani Contohsari
  phone: +62 812-0000-0001
reason: >
  Seminar nasional dengan
  pendaftaran daring
event:
  name: Seminar Nasional
  zone: WIB
  starts_at: 2026-12-01 08:00
  ends_at: 2026-12-01 16:00
  place: aula
  setting: indoor
  participants: 200
  bandwidth: 20M/50M
"""


def document(old: str = "", new: str = "", name: str = "permohonan.yaml") -> Document:
    """The sample with one piece of its text replaced."""
    assert old in TEXT
    return read_document(TEXT.replace(old, new, 1).encode(), name=name)


def load_event(document: Document) -> EventHotspot:
    """The document as an event's request. Raises `InputError` with file, line, field and reason of every finding."""
    return validate(EventHotspot, document)


def request(old: str = "", new: str = "") -> EventHotspot:
    return load_event(document(old, new))
