"""A handover for the papers' tests: a request, its plan and the events of its execution."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from netops.core.canonical import canonical, digest, digest_of
from netops.core.model import DevicePlan, Event, GuardKind, Needs, Plan, Recorded, Rows, Scope, Tree
from netops.papers.office import Office, load_office
from netops.requests.common import canonical_json
from netops.requests.event_hotspot import EventHotspot

CHANGE = "HD-2026-0117-3f9a1c"
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
OFFICE_FILE = Path(__file__).parents[3] / "inventory" / "office.yaml"


def office() -> Office:
    return load_office(OFFICE_FILE)


def request(**event: object) -> dict[str, Any]:
    """The canonical JSON of an event request; keywords replace fields of its event. Every person is invented."""
    asked = {
        "service": "event-hotspot",
        "ticket": "HD-2026-0117",
        "letter": {
            "number": "B-113/Un.03/FST/HM.01/11/2026",
            "date": "2026-11-12",
            "subject": "Permohonan layanan internet seminar nasional",
            "signatory": "Dekan Fakultas Sains dan Teknologi",
        },
        "unit": "Fakultas Sains dan Teknologi",
        "requester": {
            "name": "Budi Contohno, M.T.",
            "email": "budi@kampus.example",
            "phone": "000000000000",
            "nip": "198103012008011000",
        },
        "contact": {"name": "Ani Contohsari", "phone": "000000000001"},
        "reason": "Seminar nasional dengan pendaftaran dan ujian singkat secara daring",
        "event": {
            "name": "Seminar Nasional Sains Terbuka 2026",
            "zone": "WIB",
            "starts_at": "2026-11-20T02:00:00Z",
            "ends_at": "2026-11-20T09:00:00Z",
            "place": "aula",
            "setting": "indoor",
            "participants": 250,
            "bandwidth": {"up": 50_000_000, "down": 100_000_000},
        }
        | event,
    }
    value: dict[str, Any] = canonical_json(EventHotspot.model_validate_json(json.dumps(asked)))
    return value


def plan(asked: Mapping[str, Any]) -> Plan:
    needs = Needs(
        site="kampus",
        vlan=210,
        subnet="10.90.0.0/22",
        ssid="SEMINAR-SAINS",
        lease_seconds=7200,
        client_up=1_000_000,
        client_down=2_500_000,
        total_up=50_000_000,
        total_down=100_000_000,
        users=275,
        basis=("kebijakan situs",),
    )
    part = DevicePlan(
        device="gw-kampus",
        platform="routeros",
        order=2,
        scope=Scope(paths=()),
        base="sha256:" + "0" * 64,
        want=Rows(rows=()),
        batches=(),
        inverse=(),
        guards=(GuardKind.DEVICE_TIMER,),
        difference="",
    )
    switch = replace(part, device="sw-aula", platform="ios", order=1, want=Tree(lines=()))
    return Plan(
        change=CHANGE,
        service="event-hotspot",
        request=digest(canonical(asked)),
        playbook="sha256:" + "1" * 64,
        needs=needs,
        devices=(part, switch),
        reservations=(),
        made_at=START,
        expires_at=START + timedelta(days=7),
    )


def events(made: Plan) -> list[Recorded]:
    """The log of a change that went well, up to `change.active`."""
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("plan.recorded", "", {"plan": digest_of(made), "request": made.request}),
        (
            "approval.received",
            "",
            {
                "decision": "approve",
                "role": "kepala",
                "approver": "kepala@ptipd.kampus.example",
                "class": "ssh-signature",
                "key": "SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
                "request": made.request,
                "statement": _digest(1),
                "signature": _digest(2),
            },
        ),
        ("change.started", "", {"plan": digest_of(made), "request": made.request}),
    ]
    for n, (name, ups) in enumerate((("sw-aula", ["GigabitEthernet1/0/5"]), ("gw-kampus", ["netops-vlan"]))):
        steps += [
            ("device.captured", name, {"backup": _digest(10 + n)}),
            ("batch.sent", name, {"phase": "apply", "batch": 0, "replies": 4}),
            ("batch.sent", name, {"phase": "apply", "batch": 1, "replies": 280 * n + 2}),
            ("evidence.sampled", name, {"sample": _digest(20 + n), "interfaces": 7, "when": "after"}),
            ("device.verified", name, {"checks": ["state", "snmp"], "interfaces": ups}),
        ]
    steps.append(("change.active", "", {}))
    return recorded(steps)


def recorded(steps: list[tuple[str, str, dict[str, Any]]], first: int = 0) -> list[Recorded]:
    return [
        Recorded(
            seq=first + n,
            leaf=_digest(1000 + first + n).removeprefix("sha256:"),
            event=Event(
                kind=kind,
                change=CHANGE,
                at=START + timedelta(minutes=first + n),
                actor="sari",
                device=device,
                data=data,
            ),
        )
        for n, (kind, device, data) in enumerate(steps)
    ]


def _digest(seed: int) -> str:
    return digest(seed.to_bytes(4, "big"))
