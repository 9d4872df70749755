"""Runs RouterOS scripts: menu commands, `[find …]`, and the language's own words as far as guards need them."""

import re
from collections.abc import Callable, Iterable

from netops.lab.routeros import commands
from netops.lab.routeros.machine import Actor, Machine
from netops.lab.routeros.query import same
from netops.lab.routeros.syntax import Block, Command, Literal, Part, ScriptError, Variable, Word, parse
from netops.lab.routeros.texts import Trap

Value = str | bool | list[str]
WORDS = {"if", "foreach", "for", "while", "do", "local", "global", "set", "put", "log", "delay", "error", "return", "len",
         "toarray", "tostr", "tonum", "typeof", "pick", "nothing", "environment"}  # fmt: skip
TURNS = 100_000
NUMBERED = {"set", "remove", "enable", "disable", "unset", "comment", "get", "move", "run", "print", "provision"}
SECOND = {"get": "value-name", "unset": "value-name", "move": "destination", "comment": "comment"}
MESSAGES = {"info", "warning", "error", "debug"}


class _Return(Exception):
    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class Interpreter:
    """One run with one actor. `write` receives what is printed; `ran` counts commands; `path` is the current menu."""

    def __init__(self, machine: Machine, actor: Actor, write: Callable[[str], None] | None = None) -> None:
        self.machine, self.actor = machine, actor
        self.write = write or (lambda text: None)
        self.path = ""
        self.ran = 0
        self.names: dict[str, Value] = {}
        self.show: Callable[[commands.Answer, dict[str, str]], str] = lambda answer, args: ""

    def run(self, source: str) -> Value:
        """Raises `ScriptError`. Nothing runs when any part does not parse; what ran before an error stays."""
        script = parse(source)
        self._check(script, self.path)
        try:
            return self._block(script)
        except _Return as done:
            return done.value

    def _check(self, script: Iterable[Command], path: str) -> None:
        for command in script:
            where, verb, rest = self._locate(command, path)
            if not verb:
                path = where
            inner = where if verb and not verb.startswith(":") else path
            for word in command.words[len(command.words) - len(rest) :] if rest else ():
                for part in word.parts:
                    if isinstance(part, Block):
                        self._check(part.commands, inner)

    def _locate(self, command: Command, path: str) -> tuple[str, str, tuple[Word, ...]]:
        """Menu, verb (`:word` for the language's own, "" where only the menu changes) and what follows."""
        words = command.words
        first = words[0].bare if words else None
        if first is None:
            inner = words[0].parts[0] if words else None
            if isinstance(inner, (Block, Variable)) and words[0].key is None:
                return path, ":value", words
            raise self._bad(words[0])
        own = first.removeprefix(":")
        if own in WORDS and (first.startswith(":") or not self._is_verb(path, own)):
            return path, f":{own}", words[1:]
        if first.startswith("/"):
            path = ""
        for index, word in enumerate(words):
            text = word.bare
            if text is None:
                raise self._bad(word)
            parts = [part for part in text.split("/") if part]
            for position, part in enumerate(parts):
                if part == "..":
                    path = path.rpartition("/")[0]
                elif f"{path}/{part}" in self.machine.schema.folders:
                    path = f"{path}/{part}"
                elif position == len(parts) - 1 and self._is_verb(path, part):
                    return path, part, words[index + 1 :]
                else:
                    raise self._bad(word, part)
        return path, "", ()

    def _is_verb(self, path: str, verb: str) -> bool:
        if verb == "export" or (path or "/", verb) in commands.SPECIAL:
            return True
        return path in self.machine.schema.menus and verb in commands.VERBS

    @staticmethod
    def _bad(word: Word, text: str | None = None) -> ScriptError:
        name = text or word.bare or word.key or ""
        return ScriptError(f"bad command name {name} (line {word.line} column {word.column})")

    def _block(self, script: Iterable[Command]) -> Value:
        value: Value = ""
        for command in script:
            value = self._command(command)
        return value

    def _nested(self, script: Iterable[Command]) -> Value:
        """A menu entered inside brackets or braces is left again at their end."""
        outer = self.path
        try:
            return self._block(script)
        finally:
            self.path = outer

    def _command(self, command: Command) -> Value:
        path, verb, rest = self._locate(command, self.path)
        if not verb:
            self.path = path
            return ""
        self.ran += 1
        if verb.startswith(":"):
            return self._own(verb[1:], rest)
        outer, self.path = self.path, path
        try:
            return self._menu_command(path, verb, rest, command.where)
        except Trap as trap:
            detail = f" ({path}/{verb})" if self.machine.number >= (7,) and trap.message.startswith("failure") else ""
            raise ScriptError(trap.message + detail) from trap
        finally:
            self.path = outer

    def _menu_command(self, path: str, verb: str, rest: tuple[Word, ...], where: Part | None) -> Value:
        if verb == "find" or (verb == "print" and where is not None):
            found = self._find(path, where)
            if verb == "find":
                return found
        args: dict[str, str] = {}
        for word in rest:
            if word.bare == "where":
                continue
            if word.key is not None:
                args[word.key] = _text(self._value(word.parts))
            elif (word.bare or "").startswith("!") or verb in ("print", "export"):
                args[word.bare or ""] = ""
            elif path == "/log" and verb in MESSAGES:
                args["message"] = _text(self._value(word.parts))
            elif verb in NUMBERED and "numbers" not in args and not self.machine.schema.menus[path].single:
                numbers = self._value(word.parts)
                if numbers in ([], ""):
                    return ""
                args["numbers"] = _text(numbers)
            elif verb in SECOND and SECOND[verb] not in args:
                args[SECOND[verb]] = _text(self._value(word.parts))
            else:
                raise ScriptError(f"expected end of command (line {word.line} column {word.column})")
        if verb == "print" and where is not None:
            args["from"] = _text(found) or "*FFFFFFFE"
            if not found:
                return "0" if "count-only" in args else ""
        answer = commands.run(self.machine, self.actor, f"{path}/{verb}", _flags(args))
        if verb in ("print", "export"):
            self.write(answer.text or self.show(answer, args))
        return answer.ret or ""

    def _find(self, path: str, where: Part | None) -> list[str]:
        commands.need(self.machine, self.actor, "read")
        rows = list(self.machine.rows(path))
        if where is None:
            return [row.ref for row in rows]
        shown = [(row.ref, self.machine.shown(path, row)) for row in rows]
        return [ref for ref, words in shown if _truth(self._evaluate(where, words))]

    def _value(self, parts: tuple[Part, ...]) -> Value:
        if len(parts) == 1:
            return self._evaluate(parts[0], None)
        return "".join(_text(self._evaluate(part, None)) for part in parts)

    def _evaluate(self, part: Part, row: dict[str, str] | None) -> Value:
        if isinstance(part, Literal):
            return part.text if row is None or part.quoted else row.get(part.text, "")
        if isinstance(part, Variable):
            return self.names.get(part.name, "")
        if isinstance(part, Block):
            return self._nested(part.commands) if part.call else ""
        if part.sign == "join":
            return "".join(_text(self._evaluate(inner, None)) for inner in part.parts)
        if part.sign == "not":
            return not _truth(self._evaluate(part.parts[0], row))
        left = self._evaluate(part.parts[0], row)
        if part.sign in ("and", "&&", "or", "||"):
            first = _truth(left)
            if first == (part.sign in ("or", "||")):
                return first
            return _truth(self._evaluate(part.parts[1], row))
        right = self._evaluate(part.parts[1], None)
        return _operate(part.sign, left, right)

    def _own(self, word: str, rest: tuple[Word, ...]) -> Value:
        plain = [item for item in rest if item.key is None]
        keyed = {item.key: item for item in rest if item.key is not None}
        if word == "value":
            return self._value(plain[0].parts)
        if word == "if":
            branch = keyed.get("do" if _truth(self._value(plain[0].parts)) else "else")
            return "" if branch is None else self._inner(branch)
        if word == "foreach":
            values = self._value(keyed["in"].parts)
            for value in values if isinstance(values, list) else _text(values).split(";"):
                self.names[plain[0].bare or ""] = value
                self._inner(keyed["do"])
            return ""
        if word == "for":
            for number in range(int(self._text(keyed["from"])), int(self._text(keyed["to"])) + 1):
                self.names[plain[0].bare or ""] = str(number)
                self._inner(keyed["do"])
            return ""
        if word == "while":
            for _ in range(TURNS):
                if not _truth(self._value(plain[0].parts)):
                    return ""
                self._inner(keyed["do"])
            raise ScriptError("interrupted")
        if word == "do":
            try:
                return self._inner(plain[0])
            except ScriptError:
                if "on-error" not in keyed:
                    raise
                return self._inner(keyed["on-error"])
        return self._simple(word, plain)

    def _simple(self, word: str, plain: list[Word]) -> Value:
        values = [self._value(item.parts) for item in plain]
        text = _text(values[0]) if values else ""
        if word in ("local", "global", "set"):
            if len(values) > 1 or word == "set":
                self.names[text] = values[1] if len(values) > 1 else ""
            return ""
        if word == "put":
            self.write(text + "\n")
        elif word == "log":
            self.machine.log(f"script,{text}", _text(values[1]) if len(values) > 1 else "")
        elif word == "error":
            raise ScriptError(text)
        elif word == "return":
            raise _Return(values[0] if values else "")
        elif word == "len":
            return str(len(values[0]) if not isinstance(values[0], bool) else 0)
        elif word == "toarray":
            return values[0] if isinstance(values[0], list) else [part for part in text.split(",") if part]
        elif word == "typeof":
            return "array" if isinstance(values[0], list) else "bool" if isinstance(values[0], bool) else "str"
        elif word == "pick":
            low = int(_text(values[1]))
            return text[low : int(_text(values[2])) if len(values) > 2 else low + 1]
        elif word in ("tostr", "tonum"):
            return text
        return ""

    def _text(self, word: Word) -> str:
        return _text(self._value(word.parts))

    def _inner(self, word: Word) -> Value:
        part = word.parts[0]
        return self._nested(part.commands) if isinstance(part, Block) else ""


