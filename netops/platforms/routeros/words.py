"""RouterOS's own text: quoting, escapes and statements; refuses what only a script interpreter could run."""

import re
import string
from collections.abc import Iterator

from msgspec import Struct

from netops.core.errors import InputError
from netops.core.text import Text

# What needs no quotes anywhere: none of the characters that mean something to a script or a table of words.
_BARE = re.compile(r"[A-Za-z0-9_.:/,@*+!<>%&^|~-]+")
_ESCAPES = {'"': '"', "\\": "\\", "$": "$", "?": "?", "n": "\n", "r": "\r", "t": "\t", "_": " "}
_ESCAPES |= {"a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_NAMED = {'"': '\\"', "\\": "\\\\", "$": "\\$", "?": "\\?", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_HEX = frozenset("0123456789ABCDEF")
# Runs that mean nothing but themselves, taken at once: outside quotes (where brackets and `$` are live in a script), inside.
_RUN = re.compile(r'[^ \t\n\[\]{}();$"`\\\0]+')
_PLAIN_LINE = re.compile(r'[^\n\[\]{}();$"`\\\0]+(?:\n|\Z)')
_QUOTED_RUN = re.compile(r'[^"\\\0]+')
_VERBS = frozenset({"add", "set", "remove", "enable", "disable", "unset", "move", "print", "export", "import", "run"})
_PROPERTY = re.compile(r"!?\.?[A-Za-z0-9][A-Za-z0-9_./-]*")  # `basic-rates-a/g` of /interface/wireless


class Statement(Struct, frozen=True, kw_only=True):
    """One line of an export: `find` selects rows (`#` for a position), `values` in order, `!name` for an unset one."""

    line: int
    path: str
    verb: str
    find: dict[str, str]
    values: dict[str, str]


def quote(value: str, *, ascii_only: bool = True) -> str:
    """A value as RouterOS text: bare where that is safe, else quoted with every live character escaped.

    Other than printable characters become their UTF-8 bytes as `\\XX`, and with `ascii_only` all beyond ASCII.
    """
    if _BARE.fullmatch(value):
        return value
    return '"' + "".join(_escape(char, ascii_only) for char in value) + '"'


def _escape(char: str, ascii_only: bool) -> str:
    if char in _NAMED:
        return _NAMED[char]
    if char.isascii() and char.isprintable():
        return char
    if char.isprintable() and not ascii_only:
        return char
    return "".join(f"\\{byte:02X}" for byte in char.encode("utf-8", "surrogateescape"))


def statements(text: str) -> Iterator[Statement]:
    """The statements of an export or rendered template, in order. Raises `InputError` with the line.

    Syntax only: menus and properties are not looked up, so that exports of any device can be read.
    """
    path = ""
    for line, words in _lines(text):
        if words[0].startswith("/"):
            path, words = _path(words, line)
        if not words:
            continue
        if not path:
            raise _bad(line, "", "perintah di luar menu", "a command outside any menu")
        yield _statement(path, words, line)


def _bad(line: int, field: str, id: str, en: str) -> InputError:
    return InputError(Text(id, en), line=line, field=field or None)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Logical lines as words; a bracket is one word `[ … ]` kept raw, a quoted part is decoded with its name."""
    scan = _Scanner(text)
    while not scan.at_end():
        scan.skip_blank()
        if scan.at_end():
            return
        if scan.peek() == "#":
            scan.skip_line()
            continue
        start = scan.line
        words = scan.plain_line() or list(scan.words())
        if words:
            yield start, words


class _Scanner:
    """Walks the text once, counting lines."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.line = text.replace("\r\n", "\n"), 0, 1

    def at_end(self) -> bool:
        return self.at >= len(self.text)

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.text[place] if place < len(self.text) else ""

    def take(self) -> str:
        char = self.text[self.at]
        self.at += 1
        self.line += char == "\n"
        return char

    def skip_blank(self) -> None:
        while not self.at_end() and self.peek() in " \t\n":
            self.take()

    def plain_line(self) -> list[str]:
        """The words of a line in which nothing is quoted, bracketed, folded or live; [] where something is."""
        line = self.run(_PLAIN_LINE)
        return [word for word in line.replace("\t", " ").rstrip("\n").split(" ") if word]

    def skip_line(self) -> None:
        while not self.at_end() and self.take() != "\n":
            pass

    def folded(self) -> bool:
        """Steps over a fold (`\\`, newline, indent) where one is."""
        if self.peek() != "\\" or self.peek(1) != "\n":
            return False
        self.take()
        self.take()
        while self.peek() and self.peek() in " \t":
            self.take()
        return True

    def words(self) -> Iterator[str]:
        """Words up to the end of the logical line."""
        while not self.at_end():
            if self.folded():
                continue
            char = self.peek()
            if char == "\n":
                self.take()
                return
            if char in " \t":
                self.take()
            elif char == "[":
                yield self.bracket()
            else:
                yield self.word()

    def bracket(self) -> str:
        """`[ find … ]` as one word: `[`, then its words apart by NUL, which no text can hold."""
        line = self.line
        self.take()
        parts: list[str] = []
        while True:
            if self.folded():
                continue
            char = self.peek()
            if char in ("", "\n"):
                raise _bad(line, "[", "kurung siku tidak ditutup", "a bracket that is not closed")
            if char in " \t":
                self.take()
            elif char == "]":
                self.take()
                return "[" + "\0".join(parts)
            else:
                parts.append(self.word())

    def run(self, pattern: re.Pattern[str]) -> str:
        """The characters from here that the pattern takes, '' where there are none."""
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        self.line += found[0].count("\n")
        return found[0]

    def word(self) -> str:
        out: list[str] = []
        while not self.at_end():
            if run := self.run(_RUN):
                out.append(run)
                continue
            if self.folded():
                continue
            char = self.peek()
            if char in " \t\n" or (char == "]" and out):
                break
            if char == '"':
                out.append(self.quoted())
            elif char == "\0":
                raise _bad(self.line, "", "karakter NUL", "a NUL character")
            else:
                raise _bad(
                    self.line,
                    "".join(out).partition("=")[0],
                    f"{char!r} di luar tanda kutip hanya berarti bagi skrip",
                    f"{char!r} outside quotes means something to scripts only",
                )
        return "".join(out)

    def quoted(self) -> str:
        line = self.line
        self.take()
        out = bytearray()
        while not self.at_end():
            if run := self.run(_QUOTED_RUN):
                out += run.encode("utf-8", "surrogatepass")
                continue
            if self.folded():
                continue
            char = self.take()
            if char == '"':
                return text_of(bytes(out))
            if char == "\0":
                raise _bad(line, "", "karakter NUL", "a NUL character")
            out += self.escape(line)
        raise _bad(line, '"', "tanda kutip tidak ditutup", "a quote that is not closed")

    def escape(self, line: int) -> bytes:
        char = self.peek()
        if char in _HEX and self.peek(1) in _HEX and char + self.peek(1) != "00":
            return bytes([int(self.take() + self.take(), 16)])
        if char and char in _ESCAPES:
            return _ESCAPES[self.take()].encode()
        raise _bad(line, "\\", f"escape \\{char} tidak dikenal", f"unknown escape \\{char}")


def text_of(data: bytes) -> str:
    """Bytes of a device as text: UTF-8, or where that fails the Windows code page that WinBox writes."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Five bytes have no meaning in cp1252: they keep their Latin-1 one, so that reading never fails.
        return "".join(bytes([b]).decode("cp1252" if b not in _HOLES else "latin-1") for b in data)


_HOLES = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))


def _path(words: list[str], line: int) -> tuple[str, list[str]]:
    """The menu at the start of a line (`/ip address`, `/ip/address/add`), and the words after it."""
    parts: list[str] = []
    for index, word in enumerate(words):
        if "=" in word or word.startswith("["):
            raise _bad(line, word.partition("=")[0], "properti tanpa perintah", "a property without a command")
        if index and word in _VERBS:
            return "/" + "/".join(parts), words[index:]
        pieces = [piece for piece in word.split("/") if piece]
        if pieces and pieces[-1] in _VERBS and (index or len(pieces) > 1):
            return "/" + "/".join(parts + pieces[:-1]), [pieces[-1], *words[index + 1 :]]
        for piece in pieces:
            if not set(piece) <= set(string.ascii_lowercase + string.digits + "-"):
                raise _bad(line, piece, "bukan nama menu", "not the name of a menu")
        parts += pieces
    return "/" + "/".join(parts), []


def _statement(path: str, words: list[str], line: int) -> Statement:
    verb, rest = words[0], words[1:]
    if verb not in _VERBS:
        raise _bad(line, verb, f"perintah {verb!r} tidak dikenal", f"unknown command {verb!r}")
    find: dict[str, str] = {}
    if rest and rest[0].startswith("["):
        find, rest = _find(rest[0], line), rest[1:]
    elif rest and verb != "add" and "=" not in rest[0] and not rest[0].startswith("!"):
        find, rest = ({"#": rest[0]} if rest[0].isdigit() else {"name": rest[0]}), rest[1:]
    return Statement(line=line, path=path, verb=verb, find=find, values=_values(rest, line))


def _find(word: str, line: int) -> dict[str, str]:
    parts = word[1:].split("\0")
    if parts[0] != "find":
        raise _bad(line, "[", "hanya [ find … ] yang dikenal", "only [ find … ] is known")
    found = _values([part for part in parts[1:] if part != "where"], line)
    if not found:
        raise _bad(line, "find", "find tanpa syarat memilih semua baris", "a find without condition selects every row")
    return found


def _values(words: list[str], line: int) -> dict[str, str]:
    values: dict[str, str] = {}
    prefix = ""
    for word in words:
        name, equals, value = word.partition("=")
        if not _PROPERTY.fullmatch(name) or (not equals and not name.startswith("!")):
            shown = name if name.isprintable() else repr(name)
            raise _bad(line, shown, "bukan properti=nilai", "not property=value")
        # `configuration.mode=ap .ssid=x`: a leading dot repeats the prefix of the last full dotted name.
        if name.startswith("."):
            if not prefix:
                raise _bad(line, name, "nama singkat tanpa nama lengkap", "a short name without a full one before it")
            name = prefix + name
        elif "." in name:
            prefix = name.rpartition(".")[0]
        if name in values:
            raise _bad(line, name, "properti ditulis dua kali", "the property is given twice")
        values[name] = value
    return values
