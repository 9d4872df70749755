"""A service's empty form with comments, and a request in plain words; refuses services that it does not know."""

from netops.core.errors import InputError
from netops.core.text import Lang, Text
from netops.requests.common import Request, say_day

_EVENT = {
    "id": """\
# Permohonan layanan internet kegiatan. Isi yang kosong, lalu: netops request check BERKAS
service: event-hotspot
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
# Request for an event's internet. Fill in what is empty, then: netops request check FILE
service: event-hotspot
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
FORMS = {"event-hotspot": _EVENT}
SERVICES = {"event-hotspot": Text("internet kegiatan", "internet for an event")}


def blank(service: str, lang: Lang) -> str:
    """The form as YAML. Raises `InputError` for a service that has none."""
    if service not in FORMS:
        known = ", ".join(FORMS)
        raise InputError(
            Text(f"layanan {service!r} tidak dikenal", f"the service {service!r} is not known"),
            Text(f"Layanan: {known}", f"Services: {known}"),
            field="service",
        )
    return FORMS[service][lang]


def show(request: Request, lang: Lang) -> str:
    """The request as lines of `word: value` for people."""
    letter, asker = request.letter, request.requester
    number = f" (NIP {asker.nip})" if asker.nip else f" (NIM {asker.nim})" if asker.nim else ""
    agenda = f"; agenda {letter.agenda}" if letter.agenda else ""
    service = SERVICES.get(request.service, Text(request.service, request.service))
    lines = [
        (Text("Layanan", "Service"), service.to(lang)),
        (Text("Tiket", "Ticket"), request.ticket),
        (Text("Surat", "Letter"), f"{letter.number}, {say_day(letter.date, lang)}, {letter.signatory}{agenda}"),
        (Text("Hal", "Subject"), letter.subject),
        (Text("Unit", "Unit"), request.unit),
        (Text("Pemohon", "Requester"), f"{asker.name}{number}, {asker.email}, {asker.phone}"),
        (Text("Narahubung", "Contact"), f"{request.contact.name}, {request.contact.phone}"),
        (Text("Alasan", "Reason"), request.reason),
        *request.words(lang),
    ]
    return "\n".join(f"{word.to(lang) + ':':<14}{value}" for word, value in lines)
