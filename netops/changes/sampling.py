"""A sample that anybody can draw again (uji petik): ranked by a hash over a stated seed. Refuses nothing."""

from collections.abc import Iterable
from hashlib import sha256

SHARE = 10
"""One change in so many is looked at where nobody says how many; at least five."""


def rank(seed: str, change: str) -> str:
    """Hex SHA-256 of the seed, a newline and the change's id."""
    return sha256(f"{seed}\n{change}".encode()).hexdigest()


def draw(seed: str, changes: Iterable[str], count: int = 0) -> tuple[str, ...]:
    """The `count` lowest by rank (0: one in ten, five at least), in that order, whatever order they come in."""
    ranked = sorted(set(changes), key=lambda change: rank(seed, change))
    return tuple(ranked[: count or max(5, -(-len(ranked) // SHARE))])
