"""Templates to text and values (only importer of jinja2): what is printed becomes a placeholder and is spliced in after
parsing; refuses undefined variables, values that are no text or number, and control characters."""

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network
from pathlib import Path
from traceback import walk_tb
from typing import Any, NoReturn

import jinja2
from jinja2.sandbox import SandboxedEnvironment
from msgspec import Struct

from netops.core.errors import InputError
from netops.core.model import Needs, Tag, Target, Value
from netops.core.secret import SecretRef
from netops.core.text import Text
from netops.planning.codes import code_ref, codes_of, numbers_of, short_name, user_name
from netops.planning.sites import Site
from netops.requests.load import find_forbidden

OPEN, CLOSE = "\ue000", "\ue001"
_SINK = " values"  # a blank in front: no template can name it
_FILTERS = ("join", "first", "last", "length", "sort", "upper", "lower", "replace")
_TESTS = ("defined", "undefined", "none", "in", "eq", "ne", "lt", "gt", "le", "ge", "odd", "even", "divisibleby")
_MARK = "\ue002"
_OPEN_TAG = re.compile(r"[%#]\}\s*$|\{[{%#](?!.*[}%#]\})")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_BROKEN = (jinja2.TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


class Sealed(Struct, frozen=True):
    """A secret reference in a context: it can be printed alone, and never becomes part of another text."""

    ref: SecretRef

    def __str__(self) -> NoReturn:
        raise TypeError(f"the secret {self.ref} can only be printed alone, without filters")


class _Loader(jinja2.FileSystemLoader):
    """Refuses templates whose own text could pass for a placeholder."""

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, filename, uptodate = super().get_source(environment, template)
        found = _PRIVATE.search(source)
        if found:
            line = source.count("\n", 0, found.start()) + 1
            raise jinja2.TemplateSyntaxError("it holds a private-use character", line, template, filename)
        return source, filename, uptodate


class Renderer:
    """Renders `<folder>/<service>/<platform>.j2`. Holds only compiled templates; a changed file is read again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environment = SandboxedEnvironment(
            loader=_Loader(folder),
            undefined=jinja2.StrictUndefined,
            finalize=_finalize,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        known = self._environment
        known.filters = {name: known.filters[name] for name in _FILTERS}
        known.tests = {name: known.tests[name] for name in _TESTS}
        known.globals = {"range": known.globals["range"]}

    def render(self, service: str, platform: str, context: Mapping[str, object]) -> tuple[str, Mapping[str, Value]]:
        """The text with placeholders, and placeholder → value. Raises `InputError` naming template, line, variable."""
        name = f"{service}/{platform}.j2"
        sink: dict[str, Value] = {}
        try:
            template = self._environment.get_template(name)
            text = template.render({**context, _SINK: sink})
        except jinja2.TemplateNotFound as exc:
            raise self._missing(name, exc) from exc
        except _BROKEN as exc:
            raise self._broken(name, exc) from exc
        return text, sink

    def source_line(
        self, service: str, platform: str, context: Mapping[str, object], line: int
    ) -> tuple[Path, int | None]:
        """The template's file, and which of its lines made that line of the rendered text (None: a block's tag did).

        Each line of the source gets a mark at its end, and the text is rendered once more.
        """
        name = f"{service}/{platform}.j2"
        source, _, _ = _Loader(self.folder).get_source(self._environment, name)
        marked = [
            text if _OPEN_TAG.search(text) else f"{text}{_MARK}{number}{_MARK}"
            for number, text in enumerate(source.split("\n"), 1)
        ]
        text = self._environment.from_string("\n".join(marked)).render({**context, _SINK: {}})
        found = re.search(f"{_MARK}([0-9]+){_MARK}", text.split("\n")[line - 1])
        return self.folder / name, int(found[1]) if found else None

    def _error(self, name: str, line: int | None, message: Text, field: str | None = None) -> InputError:
        hint = Text(
            "device.* berasal dari data perangkat itu di inventory/hosts.yaml.",
            "device.* comes from the device's data in inventory/hosts.yaml.",
        )
        return InputError(message, hint if field else None, path=self.folder / name, line=line, field=field)

    def _missing(self, name: str, exc: jinja2.TemplateNotFound) -> InputError:
        wanted = exc.name or name
        return InputError(
            Text(f"templat {wanted} tidak ada", f"there is no template {wanted}"),
            Text(
                "Salin dari contoh (netops init) atau buat berkas itu.",
                "Copy it from the example (netops init) or write it.",
            ),
            path=self.folder / wanted,
        )

    def _broken(self, name: str, exc: Exception) -> InputError:
        if isinstance(exc, jinja2.TemplateSyntaxError):
            at = Path(exc.filename).relative_to(self.folder).as_posix() if exc.filename else name
            reason = exc.message or ""
            return self._error(at, exc.lineno, Text(f"templat tidak sah: {reason}", f"not a valid template: {reason}"))
        at, line = self._place(name, exc)
        if isinstance(exc, jinja2.UndefinedError):
            variable = _variable(str(exc))
            return self._error(
                at,
                line,
                Text(f"variabel {variable!r} tidak ada: {exc}", f"the variable {variable!r} is undefined: {exc}"),
                variable,
            )
        return self._error(at, line, Text(f"templat gagal: {exc}", f"the template fails: {exc}"))

    def _place(self, name: str, exc: Exception) -> tuple[str, int | None]:
        """The innermost line of a template in the traceback (jinja2 rewrites it to the template's own lines)."""
        at, line = name, None
        for frame, number in walk_tb(exc.__traceback__):
            file = Path(frame.f_code.co_filename)
            if file.suffix == ".j2" and file.is_relative_to(self.folder):
                at, line = file.relative_to(self.folder).as_posix(), number
        return at, line


def _variable(message: str) -> str:
    found = re.search(r"has no (?:attribute|element) '?([^']+)'?", message) or re.search(
        r"'([^']+)' is undefined", message
    )
    return found[1] if found else message


@jinja2.pass_context
def _finalize(context: jinja2.runtime.Context, value: Any) -> str:
    """Called for every printed value, never for the template's own text; loops and conditions see the real ones."""
    sink = context.get(_SINK)
    if isinstance(value, Sealed):
        real: Value = value.ref
    elif isinstance(value, SecretRef):
        real = value
    elif isinstance(value, str | int) and not isinstance(value, bool):
        real = str(value)
    elif isinstance(value, jinja2.Undefined):
        return str(value)  # StrictUndefined raises here
    else:
        raise TypeError(f"a value of type {type(value).__name__} cannot be printed; only text and whole numbers can")
    if isinstance(real, str) and (found := find_forbidden(real)):
        raise ValueError(f"a value contains the control or private-use character {found}")
    token = f"{OPEN}{len(sink)}{CLOSE}"
    sink[token] = real
    return token


class Air(Struct, frozen=True, kw_only=True):
    """What a gateway has the place's access points announce: `wifi` or `caps-man`, into which provisioning rules, and
    the passphrase that joins (None: open, the hotspot asks for the code). `radios`: the cards of an access point without
    a manager, which announces it by itself.
    """

    generation: str
    rules: tuple[str, ...]
    passphrase: Sealed | None = None
    radios: tuple[str, ...] = ()


def event_context(
    needs: Needs,
    target: Target,
    tag: Tag,
    site: Site,
    ports: tuple[str, ...] = (),
    batch: str = "",
    *,
    trunks: tuple[str, ...] | None = None,
    air: Air | None = None,
) -> dict[str, object]:
    """What the templates of `event-hotspot` may use, for one device; `ports` are the place's access ports on it.

    `trunks` are its ports on the way of the VLAN (as the inventory writes them where None is given), `air` what the
    access points announce.

    `device` holds the inventory's data of it (`lan_bridge`, `uplink_interface`, …) and its name, site, platform, trunks.
    Voucher passwords are references `voucher/<change>/<nnn>`; users' names begin with the change id's last part, or are
    the code itself, as the text of its reference (`vc`, `shared`). `vouchers` says where the site keeps them, and what the
    gateway and its RADIUS server share. `batch` stands behind our tag in their comment.
    """
    net = IPv4Network(needs.subnet)
    short = short_name(tag.change)
    return {
        "name": tag.name,
        "comment": tag.comment,
        "device": {
            **target.data,
            "name": target.name,
            "site": target.site,
            "platform": target.platform,
            "trunks": list(target.data.get("trunks") or () if trunks is None else trunks),
        },
        "air": air,
        "needs": needs,
        "net": {
            "prefix": str(net),
            "length": net.prefixlen,
            "netmask": str(net.netmask),
            "gateway": str(net[1]),
            "first": str(net[2]),
            "last": str(net[-2]),
        },
        "dns_name": f"{short}.{site.event.domain}",
        "ports": list(ports),
        "vouchers": {
            "backend": site.event.vouchers.backend,
            "server": site.event.vouchers.server,
            "secret": Sealed(SecretRef(f"radius/{site.key}")),
        },
        "users": _users(needs, tag, batch),
        "shared_users": needs.devices_per_code * (needs.users if needs.access == "shared" else 1),
    }


def _users(needs: Needs, tag: Tag, batch: str) -> list[dict[str, object]]:
    numbers = numbers_of(codes_of(needs))
    return [
        {
            "name": user_name(tag.change, number, needs.access),
            "password": Sealed(code_ref(tag.change, number)),
            "comment": f"{tag.comment} {batch or number}",
        }
        for number in numbers
    ]
