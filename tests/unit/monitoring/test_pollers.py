"""Both pollers, side by side, against agents that answer well, badly, late, twice, or not at all: the same result of both."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from snmp_agent import COUNTER32, GAUGE, IF, IFX, SYSTEM, Agent, Late, oid, ports, secrets, several

from benchmarks.agents import number, tlv
from netops.core.clock import Clock, ManualClock, SystemClock
from netops.core.errors import InputError, Misbehaved, NotAsked, TimedOut, Unreachable
from netops.core.measured import Sample
from netops.core.ports import OpenPoller
from netops.core.secret import SecretSource
from netops.monitoring import poll
from netops.monitoring.poll import SnmpPoller
from netops.monitoring.reading import DISCOVER_SECONDS
from netops.monitoring.with_gufo import GufoPoller
from netops.monitoring.with_pysnmp import PysnmpPoller

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NAMES = ("GigabitEthernet1/0/1", "GigabitEthernet1/0/2", "Vlan10")
Make = Callable[[SecretSource, Clock], OpenPoller]
POLLERS = pytest.mark.parametrize("make", [GufoPoller, PysnmpPoller], ids=["gufo", "pysnmp"])


def once(make: Make, agent: Agent, timeout: int = 5) -> Sample | Exception:
    with make(secrets(), SystemClock()) as poller:
        return poller.sample([agent.target(timeout=timeout)], AT)["palsu"]


def good(result: Sample | Exception) -> Sample:
    assert isinstance(result, Sample), repr(result)
    return result


def names(sample: Sample) -> list[tuple[int, str]]:
    return [(each.index, each.name) for each in sample.interfaces]


@POLLERS
def test_a_sample_is_what_the_agent_shows(make: Make) -> None:
    with Agent(ports(*NAMES)) as agent:
        found = good(once(make, agent))
    assert (found.device, found.uptime) == ("palsu", 12345)
    assert [each.name for each in found.interfaces] == list(NAMES)
    first = found.interfaces[0]
    assert (first.index, first.in_octets, first.out_octets) == (1, 5 * 2**32 + 1, 2 * (5 * 2**32 + 1))
    assert (first.speed, first.up, first.admin_up, first.bits) == (1_000_000_000, True, True, 64)
    assert (first.in_errors, first.out_errors, first.in_discards, first.alias) == (3, 4, None, "")
    assert (found.cpu, found.memory, found.queues, found.guests, found.health) == (None, None, (), None, {})


@POLLERS
def test_counters_of_32_bits_are_read_only_where_there_are_no_others_and_are_marked(make: Make) -> None:
    table = ports(*NAMES)
    for column in (f"{IFX}.6", f"{IFX}.10", f"{IFX}.15"):
        del table[oid(f"{column}.2")]
    table |= {
        oid(f"{IF}.10.2"): number(77, COUNTER32), oid(f"{IF}.16.2"): number(88, COUNTER32),
        oid(f"{IF}.10.1"): number(1, COUNTER32), oid(f"{IF}.16.1"): number(1, COUNTER32),
        oid(f"{IF}.5.2"): number(10_000_000, GAUGE),
    }  # fmt: skip
    with Agent(table) as agent:
        one, two, three = good(once(make, agent)).interfaces
    assert (one.bits, two.bits, three.bits) == (64, 32, 64)
    assert (two.in_octets, two.out_octets, two.speed) == (77, 88, 10_000_000)
    assert one.in_octets > 2**32


@POLLERS
def test_an_interface_without_counters_is_no_series(make: Make) -> None:
    table = ports(*NAMES)
    del table[oid(f"{IFX}.10.2")]
    with Agent(table) as agent:
        assert names(good(once(make, agent))) == [(1, NAMES[0]), (3, NAMES[2])]


@POLLERS
def test_two_interfaces_of_one_name_stay_two(make: Make) -> None:
    with Agent(ports("eth", "eth", "lan")) as agent:
        assert [each.name for each in good(once(make, agent)).interfaces] == ["eth", "eth #2", "lan"]


@POLLERS
def test_a_name_cannot_steer_a_terminal(make: Make) -> None:
    table = ports("x")
    table[oid(f"{IF}.2.1")] = tlv(4, b"ether1\x1b[2J\xff\0")
    with Agent(table) as agent:
        assert (
            good(once(make, agent)).interfaces[0].name == "ether1\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}"
        )


@POLLERS
@pytest.mark.parametrize("bulk", [1, 7, 100])
def test_an_agent_that_caps_getbulk_is_asked_on(make: Make, bulk: int) -> None:
    many = tuple(f"port{number}" for number in range(1, 131))
    with Agent(ports(*many), bulk=bulk) as agent:
        found = good(once(make, agent, timeout=20))
    assert [each.name for each in found.interfaces] == list(many)
    assert [each.in_octets for each in found.interfaces] == [5 * 2**32 + index for index in range(1, 131)]


class TooBig(Agent):
    """Answers with error-status tooBig (RFC 3416) when more than `most` octets would be sent."""

    most = 400

    def replies(self, request: bytes) -> Iterator[tuple[socket.socket, bytes]]:
        reply = self.book.answer(request)
        yield self.socket, reply if len(reply) <= self.most else self.book.answer(request, error=1)


@POLLERS
def test_what_is_too_big_is_asked_in_pieces(make: Make) -> None:
    many = tuple(f"port{number}" for number in range(1, 31))
    with TooBig(ports(*many)) as agent:
        found = good(once(make, agent, timeout=20))
    assert [each.name for each in found.interfaces] == list(many)
    assert found.interfaces[29].out_octets == 2 * (5 * 2**32 + 30)


@POLLERS
def test_known_rows_are_asked_in_few_requests_that_fit_a_frame(make: Make) -> None:
    many = tuple(f"GigabitEthernet1/0/{number}" for number in range(1, 25))
    with Agent(ports(*many)) as agent, make(secrets(), SystemClock()) as poller:
        good(poller.sample([agent.target()], AT)["palsu"])
        agent.requests.clear()
        found = good(poller.sample([agent.target()], AT)["palsu"])
        assert len(agent.requests) == 4
        assert max(len(agent.book.answer(each)) for each in agent.requests) < 1472
    assert len(found.interfaces) == 24


@POLLERS
def test_counters_move_and_nothing_is_remembered_of_them(make: Make) -> None:
    with Agent(ports(*NAMES)) as agent, make(secrets(), SystemClock()) as poller:
        one = good(poller.sample([agent.target()], AT)["palsu"])
        agent.show(ports(*NAMES, uptime=18345, octets=6 * 2**32))
        two = good(poller.sample([agent.target()], AT)["palsu"])
    assert (one.uptime, two.uptime) == (12345, 18345)
    assert two.interfaces[0].in_octets - one.interfaces[0].in_octets == 2**32


@POLLERS
def test_after_a_reboot_rows_are_followed_by_name(make: Make) -> None:
    with Agent(ports(*NAMES)) as agent, make(secrets(), SystemClock()) as poller:
        good(poller.sample([agent.target()], AT)["palsu"])
        agent.show(ports(*reversed(NAMES), uptime=100, first=7))
        after = good(poller.sample([agent.target()], AT)["palsu"])
    assert names(after) == [(7, NAMES[2]), (8, NAMES[1]), (9, NAMES[0])]
    assert after.uptime == 100


@POLLERS
@pytest.mark.parametrize("uptime", [12345, 99999], ids=["at-once", "later"])
def test_rows_that_changed_places_without_a_reboot_are_noticed_by_name(make: Make, uptime: int) -> None:
    with Agent(ports(*NAMES)) as agent, make(secrets(), SystemClock()) as poller:
        good(poller.sample([agent.target()], AT)["palsu"])
        agent.show(ports(*reversed(NAMES), uptime=uptime))
        assert names(good(poller.sample([agent.target()], AT)["palsu"])) == [
            (1, NAMES[2]), (2, NAMES[1]), (3, NAMES[0]),
        ]  # fmt: skip


@POLLERS
def test_a_row_that_went_is_missed_by_its_get(make: Make) -> None:
    with Agent(ports(*NAMES)) as agent, make(secrets(), SystemClock()) as poller:
        good(poller.sample([agent.target()], AT)["palsu"])
        agent.show(ports(*NAMES[:2], uptime=13000))
        assert names(good(poller.sample([agent.target()], AT)["palsu"])) == [(1, NAMES[0]), (2, NAMES[1])]


@POLLERS
def test_a_new_row_is_told_by_the_number_of_interfaces_or_found_in_time(make: Make) -> None:
    clock = ManualClock(AT)
    counted = {oid("1.3.6.1.2.1.2.1.0"): number(2)}
    with Agent(ports(*NAMES[:2]) | counted) as agent, make(secrets(), clock) as poller:
        good(poller.sample([agent.target()], AT)["palsu"])
        agent.show(ports(*NAMES, uptime=13000) | {oid("1.3.6.1.2.1.2.1.0"): number(3)})
        assert len(good(poller.sample([agent.target()], AT)["palsu"]).interfaces) == 3
    with Agent(ports(*NAMES[:2])) as agent, make(secrets(), clock) as poller:
        good(poller.sample([agent.target()], AT)["palsu"])
        agent.show(ports(*NAMES, uptime=13000))
        assert len(good(poller.sample([agent.target()], AT)["palsu"]).interfaces) == 2
        clock.move(DISCOVER_SECONDS)
        assert len(good(poller.sample([agent.target()], AT)["palsu"]).interfaces) == 3


class Restarting(Agent):
    """Is up for a second only from its fourth answer on."""

    def replies(self, request: bytes) -> Iterator[tuple[socket.socket, bytes]]:
        if self.asked == 4:
            self.show(self.table | {oid(f"{SYSTEM}.3.0"): number(100, 0x43)})
        yield from super().replies(request)


@POLLERS
def test_a_restart_in_the_middle_is_no_sample(make: Make) -> None:
    many = tuple(f"GigabitEthernet1/0/{number}" for number in range(1, 49))
    with Restarting(ports(*many)) as agent:
        result = once(make, agent)
    assert isinstance(result, Misbehaved)
    assert "dimulai ulang" in result.describe("id")


@POLLERS
def test_a_wrong_community_gets_no_answer(make: Make) -> None:
    with Agent(ports(*NAMES)) as agent, make(secrets(), SystemClock()) as poller:
        keys = secrets()
        keys.values["snmp/palsu/community"] = "tebakan"
        with make(keys, SystemClock()) as guessing:
            result = guessing.sample([agent.target(timeout=1)], AT)["palsu"]
        good(poller.sample([agent.target()], AT)["palsu"])
    assert isinstance(result, TimedOut)
    assert (result.device, result.step, result.may_have_written) == ("palsu", "snmp", False)
    assert "community" in result.describe("id")
    assert "tebakan" not in result.describe("id") + result.describe("en")


class Losing(Agent):
    lose = 2

    def replies(self, request: bytes) -> Iterator[tuple[socket.socket, bytes]]:
        if self.asked > self.lose:
            yield from super().replies(request)


@POLLERS
def test_a_lost_request_is_sent_again(make: Make) -> None:
    with Losing(ports(*NAMES)) as agent:
        good(once(make, agent, timeout=8))


@POLLERS
def test_a_device_slower_than_the_first_pause_is_waited_for(make: Make) -> None:
    """Each answer takes longer than the first pause before a request is repeated, but less than the second."""
    with Late(ports("ether1"), 0.7) as agent:
        result = once(make, agent, timeout=2)
        assert isinstance(result, TimedOut), "it has nine answers to give, and two seconds"
    with Late(ports("ether1"), 0.3) as agent:
        good(once(make, agent, timeout=10))


class Repeating(Agent):
    """Every answer comes three times, and the one before once more."""

    before = b""

    def replies(self, request: bytes) -> Iterator[tuple[socket.socket, bytes]]:
        now = self.book.answer(request)
        for each in (self.before, now, now, now):
            if each:
                yield self.socket, each
        self.before = now


@POLLERS
def test_repeated_and_old_answers_change_nothing(make: Make) -> None:
    with Repeating(ports(*NAMES)) as agent, make(secrets(), SystemClock()) as poller:
        for uptime in (12345, 13345, 14345):
            agent.show(ports(*NAMES, uptime=uptime, octets=uptime))
            found = good(poller.sample([agent.target()], AT)["palsu"])
            assert (found.uptime, found.interfaces[0].in_octets) == (uptime, uptime + 1)


class Shuffling(Agent):
    """The variables of its answers to GET come in the opposite order (RFC 3416 does not allow that)."""

    def replies(self, request: bytes) -> Iterator[tuple[socket.socket, bytes]]:
        whole = self.book.answer(request)
        head, _, body = whole.rpartition(b"\x02\x01\x00\x02\x01\x00")
        parts = _variables(body)
        yield self.socket, head + b"\x02\x01\x00\x02\x01\x00" + tlv(0x30, b"".join(reversed(parts)))


def _variables(body: bytes) -> list[bytes]:
    """The variables of a list, each as it is encoded."""
    at = 2 + (body[1] & 127 if body[1] & 128 else 0)
    found = []
    while at < len(body):
        size = body[at + 1]
        start = at
        at += 2 + (int.from_bytes(body[at + 2 : at + 2 + (size & 127)], "big") + (size & 127) if size & 128 else size)
        found.append(body[start:at])
    return found


@POLLERS
def test_reordered_variables_reach_their_rows_by_name(make: Make) -> None:
    """Only the GETs of a second round: a walk whose names go backwards is refused (next test)."""
    with ExitStack() as stack:
        straight = stack.enter_context(Agent(ports(*NAMES)))
        poller = stack.enter_context(make(secrets(), SystemClock()))
        one = good(poller.sample([straight.target()], AT)["palsu"])
        straight.replies = Shuffling.replies.__get__(straight)  # type: ignore[method-assign]
        two = good(poller.sample([straight.target()], AT)["palsu"])
    assert one.interfaces == two.interfaces


class Circling(Agent):
    """A walk that never ends: after the last interface comes the first again."""

    def replies(self, request: bytes) -> Iterator[tuple[socket.socket, bytes]]:
        reply = self.book.answer(request)
        if b"\xa5" in request[:40]:
            rows = [*self.rows(), *self.rows()]
            reply = _with(reply, rows)
        yield self.socket, reply

    def rows(self) -> list[bytes]:
        from benchmarks.agents import name

        key = oid(f"{IF}.2")
        return [tlv(0x30, name((*key, index)) + tlv(4, b"x")) for index in (1, 2, 3)]


def _with(reply: bytes, rows: list[bytes]) -> bytes:
    at = 2 + (reply[1] & 127 if reply[1] & 128 else 0)
    community = reply[at : at + 5 + reply[at + 4]]
    at += len(community)
    at += 2 + (reply[at + 1] & 127 if reply[at + 1] & 128 else 0)
    request_id = reply[at : at + 2 + reply[at + 1]]
    body = request_id + number(0) + number(0) + tlv(0x30, b"".join(rows))
    return tlv(0x30, community + tlv(0xA2, body))


@POLLERS
def test_a_walk_in_circles_ends_with_a_clear_word(make: Make) -> None:
    with Circling(ports(*NAMES)) as agent:
        result = once(make, agent)
    assert isinstance(result, Misbehaved)
    assert "tidak naik" in result.describe("id")


class Rubbish(Agent):
    def replies(self, request: bytes) -> Iterator[tuple[socket.socket, bytes]]:
        yield self.socket, b"\x30\x82\xff\xffHTTP/1.1 400 Bad Request\r\n"


class Cut(Agent):
    """Sends the first two thirds of every answer."""

    def replies(self, request: bytes) -> Iterator[tuple[socket.socket, bytes]]:
        whole = self.book.answer(request)
        yield self.socket, whole[: len(whole) * 2 // 3]


class RubbishFirst(Agent):
    def replies(self, request: bytes) -> Iterator[tuple[socket.socket, bytes]]:
        yield self.socket, b"\xff\x00"
        yield from super().replies(request)


@POLLERS
@pytest.mark.parametrize("kind", [Rubbish, Cut])
def test_what_is_no_snmp_is_said_to_be_that(make: Make, kind: type[Agent]) -> None:
    with kind(ports(*NAMES)) as agent:
        result = once(make, agent, timeout=1)
    assert isinstance(result, Misbehaved)
    assert "tidak dapat dibaca" in result.describe("id")


@POLLERS
def test_rubbish_before_the_answer_does_not_hide_it(make: Make) -> None:
    with RubbishFirst(ports(*NAMES)) as agent:
        good(once(make, agent))


@POLLERS
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (f"{IFX}.6.1", tlv(4, b"lima")),
        (f"{IFX}.10.2", b"\x02\x01\xfb"),
        (f"{IF}.2.1", number(5)),
        (f"{IF}.14.2", tlv(4, b"")),
    ],
)
def test_a_value_of_another_type_is_refused(make: Make, cell: str, value: bytes) -> None:
    with Agent(ports(*NAMES) | {oid(cell): value}) as agent:
        assert isinstance(once(make, agent), Misbehaved)


@POLLERS
def test_an_agent_without_uptime_is_no_witness(make: Make) -> None:
    table = ports(*NAMES)
    del table[oid(f"{SYSTEM}.3.0")]
    with Agent(table) as agent:
        result = once(make, agent)
    assert isinstance(result, Misbehaved)
    assert "sysUpTime" in result.describe("id")


@POLLERS
def test_a_closed_port_is_unreachable_at_once(make: Make) -> None:
    with Agent(ports(*NAMES)) as agent:
        target = agent.target(timeout=60)
    with make(secrets(), SystemClock()) as poller:
        assert isinstance(poller.sample([target], AT)["palsu"], Unreachable)


@POLLERS
@pytest.mark.parametrize("host", ["tidak-ada.invalid", "localhost"])
def test_host_names_are_looked_up(make: Make, host: str) -> None:
    with Agent(ports(*NAMES)) as agent, make(secrets(), SystemClock()) as poller:
        result = poller.sample([replace(agent.target(), host=host)], AT)["palsu"]
    assert isinstance(result, Unreachable if host.endswith("invalid") else Sample), repr(result)


@POLLERS
def test_a_device_that_goes_away_and_comes_back(make: Make) -> None:
    with make(secrets(), SystemClock()) as poller:
        with Agent(ports(*NAMES)) as agent:
            target = agent.target(timeout=1)
            good(poller.sample([target], AT)["palsu"])
            agent.replies = lambda request: iter(())  # type: ignore[method-assign]
            assert isinstance(poller.sample([target], AT)["palsu"], TimedOut)
            agent.replies = Agent.replies.__get__(agent)  # type: ignore[method-assign]
            good(poller.sample([target], AT)["palsu"])
        assert isinstance(poller.sample([target], AT)["palsu"], Unreachable)


@POLLERS
def test_a_dead_device_delays_nobody(make: Make) -> None:
    """Every living one has answered before the dead ones' deadline, whatever the machine is doing meanwhile."""
    dead = [Losing(ports("x")) for _ in range(20)]
    alive = [Agent(ports(*NAMES)) for _ in range(5)]
    for agent in dead:
        agent.lose = 10**9
    everybody = [f"d{number}" for number in range(25)]
    with several(*dead, *alive), make(secrets(*everybody), SystemClock()) as poller:
        targets = [agent.target(name, timeout=8) for name, agent in zip(everybody, [*dead, *alive], strict=True)]
        results = poller.sample(targets, AT)
    assert all(isinstance(results[name], TimedOut) for name in everybody[:20])
    assert all((good(results[name]).at - AT).total_seconds() < 8 for name in everybody[20:])


