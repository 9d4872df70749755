"""How many sockets may be open at once: the soft limit is raised towards the hard one as far as that is needed."""

import resource

SPARE = 128
"""Descriptors left to everything else that this process has open."""


def room(wanted: int) -> int:
    """Sockets that may be open for `wanted` devices; fewer than that are taken in turns."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    need = wanted + SPARE
    if soft != resource.RLIM_INFINITY and soft < need:
        soft = need if hard == resource.RLIM_INFINITY else min(need, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(1, min(wanted, soft - SPARE))
