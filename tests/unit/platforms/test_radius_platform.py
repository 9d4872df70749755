"""A RADIUS database as rows: templates parsed, differences, inverse, what ends access; and lines that are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netops.core.errors import InputError, Refused
from netops.core.model import Row, RowOp, Rows, Tag, Verb
from netops.core.secret import SecretRef
from netops.platforms.radius import PLATFORM

OWNER = Tag("HD-7-abc123")
CODE = SecretRef("voucher/HD-7-abc123/001")


def want(*names: str, rate: str = "2/5", group: str = OWNER.name) -> Rows:
    text = "# head\n" + "".join(
        f"user {name} group={group} check.Cleartext-Password=\ue0000\ue001 reply.Mikrotik-Rate-Limit={rate}\n"
        for name in names
    )
    return PLATFORM.parse(text, {"\ue0000\ue001": CODE})  # type: ignore[return-value]  # this platform has rows only


def after(seen: Rows, ops: tuple[RowOp, ...]) -> Rows:
    """What a database shows once the operations are in."""
    rows = {str(row.values["name"]): dict(row.values) for row in seen.rows}
    for op in ops:
        name = op.key["name"]
        if op.verb is Verb.REMOVE:
            del rows[name]
        else:
            rows.setdefault(name, {}).update(op.new)
            rows[name] = {k: "(set)" if isinstance(v, SecretRef) else v for k, v in rows[name].items() if v != ""}
    return Rows(rows=tuple(Row(menu="user", values=values) for values in rows.values()))


NAMES = st.lists(st.sampled_from([f"abc123-{n:03d}" for n in range(1, 9)]), unique=True)


@given(there=NAMES, wished=NAMES, rate=st.sampled_from(["2/5", "1/1"]))
def test_a_difference_leads_to_what_is_wanted_and_its_restoration_back(
    there: list[str], wished: list[str], rate: str
) -> None:
    seen = after(Rows(rows=()), PLATFORM.diff(Rows(rows=()), want(*there), OWNER))  # type: ignore[arg-type]  # RowOps
    ops = PLATFORM.diff(seen, want(*wished, rate=rate), OWNER)
    now = after(seen, ops)  # type: ignore[arg-type]  # RowOps
    assert PLATFORM.diff(now, want(*wished, rate=rate), OWNER) == ()
    assert len(PLATFORM.owned(now, OWNER)) == len(wished)
    back = PLATFORM.restore(now, ops, OWNER)
    assert {op.key["name"] for op in back.ops if isinstance(op, RowOp)} == set(wished) - set(there)
    assert PLATFORM.owned(after(now, PLATFORM.close(now, OWNER)), OWNER) == ()  # type: ignore[arg-type]  # RowOps


def test_names_of_others_are_refused_and_never_removed() -> None:
    theirs = Rows(rows=(Row(menu="user", values={"name": "abc123-001", "group": "dosen"}),))
    with pytest.raises(Refused, match="1 names are taken"):
        PLATFORM.diff(theirs, want("abc123-001"), OWNER)
    assert PLATFORM.close(theirs, OWNER) == () and PLATFORM.evict(theirs, OWNER, ["abc123-001"]) == ()
    added = PLATFORM.diff(Rows(rows=()), want("abc123-001"), OWNER)
    assert PLATFORM.restore(theirs, added, OWNER).conflicts == ("user abc123-001 group=dosen",)
    assert PLATFORM.accounts(theirs, want("abc123-001"), OWNER).foreign == ("user group=dosen",)


def test_what_is_shown_has_neither_names_nor_codes() -> None:
    shown = PLATFORM.show(PLATFORM.diff(Rows(rows=()), want(*(f"abc123-{n:03d}" for n in range(40))), OWNER))
    assert shown.startswith("+ 40 × user group=netops-HD-7-abc123") and "***" in shown and "abc123-001" not in shown


def test_a_group_of_others_in_a_template_is_claimed_by_its_line() -> None:
    text = "# head\nuser a group=dosen\n"
    (claim,) = PLATFORM.foreign(text, {}, OWNER, ())
    assert claim.line == 2 and "dosen" in claim.what
    assert PLATFORM.foreign(f"user a group={OWNER.name}\n", {}, OWNER, ()) == ()


BAD = {
    "not a user": "add name=a group=g",
    "no name": "user",
    "no group": "user a check.X=1",
    "no attribute": "user a group=g Cleartext-Password=x",
    "an end of its own": "user a group=g check.Expiration=now",
    "twice": "user a group=g check.X=1 check.X=2",
    "no value": "user a group=g check.X=",
    "the same user": "user a group=g\nuser a group=g",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_a_line_that_means_nothing_is_refused_with_its_number(text: str) -> None:
    with pytest.raises(InputError) as caught:
        PLATFORM.parse(text, {})
    assert caught.value.line == text.count("\n") + 1
