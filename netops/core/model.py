"""Every frozen noun that travels between the parts; all go to JSON and back through `core.canonical`."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal

from msgspec import Struct, field

from netops.core.measured import Commitment
from netops.core.secret import SecretRef
from netops.core.text import Text

Value = str | SecretRef
"""What a property may hold: text, or a reference to a secret that is resolved at the moment of sending."""


class Tag(Struct, frozen=True):
    """Who owns a row. A change id is `[A-Za-z0-9-]{1,24}`, so that what follows it on a device is told apart.

    Written as a comment `netops:<change>` or `netops:<change> <more>`; where a menu has no comment as a name
    `netops-<change>` or `netops-<change>.<more>` (31 characters at most: an IOS VLAN name holds 32).
    """

    change: str

    @property
    def comment(self) -> str:
        return f"netops:{self.change}"

    @property
    def name(self) -> str:
        return f"netops-{self.change}"

    def owns_comment(self, text: str) -> bool:
        if not text.startswith("netops:"):  # as most are not: asked of every row of every device
            return False
        return text.startswith(mine := self.comment) and text[len(mine) : len(mine) + 1] in ("", " ")

    def owns_name(self, text: str) -> bool:
        if not text.startswith("netops-"):
            return False
        return text.startswith(mine := self.name) and text[len(mine) : len(mine) + 1] in ("", ".")


# ── what a device has ────────────────────────────────────────────────────────────────────────────────────────────


class Row(Struct, frozen=True, kw_only=True):
    """One row of a menu. `id` (`*1F`) is valid within one session only and no part of any digest or plan."""

    menu: str
    values: Mapping[str, Value]
    id: str = ""


class Rows(Struct, frozen=True, kw_only=True, tag_field="kind", tag="rows"):
    """Keyed rows in device order (RouterOS)."""

    rows: tuple[Row, ...]
    kind: ClassVar[Literal["rows"]] = "rows"


class Tree(Struct, frozen=True, kw_only=True, tag_field="kind", tag="tree"):
    """Indented lines, one blank per level, as a Cisco-like device shows them."""

    lines: tuple[str, ...]
    kind: ClassVar[Literal["tree"]] = "tree"


State = Rows | Tree
"""Configuration, observed or wanted. Nothing above a platform looks inside."""


class Claim(Struct, frozen=True, kw_only=True):
    """What a line of a rendered template (1-based) would touch, in the device's words."""

    line: int
    what: str


class Scope(Struct, frozen=True, kw_only=True):
    """What to observe: menus (RouterOS) or section headers (Cisco-like)."""

    paths: tuple[str, ...]


class Used(Struct, frozen=True, kw_only=True):
    """VLAN ids and prefixes (`10.20.0.0/24`) that a device already carries."""

    vlans: frozenset[int]
    subnets: tuple[str, ...]


Form = Literal["simple", "tree", "profile", "police", "shape"]
"""How a device limits a unit: RouterOS simple queue, queue tree, hotspot user profile; policer, shaper of a policy-map."""


class Limit(Struct, frozen=True, kw_only=True):
    """One limit that stands on a device, bit/s as the clients see them, 0 where it limits nothing.

    `name` as the device has it (a class of a policy-map: `<policy-map> <class>`), `target` what it limits, as written
    there (addresses, packet marks; of a policy-map `<interface> in|out`), `parent` the limit that it is inside of. `way`:
    a row of a queue tree or a class limits one direction; both figures are the same then. `shared`: so many others use it.
    """

    form: Form
    name: str
    up: int
    down: int
    target: str = ""
    parent: str = ""
    way: Literal["both", "up", "down", "one"] = "both"
    comment: str = ""
    shared: int = 0


# ── what changes ─────────────────────────────────────────────────────────────────────────────────────────────────


class Verb(StrEnum):
    ADD = "add"  # a new row; `new` is the whole row
    SET = "set"  # named properties of a row that exists
    REMOVE = "remove"  # a row of ours; `old` is the whole row
    JOIN = "join"  # an element enters a shared list: `new` = {list property: element}
    LEAVE = "leave"  # an element of ours leaves a shared list: `old` = {list property: element}