@POLLERS
def test_options_that_cannot_be_used_are_named(make: Make) -> None:
    with Agent(ports(*NAMES)) as agent:
        result = once(make, agent, timeout=0)
    assert isinstance(result, InputError)
    assert result.field == "timeout"


def test_more_devices_than_descriptors_take_turns() -> None:
    agents = [Agent(ports(*NAMES, uptime=number)) for number in range(1, 8)]
    everybody = [f"d{number}" for number in range(1, 8)]
    with several(*agents), GufoPoller(secrets(*everybody), SystemClock(), descriptors=2) as poller:
        targets = [agent.target(name) for name, agent in zip(everybody, agents, strict=True)]
        for _ in range(2):
            results = poller.sample(targets, AT)
            assert [good(results[name]).uptime for name in everybody] == list(range(1, 8))


def test_a_silent_device_is_asked_less_often_and_that_is_said() -> None:
    agent = Losing(ports(*NAMES))
    agent.lose = 10**9
    with agent, SnmpPoller(secrets(), SystemClock()) as poller:
        target = agent.target(timeout=1)
        results = []
        for _ in range(9):
            results.append(poller.sample([target], AT)["palsu"])
        kinds = [type(result) for result in results]
        agent.lose = 0
        while isinstance(poller.sample([target], AT)["palsu"], NotAsked):
            pass
        good(poller.sample([target], AT)["palsu"])
    assert kinds == [TimedOut, TimedOut, TimedOut, NotAsked, TimedOut, NotAsked, TimedOut, NotAsked, NotAsked]
    assert "3 kali" in str(results[3].describe("id") if isinstance(results[3], NotAsked) else "")


def test_what_gufo_could_not_read_is_asked_by_pysnmp_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with Cut(ports(*NAMES)) as agent, SnmpPoller(secrets(), SystemClock()) as poller:
        assert isinstance(poller.sample([agent.target(timeout=1)], AT)["palsu"], Misbehaved)
        monkeypatch.setattr(GufoPoller, "sample", None)
        agent.replies = Agent.replies.__get__(agent)  # type: ignore[method-assign]
        good(poller.sample([agent.target()], AT)["palsu"])


def test_without_gufo_pysnmp_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll, "_gufo", lambda secrets, clock: None)
    with Agent(ports(*NAMES)) as agent:
        good(once(SnmpPoller, agent))


def test_rounds_leave_no_socket_open() -> None:
    with Agent(ports("ether1")) as agent:
        once(GufoPoller, agent)
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(20):
            good(once(GufoPoller, agent))
        assert len(list(Path("/proc/self/fd").iterdir())) <= before
