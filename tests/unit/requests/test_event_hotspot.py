"""The event's request: what loads, what is told when it does not, and its identity."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from requests_sample import TEXT, load_event, request

from netops.core.canonical import canonical, digest, dump
from netops.core.errors import InputError
from netops.requests.common import canonical_json, change_id, request_digest, say_day, say_time, slug
from netops.requests.event_hotspot import EventHotspot
from netops.requests.load import read_document
from netops.requests.new import blank, show


def refused(old: str, new: str) -> InputError:
    with pytest.raises(InputError) as caught:
        request(old, new)
    assert caught.value.exit_code == 2
    return caught.value


def test_the_sample_loads() -> None:
    found = request()
    assert found.event.starts_at == datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
    assert found.event.ends_at == datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    assert (found.event.bandwidth.up, found.event.bandwidth.down) == (20_000_000, 50_000_000)
    assert found.letter.date == date(2026, 11, 12)
    assert found.requester.phone == "081200000000"
    assert found.reason == "Seminar nasional dengan pendaftaran daring"
    assert found.contact.phone == "+62 812-0000-0001"


@pytest.mark.parametrize(
    ("old", "new", "english", "indonesian"),
    [
        ("unit: ", "unti: ", "unti: this field is not known", "unti: isian ini tidak dikenal"),
        ("  participants: 200\n", "", "event.participants: must be filled in", "event.participants: harus diisi"),
        ("participants: 200", "participants: banyak", 'must be a whole number; found "banyak"', "harus bilangan bulat"),
        ("participants: 200", "participants: 200.5", "must be a whole number; found 200.5", "harus bilangan bulat"),
        ("participants: 200", "participants: true", "must be a whole number", "harus bilangan bulat"),
        ("participants: 200", "participants: 0", "must be at least 1; found 0", "paling kecil 1; tertulis 0"),
        ("participants: 200", "participants: 100000", "must be at most 20000", "paling besar 20000; tertulis 100000"),
        ("16:00", "07:59", "the event ends before it starts", "kegiatan berakhir sebelum mulai"),
        ("16:00", "08:00", "the event ends before it starts", "kegiatan berakhir sebelum mulai"),
        ("2026-12-01 16:00", "besok sore", "not a time such as 2026-11-20 09:00", "bukan waktu seperti"),
        ("2026-12-01 16:00", "2026-13-01 16:00", "is no time that exists", "bukan waktu yang ada"),
        ("2026-12-01 16:00", "2026-12-01 25:00", "is no time that exists", "bukan waktu yang ada"),
        ("2026-12-01 16:00", "0001-01-01 00:00", "is no time that exists", "bukan waktu yang ada"),
        ("zone: WIB", "zone: WITB", "must be one of 'WIB', 'WITA', 'WIT'", "harus salah satu dari"),
        ("  zone: WIB\n", "", "event.zone: must be filled in", "event.zone: harus diisi"),
        ("setting: indoor", "setting: atap", "must be one of 'indoor', 'outdoor'", "harus salah satu dari"),
        ("20M/50M", "cepat", "'cepat' is not a rate such as 20M or 10M/20M (upload/download)", "bukan laju seperti"),
        ("20M/50M", "0", "must be at least 1000", "paling kecil 1000"),
        ("20M/50M", "{up: 1M, down: 2M, side: 3M}", "this field is not known", "isian ini tidak dikenal"),
        ("20M/50M", "true", "must hold named fields", "harus berisi isian bernama"),
        ("service: event-hotspot", "service: pesta", "must be one of 'event-hotspot'", "harus salah satu dari"),
        ("ticket: HD-2026-0117", "ticket: '---'", "must contain a letter or digit", "harus memuat huruf atau angka"),
        ("ticket: HD-2026-0117", "ticket: ''", "must not be empty", "tidak boleh kosong"),
        ("budi@kampus.example", "budi", "not an e-mail address", "bukan alamat surel"),
        (
            "budi@kampus.example",
            '"budi@kampus.example\\nBcc: x@y.example"',
            "not an e-mail address",
            "bukan alamat surel",
        ),
        ("081200000000", "delapan", "not a phone number", "bukan nomor telepon"),
        ("2026-11-12", "12 November", "is not a date such as 2026-11-20", "bukan tanggal seperti"),
        (
            "  phone: 081200000000",
            "  phone: 081200000000\n  nip: 123",
            "a NIP has 18 digits",
            "NIP terdiri atas 18 angka",
        ),
        (
            "  phone: 081200000000",
            "  phone: 081200000000\n  nip: '199013452015031001'",
            "the dates inside the NIP are impossible",
            "tanggal di dalam NIP tidak mungkin",
        ),
        ("event:\n", "event: x\nrest:\n", "event: must hold named fields", "event: harus berisi isian bernama"),
        ("place: aula", "place: ../aula", "'../aula' is not a short name", "bukan nama pendek (huruf kecil"),
        ("unit: Fakultas Sains dan Teknologi", "unit: 12", "must be text (put it in quotes)", "harus berupa teks"),
        ("unit: Fakultas Sains dan Teknologi", "unit: " + "x" * 201, "at most 200 characters", "paling banyak 200"),
        ("unit: Fakultas Sains dan Teknologi", "unit:", "unit: must be filled in", "unit: harus diisi"),
    ],
)
def test_what_is_wrong_is_told_in_two_languages(old: str, new: str, english: str, indonesian: str) -> None:
    error = refused(old, new)
    assert english in error.describe("en")
    assert indonesian in error.describe("id")
    assert error.describe("en").startswith("permohonan.yaml:")
    assert error.line is not None and error.field


def test_the_line_is_the_fields_own() -> None:
    line = TEXT.split("\n").index("  participants: 200") + 1
    error = refused("participants: 200", "participants: 0")
    assert error.describe("id") == f"permohonan.yaml:{line}: event.participants: paling kecil 1; tertulis 0"


def test_several_faults_are_told_together_by_line() -> None:
    text = TEXT.replace("unit: ", "unti: ").replace("participants: 200", "participants: 0").replace("16:00", "06:00")
    with pytest.raises(InputError) as caught:
        load_event(read_document(text.encode(), name="p.yaml"))
    lines = caught.value.describe("id").splitlines()
    assert [line.split(": ")[1] for line in lines[:-1]] == ["unit", "unti", "event.ends_at", "event.participants"]
    assert all(line.startswith("p.yaml:") for line in lines[:-1])
    assert lines[-1] == "Perbaiki lalu periksa lagi."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-12-01 08:00", "2026-12-01T08:00:00"),
        ("2026-12-01 08:00", "2026-12-01 08.00"),
        ("2026-12-01 08:00", "2026-12-01T08:00+07:00"),
        ("2026-12-01 08:00", "2026-12-01T01:00:00Z"),
        ("2026-12-01 08:00", "2026-12-01 10:00+09:00"),
        ("20M/50M", "{up: 20M, down: 50M}"),
        ("20M/50M", "20 Mbps/50 Mbps"),
        ("20M/50M", "20000k/50000000"),
        ("HD-2026-0117", "'HD-2026-0117'"),
        ("unit: Fakultas Sains dan Teknologi", "unit: '  Fakultas  Sains dan Teknologi '"),
    ],
)
def test_the_same_request_written_otherwise_has_the_same_digest(old: str, new: str) -> None:
    assert request_digest(request(old, new)) == request_digest(request())


@pytest.mark.parametrize(("offset", "zone"), [("+07:00", "WIB"), ("+08:00", "WITA"), ("+0900", "WIT")])
def test_an_offset_names_its_zone(offset: str, zone: str) -> None:
    text = TEXT.replace("  zone: WIB\n", "").replace("08:00", f"08:00{offset}").replace("16:00", f"16:00{offset}")
    assert load_event(read_document(text.encode())).event.zone == zone


def test_another_offset_needs_a_zone() -> None:
    text = TEXT.replace("  zone: WIB\n", "").replace("08:00", "08:00+02:00")
    with pytest.raises(InputError, match=r"must be filled in") as caught:
        load_event(read_document(text.encode()))
    assert caught.value.field == "event.zone"


def test_bandwidth_is_upload_then_download() -> None:
    assert request("20M/50M", "50M").event.bandwidth.up == request("20M/50M", "50M").event.bandwidth.down == 50_000_000
    pair = request("20M/50M", "1M/2M").event.bandwidth
    assert (pair.up, pair.down) == (1_000_000, 2_000_000)


def test_canonical_json_says_utc_and_bits() -> None:
    value = canonical_json(request())
    assert value["event"]["starts_at"] == "2026-12-01T01:00:00Z"
    assert value["event"]["zone"] == "WIB"
    assert value["event"]["bandwidth"] == {"up": 20_000_000, "down": 50_000_000}
    assert value["letter"]["scan"] is None
    assert request_digest(request()) == digest(canonical(value))


def test_the_way_to_json_and_back() -> None:
    found = request()
    body = canonical(dump(found))
    assert EventHotspot.model_validate_json(body) == found
    assert load_event(read_document(body, name="p.json")) == found
    assert canonical(canonical_json(EventHotspot.model_validate_json(body))) == body


def test_any_change_changes_the_digest() -> None:
    first = request_digest(request())
    for old, new in (("200", "201"), ("20M/50M", "20M/51M"), ("Budi", "Badi"), ("16:00", "16:01"), ("WIB", "WITA")):
        assert request_digest(request(old, new)) != first


def test_change_id_is_ticket_and_digest() -> None:
    found = request()
    assert change_id(found) == "HD-2026-0117-" + request_digest(found).removeprefix("sha256:")[:6]


@settings(max_examples=60)
@given(st.text(min_size=1, max_size=40))
def test_a_change_id_is_always_what_a_device_takes(ticket: str) -> None:
    value = json.loads(json.dumps(canonical_json(request())))
    value["ticket"] = ticket
    try:
        found = EventHotspot.model_validate(value)
    except ValueError:
        return
    changed = change_id(found)
    assert 8 <= len(changed) <= 24
    assert changed.isascii() and changed.replace("-", "").isalnum() and not changed.startswith("-")


def test_slug() -> None:
    assert slug("  HD/2026 №0117 é_") == "HD-2026-No0117-e"
    assert slug("…") == ""


def test_days_and_times_in_words() -> None:
    when = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    assert say_time(when, "WIB", "id") == "Jumat, 20 November 2026, pukul 09.00 WIB"
    assert say_time(when, "WIT", "en") == "Friday, 20 November 2026, 11:00 WIT"
    assert say_time(when + timedelta(hours=16), "WITA", "id") == "Sabtu, 21 November 2026, pukul 02.00 WITA"
    assert say_day(date(2026, 8, 17), "id") == "Senin, 17 Agustus 2026"


# ── the form ─────────────────────────────────────────────────────────────────────────────────────────────────────


FILLED = {
    "ticket:": "HD-2026-0117",
    "number:": "B-113/Un.03/FST/HM.01/11/2026",
    "date:": "2026-11-12",
    "subject:": "Permohonan layanan internet",
    "signatory:": "Dekan Fakultas Sains dan Teknologi",
    "unit:": "Fakultas Sains dan Teknologi",
    "email:": "budi@kampus.example",
    "phone:": "081200000000",
    "reason:": "Seminar nasional dengan pendaftaran daring",
    "starts_at:": "2026-12-01 08:00",
    "ends_at:": "2026-12-01 16:00",
    "place:": "aula",
    "setting:": "indoor",
    "participants:": "200",
    "bandwidth:": "20M/50M",
    "name:": "Budi Contohno",
}


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_form_loads_once_it_is_filled(lang: str) -> None:
    lines = []
    for line in blank("event-hotspot", "en" if lang == "en" else "id").split("\n"):
        words = line.split("#")[0].split()
        lines.append(
            line.replace(words[0], f"{words[0]} {FILLED[words[0]]}") if len(words) == 1 and words[0] in FILLED else line
        )
    found = load_event(read_document("\n".join(lines).encode(), name="p.yaml"))
    assert found.event.place == "aula"
    assert found.contact.name == "Budi Contohno"


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_empty_form_is_refused_field_by_field(lang: str) -> None:
    with pytest.raises(InputError) as caught:
        load_event(read_document(blank("event-hotspot", "en" if lang == "en" else "id").encode(), name="p.yaml"))
    told = caught.value.describe("id")
    for field in ("ticket", "letter.number", "requester.email", "event.starts_at", "event.participants"):
        assert f": {field}: " in told


def test_show_says_it_in_words() -> None:
    found = request("  phone: 081200000000", "  phone: 081200000000\n  nip: 198103012008011000")
    told = show(found, "id")
    assert "Mulai:        Selasa, 1 Desember 2026, pukul 08.00 WIB" in told
    assert "Bandwidth:    unggah 20 Mbps, unduh 50 Mbps" in told
    assert "NIP 198103012008011000" in told
    assert "Starts:       Tuesday, 1 December 2026, 08:00 WIB" in show(found, "en")
    assert "aula (indoor)" in show(found, "en")
