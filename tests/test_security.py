"""`docs/security.md`: each attack has a row, and each test that a row names exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ATTACKS = {
    "approval": (
        "replayed onto another request", "replayed onto another plan", "request edited afterwards", "expired", "not yet valid",
        "back-dated", "wrong role", "requester approves own request", "one person in two roles", "missing chain", "reordered chain",
        "revoked key", "wrong namespace", "workflow key posing as a person", "duplicate JSON keys", "look-alike Unicode",
        "allowed_signers swapped",
    ),
    "log": (
        "entry edited", "entry removed", "entry added", "entry moved", "truncated", "forked", "wrong key", "stale checkpoint",
        "restored database", "oversized entry", "secrets in logs, exceptions, diffs, documents",
    ),
    "injection": (
        "newline and control characters into a device's CLI", "RouterOS words", "scripts", "Jinja expressions", "typst expressions",
        "CSV formulas", "XLSX formulas", "HTML in device and SNMP strings", "terminal escapes in device and SNMP strings",
        "path traversal in ids", "YAML alias bombs", "huge inputs",
    ),
    "network": (
        "webhook to internal addresses", "spoofed SNMP", "TLS identity", "SSH identity", "any write through the read-only pages",
        "missing, wrong, replayed API credentials",
    ),
}  # fmt: skip
"""What the project holds itself to; a row may be there for more."""
UNBUILT = {
    "webhook to internal addresses",
    "missing, wrong, replayed API credentials",
}
ROWS = {
    row[1]: (row[2], row[3])
    for row in re.finditer(
        r"^\| ((?:approval|change|log|injection|network): .+?) \| (.+?) \| (.+?) \|$",
        (ROOT / "docs" / "security.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
}
TESTS = set(
    re.findall(
        r"^ *def (test_\w+)\(",
        "\n".join(path.read_text("utf-8") for path in ROOT.glob("tests/**/test_*.py")),
        re.MULTILINE,
    )
)


@pytest.mark.parametrize("attack", [f"{kind}: {name}" for kind, names in ATTACKS.items() for name in names])
def test_each_attack_has_a_row_with_an_outcome(attack: str) -> None:
    tests, outcome = ROWS[attack]
    if attack.partition(": ")[2] in UNBUILT:
        assert tests == "–" and outcome.startswith("not built yet")
    else:
        assert tests.startswith("`test_") and outcome


@pytest.mark.parametrize("attack", ROWS)
def test_each_named_test_exists(attack: str) -> None:
    named = re.findall(r"`(test_\w+)`", ROWS[attack][0])
    assert named or attack.partition(": ")[2] in UNBUILT
    assert not set(named) - TESTS, f"{attack}: no such tests"
