"""A service's empty form with comments, its example, and a request in plain words; refuses nothing."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from netops.core.text import Lang, Text
from netops.requests.common import ZONES, Request, say_day
from netops.requests.example import example
from netops.requests.fields import FieldSpec, plain

_SHARED = {
    "id": """\
ticket:                       # nomor tiket helpdesk, mis. HD-2026-0117

letter:                       # surat permohonan
  number:                     # nomor surat persis seperti tertulis
  date:                       # tahun-bulan-tanggal, mis. 2026-11-12
  subject:                    # hal
  signatory:                  # jabatan atau nama penanda tangan
  # agenda:                   # nomor agenda kantor kita (boleh dihapus)
  # received:                 # tanggal diterima
  # scan:                     # sha256:<64 angka heksadesimal> dari hasil pindai

unit:                         # unit pemohon

requester:                    # pemohon
  name:
  email:
  phone:
  # nip:                      # 18 angka (boleh dihapus)
  # nim:                      # bila mahasiswa

contact:                      # narahubung di tempat
  name:
  phone:

reason:                       # alasan, satu kalimat

""",
    "en": """\
ticket:                       # the helpdesk's ticket number, e.g. HD-2026-0117

letter:                       # the letter of request
  number:                     # the letter's number exactly as written
  date:                       # year-month-day, e.g. 2026-11-12
  subject:
  signatory:                  # position or name of who signed it
  # agenda:                   # our own office's agenda number (may be left out)
  # received:                 # the day it was received
  # scan:                     # sha256:<64 hexadecimal digits> of the scan

unit:                         # the unit that asks

requester:
  name:
  email:
  phone:
  # nip:                      # 18 digits (may be left out)
  # nim:                      # for a student

contact:                      # who is reached at the place
  name:
  phone:

reason:                       # one sentence

""",
}
_EVENT = {
    "id": """\
event:
  name:
  zone: WIB                   # WIB, WITA atau WIT
  starts_at:                  # mis. 2026-11-20 09:00
  ends_at:                    # mis. 2026-11-20 16:00
  place:                      # nama pendek dari inventory/sites.yaml, mis. aula
  setting:                    # indoor (dalam ruang) atau outdoor (luar ruang)
  participants:               # perkiraan jumlah peserta
  bandwidth:                  # 50M untuk dua arah, atau unggah/unduh: 20M/50M
""",
    "en": """\
event:
  name:
  zone: WIB                   # WIB, WITA or WIT
  starts_at:                  # e.g. 2026-11-20 09:00
  ends_at:                    # e.g. 2026-11-20 16:00
  place:                      # a short name of inventory/sites.yaml, e.g. aula
  setting:                    # indoor or outdoor
  participants:               # how many are expected
  bandwidth:                  # 50M both ways, or upload/download: 20M/50M
""",
}
_BANDWIDTH = {
    "id": """\
bandwidth:
  link:                       # unit atau jalur seperti disebut kantor (allocations di inventory/sites.yaml)
  rate:                       # 50M untuk dua arah, atau unggah/unduh: 20M/50M
  zone: WIB                   # WIB, WITA atau WIT
  starts_at:                  # mis. 2026-11-20 09:00
  ends_at:                    # kosong: tetap; terisi: sementara, lalu kembali sendiri
""",
    "en": """\
bandwidth:
  link:                       # the unit or line as the office calls it (allocations in inventory/sites.yaml)
  rate:                       # 50M both ways, or upload/download: 20M/50M
  zone: WIB                   # WIB, WITA or WIT
  starts_at:                  # e.g. 2026-11-20 09:00
  ends_at:                    # empty: for good; given: for a time, then it returns by itself
""",
}
_PERIOD = {
    "id": """\
period:
  zone: WIB                   # WIB, WITA atau WIT
  starts_at:                  # mis. 2026-11-20 09:00
""",
    "en": """\
period:
  zone: WIB                   # WIB, WITA or WIT
  starts_at:                  # e.g. 2026-11-20 09:00
