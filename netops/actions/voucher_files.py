"""Voucher codes in and out as CSV, with the field names that users of Mikhmon and PHPNuxBill know; refuses what is ambiguous.

A code appears in no message: places are told by line. A file that goes out is 0600 and recorded before it is written.
"""

import csv
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from netops.actions.common import change_of
from netops.actions.privacy import write_private
from netops.actions.vouchers import comment_of, logins, needs_of, refuse_taken, revoked
from netops.app import App
from netops.changes.lifecycle import DONE, OPEN
from netops.changes.words import PHASES
from netops.core.errors import InputError, Refused
from netops.core.model import Needs
from netops.core.text import Text
from netops.core.units import say_duration
from netops.filing import Filed, look, record
from netops.planning.codes import codes_of, numbers_of, user_name

SHORTEST = 5
"""Letters of a code that was made elsewhere: five are guessed in an evening, four within minutes."""
MOST_BYTES = 1_000_000
_CODE = re.compile(r"[!-~]{1,64}")
_ALIKE = str.maketrans("0O1Il|", "oollll")


class _Row(Struct, frozen=True):
    line: int
    user: str
    code: str


# Mikhmon v3 exports "Username,Password,Profile,Time Limit,Data Limit,Comment"; PHPNuxBill's tbl_voucher has `code`.
_USER = ("username", "user")
_CODES = ("code", "password", "kode", "voucher")


def export(app: App, ref: str, *, form: str, out: Path, reason: str) -> int:
    """Write every code that was not revoked; returns how many. Raises `InputError` without a reason."""
    filed = look(app, ref)
    needs = needs_of(app, change_of(app, filed))
    if not reason.strip():
        raise InputError(Text("sebut alasannya dengan --reason", "say why with --reason"))
    gone = revoked(app, filed.change)
    codes = {n: code.reveal() for n, code in app.vault.codes(filed.change).items() if n not in gone}
    comment, profile = f"netops:{filed.change} {comment_of(filed, needs)}", f"netops-{filed.change}"
    head, row = _shape(form, filed, needs, profile, comment)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(row(number, code) for number, code in codes.items())
    data = text.getvalue().encode()
    seal = app.vault.seal(data)
    record(
        app, "vouchers.exported", filed.change,
        count=len(codes), format=form, file=out.name, paper=seal, reason=reason,
    )  # fmt: skip
    write_private(out, data)
    return len(codes)


def _shape(
    form: str, filed: Filed, needs: Needs, profile: str, comment: str
) -> tuple[Sequence[str], Callable[[str, str], Sequence[str]]]:
    head: tuple[str, ...]

    def user(number: str, code: str) -> str:
        return user_name(filed.change, number, "up") if needs.access == "up" else code

    time = say_duration(needs.time_limit) if needs.time_limit else ""
    data = str(needs.data_limit or "")
    if form == "mikhmon":
        head = ("Username", "Password", "Profile", "Time Limit", "Data Limit", "Comment")
        return head, lambda number, code: (user(number, code), code, profile, time, data, comment)
    if form == "phpnuxbill":
        head = ("code", "user", "type", "routers", "plan_name", "status", "generated_by")
        return head, lambda number, code: (code, user(number, code), "Hotspot", needs.site, profile, "0", "netops")
    return ("number", "username", "code", "batch"), lambda number, code: (number, user(number, code), code, comment)


def bring(app: App, ref: str, path: Path) -> int:
    """Keep the codes of a file for a planned change; returns how many. Reads the devices, writes to none.

    Raises `InputError` with file and line, `Refused` where a router has one already or the change runs.
    """
    filed = look(app, ref)
    change = change_of(app, filed)
    needs = needs_of(app, change)
    if change.phase in OPEN or change.phase in DONE:
        raise Refused(
            Text(f"{filed.change} {PHASES[change.phase].id}", f"{filed.change} is {PHASES[change.phase].en}"),
            Text("impor dilakukan sebelum `netops apply`", "import before `netops apply`"),
        )
    rows = read_codes(path)
    codes = _checked(path, rows, filed, needs)
    plan = app.tools.plan(change.plan)
    if needs.access != "up":
        refuse_taken(logins(app, plan), dict(zip(numbers_of(len(codes)), codes, strict=True)))
    app.vault.keep(filed.change, codes)
    record(
        app,
        "vouchers.imported",
        filed.change,
        count=len(codes),
        file=path.name,
        paper=app.vault.seal("\n".join(codes).encode()),
    )
    return len(codes)


