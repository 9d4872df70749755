"""A command line on a router, as SSH reaches it: prompt, menus, what `print` looks like; one object for each session."""

from netops.lab.routeros import commands
from netops.lab.routeros.export import as_written, quote
from netops.lab.routeros.machine import Actor, Machine
from netops.lab.routeros.script import Interpreter
from netops.lab.routeros.syntax import ScriptError
from netops.lab.routeros.texts import Trap

FLAGS = (("disabled", "X"), ("dynamic", "D"), ("invalid", "I"), ("default", "*"), ("running", "R"), ("active", "A"))
UNITS = (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))
SIZES = ("free-memory", "total-memory", "free-hdd-space", "total-hdd-space")


class Console:
    def __init__(self, machine: Machine, actor: Actor) -> None:
        self.machine, self.actor = machine, actor
        self._out: list[str] = []
        self._interpreter = Interpreter(machine, actor, self._out.append)
        self._interpreter.show = self._show

    @property
    def prompt(self) -> str:
        name = self.machine.row_of("/system/identity").get("name")
        path = self._interpreter.path
        if not path:
            return f"[{self.actor.name}@{name}] > "
        if self.machine.number < (7,):
            path = "/" + path[1:].replace("/", " ")
        return f"[{self.actor.name}@{name}] {path}> "

    def run(self, line: str) -> str:
        """What the command prints, with `\\n` line ends; errors are text too."""
        self._out.clear()
        if line.strip() == "/":
            self._interpreter.path = ""
            return ""
        try:
            value = self._interpreter.run(line)
            if isinstance(value, list):
                self._out.append("")
        except (ScriptError, Trap) as error:
            self._out.append(f"{error}\n")
        return "".join(self._out)

    def _show(self, answer: commands.Answer, args: dict[str, str]) -> str:
        if answer.single is not None:
            return self._single(answer.path, answer.single)
        if answer.rows is None:
            return f"{answer.ret}\n" if answer.ret is not None else ""
        lines = []
        if "terse" not in args and "as-value" not in args:
            lines.append("Flags: " + ", ".join(f"{sign} - {name}" for name, sign in FLAGS))
        for number, row in enumerate(answer.rows):
            words = commands.readable(self.actor, answer.path, row, self.machine.shown(answer.path, row))
            signs = "".join(sign for name, sign in FLAGS if words.get(name) == "true")
            props = row.table.menu.props
            shown = [
                f"{name}={quote(as_written(props[name], text) if name in props else text)}"
                for name, text in words.items()
                if name != ".id" and not name.startswith(".") and name not in dict(FLAGS)
            ]
            lines.append(f"{number:2} {signs:3} " + " ".join(shown))
        return "\n".join(lines) + "\n"

    def _single(self, path: str, words: dict[str, str]) -> str:
        menu = self.machine.schema.menus[path]
        width = max((len(name) for name in words), default=0) + 2
        lines = []
        for name, text in words.items():
            if name in menu.props:
                text = as_written(menu.props[name], text)
            elif name in SIZES:
                text = _size(int(text))
            elif name in ("cpu-frequency", "cpu-load"):
                text += "MHz" if name == "cpu-frequency" else "%"
            else:
                text = {"true": "yes", "false": "no"}.get(text, text)
            lines.append(f"{name:>{width}}: {text}")
        return "\n".join(lines) + "\n"


def _size(octets: int) -> str:
    for unit, size in UNITS:
        if octets >= size:
            return f"{octets / size:.1f}{unit}"
    return str(octets)
