"""Golden cases of switches, equality throughout.

Each folder of `tests/golden/ios` has `seen.cfg`, `want.cfg` (its first line names the change) and, in `expected.txt`,
everything that follows: the difference, what is sent, the configuration afterwards, what is sent to go back.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from netops.core.errors import Refused
from netops.core.model import LineOp, Op, Tag, Tree
from netops.platforms.ios import PLATFORM
from netops.platforms.ios.lines import apply_lines, sections, tree
from netops.platforms.ios.show import observed

CASES = Path(__file__).resolve().parents[2] / "golden" / "ios"
NAMES = sorted(path.name for path in CASES.iterdir())


def read(case: str) -> tuple[Tree, Tree, Tag]:
    text = (CASES / case / "want.cfg").read_text(encoding="utf-8")
    owner = Tag(text.splitlines()[0].removeprefix("! "))
    seen = observed(
        (CASES / case / "seen.cfg").read_text(encoding="utf-8"), {}, ("vlan *", "interface *", "policy-map *")
    )
    return seen, PLATFORM.parse(text, {}), owner


def lines(ops: Sequence[Op]) -> list[LineOp]:
    return [op for op in ops if isinstance(op, LineOp)]


def sent(ops: Sequence[Op]) -> list[str]:
    found = []
    for batch in PLATFORM.batches(ops):
        found.append(f"! batch {batch.number}")
        for op in lines(batch.ops):
            found.extend([op.path, *(f" {line}" for line in op.lines)] if op.path else op.lines)
    return found


def report(case: str) -> str:
    seen, want, owner = read(case)
    try:
        ops = PLATFORM.diff(seen, want, owner)
    except Refused as refused:
        return f"# refused\n{refused.describe('id')}\n{refused.describe('en')}\n"
    done = apply_lines(seen, lines(ops))
    back = PLATFORM.restore(done, ops, owner)
    parts = {
        "shown": PLATFORM.show(ops).splitlines(),
        "sent": sent(ops),
        "afterwards": list(tree(sections(done)).lines),
        "owned": list(PLATFORM.owned(done, owner)),
        "sent to go back": sent(back.ops),
        "conflicts": list(back.conflicts),
    }
    return "\n".join("\n".join([f"# {title}", *body, ""]) for title, body in parts.items())


@pytest.mark.parametrize("case", NAMES)
def test_golden(case: str) -> None:
    assert report(case) == (CASES / case / "expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", [name for name in NAMES if name != "foreign-vlan"])
def test_there_and_back(case: str) -> None:
    seen, want, owner = read(case)
    ops = PLATFORM.diff(seen, want, owner)
    done = apply_lines(seen, lines(ops))
    assert PLATFORM.diff(done, want, owner) == ()
    for back in (PLATFORM.invert(seen, ops), PLATFORM.restore(done, ops, owner).ops):
        base = sections(apply_lines(done, lines(back)))
        assert {name: sorted(inner) for name, inner in base.items()} == {
            name: sorted(inner) for name, inner in sections(seen).items()
        }
