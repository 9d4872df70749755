"""Libraries that talk to devices say nothing below WARNING, whoever listens: their debug logs show passwords and frames."""

import logging

LIBRARIES = (
    "aiosmtpd", "asyncio", "asyncssh", "hier_config", "librouteros", "mail.log", "napalm", "ncclient", "netmiko", "nornir",
    "paramiko", "pyhanko", "pysnmp", "requests", "scp", "sqlalchemy", "urllib3",
)  # fmt: skip
"""Names of loggers; what hangs below one (`paramiko.transport`) follows it."""


def quiet_libraries() -> None:
    """A level of one's own that is higher stays; called before the first secret is read."""
    below = tuple(f"{name}." for name in LIBRARIES)
    names = [*LIBRARIES, *(name for name in tuple(logging.root.manager.loggerDict) if name.startswith(below))]
    for logger in map(logging.getLogger, names):
        if logger.name in LIBRARIES or logger.level:
            logger.setLevel(max(logger.level, logging.WARNING))