class RowOp(Struct, frozen=True, kw_only=True, tag_field="kind", tag="row"):
    """One operation on one row, found by natural key and never by id."""

    verb: Verb
    path: str
    key: Mapping[str, str]
    new: Mapping[str, Value] = field(default_factory=dict)
    old: Mapping[str, Value] = field(default_factory=dict)
    owned: bool = True
    kind: ClassVar[Literal["row"]] = "row"


class LineOp(Struct, frozen=True, kw_only=True, tag_field="kind", tag="line"):
    """Lines sent inside one section (`path`, '' for global); `old` are the section's lines that they replace."""

    path: str
    lines: tuple[str, ...]
    old: tuple[str, ...] = ()
    owned: bool = True
    kind: ClassVar[Literal["line"]] = "line"


Op = RowOp | LineOp


class Batch(Struct, frozen=True, kw_only=True):
    """Operations that are independent of each other: sent without waiting in between, answered one by one."""

    number: int
    ops: tuple[Op, ...]


class Receipt(Struct, frozen=True, kw_only=True):
    """What the device answered to a batch: one reply (an id, or '') for each op, in order."""

    batch: int
    replies: tuple[str, ...]


class Restoration(Struct, frozen=True, kw_only=True):
    """Three-way: what brings a device back, and what is at neither end and therefore left for a person."""

    ops: tuple[Op, ...]
    conflicts: tuple[str, ...]


class DeviceFacts(Struct, frozen=True, kw_only=True):
    """What a device says of itself. `features` are words that guards and templates ask for (`archive`, `scheduler`)."""

    platform: str
    version: str
    board: str
    identity: str
    features: tuple[str, ...] = ()


class Usage(Struct, frozen=True, kw_only=True):
    """What one login used: octets that its devices sent (`up`) and got (`down`), and seconds logged in."""

    up: int
    down: int
    seconds: int


class Accounts(Struct, frozen=True, kw_only=True):
    """A device's logins of an event beside its plan. Names are users' names as states hold them (codes by reference).

    `mend` brings back what is missing and what was edited, by name; `edited` says what, in the device's words;
    `foreign` are logins on our server that are not ours, told apart by menu and comment only: a name may be a code.
    """

    present: tuple[str, ...]
    missing: tuple[str, ...]
    edited: tuple[str, ...]
    mend: Mapping[str, tuple[Op, ...]]
    foreign: tuple[str, ...]
    off: tuple[str, ...]
    online: Mapping[str, int]
    saved: Mapping[str, int]
    serving: bool
    used: Mapping[str, Usage] = field(default_factory=dict)


class Severity(StrEnum):
    OK = "ok"
    WARNING = "warning"
    STOP = "stop"


class Finding(Struct, frozen=True, kw_only=True):
    """One result of a check. `about` names what was looked at; both texts are for people; `paste` mends it on the device."""

    about: str
    severity: Severity
    id: str
    en: str
    paste: tuple[str, ...] = ()


class Expected(Struct, frozen=True, kw_only=True):
    """What the inventory says of a device, for a look at whether it is so.

    `offset` of its site from UTC in minutes; `hotspot`: it is to serve one; `points` the access points it manages, by
    name, and `rules` their provisioning rules, by comment.
    """

    offset: int
    hotspot: bool = False
    points: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


# ── guards ───────────────────────────────────────────────────────────────────────────────────────────────────────


class GuardKind(StrEnum):
    DEVICE_TIMER = "device-timer"  # the device takes the change back by itself unless we confirm
    NONE = "none"  # only our own inverse operations


class GuardPurpose(StrEnum):
    REVERT = "revert"
    END = "end"


class GuardState(StrEnum):
    ARMED = "armed"
    INACTIVE = "inactive"  # there, but the device will not run it (device-mode, policy)
    FIRED = "fired"
    ABSENT = "absent"


class GuardSpec(Struct, frozen=True, kw_only=True):
    """What to arm: the inverse of `ops` after `seconds`, under the owner's tag."""

    purpose: GuardPurpose
    kind: GuardKind
    owner: Tag
    seconds: int
    inverse: tuple[Op, ...]


