"""One vty line: echo, line editing, help and completion keys, paging; refuses lines longer than the device's buffer."""

from collections.abc import Awaitable, Callable

_LIMIT = 254  # characters a command line may have
_MORE = " --More-- "


class Interrupted(Exception):
    """Control-C."""


class Ended(Exception):
    """Control-Z: `line` is what stood before it."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


class Terminal:
    """`read` gives the next characters ("" at the end), `write` takes text; both belong to one connection."""

    def __init__(self, read: Callable[[], Awaitable[str]], write: Callable[[str], None], height: int) -> None:
        self._read, self._write = read, write
        self._input = ""
        self._output: list[str] = []
        self._after_cr = False
        self._history: list[str] = []
        self._waiting = ""  # prompt and typed text of a line that is being read
        self.length = height

    def put(self, text: str) -> None:
        self._output.append(text)

    def lines(self, lines: list[str]) -> None:
        self.put("".join(f"{line}\r\n" for line in lines))

    def notify(self, lines: list[str]) -> None:
        """A message that nobody asked for: it comes right after what stands there, then the line is drawn again."""
        self.lines(lines)
        self.put(self._waiting)
        self.flush()

    def flush(self) -> None:
        if self._output:
            self._write("".join(self._output))
            self._output.clear()

    def cut(self, prompt: str, *, whole: bool) -> None:
        """The line drops behind the answer and the next prompt, or in the middle of them."""
        text = "".join(self._output) + prompt
        self._output.clear()
        self._write(text if whole else text[: len(text) // 2])

    async def _key(self) -> str:
        if not self._input:
            self.flush()  # everything typed so far is answered before waiting for more
            self._input = await self._read()
            if not self._input:
                raise EOFError
        key, self._input = self._input[0], self._input[1:]
        if key == "\n" and self._after_cr:
            self._after_cr = False
            return await self._key()
        self._after_cr = key == "\r"
        return key

    async def line(
        self,
        prompt: str,
        *,
        echo: bool = True,
        expect: Callable[[str], list[str]] | None = None,
    ) -> str:
        """Read one line. `expect` gives the words that may follow, for `?` and tab. Raises Interrupted, Ended, EOFError."""
        self.put(prompt)
        try:
            return await self._line(prompt, echo=echo, expect=expect)
        finally:
            self._waiting = ""

    async def confirm(self, prompt: str) -> bool:
        """A `[confirm]`: enter or `y` goes on, any other key does not."""
        self.put(prompt)
        key = await self._key()
        self.put("\r\n")
        return key in "\r\nyY"

    async def _line(self, prompt: str, *, echo: bool, expect: Callable[[str], list[str]] | None) -> str:
        typed = ""
        while True:
            self._waiting = prompt + (typed if echo else "")
            key = await self._key()
            if key in "\r\n":
                self.put("\r\n")
                if typed.strip() and echo:
                    self._history.append(typed)
                return typed
            if key == "\x03":
                self.put("\r\n")
                raise Interrupted
            if key == "\x1a":
                self.put("^Z\r\n")
                raise Ended(typed)
            if key == "?" and expect is not None:
                self._help(prompt, typed, expect(typed))
            elif key == "\t" and expect is not None:
                typed = self._complete(prompt, typed, expect(typed))
            elif key == "\x1b":
                typed = await self._escape(typed)
            else:
                typed = self._edit(prompt, typed, key, echo=echo)

    def _edit(self, prompt: str, typed: str, key: str, *, echo: bool) -> str:
        if key in "\x7f\x08":
            self.put("\b \b" if typed and echo else "")
            return typed[:-1]
        if key in "\x15\x17":
            kept = "" if key == "\x15" else typed.rstrip()[: typed.rstrip().rfind(" ") + 1]
            self.put("\b \b" * (len(typed) - len(kept)) if echo else "")
            return kept
        if key in "\x0c\x12":
            self.put(f"\r\n{prompt}{typed if echo else ''}")
        elif key >= " ":
            if len(typed) >= _LIMIT:
                self.put("\a")
                return typed
            self.put(key if echo else "")
            return typed + key
        return typed

    async def _escape(self, typed: str) -> str:
        """Arrow up recalls the last line; other sequences are swallowed."""
        if await self._key() != "[":
            return typed
        final = await self._key()
        while not final.isalpha() and final != "~":
            final = await self._key()
        if final == "A" and self._history:
            self.put("\b \b" * len(typed) + self._history[-1])
            return self._history[-1]
        return typed

    def _help(self, prompt: str, typed: str, words: list[str]) -> None:
        shown = [f"  {word}" for word in words] or ["% Unrecognized command"]
        self.put("?\r\n")
        self.lines(shown)
        self.put(f"\r\n{prompt}{typed}")

    def _complete(self, prompt: str, typed: str, words: list[str]) -> str:
        whole = (
            typed + f"{words[0][len(typed.rsplit(maxsplit=1)[-1]) :]} "
            if len(words) == 1 and typed[-1:].strip()
            else typed
        )
        self.put(f"\r\n{prompt}{whole}")
        return whole

    async def page(self, lines: list[str]) -> None:
        """Print, stopping after each screen: space shows the next, enter one more line, any other key ends it."""
        room = self.length - 1
        for line in lines:
            if self.length and room <= 0:
                self.put(_MORE)
                key = await self._key()
                self.put("\b" * 10 + " " * 10 + "\b" * 10)
                if key == " ":
                    room = self.length - 1
                elif key in "\r\n":
                    room = 1
                else:
                    return
            self.put(f"{line}\r\n")
            room -= 1
