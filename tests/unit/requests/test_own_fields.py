"""A site's own request: every type of field says what it takes and what it refuses, with the line."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from requests_sample import TEXT

from netops.core.canonical import canonical, dump
from netops.core.errors import InputError
from netops.core.text import Text
from netops.requests.common import Named, canonical_json
from netops.requests.fields import FieldSpec, load_own
from netops.requests.load import read_document, validate
from netops.requests.new import blank_own, example_own, show
from netops.requests.own import OwnRequest
from netops.requests.services import load_request, read_body

LABEL = "label: {id: Isian, en: Field}"
HEAD = TEXT.partition("event:\n")[0].replace("service: event-hotspot", "service: unit-port")
PERIOD = "period:\n  zone: WITA\n  starts_at: 2026-12-01 08:00\n  ends_at: 2026-12-01 16:00\n"


def specs(text: str) -> Mapping[str, FieldSpec]:
    """`name: {type: …}` lines, each with a label."""
    lines = [f"{line[:-1]}, {LABEL}}}" for line in text.splitlines()]
    return validate(dict[str, FieldSpec], read_document("\n".join(lines).encode(), name="unit-port.yaml"))


def asked(fields: Mapping[str, FieldSpec], values: str, period: str = PERIOD) -> OwnRequest:
    own = f"fields:\n{values}" if values else ""
    return load_own(read_document(f"{HEAD}{period}{own}".encode(), name="p.yaml"), fields)


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("type: line", "Ruang  12", "Ruang 12"),
        ("type: paragraph", "satu dua", "satu dua"),
        ("type: integer, least: 1, most: 5", "5", 5),
        ("type: rate", "20M", 20_000_000),
        ("type: vlan", "4094", 4094),
        ("type: port", "sw-aula Gi1/0/12", {"device": "sw-aula", "port": "Gi1/0/12"}),
        ("type: port", "{device: sw-aula, port: Gi1/0/12}", {"device": "sw-aula", "port": "Gi1/0/12"}),
        ("type: device", "sw-aula", {"device": "sw-aula"}),
        ("type: place", "aula", {"place": "aula"}),
        ("type: choice, choices: {a: {id: A, en: A}}", "a", "a"),
        ("type: address", "10.20.0.5", "10.20.0.5"),
        ("type: prefix", "10.20.0.0/24", "10.20.0.0/24"),
        ("type: time", "2026-12-01 09:00", "2026-12-01T01:00:00Z"),
        ("type: time", '"2026-12-01 09:00+07:00"', "2026-12-01T02:00:00Z"),
    ],
)
def test_what_each_type_takes(kind: str, written: str, value: object) -> None:
    fields = specs(f"x: {{{kind}}}")
    found = asked(fields, f"  x: {written}\n")
    assert canonical_json(found)["fields"] == {"x": value}
    assert read_body(canonical(dump(found))) == found, "a recorded request needs no playbook to be read"
    again = read_document(json.dumps(canonical_json(found)).encode(), name="p.json")
    assert load_own(again, fields) == found, "what `--json` prints is a request file again"


@pytest.mark.parametrize(
    ("kind", "written", "reason"),
    [
        ("type: line", '"a {{ b }}"', "template syntax '{{' is not accepted"),
        ("type: line", "[a]", "must be text"),
        ("type: integer, most: 5", "6", "must be at most 5; found 6"),
        ("type: integer, most: 5", "true", "must be a whole number"),
        ("type: rate", "cepat", "'cepat' is not a rate such as 20M"),
        ("type: vlan", "0", "must be at least 1"),
        ("type: vlan", "4095", "must be at most 4094"),
        ("type: vlan", "1002", "VLAN 1002 is reserved by devices"),
        ("type: port", "Gi1/0/12", "write the device and its port, e.g. sw-aula GigabitEthernet1/0/12"),
        ("type: port", "sw-aula Gi1/0/12;reload", "does not match the pattern"),
        ("type: device", "../x", "does not match the pattern"),
        ("type: place", "Aula Utama", "is not a short name"),
        ("type: choice, choices: {a: {id: A, en: A}}", "b", "must be one of a"),
        ("type: address", "10.20.0.300", "not an IP address"),
        ("type: prefix", "10.20.0.1/24", "not a prefix such as 10.20.0.0/24"),
        ("type: time", "besok", "not a time such as 2026-11-20 09:00"),
        ("type: line", "", "must be filled in"),
    ],
)
def test_what_each_type_refuses(kind: str, written: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        asked(specs(f"x: {{{kind}}}"), f"  x: {written}\n")
    told = caught.value.describe("en")
    assert reason in told
    assert told.startswith(f"p.yaml:{(HEAD + PERIOD).count(chr(10)) + 2}: fields.x")


def test_a_field_that_is_missing_or_not_known_is_told() -> None:
    fields = specs("port: {type: port}\nvlan: {type: vlan}")
    with pytest.raises(InputError) as caught:
        asked(fields, "  port: sw-aula Gi1/0/12\n  vlam: 20\n")
    told = caught.value.describe("en")
    assert "fields.vlan: must be filled in" in told and "fields.vlam: this field is not known" in told
    with pytest.raises(InputError, match="must be filled in"):
        asked(fields, "")


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("x: {type: colour}", "x.type: must be one of 'line', 'paragraph', 'integer'"),
        ("x: {type: line, least: 1}", "least and most do not go with line"),
        ("x: {type: choice}", "choices go with type: choice, and only with it"),
        ("x: {type: integer, least: 5, most: 4}", "least is greater than most"),
        ("x: {type: vlan, default: 5000}", "default 5000 is not valid"),
        ("x: {type: port, example: Gi1}", "example 'Gi1' is not valid: write the device and its port"),
        ("x: {type: line, kind: y}", "this field is not known"),
    ],
)
def test_a_field_that_a_playbook_must_not_declare(field: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        specs(field)
    assert caught.value.describe("en").startswith("unit-port.yaml:1: x")
    assert reason in caught.value.describe("en")


def test_what_is_optional_may_stay_empty_and_has_its_default() -> None:
    fields = specs(
        "note: {type: line, required: false}\nvlan: {type: vlan, default: 30}\njson: {type: line, default: x}"
    )
    assert asked(fields, "").fields == {"note": None, "vlan": 30, "json": "x"}
    found = asked(fields, "  note:\n  vlan: 40\n")
    assert found.fields == {"note": None, "vlan": 40, "json": "x"}
    assert found.figures == {"vlan": 40}


def test_an_end_may_be_left_out_and_must_not_come_first() -> None:
    fields = specs("port: {type: port}")
    lasting = asked(fields, "  port: sw-aula Gi1/0/12\n", PERIOD.replace("  ends_at: 2026-12-01 16:00\n", ""))
    assert lasting.ends_at is None
    assert lasting.starts_at == datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    assert lasting.named == (Named(field="port", device="sw-aula", port="Gi1/0/12"),)
    assert "Ends:         lasting" in show(lasting, "en")
    with pytest.raises(InputError, match="it ends before it starts"):
        asked(fields, "  port: sw-aula Gi1/0/12\n", PERIOD.replace("16:00", "07:00"))


@pytest.mark.parametrize("lasting", [True, False])
def test_the_example_is_a_request_and_the_form_is_one_once_filled(lasting: bool) -> None:
    fields = specs("port: {type: port, example: sw-aula Gi1/0/12}\nvlan: {type: vlan, default: 30}\nnote: {type: line, required: false}")  # fmt: skip
    title = Text("Port: unit", "Port: unit")
    text = example_own("unit-port", title, fields, lasting, datetime(2026, 12, 1, tzinfo=UTC), "id")
    found = load_request(read_document(text.encode(), name="p.yaml"), {"unit-port": lambda: fields})
    assert isinstance(found, OwnRequest)
    assert (found.ends_at is None) == lasting
    assert (found.title, found.figures) == ("Port: unit", {"vlan": 30})
    form = blank_own("unit-port", title, fields, lasting, "en")
    assert "  vlan:                       # Field (1-4094; default 30)" in form
    assert "  note:                       # Field (one line; may be left out)" in form
    with pytest.raises(InputError) as caught:
        load_own(read_document(form.encode(), name="p.yaml"), fields)
    for field in ("ticket", "period.starts_at", "fields.port"):
        assert f": {field}: " in caught.value.describe("en")


def test_an_unknown_service_names_those_that_there_are() -> None:
    document = read_document(f"{HEAD}{PERIOD}".encode(), name="p.yaml")
    with pytest.raises(InputError) as caught:
        load_request(document, {"port-vlan": dict})
    assert caught.value.describe("id").splitlines() == [
        "p.yaml:1: service: layanan 'unit-port' tidak dikenal",
        "Layanan: bandwidth-change, event-hotspot, port-vlan",
    ]


def test_a_recorded_body_that_is_none_is_told() -> None:
    for body in (b"[]", b"{}", b"not json", b'{"service": "unit-port"}'):
        with pytest.raises(InputError, match="the body of a recorded request cannot be read"):
            read_body(body)
