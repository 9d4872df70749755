"""What an inventory may say, and what each host inherits after Nornir's rule; refuses unknown fields, circles, passwords."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from netops.core.model import Target
from netops.core.secret import SecretRef
from netops.core.text import Text

if TYPE_CHECKING:
    from nornir.core.inventory import Defaults, Groups, Host, Inventory, ParentGroups

    from netops.fleet.read import Document

Json = dict[str, Any]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_TEXTS = frozenset({"hostname", "platform", "username"})
_FIELDS = _TEXTS | {"port", "groups", "data"}
_OPTIONS: dict[str, tuple[type, ...]] = {
    "api_tls_port": (int,),
    "api_port": (int,),
    "ssh_port": (int,),
    "snmp_port": (int,),
    "timeout": (int,),
    "cleartext": (bool,),
    "tls_fingerprint": (str,),
    "tls_ca": (str,),
    "host_key": (str,),
    "snmp_version": (str, int),
    "snmp_user": (str,),
    "snmp_auth": (str,),
    "snmp_priv": (str,),
}
"""Connection settings by name; `snmp: {version: …}` is the same as `snmp_version: …`."""


def _check_element(doc: "Document", place: tuple[str, ...], element: object) -> None:
    if not isinstance(element, dict):
        raise doc.error(place, "harus berupa pemetaan", "must be a mapping")
    for field, value in element.items():
        here = (*place, field)
        if field == "password":
            raise doc.error(
                here,
                "kata sandi tidak boleh ada di inventaris",
                "a password does not belong in the inventory",
                Text(id="Simpan sebagai rahasia `device/<nama>`.", en="Keep it as the secret `device/<name>`."),
            )
        if field not in _FIELDS:
            known = ", ".join(sorted(_FIELDS))
            raise doc.error(here, f"kolom tidak dikenal; yang ada: {known}", f"unknown field; known: {known}")
        if field in _TEXTS and (not isinstance(value, str) or not value):
            raise doc.error(here, "harus berupa teks", "must be text")
        if field == "port" and not _is(value, (int,)):
            raise doc.error(here, "harus berupa bilangan bulat", "must be a whole number")
        if field == "groups" and not _is_texts(value):
            raise doc.error(here, "harus berupa daftar nama", "must be a list of names")
    _check_data(doc, (*place, "data"), element.get("data"))


def _is(value: object, kinds: tuple[type, ...]) -> bool:
    return type(value) in kinds


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _check_data(doc: "Document", place: tuple[str, ...], data: object) -> None:
    if data is None:
        return
    if not isinstance(data, dict):
        raise doc.error(place, "harus berupa pemetaan", "must be a mapping")
    if "site" in data and not isinstance(data["site"], str):
        raise doc.error((*place, "site"), "harus berupa teks", "must be text")
    if "roles" in data and not _is_texts(data["roles"]):
        raise doc.error((*place, "roles"), "harus berupa daftar teks", "must be a list of texts")
    options = data.get("options", {})
    if not isinstance(options, dict):
        raise doc.error((*place, "options"), "harus berupa pemetaan", "must be a mapping")
    for name, value in options.items():
        here = (*place, "options", name)
        inner = value if name == "snmp" and isinstance(value, dict) else None
        for full, each in [(name, value)] if inner is None else [(f"snmp_{key}", each) for key, each in inner.items()]:
            if full not in _OPTIONS:
                known = ", ".join(sorted(_OPTIONS))
                raise doc.error(here, f"pilihan tidak dikenal; yang ada: {known}", f"unknown option; known: {known}")
            if not _is(each, _OPTIONS[full]):
                kind = " / ".join(kind.__name__ for kind in _OPTIONS[full])
                raise doc.error(here, f"{full} harus {kind}", f"{full} must be {kind}")
            if full.endswith("_port") and not 1 <= int(each) <= 65535:
                raise doc.error(here, "port 1 sampai 65535", "a port is 1 to 65535")


def check_hosts(doc: "Document", groups: "Document") -> None:
    """Names, fields and groups of hosts (or of groups); whether a host is complete is asked when all is together."""
    for name, element in doc.values.items():
        doc.values[name] = element = {} if element is None else element
        if not _NAME.fullmatch(name):
            raise doc.error((name,), "nama: huruf, angka, . _ -", "a name has letters, digits, . _ -")
        _check_element(doc, (name,), element)
        for group in element.get("groups") or ():
            if group not in groups.values:
                raise doc.error((name, "groups"), f"grup {group!r} tidak ada", f"there is no group {group!r}")


def over(hosts: Json, below: Json) -> Json:
    """Hosts with those `below` them: of a host in both the upper one's fields hold, its data and options one by one."""
    return {
        **{name: _over(hosts.get(name) or {}, one) for name, one in below.items()},
        **{name: one for name, one in hosts.items() if name not in below},
    }


def _over(upper: Json, lower: Json) -> Json:
    data, base = upper.get("data") or {}, lower.get("data") or {}
    merged = {**base, **data}
    if isinstance(base.get("options"), dict) and isinstance(data.get("options"), dict):
        merged["options"] = {**base["options"], **data["options"]}
    return {**lower, **upper, "data": merged}


