"""Names of ports: one has one name, however people abbreviate it; refuses nothing."""

import re


def short_port(port: str) -> str:
    """`GigabitEthernet1/0/5`, `Gi1/0/5` → `gi1/0/5`: one port has one name, however people abbreviate it."""
    letters = re.match(r"[A-Za-z-]*", port)
    head = letters[0] if letters else ""
    return f"{head[:2].lower()}{port[len(head) :]}"
