"""Facts: RouterOS manual, scripting, and scheduler; exports' escapes; what guards need of both."""

import pytest
from routeros_desk import Desk, make

from netops.lab.routeros.machine import SYSTEM, Actor
from netops.lab.routeros.script import Interpreter
from netops.lab.routeros.syntax import ScriptError
from netops.lab.routeros.texts import Trap


def printed(desk: Desk, source: str) -> str:
    out: list[str] = []
    Interpreter(desk.device.machine, SYSTEM, out.append).run(source)
    return "".join(out)


def desk(version: str = "7.16.2") -> Desk:
    made = Desk(make(version))
    for name, comment in (("a", "netops:x"), ("b", "netops:x"), ("c", 'live; [ ] $ " \\ ?')):
        made.add("/queue/simple", name=name, target="10.0.0.1", comment=comment)
    return made


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ('/queue simple remove [find comment="netops:x"]', "c"),
        ('/queue/simple/remove [find where comment="netops:x" and name=a]', "bc"),
        ('/queue simple remove [find comment~"^netops:" name!=a]', "ac"),
        ('/queue simple\nremove [ find name="a" ]; remove b', "c"),
        ('/queue simple remove [find comment="live; [ ] \\$ \\" \\\\ \\?"]', "ab"),
        ('/queue simple remove [find name="\\61"]', "bc"),
        ('/queue simple remove [find name="nobody"]', "abc"),
        (':foreach i in=[/queue simple find comment="netops:x"] do={ /queue simple remove $i }', "c"),
        (
            ":if ([:len [/queue simple find name=a]] > 0) do={/queue simple remove a} else={/queue simple remove b}",
            "bc",
        ),
        (":do { /queue simple remove nobody } on-error={ /queue simple remove a }", "bc"),
        (':local n "b"; /queue simple remove [find name=$n]', "ac"),
        (':local n "b"\n/queue simple remove [find name="$n"]', "ac"),
        ("# not b\n/queue simple remove a\n# nor c", "bc"),
        ("/queue simple remove [find \\\n    name=a]", "bc"),
        ("/queue simple { remove a; remove b }", "abc"),
    ],
)
def test_menu_commands_with_find(source: str, left: str) -> None:
    made = desk()
    try:
        Interpreter(made.device.machine, SYSTEM).run(source)
    except ScriptError:
        assert "{ remove" in source
    assert "".join(row["name"] for row in made.rows("/queue/simple")) == left


@pytest.mark.parametrize(
    ("text", "value"),
    [('"a\\"b"', 'a"b'), ('"\\$x"', "$x"), ('"a\\_b"', "a b"), ('"\\r\\n\\t"', "\r\n\t"), ('"\\41\\7A"', "Az"), ('"\\\\"', "\\"),
     ('"a;b [c] {d}"', "a;b [c] {d}"), ("plain", "plain"), ('"$nothing"', "")],
)  # fmt: skip
def test_strings(text: str, value: str) -> None:
    made = desk()
    Interpreter(made.device.machine, SYSTEM).run(f"/queue simple set a comment={text}")
    assert made.row("/queue/simple", "a").get("comment", "") == value


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("/queue simple explode", "bad command name explode (line 1 column 15)"),
        ("/queue simple remove a\n/quueue simple remove b", "bad command name quueue (line 2 column 1)"),
        ('/queue simple remove "a', "syntax error (line 1 column 22)"),
        ("/queue simple remove a]", "expected end of command (line 1 column 23)"),
        ('/queue simple set a comment="\\q"', "syntax error (line 1 column 30)"),
        ("/queue simple remove a?", "syntax error (line 1 column 23)"),
        ('/queue simple set a colour="red"', "unknown parameter colour"),
        ("/queue simple remove nobody", "no such item"),
        (':error "stop here"', "stop here"),
    ],
)
def test_errors_are_the_consoles(source: str, error: str) -> None:
    made = desk()
    with pytest.raises(ScriptError) as raised:
        Interpreter(made.device.machine, SYSTEM).run(source)
    assert str(raised.value) == error


def test_a_script_that_does_not_parse_does_nothing_and_one_that_fails_stops() -> None:
    made = desk()
    with pytest.raises(ScriptError):
        Interpreter(made.device.machine, SYSTEM).run("/queue simple remove a\n/queue simple set")
        raise AssertionError
    for source, left in (("/queue simple remove a; /queue simple explode", 3), ("/queue simple remove a; remove b", 3)):
        made = desk()
        with pytest.raises(ScriptError):
            Interpreter(made.device.machine, SYSTEM).run(source)
        assert len(made.rows("/queue/simple")) == left
    made = desk()
    with pytest.raises(ScriptError):
        Interpreter(made.device.machine, SYSTEM).run(
            "/queue simple remove a; /queue simple remove x; /queue simple remove b"
        )
    assert [row["name"] for row in made.rows("/queue/simple")] == ["b", "c"]


def test_language() -> None:
    made = desk()
    assert printed(made, ':put ("a" . "b"); :put [:len "abc"]; :put (2 + 3)') == "ab\n3\n5\n"
    assert printed(made, ":for i from=1 to=3 do={ :put $i }") == "1\n2\n3\n"
    assert printed(made, ":put [/queue simple get [find name=a] target]") == "10.0.0.1/32\n"
    assert printed(made, ':put [/queue simple print count-only where comment="netops:x"]') == "2\n"
    Interpreter(made.device.machine, SYSTEM).run(':log warning "guard fired"')
    assert made.rows("/log")[-1]["message"] == "guard fired"
    assert made.rows("/log")[-1]["topics"] == "script,warning"


