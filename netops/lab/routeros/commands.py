"""The verbs of a menu: print, add, set, remove and the rest, with a device's checks in a device's order; no wire format."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from netops.lab.routeros import arguments, quirks
from netops.lab.routeros.machine import Actor, Machine
from netops.lab.routeros.query import Query
from netops.lab.routeros.schema import PORTS, Menu
from netops.lab.routeros.store import Row
from netops.lab.routeros.texts import Trap

Args = Mapping[str, str]
PRINT = frozenset({
    "detail", "stats", "count-only", "without-paging", "terse", "brief", "value-list", "as-value", "show-ids",
    ".proplist", "proplist", "from", "show-sensitive", "hide-sensitive", "interval", "bytes", "packets", "rate",
})  # fmt: skip
NEEDS_POLICY = ("/user", "/user/group")


class Answer(Struct, frozen=True, kw_only=True):
    """What a command gives back: rows (None where it prints nothing), or one value. `empty`: that many bare rows."""

    path: str = ""
    rows: list[Row] | None = None
    single: dict[str, str] | None = None
    ret: str | None = None
    empty: int = 0
    text: str = ""


def split(machine: Machine, command: str) -> tuple[Menu | None, str, str]:
    """Menu, its path, and verb of `/ip/address/print`. Raises `Trap` where a part of the path does not exist."""
    path, _, verb = command.rpartition("/")
    menu = machine.menu(path)
    if menu is not None and verb and " " not in command:
        return menu, path, verb
    parts = tuple(part for part in command.replace(" ", "/").split("/") if part)
    if not command.startswith("/") or not parts:
        raise machine.texts.no_such_command()
    path, verb = "/" + "/".join(parts[:-1]), parts[-1]
    if len(parts) == 1:
        path = "/"
    menu = machine.menu(path)
    if menu is None and path != "/" and path not in machine.schema.folders:
        known = 0
        while "/" + "/".join(parts[: known + 1]) in machine.schema.folders:
            known += 1
        raise machine.texts.no_such_path(parts, known)
    return menu, path, verb


def run(machine: Machine, actor: Actor, command: str, args: Args, queries: list[str] | None = None) -> Answer:
    """Raises `Trap`; what was changed before it stays changed."""
    menu, path, verb = split(machine, command)
    special = SPECIAL.get((path, verb)) or (SPECIAL.get(("*", verb)) if verb == "export" else None)
    if special is not None:
        return special(machine, actor, path, args)
    if menu is None or verb not in VERBS:
        raise machine.texts.no_such_command()
    return VERBS[verb](machine, actor, menu, args, queries or [])


def need(machine: Machine, actor: Actor, *policies: str) -> None:
    if not actor.policies.issuperset(policies):
        raise machine.texts.no_permission()


def _writing(machine: Machine, actor: Actor, menu: Menu) -> None:
    need(machine, actor, "write", *(("policy",) if menu.path in NEEDS_POLICY else ()))


def chosen(machine: Machine, menu: Menu, args: Args, *, required: bool = True) -> list[Row]:
    """The rows of `.id` or `numbers`: ids, names, or positions, comma separated."""
    text = args.get(".id", args.get("numbers", args.get("number")))
    if text is None:
        if required:
            raise machine.texts.missing(".id")
        return []
    return [row_at(machine, menu, part) for part in text.split(",") if part or required]


def row_at(machine: Machine, menu: Menu, text: str) -> Row:
    row: Row | None = None
    if text.startswith("*"):
        row = machine.store.by_id(menu.path, text)
    elif text.isdigit() and machine.store.named(menu.path, text) is None:
        rows = list(machine.store.rows(menu.path))
        row = rows[int(text)] if int(text) < len(rows) else None
    elif menu.path == "/ip/hotspot/active":
        row = None
    else:
        row = machine.store.named(menu.path, text)
        if row is None and menu.path in PORTS:
            row = next((r for r in machine.store.rows(menu.path) if r.marks.get("default-name") == text), None)
    if row is None:
        raise machine.texts.no_such_item()
    return row


def _print(machine: Machine, actor: Actor, menu: Menu, args: Args, queries: list[str]) -> Answer:
    need(machine, actor, "read")
    if not PRINT.issuperset(args):
        raise machine.texts.unknown_parameter(next(name for name in args if name not in PRINT))
    if menu.single:
        if "detail" in args:
            raise machine.texts.unknown_parameter("detail")
        return Answer(path=menu.path, single=machine.single(menu.path))
    rows = list(machine.rows(menu.path))
    if "from" in args:
        wanted = {row_at(machine, menu, part).id for part in args["from"].split(",")}
        rows = [row for row in rows if row.id in wanted]
    if queries:
        query, path = Query(queries), menu.path
        rows = [row for row in rows if query.matches(machine.shown(path, row))]
    if args.get("count-only", "no") not in ("no", "false"):
        return Answer(path=menu.path, ret=str(len(rows)))
    return Answer(path=menu.path, rows=rows)


def _add(machine: Machine, actor: Actor, menu: Menu, args: Args, queries: list[str]) -> Answer:
    if not menu.can_add or menu.path == "/user/active":
        raise machine.texts.no_such_command()
    _writing(machine, actor, menu)
    machine.changing()
    row = arguments.add(machine, actor, menu, args)
    return Answer(ret=row.ref)


def _set(machine: Machine, actor: Actor, menu: Menu, args: Args, queries: list[str]) -> Answer:
    if not menu.props:
        raise machine.texts.no_such_command()
    _writing(machine, actor, menu)
    rest = {name: text for name, text in args.items() if name not in (".id", "numbers")}
    if menu.single:
        if len(rest) != len(args):
            raise machine.texts.unknown_parameter(next(name for name in args if name not in rest))
        rows = [machine.row_of(menu.path)]
    else:
        rows = chosen(machine, menu, args)
    machine.changing()
    for row in rows:
        _changeable(machine, row)
        arguments.change(machine, actor, row, rest, menu)
        machine.changed(row.table.path, "set", row)
    return Answer()


def _changeable(machine: Machine, row: Row) -> None:
    if row.dynamic:
        raise machine.texts.dynamic(quirks.DYNAMIC_WORD.get(row.table.path, ""))


def _remove(machine: Machine, actor: Actor, menu: Menu, args: Args, queries: list[str]) -> Answer:
    if not menu.can_remove:
        raise machine.texts.no_such_command()
    _writing(machine, actor, menu)
    rows = chosen(machine, menu, args)
    machine.changing()
    for row in rows:
        if row.dynamic and menu.path not in quirks.DYNAMIC_REMOVABLE:
            raise machine.texts.dynamic(quirks.DYNAMIC_WORD.get(menu.path, ""))
        if row.builtin:
            raise Trap("failure: cannot change builtin")
        if menu.path == "/user/group" and machine.store.referrers(menu.path, row.name):
            raise Trap("failure: group has some users")
        if machine.store.by_id(menu.path, row.ref) is None:
            raise machine.texts.no_such_item()
        machine.store.remove(row)
        machine.changed(menu.path, "remove", row)
    return Answer()


def _switch(value: str) -> Callable[[Machine, Actor, Menu, Args, list[str]], Answer]:
    def switch(machine: Machine, actor: Actor, menu: Menu, args: Args, queries: list[str]) -> Answer:
        if not menu.has_disabled:
            raise machine.texts.no_such_command()
        for name in args:
            if name not in (".id", "numbers"):
                raise machine.texts.unknown_parameter(name)
        return _set(machine, actor, menu, {**args, "disabled": value}, queries)

    return switch


def _comment(machine: Machine, actor: Actor, menu: Menu, args: Args, queries: list[str]) -> Answer:
    if not menu.has_comment:
        raise machine.texts.no_such_command()
    return _set(machine, actor, menu, {"comment": "", **args}, queries)


def _unset(machine: Machine, actor: Actor, menu: Menu, args: Args, queries: list[str]) -> Answer:
    _writing(machine, actor, menu)
    rows = [machine.row_of(menu.path)] if menu.single else chosen(machine, menu, args)
    if "value-name" not in args:
        raise machine.texts.missing("value-name")
    machine.changing()
    for row in rows:
        _changeable(machine, row)
        for name in args["value-name"].split(","):
            prop = menu.props.get(name)
            if prop is None or not prop.unset:
                raise machine.texts.no_match("value-name")
            arguments.change(machine, actor, row, {f"!{name}": ""}, menu)
        machine.changed(row.table.path, "set", row)
    return Answer()


def _move(machine: Machine, actor: Actor, menu: Menu, args: Args, queries: list[str]) -> Answer:
    if not menu.ordered:
        raise machine.texts.no_such_command()
    _writing(machine, actor, menu)
    rows = chosen(machine, menu, args)
    try:
        before = row_at(machine, menu, args["destination"]) if args.get("destination") else None
    except Trap:
        before = None
    machine.changing()
    machine.store.move(rows, before)
    machine.changed(menu.path, "move", rows[0])
    return Answer()


def _get(machine: Machine, actor: Actor, menu: Menu, args: Args, queries: list[str]) -> Answer:
    need(machine, actor, "read")
    name = args.get("value-name")
    if menu.single:
        words = machine.single(menu.path)
    else:
        machine.refresh(menu.path)
        row = chosen(machine, menu, args)[0]
        words = readable(actor, menu.path, row, machine.shown(menu.path, row))
    if name is None:
        return Answer(ret=";".join(f"{key}={value}" for key, value in words.items()))
    if name not in words and name not in menu.props and name not in menu.read_only:
        raise machine.texts.no_match("value-name")
    return Answer(ret=words.get(name, ""))


def readable(actor: Actor, path: str, row: Row, words: dict[str, str]) -> dict[str, str]:
    """Without secrets for those who lack policy `sensitive`."""
    if "sensitive" in actor.policies:
        return words
    props = row.table.menu.props
    return {name: text for name, text in words.items() if name not in props or not props[name].secret}


def _find(machine: Machine, actor: Actor, menu: Menu, args: Args, queries: list[str]) -> Answer:
    need(machine, actor, "read")
    return Answer()


VERBS: dict[str, Callable[[Machine, Actor, Menu, Args, list[str]], Answer]] = {
    "print": _print,
    "getall": _print,
    "add": _add,
    "set": _set,
    "remove": _remove,
    "enable": _switch("no"),
    "disable": _switch("yes"),
    "comment": _comment,
    "unset": _unset,
    "move": _move,
    "get": _get,
    "find": _find,
}


def _run_script(machine: Machine, actor: Actor, path: str, args: Args) -> Answer:
    menu = machine.schema.menus[path]
    need(machine, actor, "read")
    row = chosen(machine, menu, args)[0]
    policies = frozenset(row.get("policy").split(","))
    if row.get("dont-require-permissions") != "true" and not actor.policies >= policies:
        raise machine.texts.no_permission()
    row.mark(run_count=str(int(row.marks.get("run-count", "0")) + 1), last_started=machine.stamp())
    worker = Actor(name=actor.name, policies=policies, via="script")
    return Answer(empty=machine.run_script(row.get("source"), worker))


def _export(machine: Machine, actor: Actor, path: str, args: Args) -> Answer:
    need(machine, actor, "read")
    text = machine.export(actor, "" if path == "/" else path, dict(args))
    if "file" not in args:
        return Answer(text=text)
    need(machine, actor, "ftp")
    _write_file(machine, args["file"] + ".rsc", text)
    return Answer()


def _write_file(machine: Machine, name: str, text: str) -> None:
    old = machine.store.named("/file", name)
    if old is not None:
        machine.store.remove(old)
    row = machine.store.insert("/file", {"name": name, "contents": text})
    row.mark(size=str(len(text)), last_modified=machine.stamp())


def _execute(machine: Machine, actor: Actor, path: str, args: Args) -> Answer:
    """`as-string` waits for the script and gives what it printed; version 6 lacks it and writes a file (napalm-ros 1.6).

    Errors of the script are part of what it prints, not of the command. The job of a file is done before anybody looks.
    """
    need(machine, actor, "read")
    if "script" not in args:
        raise machine.texts.missing("script")
    if "as-string" in args:
        if machine.number < (7,):
            raise machine.texts.unknown_parameter("as-string")
        return Answer(ret=machine.console(args["script"], actor).replace("\n", "\r\n"))
    text = machine.console(args["script"], actor)
    if "file" in args:
        need(machine, actor, "ftp")
        _write_file(machine, args["file"] + ".txt", text)
    return Answer(ret="*1")


def _make_static(machine: Machine, actor: Actor, path: str, args: Args) -> Answer:
    menu = machine.schema.menus[path]
    _writing(machine, actor, menu)
    for row in chosen(machine, menu, args):
        row.dynamic = False
        row.touch()
        machine.changed(path, "set", row)
    return Answer()


def _message(level: str) -> Callable[[Machine, Actor, str, Args], Answer]:
    def message(machine: Machine, actor: Actor, path: str, args: Args) -> Answer:
        machine.log(f"script,{level}", args.get("message", ""))
        return Answer()

    return message


def _provision(machine: Machine, actor: Actor, path: str, args: Args) -> Answer:
    menu = machine.schema.menus.get(path)
    if menu is None:
        raise machine.texts.no_such_command()
    _writing(machine, actor, menu)
    machine.refresh(path)
    machine.provision(path, chosen(machine, menu, args))
    return Answer()


SPECIAL: dict[tuple[str, str], Callable[[Machine, Actor, str, Args], Answer]] = {
    ("/system/script", "run"): _run_script,
    ("/ip/dhcp-server/lease", "make-static"): _make_static,
    **{
        (path, "provision"): _provision
        for path in (
            "/interface/wifi/radio",
            "/interface/wifi/capsman/remote-cap",
            "/caps-man/radio",
            "/caps-man/remote-cap",
        )
    },
    ("*", "export"): _export,
    ("/", "execute"): _execute,
    **{("/log", level): _message(level) for level in ("debug", "error", "info", "warning")},
}