def read_codes(path: Path) -> list[_Row]:
    """Raises `InputError` for a file that is no CSV with a column that we know."""
    try:
        data = path.read_bytes()[: MOST_BYTES + 1]
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(
            Text(f"tidak terbaca: {error.strerror}", f"cannot be read: {error.strerror}"), path=path
        ) from error
    except UnicodeDecodeError:
        raise InputError(Text("bukan teks UTF-8", "not UTF-8 text"), path=path) from None
    if len(data) > MOST_BYTES:
        raise InputError(Text("berkas terlalu besar", "the file is too large"), path=path)
    try:
        reader = csv.reader(
            io.StringIO(text),
            delimiter=";" if text.split("\n")[0].count(";") > text.split("\n")[0].count(",") else ",",
            strict=True,
        )
        head = [name.strip().lower() for name in next(reader, [])]
        at_code = next((head.index(name) for name in _CODES if name in head), None)
        at_user = next((head.index(name) for name in _USER if name in head), None)
        if at_code is None:
            raise InputError(
                Text("tidak ada kolom kode", "there is no column of codes"),
                Text(f"kolom yang dikenal: {', '.join(_CODES)}", f"known columns: {', '.join(_CODES)}"),
                path=path, line=1,
            )  # fmt: skip
        rows = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                code = cells[at_code].strip() if at_code < len(cells) else ""
                user = cells[at_user].strip() if at_user is not None and at_user < len(cells) else ""
                rows.append(_Row(reader.line_num, user, code))
    except csv.Error:
        raise InputError(Text("bukan CSV yang utuh", "not whole CSV"), path=path) from None
    return rows


def _checked(path: Path, rows: list[_Row], filed: Filed, needs: Needs) -> list[str]:
    count = codes_of(needs)
    if len(rows) != count:
        raise InputError(
            Text(f"{len(rows)} kode, rencana memuat {count}", f"{len(rows)} codes, the plan has {count}"),
            Text("samakan jumlahnya dengan `netops needs`", "make them equal with `netops needs`"),
            path=path,
        )
    seen: dict[str, int] = {}
    for number, row in zip(numbers_of(count), rows, strict=True):
        if not _CODE.fullmatch(row.code):
            _wrong(
                path,
                row,
                "kode kosong, terlalu panjang, atau berisi spasi atau huruf lain",
                "empty, too long, or with blanks or other letters",
            )
        if len(row.code) < SHORTEST:
            _wrong(
                path,
                row,
                f"kode kurang dari {SHORTEST} huruf mudah ditebak",
                f"a code under {SHORTEST} letters is guessed",
            )
        same = row.code.translate(_ALIKE)
        if same in seen:
            _wrong(
                path,
                row,
                f"sama atau tampak sama dengan baris {seen[same]}",
                f"the same as line {seen[same]}, or looks like it",
            )
        seen[same] = row.line
        ours = user_name(filed.change, number, "up") if needs.access == "up" else row.code
        if row.user and row.user != ours:
            _wrong(
                path, row,
                "pengguna dan kode berbeda; hanya kode tunggal yang dapat diimpor" if needs.access != "up" else f"pengguna bukan {ours}",
                "user and code differ; only single codes can be imported" if needs.access != "up" else f"the user is not {ours}",
            )  # fmt: skip
    return [row.code for row in rows]


def _wrong(path: Path, row: _Row, indonesian: str, english: str) -> None:
    hint = Text(
        "untuk kode tunggal: `netops needs … --set access=vc`", "for single codes: `netops needs … --set access=vc`"
    )
    raise InputError(Text(indonesian, english), hint, path=path, line=row.line)
