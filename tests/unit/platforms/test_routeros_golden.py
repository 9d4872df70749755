"""Whole cases as text: what is on the device, what is wanted, what is shown, what runs, and what the device's guard holds.

Each folder of `tests/golden/routeros` has `seen.rsc`, `want.rsc` and, in `expected.txt`, everything that follows from them.
`NETOPS_WRITE_GOLDEN=1` writes `expected.txt` anew; read the difference before you commit it.
"""

import os
from pathlib import Path

import pytest

from netops.core.canonical import body_of
from netops.core.errors import Refused
from netops.core.model import GuardKind, GuardPurpose, GuardSpec, Row, Rows, Tag, Value
from netops.core.secret import SecretRef
from netops.platforms.routeros import PLATFORM
from netops.platforms.routeros.guard import script
from netops.platforms.routeros.operations import invert
from netops.platforms.routeros.parse import parse
from netops.platforms.routeros.table import apply_ops, canonical_rows
from netops.platforms.routeros.words import statements

CASES = Path(__file__).resolve().parents[2] / "golden" / "routeros"
TAG = Tag("HD-7-abc123")


def observed(text: str) -> Rows:
    """Rows as a device would report them: every statement a row, flags as they are written."""
    return Rows(rows=tuple(Row(menu=one.path, values=dict(one.values)) for one in statements(text)))


def secrets(text: str) -> dict[str, Value]:
    return {f"\ue000{n}\ue001": SecretRef(f"voucher/HD-7/{n:03}") for n in range(1, 60) if f"\ue000{n}\ue001" in text}


def all_that_follows(seen: Rows, want: Rows) -> str:
    try:
        ops = PLATFORM.diff(seen, want, TAG)
    except Refused as refused:
        return f"# refused\n{refused.describe('id')}\n{refused.describe('en')}\n"
    inverse = invert(ops)
    after = apply_ops(seen, inverse and ops)
    assert PLATFORM.diff(after, want, TAG) == ()
    assert canonical_rows(apply_ops(after, inverse)) == canonical_rows(seen)
    way = PLATFORM.restore(after, ops, TAG)
    assert way.conflicts == () and canonical_rows(apply_ops(after, way.ops)) == canonical_rows(seen)
    parts = [f"# shown\n{PLATFORM.show(ops)}"]
    parts += [f"# batch {one.number}: {len(one.ops)} operations\n" for one in PLATFORM.batches(ops)]
    parts.append(f"# inverse\n{PLATFORM.show(inverse)}")
    kinds = PLATFORM.guards(("scheduler",), ops)
    parts.append("# guards\n" + " ".join(kinds) + "\n")
    for purpose in GuardPurpose if GuardKind.DEVICE_TIMER in kinds else ():
        spec = GuardSpec(purpose=purpose, kind=GuardKind.DEVICE_TIMER, owner=TAG, seconds=300, inverse=inverse)
        parts.append(f"# guard {purpose}\n{script(spec)}")
    closing = PLATFORM.close(after, TAG)
    parts.append(f"# closing\n{PLATFORM.show(closing)}")
    parts.append("# owned\n" + "".join(f"{line}\n" for line in PLATFORM.owned(after, TAG)))
    parts.append("# scope\n" + " ".join(PLATFORM.scope(want).paths) + "\n")
    ended = apply_ops(after, closing)
    left = PLATFORM.owned(apply_ops(ended, PLATFORM.restore(ended, ops, TAG).ops), TAG)
    assert sorted(left) == sorted(PLATFORM.owned(seen, TAG))
    return "\n".join(parts)


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_case(case: str) -> None:
    folder = CASES / case
    text = (folder / "want.rsc").read_text("utf-8").replace("<", "\ue000").replace(">", "\ue001")
    found = all_that_follows(observed((folder / "seen.rsc").read_text("utf-8")), parse(text, secrets(text)))
    expected = folder / "expected.txt"
    if os.environ.get("NETOPS_WRITE_GOLDEN"):
        expected.write_text(found, "utf-8")
    assert found == expected.read_text("utf-8")
    assert "voucher/" not in found


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_nothing_that_is_done_for_one_device_changes_what_the_next_one_gets(case: str) -> None:
    folder = CASES / case
    text = (folder / "want.rsc").read_text("utf-8").replace("<", "\ue000").replace(">", "\ue001")
    want = parse(text, secrets(text))
    seen, written = (folder / "seen.rsc").read_text("utf-8"), body_of(want)
    followed = all_that_follows(observed(seen), want)
    all_that_follows(Rows(rows=()), want)  # an empty device has its way with the same rows in between
    assert body_of(want) == written
    assert all_that_follows(observed(seen), want) == followed
    anew = Rows(rows=tuple(Row(menu=row.menu, values=dict(row.values)) for row in want.rows))
    assert all_that_follows(observed(seen), anew) == followed, "equal rows that are not the same follow the same way"


def test_a_text_is_parsed_once_for_the_same_values_only() -> None:
    text = f"/ip hotspot user add name=a server={TAG.name} password=\ue0001\ue001 comment={TAG.comment}\n"
    one, two = ({"\ue0001\ue001": SecretRef(f"voucher/HD-7/00{number}")} for number in (1, 2))
    assert parse(text, one) is parse(text, dict(one))
    assert parse(text, two).rows[0].values["password"] == SecretRef("voucher/HD-7/002")
    assert parse(text, one).rows[0].values["password"] == SecretRef("voucher/HD-7/001")
    assert parse(text + "\n", one) == parse(text, one)