class GuardHandle(Struct, frozen=True, kw_only=True):
    """An armed guard, as journalled: enough for another process to ask about it, confirm it or fire it."""

    purpose: GuardPurpose
    kind: GuardKind
    device: str
    name: str
    armed_at: datetime
    fires_at: datetime


# ── the fleet ────────────────────────────────────────────────────────────────────────────────────────────────────


class Target(Struct, frozen=True, kw_only=True):
    """One device of the inventory, as a driver and the planner need it.

    `options` are the connection's settings by name (`api_port`, `ssh_port`, `snmp_port`, `cleartext`,
    `tls_fingerprint`, `host_key`, …); `data` everything else the inventory says (uplink, ports, event range …).
    """

    name: str
    host: str
    platform: str
    site: str
    roles: tuple[str, ...]
    username: str
    password: SecretRef
    options: Mapping[str, str | int | bool]
    data: Mapping[str, Any]


# ── plan ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Needs(Struct, frozen=True, kw_only=True, tag_field="kind", tag="event"):
    """Kebutuhan teknis of an event: proposed by the planner, edited by the admin, bounded by the request.

    Rates in bit/s, times in seconds; `basis` says in words where each figure comes from (site policy and source).
    `access`: `up` a user and a password on each slip, `vc` one code that is both, `shared` one code for everybody.
    `data_limit` in bytes and `time_limit` in seconds of use, each for one code; 0 is no limit.
    """

    site: str
    vlan: int
    subnet: str
    ssid: str
    lease_seconds: int
    client_up: int
    client_down: int
    total_up: int
    total_down: int
    users: int
    basis: tuple[str, ...]
    access: Literal["up", "vc", "shared"] = "up"
    data_limit: int = 0
    time_limit: int = 0
    devices_per_code: int = 1
    kind: ClassVar[Literal["event"]] = "event"


class FieldNeeds(Struct, frozen=True, kw_only=True, tag_field="kind", tag="fields"):
    """What a site's own service needs: the fields as they were asked for, by name (`requests/own.py`)."""

    site: str
    fields: Mapping[str, Any]
    basis: tuple[str, ...] = ()
    kind: ClassVar[Literal["fields"]] = "fields"


class LinkNeeds(Struct, frozen=True, kw_only=True, tag_field="kind", tag="link"):
    """What a change of a unit's bandwidth needs: which limit on which device gets which rate (bit/s, as the clients see it).

    `unit` as the office calls it. `queue` is the limit's name on the device, `target` what it limits, `parent` what it is
    inside of; `…_up` are those of the upload, which has its own in a queue tree or policy-map and else the same. `port`:
    where a policy-map is in force. `makes`: nobody made such a limit, the change makes its own. `was_…`: what stands now,
    0 for no limit.
    """

    site: str
    unit: str
    uplink: str
    device: str
    form: Form
    up: int
    down: int
    queue: str = ""
    queue_up: str = ""
    target: str = ""
    target_up: str = ""
    parent: str = ""
    parent_up: str = ""
    port: str = ""
    makes: bool = False
    was_up: int = 0
    was_down: int = 0
    basis: tuple[str, ...] = ()
    kind: ClassVar[Literal["link"]] = "link"

    @property
    def allocation(self) -> str:
        """What a commitment holds: `<device>/<queue or interface>`."""
        return f"{self.device}/{self.port or self.queue or self.target}"


AnyNeeds = Needs | FieldNeeds | LinkNeeds
"""Every kind has `site` (a key of `sites.yaml`) and `basis`; told apart by `kind`."""


class Reservation(Struct, frozen=True, kw_only=True):
    """What a recorded plan holds until it expires or its change ends: `resource` such as `vlan:kampus:210`."""

    resource: str
    amount: int
    starts_at: datetime
    ends_at: datetime


