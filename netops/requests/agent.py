"""Keys in a running ssh agent (SSH_AUTH_SOCK): they sign there and never reach us; refuses what the agent lacks."""

from collections.abc import Iterator
from contextlib import contextmanager

import paramiko
from msgspec import Struct

from netops.core.errors import InputError
from netops.core.text import Text


class AgentKey(Struct, frozen=True):
    """`public` in wire form. Each signature asks the agent again; a FIDO key waits for its touch meanwhile."""

    public: bytes

    def sign(self, data: bytes, algorithm: str) -> bytes:
        """The signature in wire form (algorithm name and value). Raises `InputError`."""
        with _keys() as keys:
            for key in keys:
                if key.asbytes() == self.public:
                    try:
                        return bytes(key.sign_ssh_data(data, algorithm))
                    except paramiko.SSHException as error:
                        raise InputError(
                            Text("ssh-agent menolak menandatangani", "the ssh agent refused to sign"),
                            Text("Buka kuncinya, atau setujui di agen.", "Unlock the key, or confirm at the agent."),
                        ) from error
        raise _absent()


def holds(public: bytes) -> bool:
    """Whether an agent is there and has this key."""
    with _keys() as keys:
        return any(key.asbytes() == public for key in keys)


@contextmanager
def _keys() -> Iterator[tuple[paramiko.AgentKey, ...]]:
    try:
        agent = paramiko.Agent()
    except (OSError, paramiko.SSHException) as error:
        raise _absent() from error
    try:
        yield agent.get_keys()
    finally:
        agent.close()


def _absent() -> InputError:
    return InputError(
        Text("kunci ini tidak ada di ssh-agent", "this key is not in the ssh agent"),
        Text(
            "Masukkan: ssh-add BERKAS_KUNCI (SSH_AUTH_SOCK harus ada)",
            "Add it: ssh-add KEYFILE (SSH_AUTH_SOCK must be set)",
        ),
    )
