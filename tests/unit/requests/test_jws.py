"""JWS: RFC 8037's own example, and any bytes."""

import base64

import pytest
from approval_office import key_of
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.core.errors import NotApproved
from netops.requests import jws, sshsig

# RFC 8037, appendix A.1 and A.4.
SEED = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
TOKEN = (
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)
KEY = key_of(Ed25519PrivateKey.from_private_bytes(SEED))


def test_the_example_of_the_rfc_is_signed_alike_and_refused_for_want_of_a_kid() -> None:
    head, body, mark = TOKEN.split(".")
    raw = base64.urlsafe_b64decode(mark + "==")
    assert sshsig.verify_raw(KEY.public, f"{head}.{body}".encode(), raw)
    assert not sshsig.verify_raw(KEY.public, f"{head}.{body}x".encode(), raw)
    assert jws.payload_of(TOKEN) == b"Example of Ed25519 signing"
    with pytest.raises(NotApproved, match="kid is missing"):
        jws.verify(TOKEN, [KEY.public])


def token(payload: bytes) -> str:
    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    signing = f'{part(b"""{"alg":"EdDSA","kid":"%s","typ":"JWT"}""" % KEY.fingerprint.encode())}.{part(payload)}'
    assert isinstance(KEY.private, Ed25519PrivateKey)
    return f"{signing}.{part(KEY.private.sign(signing.encode()))}"


@settings(max_examples=40)
@given(st.binary(min_size=1, max_size=300))
def test_any_payload_comes_back(payload: bytes) -> None:
    assert jws.verify(token(payload), [KEY.public]) == (payload, KEY.public)


@settings(max_examples=80)
@given(st.text(max_size=80), st.binary(min_size=1, max_size=60))
def test_any_text_is_refused(text: str, head: bytes) -> None:
    part = base64.urlsafe_b64encode(head).decode().rstrip("=")
    for one in (text, f"{part}.e30.AAAA", f"{part}.e30."):
        with pytest.raises(NotApproved):
            jws.verify(one, [KEY.public])


def test_a_key_that_is_not_ed25519() -> None:
    from approval_office import new_key

    rsa = new_key("rsa")
    head = base64.urlsafe_b64encode(b'{"alg":"EdDSA","kid":"%s"}' % rsa.fingerprint.encode()).decode().rstrip("=")
    with pytest.raises(NotApproved, match="not Ed25519"):
        jws.verify(f"{head}.e30.AAAA", [rsa.public])
