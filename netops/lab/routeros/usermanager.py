"""Logins that a hotspot asks the router's own User Manager for; who is not let in is None. Limits and validity are left out.

As the manual has it: the hotspot profile uses RADIUS, a RADIUS row for hotspots names 127.0.0.1, User Manager knows that
address with the same secret and is enabled; with `use-profiles` a user without a profile is refused.
"""

from netops.lab.routeros.machine import Machine
from netops.lab.routeros.store import Row

LOCAL = "127.0.0.1"
GROUP = "Mikrotik-Group:"


def user(machine: Machine, name: str, server: str) -> Row | None:
    """The user of that name, if this hotspot server would ask for it and get an answer."""
    store = machine.store
    if "/user-manager/user" not in machine.schema.menus:
        return None
    hotspot = store.named("/ip/hotspot", server)
    profile = store.named("/ip/hotspot/profile", hotspot.get("profile")) if hotspot is not None else None
    (settings,) = store.rows("/user-manager") or (None,)
    if profile is None or profile.get("use-radius") != "true":
        return None
    if settings is None or settings.get("enabled") != "true" or not _reached(machine):
        return None
    found = store.named("/user-manager/user", name)
    if found is None or settings.get("use-profiles") != "true":
        return found
    given = any(row.get("user") in (name, found.ref) for row in store.rows("/user-manager/user-profile"))
    return found if given else None


def profile(found: Row) -> str:
    """The hotspot user profile that the answer names, `default` where it names none."""
    words = [word for word in found.get("attributes").split(",") if word.startswith(GROUP)]
    return words[0].removeprefix(GROUP) if words else "default"


def _reached(machine: Machine) -> bool:
    asked = {
        row.get("secret")
        for row in machine.store.rows("/radius")
        if row.enabled and row.get("address") == LOCAL and "hotspot" in row.get("service").split(",")
    }
    return any(
        row.enabled and row.get("address") == LOCAL and row.get("shared-secret") in asked
        for row in machine.store.rows("/user-manager/router")
    )