def test_script_run_answers_one_empty_row_for_each_command() -> None:
    made = desk()
    made.add("/system/script", name="s", source='/queue simple remove a\n:log info "x"', policy="read,write")
    assert made.run("/system/script/run", number="s").empty == 2
    row = made.row("/system/script", "s")
    assert (row["run-count"], row["last-started"]) == ("1", "2026-11-20 03:00:00")
    made.add("/system/script", name="bad", source="/nothing here")
    assert made.refusal("/system/script/run", number="bad") == "bad command name nothing (line 1 column 1)"


def test_a_script_has_the_policies_it_was_given() -> None:
    made = desk()
    made.add("/system/script", name="s", source="/queue simple remove a", policy="read")
    assert made.refusal("/system/script/run", number="s") == "not enough permissions (9)"
    weak = Desk(made.device, Actor(name="w", policies=frozenset({"read"})))
    made.run("/system/script/set", id="s", policy="read,write")
    assert weak.refusal("/system/script/run", number="s") == "not enough permissions (9)"
    assert len(made.rows("/queue/simple")) == 3


def job(made: Desk, **args: str) -> str:
    return made.add("/system/scheduler", on_event='/queue simple set a comment="fired"; /queue simple remove b', **args)


def fired(made: Desk) -> bool:
    return made.row("/queue/simple", "a")["comment"] == "fired"


def test_an_interval_fires_after_one_interval_and_again() -> None:
    made = desk()
    ref = job(made, name="g", interval="60s")
    assert made.row("/system/scheduler", ref)["next-run"] == "2026-11-20 03:01:00"
    made.move(59)
    assert not fired(made)
    made.move(1)
    assert fired(made)
    row = made.row("/system/scheduler", ref)
    assert (row["run-count"], row["next-run"]) == ("1", "2026-11-20 03:02:00")
    made.move(600)
    assert made.row("/system/scheduler", ref)["run-count"] == "11"


def test_a_time_of_its_own_fires_once() -> None:
    made = desk()
    made.run("/system/clock/set", time_zone_name="Asia/Jakarta")
    ref = job(made, name="g", start_date="2026-11-20", start_time="10:30:00")
    assert made.row("/system/scheduler", ref)["next-run"] == "2026-11-20 10:30:00"
    made.move(1801)
    assert fired(made)
    assert "next-run" not in made.row("/system/scheduler", ref)
    made.move(90_000)
    assert made.row("/system/scheduler", ref)["run-count"] == "1"


def test_dates_are_written_as_the_version_does() -> None:
    for version, date in (("6.49.17", "nov/21/2026"), ("7.16.2", "2026-11-21")):
        for written in ("nov/21/2026", "2026-11-21"):
            made = desk(version)
            assert (
                made.row("/system/scheduler", job(made, name="g", start_date=written, start_time="1:00"))["start-date"]
                == date
            )
    assert desk().refusal("/system/scheduler/add", name="x", start_date="tomorrow").startswith("invalid value")


def test_what_was_missed_does_not_run_and_the_interval_keeps_its_beat() -> None:
    made = desk()
    ref = job(made, name="g", start_date="2026-11-19", start_time="00:30:00", interval="1d")
    assert made.row("/system/scheduler", ref)["next-run"] == "2026-11-21 00:30:00"


def test_disabled_removed_and_forbidden_jobs_do_not_fire() -> None:
    made = desk()
    ref = job(made, name="g", interval="60s", disabled="yes")
    other = job(made, name="h", interval="60s")
    made.run("/system/scheduler/remove", id=other)
    made.move(120)
    assert not fired(made)
    made.device.set_mode(scheduler=False)
    made.run("/system/scheduler/enable", id=ref)
    row = made.row("/system/scheduler", ref)
    assert row[".about"] == "inactivated, not allowed by device-mode"
    assert "next-run" not in row
    made.move(120)
    assert not fired(made)
    made.device.set_mode(scheduler=True)
    made.move(60)
    assert fired(made)


def test_a_job_without_the_policy_fails_silently_but_in_the_log() -> None:
    made = desk()
    job(made, name="g", interval="60s", policy="read")
    made.move(60)
    assert not fired(made)
    messages = [row["message"] for row in made.rows("/log")]
    assert messages == [
        "script error: not enough permissions (9)",
        "executing script from scheduler (g) failed, please check it manually",
    ]


def test_a_job_may_run_a_script_by_name_and_remove_itself() -> None:
    made = desk()
    made.add("/system/script", name="undo", source="/queue simple remove a; /system scheduler remove [find name=g]")
    made.add("/system/scheduler", name="g", interval="5m", on_event="undo")
    made.move(900)
    assert [row["name"] for row in made.rows("/queue/simple")] == ["b", "c"]
    assert made.rows("/system/scheduler") == []


def test_startup_runs_three_seconds_after_boot() -> None:
    made = desk()
    ref = job(made, name="g", start_time="startup")
    made.move(3)
    assert made.row("/system/scheduler", ref)["run-count"] == "1"


def test_a_trap_is_not_lost_in_a_guard() -> None:
    made = desk()
    with pytest.raises(Trap):
        made.run("/system/script/run", number="nobody")
