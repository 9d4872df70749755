"""RouterOS scripts and exports as trees (manual, "Scripting"); refuses what the console calls a syntax error. Runs nothing."""

import re

from msgspec import Struct

ESCAPES = {'"': '"', "\\": "\\", "$": "$", "?": "?", "n": "\n", "r": "\r", "t": "\t", "_": " ", "a": "\a", "b": "\b",
           "f": "\f", "v": "\v"}  # fmt: skip
KEY = re.compile(r"!?\.?[A-Za-z][A-Za-z0-9.-]*=")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
BARE = re.compile(r"[A-Za-z0-9_./:*@%+-]+")
OPERATORS = ("!=", "<=", ">=", "&&", "||", "=", "<", ">", "~", ".", "+", "-", ",")
LEVELS = (("or", "||"), ("and", "&&"), ("=", "!=", "<", ">", "<=", ">=", "~"), (".", "+", "-", ","))
END = ""


class ScriptError(Exception):
    """What the console prints when a script does not parse or a command of it fails."""


class Literal(Struct, frozen=True):
    text: str
    quoted: bool = False


class Variable(Struct, frozen=True):
    name: str


class Block(Struct, frozen=True):
    """`{ … }` as a value, or `[ … ]` (`call`): run at once, its result is the value."""

    commands: "tuple[Command, ...]"
    call: bool


class Operation(Struct, frozen=True):
    sign: str
    parts: "tuple[Part, ...]"


Part = Literal | Variable | Block | Operation


class Word(Struct, frozen=True):
    """`key=value` or a value alone, of parts that are joined. `column` is 1-based."""

    key: str | None
    parts: tuple[Part, ...]
    line: int
    column: int

    @property
    def bare(self) -> str | None:
        """The text when the word is one unquoted literal without a key."""
        if self.key is None and len(self.parts) == 1:
            part = self.parts[0]
            if isinstance(part, Literal) and not part.quoted:
                return part.text
        return None


class Command(Struct, frozen=True):
    words: tuple[Word, ...]
    where: Part | None = None


