"""API queries (manual, "API", queries): words beginning with `?` evaluated over shown rows, with the whole operator stack."""

from collections.abc import Callable, Mapping, Sequence

from netops.lab.routeros.values import parse_duration

Test = Callable[[Mapping[str, str]], bool]
BOOLEANS = {"yes": "true", "no": "false"}


class Query:
    """A compiled list of query words. `matches` says whether a row is returned."""

    def __init__(self, words: Sequence[str]) -> None:
        self._steps: list[Test | str] = [_step(word) for word in words]
        self._plain = all(not isinstance(step, str) for step in self._steps)

    def matches(self, row: Mapping[str, str]) -> bool:
        if self._plain:
            return all(step(row) for step in self._steps if not isinstance(step, str))
        stack: list[bool] = []
        for step in self._steps:
            if isinstance(step, str):
                _operate(stack, step)
            else:
                stack.append(step(row))
        return all(stack)


def _step(word: str) -> Test | str:
    body = word[1:]
    if body.startswith("#"):
        return body[1:]
    if body.startswith("-"):
        name = body[1:]
        return lambda row: name not in row
    if body[:1] in "<>" and "=" in body:
        name, _, value = body[1:].partition("=")
        below = body[0] == "<"
        return lambda row: name in row and _ordered(row[name], value, below)
    name, equals, value = body.removeprefix("=").partition("=")
    if not equals:
        return lambda row: name in row
    return lambda row: name in row and same(row[name], value)


def same(shown: str, asked: str) -> bool:
    """Equal by type: numbers as numbers, booleans in either spelling, durations by length."""
    if shown == asked:
        return True
    if shown in ("true", "false"):
        return BOOLEANS.get(asked) == shown
    if not asked or not shown or not asked[0].isdigit():
        return False
    if shown.isdigit() and asked.isdigit():
        return int(shown) == int(asked)
    left = parse_duration(shown)
    return left is not None and not shown.isdigit() and left == parse_duration(asked)


def _ordered(shown: str, asked: str, below: bool) -> bool:
    left, right = _key(shown), _key(asked)
    if type(left) is not type(right):
        left, right = shown, asked
    return left < right if below else left > right  # type: ignore[operator]  # both are of one type here


def _key(text: str) -> int | str:
    return int(text) if text.isdigit() else text if not text[:1].isdigit() else _length(text)


def _length(text: str) -> int | str:
    value = parse_duration(text)
    return text if value is None else value


def _pop(stack: list[bool]) -> bool:
    """Below the bottom there is an endless supply of true."""
    return stack.pop() if stack else True


def _peek(stack: list[bool], index: int) -> bool:
    return stack[-1 - index] if index < len(stack) else True


def _operate(stack: list[bool], operators: str) -> None:
    at = 0
    while at < len(operators):
        sign = operators[at]
        if sign.isdigit():
            end = at
            while end < len(operators) and operators[end].isdigit():
                end += 1
            value = _peek(stack, int(operators[at:end]))
            if end == len(operators):
                stack[:] = [value]
                return
            stack.append(value)
            at = end + 1 if operators[end] == "." else end
            continue
        if sign == "!":
            stack.append(not _pop(stack))
        elif sign in "&|":
            right, left = _pop(stack), _pop(stack)
            stack.append((left and right) if sign == "&" else (left or right))
        elif sign == ".":
            stack.append(_peek(stack, 0))
        at += 1
