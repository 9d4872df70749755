"""What strangers write, on its way into commands, templates, papers, terminals and file names: it stays text, or is refused."""

import re
from pathlib import Path

import pytest
from planning_sample import GW, ROOT, sites
from requests_sample import TEXT, load_event, request

from netops.cli.output import clean
from netops.core.errors import Failed, InputError, JournalError, NetopsError
from netops.core.model import Tag
from netops.core.secret import SecretRef
from netops.fleet import Fleet
from netops.journal.objects import FolderObjects
from netops.papers import page
from netops.papers.received import clean_name
from netops.planning.render import Renderer, event_context
from netops.planning.sizing import propose
from netops.platforms.ios import PLATFORM as IOS
from netops.platforms.routeros import PLATFORM as ROUTEROS
from netops.platforms.routeros.words import quote, statements
from netops.requests.common import change_id
from netops.requests.load import read_document
from netops.vault import FileSecrets, Vault

CONTROL = ["a\nb", "a\rb", "a\x00b", "a\x1b[2Jb", "a\x08b", "a\x7fb", "a\u2028b", "a\x85b"]
LIVE = ["; /user add name=evil", '"] $x [', "\\", "?", "$(reboot)", "{ /system reset-configuration }", "#c", "\t"]
TRAVERSAL = ["../../etc/passwd", "..", "/etc/passwd", "a/../../b", "..\\..\\b", "a\x00b", "%2e%2e/x", ".", "~root/x"]


@pytest.mark.parametrize("text", CONTROL)
def test_a_control_character_is_refused_in_every_template_value(text: str) -> None:
    for platform, template in (
        (ROUTEROS, "/ip hotspot user\nadd name=x comment=\ue000v\ue001\n"),
        (IOS, "vlan 210\n name \ue000v\ue001\n"),
    ):
        with pytest.raises(InputError):
            platform.parse(template, {"\ue000v\ue001": text})


@pytest.mark.parametrize("text", ["?", "a ? b", "é", "“”"])
def test_what_a_switchs_command_line_would_act_upon_is_refused(text: str) -> None:
    """`?` is help at once, without an end of line."""
    with pytest.raises(InputError):
        IOS.parse("interface Gi1/0/5\n description \ue000v\ue001\n", {"\ue000v\ue001": text})


@pytest.mark.parametrize("text", LIVE)
def test_what_a_script_would_act_upon_stays_inside_its_quotes(text: str) -> None:
    found = list(statements(f"/ip hotspot user\nadd name=x comment={quote(text)} disabled=yes\n"))
    assert [one.values for one in found] == [{"name": "x", "comment": text, "disabled": "yes"}]


@pytest.mark.parametrize("key", ["name=x\n=disabled", "comment", "=name", ".id", "?name", "na me", "name\x00"])
def test_a_property_is_never_named_by_a_value(key: str) -> None:
    """In API words the value is free and the key is not: no placeholder stands where a key does."""
    with pytest.raises(InputError):
        ROUTEROS.parse("/ip hotspot user\nadd name=x \ue000v\ue001=y\n", {"\ue000v\ue001": key})


@pytest.mark.parametrize(
    "name", ["{{ 7*7 }}", "{% for x in y %}", "{{ ''.__class__ }}", "{# x #}", "{{ range(10**9) }}"]
)
def test_template_expressions_in_a_request_are_never_evaluated(name: str) -> None:
    """Refused where a person writes them; text and no more where a template prints a value of another origin."""
    with pytest.raises(InputError):
        load_event(read_document(TEXT.replace("name: Seminar Nasional", f'name: "{name}"').encode()))
    asked = request()
    site = sites().site("kampus")
    needs = propose(asked, site, (asked.event.starts_at, asked.event.ends_at), {}, (), (), change="x")
    context = {**event_context(needs, GW, Tag("HD-2026-0117-abcdef"), site), "dns_name": name}
    text, values = Renderer(ROOT / "templates").render("event-hotspot", "routeros", context)
    assert name in values.values() and name not in text and "49" not in values.values()


@pytest.mark.parametrize("text", ["{{ ''.__class__.__mro__ }}", "{{ self.__init__ }}", "{{ lipsum.__globals__ }}"])
def test_a_template_reaches_nothing_of_python(tmp_path: Path, text: str) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "routeros.j2").write_text(f"/ip pool\nadd name={text}\n")
    with pytest.raises(InputError):
        Renderer(tmp_path).render("own", "routeros", {})


@pytest.mark.parametrize("text", ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "<b>", "&lt;script&gt;", "'><svg/onload=x>"])  # fmt: skip
def test_html_in_what_people_and_devices_wrote_is_text(text: str) -> None:
    shown = page._pairs([(text, text)]) + page._heading(text) + page._number(text, text) + page._list([text])
    shown += page._table(["1fr"], [text], [[text]]) + page._filled(text)
    assert not re.search(r"<(script|img|svg|b)[ >/]", shown)
    assert "onerror=alert(1)>" not in shown and shown.count("&lt;") >= 7 * (text.count("<"))


@pytest.mark.parametrize(
    "text", ["ether1\x1b[2J", "\x1b]0;judul\x07", "a\x9b31m", "a\rb", "\x1b]8;;http://x\x1b\\", "a\u202eb"]
)
def test_a_devices_words_cannot_steer_a_terminal(text: str) -> None:
    shown = clean(text)
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char == "\u202e" for char in shown)


@pytest.mark.parametrize("ticket", TRAVERSAL)
def test_a_ticket_never_becomes_a_path(ticket: str) -> None:
    try:
        asked = load_event(read_document(TEXT.replace("HD-2026-0117", repr(ticket)).encode()))
    except InputError:
        return
    assert re.fullmatch(r"[A-Za-z0-9-]{1,24}", change_id(asked))


@pytest.mark.parametrize("name", TRAVERSAL)
def test_a_name_never_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "secrets.json").touch(mode=0o600)
    (tmp_path / "secrets.json").write_text("{}")
    vault = Vault(tmp_path / "vault", tmp_path / "vault.key")
    with pytest.raises(NetopsError):
        FileSecrets(tmp_path / "secrets.json", {}).get(SecretRef(name))
    with pytest.raises(JournalError):
        FolderObjects(tmp_path / "objects").get(f"sha256:{name}")
    for batch in (name, f"{name}/001"):
        with pytest.raises(Failed):
            vault.create(batch, 1)
    with pytest.raises(Failed):
        vault.get(SecretRef(f"voucher/{name}/001"))
    with pytest.raises(InputError):
        Renderer(ROOT / "templates").render(name, "routeros", {})
    assert not {"/", "\\", "\x00"} & set(clean_name(name)) and clean_name(name) != ""
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["secrets.json"]


def test_an_inventory_that_grows_when_it_is_read_is_refused(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefghij", "bcdefghijk", strict=True)
    )
    for name, text in (("hosts.yaml", bomb), ("groups.yaml", "{}\n"), ("defaults.yaml", "{}\n")):
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError):
        list(Fleet.open(tmp_path).targets)


def test_the_honest_values_pass() -> None:
    """What these tests refuse is the attack, not everything."""
    assert ROUTEROS.parse("/ip hotspot user\nadd name=x comment=\ue000v\ue001\n", {"\ue000v\ue001": "Seminar é"})
    assert IOS.parse("vlan 210\n name \ue000v\ue001\n", {"\ue000v\ue001": "acara-210"})
    assert clean("ether1 – aula") == "ether1 – aula" and request()