def parse(source: str) -> tuple[Command, ...]:
    """Raises `ScriptError` with the console's `(line 1 column N)`."""
    reader = _Reader(source.replace("\r\n", "\n"))
    commands = reader.commands("")
    if reader.at < len(reader.text):
        raise reader.error("expected end of command")
    return commands


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def error(self, what: str, at: int | None = None) -> ScriptError:
        at = self.at if at is None else at
        line = self.text.count("\n", 0, at) + 1
        return ScriptError(f"{what} (line {line} column {at - self.text.rfind(chr(10), 0, at)})")

    def peek(self, size: int = 1) -> str:
        return self.text[self.at : self.at + size]

    def folded(self) -> bool:
        """Pass over a backslash at a line's end and the indent of the next line."""
        if self.peek(2) != "\\\n":
            return False
        self.at += 2
        while self.peek() in (" ", "\t"):
            self.at += 1
        return True

    def blanks(self, more: str = "") -> None:
        while self.peek() != END and (self.peek() in " \t" + more or self.peek(2) == "\\\n"):
            if not self.folded():
                self.at += 1

    def commands(self, closing: str) -> tuple[Command, ...]:
        found: list[Command] = []
        while True:
            self.blanks("\n;")
            char = self.peek()
            if char == "#":
                while self.peek() not in ("\n", END):
                    self.at += 1
            elif char == END:
                if closing:
                    raise self.error("syntax error")
                return tuple(found)
            elif char in "]})":
                if char == closing:
                    self.at += 1
                return tuple(found)
            else:
                found.append(self.command())

    def command(self) -> Command:
        words: list[Word] = []
        while True:
            self.blanks()
            if self.peek() in (END, "\n", ";", "]", "}"):
                return Command(tuple(words))
            bare = {word.bare for word in words[-1:]}
            if bare == {"where"} or (bare == {"find"} and words[0].bare not in (":find", ":put")):
                if self.text.startswith("where", self.at) and not self.text[self.at + 5 : self.at + 6].strip():
                    self.at += 5
                    self.blanks()
                if self.peek() in (END, "\n", ";", "]", "}"):
                    return Command(tuple(words))
                return Command(tuple(words), self.expression(True))
            words.append(self.word())

    def word(self) -> Word:
        start, key = self.at, None
        line = self.text.count("\n", 0, start) + 1
        column = start - self.text.rfind("\n", 0, start)
        found = KEY.match(self.text, self.at)
        if found:
            key = found[0][:-1]
            self.at = found.end()
        parts: list[Part] = []
        text = ""
        while self.peek() != END and self.peek() not in " \t\n;]})":
            char = self.peek()
            if self.folded():
                continue
            if char in '"[{($':
                if text:
                    parts.append(Literal(text))
                    text = ""
                parts.extend(self.special())
            elif char == "\\":
                text += self.escape()
            elif char == "?":
                raise self.error("syntax error")
            else:
                text += char
                self.at += 1
        if text or not parts:
            parts.append(Literal(text))
        if self.at == start:
            raise self.error("expected end of command")
        return Word(key, tuple(parts), line, column)

    def special(self) -> list[Part]:
        char = self.peek()
        if char == '"':
            return self.string()
        if char == "$":
            return [self.variable()]
        self.at += 1
        if char == "[":
            return [Block(self.commands("]"), True)]
        if char == "{":
            return [Block(self.commands("}"), False)]
        return [self.parenthesis()]

    def parenthesis(self) -> Part:
        part = self.expression(False)
        self.blanks("\n")
        if self.peek() != ")":
            raise self.error("syntax error")
        self.at += 1
        return part

    def variable(self) -> Part:
        self.at += 1
        if self.peek() == "[":
            self.at += 1
            return Block(self.commands("]"), True)
        if self.peek() == "(":
            self.at += 1
            return self.parenthesis()
        if self.peek() == '"':
            (part,) = self.string() or [Literal("")]
            return Variable(part.text if isinstance(part, Literal) else "")
        found = NAME.match(self.text, self.at)
        if not found:
            raise self.error("syntax error")
        self.at = found.end()
        return Variable(found[0])

    def escape(self) -> str:
        char = self.text[self.at + 1 : self.at + 2]
        code = self.text[self.at + 1 : self.at + 3]
        if char in ESCAPES and char:
            self.at += 2
            return ESCAPES[char]
        if re.fullmatch(r"[0-9A-F]{2}", code):
            self.at += 3
            return chr(int(code, 16))
        raise self.error("syntax error")

    def string(self) -> list[Part]:
        start = self.at
        self.at += 1
        parts: list[Part] = []
        text = ""
        while (char := self.peek()) != '"':
            if char == END:
                raise self.error("syntax error", start)
            if self.folded():
                continue
            if char == "\\":
                text += self.escape()
            elif char == "$":
                parts += [Literal(text, True), self.variable()]
                text = ""
            else:
                text += char
                self.at += 1
        self.at += 1
        return [*parts, Literal(text, True)] if text or not parts else parts

    def expression(self, where: bool, level: int = 0) -> Part:
        if level == len(LEVELS):
            return self.term(where)
        left = self.expression(where, level + 1)
        while True:
            self.blanks("" if where else "\n")
            sign = self.sign(LEVELS[level], where)
            if sign is None:
                if (
                    where
                    and level == 1
                    and self.peek() not in (END, "\n", ";", "]", "}", ")")
                    and not self.word_ahead()
                ):
                    left = Operation("and", (left, self.expression(where, level + 1)))
                    continue
                return left
            left = Operation(sign, (left, self.expression(where, level + 1)))

    def word_ahead(self) -> bool:
        return bool(re.match(r"or\b|\|\|", self.text[self.at : self.at + 3]))

    def sign(self, signs: tuple[str, ...], where: bool) -> str | None:
        for sign in signs:
            if sign.isalpha():
                if re.match(rf"{sign}\b", self.text[self.at : self.at + len(sign) + 1]):
                    self.at += len(sign)
                    return sign
            elif self.text.startswith(sign, self.at) and not (where and sign in "+-,."):
                longer = any(o != sign and o.startswith(sign) and self.text.startswith(o, self.at) for o in OPERATORS)
                if not longer:
                    self.at += len(sign)
                    return sign
        return None

    def term(self, where: bool) -> Part:
        self.blanks("" if where else "\n")
        char = self.peek()
        if char == "!" or re.match(r"not\b", self.text[self.at : self.at + 4]):
            self.at += 1 if char == "!" else 3
            return Operation("not", (self.term(where),))
        if char == "(":
            self.at += 1
            inner = self.expression(where)
            self.blanks("\n")
            if self.peek() != ")":
                raise self.error("syntax error")
            self.at += 1
            return inner
        if char in ('"', "$", "[", "{"):
            parts = self.special()
            return parts[0] if len(parts) == 1 else Operation("join", tuple(parts))
        found = BARE.match(self.text, self.at)
        if not found:
            raise self.error("syntax error")
        self.at = found.end()
        return Literal(found[0])
