"""A rendered IOS template to the wanted tree; refuses control characters, `?`, escapes to exec mode, and whole shared lists."""

import re
import unicodedata
from collections.abc import Collection, Mapping

from netops.core.errors import InputError
from netops.core.model import Claim, Tag, Tree, Value
from netops.core.text import Text
from netops.platforms.ios.changes import ADD, our_vlans, policy_of
from netops.platforms.ios.lines import DEEPER, POLICY, expand, header, key, sections, steps, tree, vlan_id
from netops.platforms.ios.quirks import ALLOWED, FORBIDDEN, MAX_VLAN_NAME, RESERVED_VLANS

_FORBIDDEN = re.compile("|".join(f"(?:{pattern})" for pattern in FORBIDDEN), re.IGNORECASE)
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def parse(text: str, values: Mapping[str, Value]) -> Tree:
    """Sections one level deep, in the template's order; a section named twice is one section.

    Raises `InputError` with the template's line (1-based) and, for a value, the placeholder's line.
    """
    tokens = re.compile("|".join(re.escape(token) for token in sorted(values, key=len, reverse=True)) or "(?!)")
    parts: dict[str, list[str]] = {}
    inside: str | None = None
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.rstrip(" \r")
        if not line.strip() or line.lstrip().startswith("!"):
            continue
        depth = len(line) - len(line.lstrip(" "))
        _printable(line, number, in_value=False)
        body = line.strip(" ")
        sent = _splice(tokens, body, values, number)
        if _PRIVATE.search(sent):
            raise _bad(number, "ada tempat nilai yang tidak terisi", "a placeholder has no value")
        if _FORBIDDEN.match(sent):
            raise _bad(number, f"templat tidak boleh mengirim {sent!r}", f"a template may not send {sent!r}")
        if depth == 0:
            inside = _section(sent, number)
            parts.setdefault(inside, [])
        elif inside is not None and depth == 1 and inside.startswith(POLICY) and sent.startswith("class "):
            inside = f"{steps(inside)[0]}{DEEPER}{' '.join(sent.split())}"
            parts.setdefault(inside, [])
        elif inside is None:
            raise _bad(number, "baris menjorok tanpa bagian di atasnya", "an indented line without a section above it")
        else:
            _put(parts[inside], inside, sent, depth - (DEEPER in inside), number)
    _whole(parts)
    return tree({name: lines for name, lines in parts.items() if lines or not name.startswith(POLICY)})


def foreign(text: str, values: Mapping[str, Value], owner: Tag, named: Collection[str]) -> tuple[Claim, ...]:
    """VLANs without the owner's name, ports that nobody named, elements of such VLANs in a trunk's list, global lines."""
    tokens = re.compile("|".join(re.escape(token) for token in sorted(values, key=len, reverse=True)) or "(?!)")
    wanted = sections(parse(text, values))
    ours = set(our_vlans(wanted, owner))
    ports = {header(f"interface {name}") for name in named}
    found: list[Claim] = []
    inside = ""
    for number, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip() or raw.lstrip().startswith("!"):
            continue
        sent = _splice(tokens, raw.strip(), values, number)
        if not raw.startswith(" "):
            inside = header(sent)
            vlan = vlan_id(inside)
            mine = vlan in ours or owner.owns_name(policy_of(inside))
            if not mine and not inside.startswith("interface "):
                found.append(Claim(line=number, what=inside))
            continue
        if not inside.startswith("interface ") or inside in ports:
            continue
        if not (sent.startswith(ADD) and expand(sent[len(ADD) :]) <= ours):
            found.append(Claim(line=number, what=f"{inside}: {sent}"))
    return tuple(found)


def _bad(number: int | None, indonesian: str, english: str, hint: Text | None = None) -> InputError:
    return InputError(Text(id=indonesian, en=english), hint, line=number)


def _printable(text: str, number: int, *, in_value: bool) -> None:
    for char in text:
        if "\ue000" <= char <= "\uf8ff" and not in_value:
            continue
        if char == "?" or not " " <= char <= "~":
            shown = "?" if char == "?" else f"U+{ord(char):04X} {unicodedata.name(char, '(control)')}"
            raise _bad(
                number,
                f"karakter {shown} tidak dapat dikirim ke baris perintah perangkat",
                f"the character {shown} cannot be sent to the device's command line",
                Text(id="Pakai huruf ASCII tanpa `?`.", en="Use ASCII characters without `?`."),
            )


def _splice(tokens: re.Pattern[str], body: str, values: Mapping[str, Value], number: int) -> str:
    return tokens.sub(lambda match: _value(values[match[0]], number), body)


def _value(found: Value, number: int) -> str:
    if not isinstance(found, str):
        raise _bad(number, "rahasia tidak boleh masuk baris konfigurasi", "a secret may not enter a configuration line")
    if not found.strip():
        raise _bad(number, "nilai kosong", "an empty value")
    _printable(found, number, in_value=True)
    return found


def _section(sent: str, number: int) -> str:
    name = header(sent)
    vlan = vlan_id(name)
    if name.startswith("vlan ") and (vlan is None or not 1 <= vlan <= 4094 or vlan in RESERVED_VLANS):
        raise _bad(number, f"{name!r}: bukan VLAN yang dapat dibuat", f"{name!r} is not a VLAN that can be made")
    return name


def _put(lines: list[str], name: str, sent: str, depth: int, number: int) -> None:
    if depth != 1:
        raise _bad(
            number,
            "satu spasi per tingkat, dan hanya satu tingkat di bawah bagian",
            "one blank per level, and only one level below a section",
        )
    title = sent.removeprefix("name ")
    if vlan_id(name) is not None and title != sent and (len(title) > MAX_VLAN_NAME or " " in title):
        raise _bad(
            number,
            f"nama VLAN: satu kata, paling panjang {MAX_VLAN_NAME} karakter",
            f"a VLAN name is one word of at most {MAX_VLAN_NAME} characters",
        )
    for line in _elements(sent, number) if sent.removeprefix("no ").startswith(ALLOWED) else (sent,):
        if line in lines:
            continue
        if not line.startswith(ALLOWED) and any(key(other) == key(line) for other in lines):
            raise _bad(number, f"{key(line)!r} sudah ada di {name!r}", f"{key(line)!r} is already set in {name!r}")
        lines.append(line)


def _elements(sent: str, number: int) -> tuple[str, ...]:
    """`… allowed vlan add 210,211` → one line per element; the whole list is other people's too."""
    add = f"{ALLOWED} add "
    try:
        vlans = sorted(expand(sent.removeprefix(add))) if sent.startswith(add) else []
    except ValueError:
        vlans = []
    if not vlans:
        raise _bad(
            number,
            "daftar VLAN trunk milik bersama: hanya elemen yang boleh ditambahkan",
            "a trunk's VLAN list is shared: only elements may be added",
            Text(id=f"Tulis `{add}<vlan>`.", en=f"Write `{add}<vlan>`."),
        )
    return tuple(f"{add}{vlan}" for vlan in vlans)


def _whole(parts: Mapping[str, list[str]]) -> None:
    for name, lines in parts.items():
        if "switchport mode access" in lines and any(line.startswith(ALLOWED) for line in lines):
            raise _bad(
                None,
                f"{name}: sekaligus trunk dan port akses",
                f"{name}: a trunk and an access port at once",
                Text(id="Periksa daftar port dan trunk di inventaris.", en="Check the inventory's ports and trunks."),
            )