class Rollout(Struct, frozen=True, kw_only=True):
    """How the devices of a part are taken one after the other (see `changes.waves`); by default all at once.

    `canary` devices go first, then the part is filled up to each of `percent` (of all its devices), then the rest.
    Before the next wave `bake_seconds` pass and `health` is looked at: `reachable`, `hotspot` (serving), `errors` (SNMP
    error counters did not rise), `cpu` (below `cpu_limit`, per cent).
    """

    canary: int = 0
    percent: tuple[int, ...] = ()
    bake_seconds: int = 0
    health: tuple[str, ...] = ()
    cpu_limit: int = 90


class DevicePlan(Struct, frozen=True, kw_only=True):
    """One device's part: what was seen (digest over what the plan touches or depends on), ops, inverse, the end state.

    `guards` are those that device and playbook both allow, best first; `checks` are the playbook's words. `management`:
    what of the path by which we reach the device the ops touch, in its words; then only a device timer will do.
    `unguarded`: what the device's timer would not bring back (a secret, a network), in its words. `returns`: who puts a
    temporary rate back at its end should we not come: the `device` by a timer, or nobody but `us`; '' where that is no matter.
    """

    device: str
    platform: str
    order: int
    scope: Scope
    base: str
    want: State
    batches: tuple[Batch, ...]
    inverse: tuple[Op, ...]
    guards: tuple[GuardKind, ...]
    difference: str
    guard_seconds: int = 300
    checks: tuple[str, ...] = ("configuration", "snmp-interfaces")
    management: tuple[str, ...] = ()
    rollout: Rollout = Rollout()
    unguarded: tuple[str, ...] = ()
    returns: Literal["", "device", "us"] = ""


class ManualStep(Struct, frozen=True, kw_only=True):
    """Work that no driver does: cabling, power, a device that cannot be driven. Confirmed by a named officer.

    It is done `before` or `after` `of` (a role of the playbook, or '' for the whole change), by the role `by`. Where
    others depend on it (`needed`) nothing is applied before it is confirmed, or, for one after, nothing is handed over;
    `photo`: it is not done without one.
    """

    id: str
    title: Text
    when: Literal["before", "after"]
    of: str = ""
    by: str = ""
    photo: bool = False
    needed: bool = False
    device: str = ""


class Loan(Struct, frozen=True, kw_only=True):
    """A device that is lent to the requester: what it is, its serial or asset (BMN) number, in which condition it was given.

    `returns`: the day it is to come back; None where nobody said it.
    """

    device: str
    type: str
    number: str
    condition: str = ""
    returns: date | None = None


class Plan(Struct, frozen=True, kw_only=True):
    """Canonical data with one digest over all; what runs is the plan that was shown.

    `papers` are the kinds of papers that must have come back before the change is finished. `failure_budget`: how many
    devices may fail and be restored alone, while the rest goes on. `commitments`: what units are promised by it.
    """

    change: str
    service: str
    request: str
    playbook: str
    needs: AnyNeeds
    devices: tuple[DevicePlan, ...]
    reservations: tuple[Reservation, ...]
    made_at: datetime
    expires_at: datetime
    evidence: tuple[str, ...] = ("snmp-before", "snmp-after", "snmp-end")
    manual: tuple[ManualStep, ...] = ()
    loans: tuple[Loan, ...] = ()
    papers: tuple[str, ...] = ()
    failure_budget: int = 0
    commitments: tuple[Commitment, ...] = ()


# ── journal ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Event(Struct, frozen=True, kw_only=True):
    """One fact of the log. `data` holds digests, ordinals and words, never secrets; large bodies go to the object store."""

    kind: str
    change: str
    at: datetime
    actor: str
    device: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Recorded(Struct, frozen=True, kw_only=True):
    """An event with its place in the log: `seq` from 0 without gaps, and its RFC 6962 leaf hash (hex)."""

    seq: int
    leaf: str
    event: Event


class Fence(Struct, frozen=True, kw_only=True):
    """The right to act on a resource; a lower number than the store's means that somebody took over."""

    resource: str
    number: int


class Lease(Struct, frozen=True, kw_only=True):
    resource: str
    holder: str
    number: int
    expires_at: datetime

    @property
    def fence(self) -> Fence:
        return Fence(resource=self.resource, number=self.number)