def _flags(args: dict[str, str]) -> dict[str, str]:
    return {name: "yes" if name == "count-only" and not text else text for name, text in args.items()}


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, list) else value


def _truth(value: Value) -> bool:
    return value if isinstance(value, bool) else value in ("true", "yes") if isinstance(value, str) else bool(value)


def _operate(sign: str, left: Value, right: Value) -> Value:
    first, second = _text(left), _text(right)
    if sign == "~":
        return re.search(second, first) is not None
    if sign == "=":
        return same(first, second)
    if sign == "!=":
        return not same(first, second)
    if sign in ("<", ">", "<=", ">="):
        low, high = (int(first), int(second)) if first.isdigit() and second.isdigit() else (first, second)
        less, more = low < high, low > high  # type: ignore[operator]  # both are of one type here
        return {"<": less, ">": more, "<=": not more, ">=": not less}[sign]
    if sign in ("+", "-") and re.fullmatch(r"-?\d+", first) and re.fullmatch(r"-?\d+", second):
        return str(int(first) + int(second) * (1 if sign == "+" else -1))
    if sign == ",":
        return [
            *([left] if isinstance(left, str) else left or []),
            *([right] if isinstance(right, str) else right or []),
        ]  # type: ignore[misc]  # left and right are words or lists of them
    return first + second
