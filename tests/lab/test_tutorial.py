"""The tutorial of a service of one's own, followed literally: its files, its commands, and what it says they answer."""

import re
from pathlib import Path

from doc_shell import follow, steps

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorial-own-service.md"


def test_a_reader_who_does_what_the_page_says_gets_what_it_says(tmp_path: Path) -> None:
    said = follow(PAGE, tmp_path, "en")
    (shown,) = re.findall(r"^```text\n(.*)\n```$", PAGE.read_text("utf-8"), re.M)
    plan = said["netops plan port.yaml"]
    assert shown in plan, "what the page shows is what netops says"
    assert "+ description Ruang 2.14" in plan and "+ switchport access vlan 20" in plan and "port-security" not in plan
    assert "port:sw-aula/gi1/0/25" in plan
    assert "fields.vlan: must be a whole number" in said["netops request check salah.yaml"]
    assert "fields.port: there is no device 'sw-lain'" in said["netops request check salah.yaml"]
    assert "The port behind the unit's socket" in said["netops request show port.yaml"]
    assert "one (one computer), any (any number); default any" in said["netops request new --service unit-port"]
    assert "lasting" in said["netops end PTIPD-2026-0117"]
    assert "nothing is left on any device" in said["netops end PTIPD-2026-0117 --early"]


def test_the_page_is_made_of_files_and_commands() -> None:
    found = list(steps(PAGE))
    assert [step.path for step in found if step.path] == [
        "playbooks/unit-port.yaml",
        "templates/unit-port/ios.j2",
        "unit-port.policy.yaml",
    ]
    assert len([step for step in found if not step.path]) > 15