def check(hosts: "Document", groups: "Document", defaults: "Document") -> None:
    for doc in (hosts, groups):
        check_hosts(doc, groups)
    _check_element(defaults, (), defaults.values)
    for name in groups.values:
        _check_circle(groups, name, ())
    book = Book(hosts.values, groups.values, defaults.values)
    for name in hosts.values:
        # A device that is set up by hand is never connected to: it needs no address.
        needed = ("platform",) if book.field(name, "platform") == "manual" else ("hostname", "platform", "username")
        for field in needed:
            if book.field(name, field) is None:
                raise hosts.error((name,), f"{field} belum diisi", f"{field} is missing")
        data = book.data(name)
        if not data.get("site") or not data.get("roles"):
            raise hosts.error((name,), "data.site dan data.roles wajib", "data.site and data.roles are required")


def _check_circle(groups: "Document", name: str, above: tuple[str, ...]) -> None:
    if name in above:
        raise groups.error((name, "groups"), "grup melingkar", "groups form a circle")
    for parent in groups.values[name].get("groups") or ():
        _check_circle(groups, parent, (*above, name))


class Book:
    """Checked hosts, groups and defaults; answers after Nornir's rule: host, its groups depth first, defaults."""

    def __init__(self, hosts: Json, groups: Json, defaults: Json) -> None:
        self.hosts, self.groups, self.defaults = hosts, groups, defaults
        self._lineages: dict[tuple[str, ...], tuple[Json, ...]] = {}
        self._made: dict[str, Host] = {}

    def _above(self, names: tuple[str, ...]) -> tuple[Json, ...]:
        found = self._lineages.get(names)
        if found is None:
            order: dict[str, None] = {}
            self._collect(names, order)
            found = self._lineages[names] = (*(self.groups[name] for name in order), self.defaults)
        return found

    def _collect(self, names: Iterable[str], order: dict[str, None]) -> None:
        for name in names:
            if name not in order:
                order[name] = None
                self._collect(self.groups[name].get("groups") or (), order)

    def lineage(self, name: str) -> tuple[Json, ...]:
        host = self.hosts[name]
        return (host, *self._above(tuple(host.get("groups") or ())))

    def field(self, name: str, field: str) -> Any:
        return next((found for each in self.lineage(name) if (found := each.get(field)) is not None), None)

    def datum(self, name: str, field: str) -> Any:
        for each in self.lineage(name):
            data = each.get("data")
            if data and field in data:
                return data[field]
        return None

    def data(self, name: str) -> Json:
        merged: Json = {}
        for each in reversed(self.lineage(name)):
            merged.update(each.get("data") or {})
        return merged

    def options(self, name: str) -> dict[str, str | int | bool]:
        """Unlike other data, options merge by name along the lineage; Nornir's `port` is the one of SSH."""
        merged: dict[str, str | int | bool] = {}
        port = self.field(name, "port")
        if port is not None:
            merged["ssh_port"] = port
        for each in reversed(self.lineage(name)):
            for key, value in ((each.get("data") or {}).get("options") or {}).items():
                merged.update(
                    {f"snmp_{inner}": item for inner, item in value.items()} if key == "snmp" else {key: value}
                )
        if "snmp_version" in merged:
            merged["snmp_version"] = str(merged["snmp_version"])
        return merged

    def target(self, name: str) -> Target:
        data = self.data(name)
        data.pop("options", None)
        return Target(
            name=name,
            host=self.field(name, "hostname") or "",
            platform=self.field(name, "platform"),
            site=data["site"],
            roles=tuple(data["roles"]),
            username=self.field(name, "username") or "",
            password=SecretRef(f"device/{name}"),
            options=self.options(name),
            data=data,
        )

    def nornir(self, names: Iterable[str]) -> "Inventory":
        """Nornir's own objects for these hosts, with groups and defaults linked; no password in them.

        Made when first asked for: they say what the inventory says, and which hosts failed stands elsewhere.
        """
        from nornir.core.inventory import Hosts, Inventory

        return Inventory(
            hosts=Hosts({name: self._host(name) for name in names}), groups=self._groups, defaults=self._defaults
        )

    @cached_property
    def _defaults(self) -> "Defaults":
        from nornir.core.inventory import Defaults

        return Defaults(**_attributes(self.defaults))

    @cached_property
    def _groups(self) -> "Groups":
        from nornir.core.inventory import Group, Groups

        groups = Groups(
            {name: Group(name=name, defaults=self._defaults, **_attributes(each)) for name, each in self.groups.items()}
        )
        for name, each in self.groups.items():
            groups[name].groups = self._parents(each, groups)
        return groups

    def _parents(self, element: Json, groups: "Groups") -> "ParentGroups":
        from nornir.core.inventory import ParentGroups

        return ParentGroups([groups[parent] for parent in element.get("groups") or ()])

    def _host(self, name: str) -> "Host":
        if name not in self._made:
            from nornir.core.inventory import Host

            host = self.hosts[name]
            parents = self._parents(host, self._groups)
            self._made[name] = Host(name=name, groups=parents, defaults=self._defaults, **_attributes(host))
        return self._made[name]


def _attributes(element: Json) -> Json:
    return {field: element.get(field) for field in ("hostname", "port", "username", "platform", "data")}