""",
}
_OWN = {"event-hotspot": _EVENT, "bandwidth-change": _BANDWIDTH}
_ENDS = {
    True: Text("kosong atau dihapus: tetap, tanpa waktu selesai", "empty or left out: lasting, without an end"),
    False: Text("mis. 2026-11-20 16:00", "e.g. 2026-11-20 16:00"),
}
_HINTS: Mapping[str, Text] = {
    "line": Text("satu baris", "one line"),
    "paragraph": Text("teks", "text"),
    "rate": Text("laju, mis. 20M", "a rate, e.g. 20M"),
    "port": Text(
        "perangkat dan port, mis. sw-aula GigabitEthernet1/0/12", "device and port, e.g. sw-aula GigabitEthernet1/0/12"
    ),
    "device": Text("nama perangkat dari inventory/hosts.yaml", "a device's name of inventory/hosts.yaml"),
    "place": Text("nama pendek dari inventory/sites.yaml", "a short name of inventory/sites.yaml"),
    "address": Text("alamat IP", "an IP address"),
    "prefix": Text("awalan, mis. 10.20.0.0/24", "a prefix, e.g. 10.20.0.0/24"),
    "time": Text("waktu, mis. 2026-11-20 09:00", "a time, e.g. 2026-11-20 09:00"),
}
SERVICES = {
    "event-hotspot": Text("internet kegiatan", "internet for an event"),
    "bandwidth-change": Text("penambahan bandwidth", "a change of bandwidth"),
}
"""Services that netops brings, as people are told them."""
_NO_LABELS: Mapping[str, Text] = {}
_HEAD = Text(
    "Permohonan: {title}. Isi yang kosong, lalu: netops request check BERKAS",
    "Request: {title}. Fill in what is empty, then: netops request check FILE",
)


def blank(service: str, lang: Lang) -> str:
    """The form of a service that netops brings, as YAML."""
    return _head(service, SERVICES[service], lang) + _SHARED[lang] + _OWN[service][lang]


def blank_own(service: str, title: Text, fields: Mapping[str, FieldSpec], lasting: bool, lang: Lang) -> str:
    """The form of a site's own service, out of its playbook: each field with its meaning, type and whether it may be empty."""
    ends = f"  {'ends_at:':<28}# {_ENDS[lasting].to(lang)}\n"
    own = "".join(_field(name, spec, "", lang) for name, spec in fields.items())
    return _head(service, title, lang) + _SHARED[lang] + _PERIOD[lang] + ends + "\nfields:\n" + own


def example_own(
    service: str, title: Text, fields: Mapping[str, FieldSpec], lasting: bool, starts: datetime, lang: Lang
) -> str:
    """The same, filled with the fields' examples and invented people; six hours from `starts`, or without an end."""
    local = starts.astimezone(ZONES["WIB"])
    ends = "" if lasting else f"  ends_at: {local + timedelta(hours=6):%Y-%m-%d %H:%M}\n"
    own = "".join(_field(name, spec, plain(spec), lang) for name, spec in fields.items())
    shared = example(starts).partition("event:\n")[0]
    for old, new in (
        ("service: event-hotspot", f"service: {service}"),
        ("subject: Permohonan internet kegiatan", f"subject: {json.dumps(title.id, ensure_ascii=False)}"),
        ("reason: Pendaftaran ulang dan siaran langsung kegiatan", "reason: Keperluan unit"),
    ):
        shared = shared.replace(old, new, 1)
    return f"{shared}period:\n  zone: WIB\n  starts_at: {local:%Y-%m-%d %H:%M}\n{ends}\nfields:\n{own}"


def _head(service: str, title: Text, lang: Lang) -> str:
    return f"# {_HEAD.to(lang).format(title=title.to(lang))}\nservice: {service}\n"


def _field(name: str, spec: FieldSpec, value: str, lang: Lang) -> str:
    """`  vlan: 30      # VLAN unit (20-49)`."""
    hint = _HINTS[spec.type].to(lang) if spec.type in _HINTS else "-".join(map(str, spec.span))
    if spec.type == "choice":
        hint = ", ".join(f"{word} ({meaning.text.to(lang)})" for word, meaning in spec.choices.items())
    if spec.default is not None:
        hint += Text(f"; bawaan {spec.default}", f"; default {spec.default}").to(lang)
    elif not spec.required:
        hint += Text("; boleh dihapus", "; may be left out").to(lang)
    return f"{f'  {name}: {value}'.rstrip():<29} # {spec.label.text.to(lang)} ({hint})\n"


def show(request: Request, lang: Lang, title: Text | None = None, labels: Mapping[str, Text] = _NO_LABELS) -> str:
    """The request as lines of `word: value` for people; `title` and `labels` are those of a site's own service."""
    letter, asker = request.letter, request.requester
    number = f" (NIP {asker.nip})" if asker.nip else f" (NIM {asker.nim})" if asker.nim else ""
    agenda = f"; agenda {letter.agenda}" if letter.agenda else ""
    service = title or SERVICES.get(request.service, Text(request.service, request.service))
    lines = [
        (Text("Layanan", "Service"), service.to(lang)),
        (Text("Tiket", "Ticket"), request.ticket),
        (Text("Surat", "Letter"), f"{letter.number}, {say_day(letter.date, lang)}, {letter.signatory}{agenda}"),
        (Text("Hal", "Subject"), letter.subject),
        (Text("Unit", "Unit"), request.unit),
        (Text("Pemohon", "Requester"), f"{asker.name}{number}, {asker.email}, {asker.phone}"),
        (Text("Narahubung", "Contact"), f"{request.contact.name}, {request.contact.phone}"),
        (Text("Alasan", "Reason"), request.reason),
        *((labels.get(word.id, word), value) for word, value in request.words(lang)),
    ]
    width = max(12, *(len(word.to(lang)) for word, _ in lines))
    return "\n".join(f"{word.to(lang) + ':':<{width + 2}}{value}" for word, value in lines)
