"""What people are written: a site's own text per kind and language with fields filled in; refuses unknown fields."""

from collections.abc import Mapping
from pathlib import Path
from string import Template

from msgspec import Struct

from netops.core.errors import InputError
from netops.core.text import Lang, Text

_SUBJECT = "Subject:"


class Letter(Struct, frozen=True):
    subject: str
    body: str


def letter(folder: Path, kind: str, lang: Lang, fields: Mapping[str, str]) -> Letter:
    """`<folder>/<kind>.<lang>.txt` with its `$fields` filled in, once: a field's own `$` stays as it is.

    The file's first line is `Subject: …`, then an empty line, then the text. Raises `InputError` (file, line, field).
    """
    path = folder / f"{kind}.{lang}.txt"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise InputError(
            Text(f"teks surel tidak dapat dibaca: {why}", f"the text of the mail cannot be read: {why}"),
            Text(
                "Salin templates/mail/ dari ruang kerja baru (`netops init FOLDER`).",
                "Copy templates/mail/ from a new workspace (`netops init FOLDER`).",
            ),
            path=path,
        ) from error
    if len(lines) < 3 or not lines[0].startswith(_SUBJECT) or lines[1].strip():
        raise InputError(
            Text("baris pertama harus `Subject: …`, baris kedua kosong", "line 1 must be `Subject: …`, line 2 empty"),
            path=path,
            line=1,
        )
    filled = [_fill(line, number, path, fields) for number, line in enumerate(lines, 1)]
    return Letter(filled[0].removeprefix(_SUBJECT).strip(), "\n".join(filled[2:]).strip("\n") + "\n")


def _fill(line: str, number: int, path: Path, fields: Mapping[str, str]) -> str:
    try:
        return Template(line).substitute(fields)
    except KeyError as error:
        known = ", ".join(sorted(fields))
        raise InputError(
            Text("isian tidak dikenal", "unknown field"),
            Text(f"yang ada: {known}", f"there are: {known}"),
            path=path,
            line=number,
            field=f"${error.args[0]}",
        ) from error
    except ValueError as error:
        raise InputError(
            Text("`$` tanpa nama isian; tulis `$$` untuk tanda dolar", "`$` without a field; write `$$` for a dollar"),
            path=path,
            line=number,
        ) from error
