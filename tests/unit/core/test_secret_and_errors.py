"""Secrets do not travel; errors say where and what to do, in both languages, and survive a process boundary."""

import copy
import pickle

import pytest

from netops.core import errors
from netops.core.secret import Secret, SecretRef
from netops.core.text import Text, language


def test_a_secret_does_not_print() -> None:
    secret = Secret("rahasia-007")
    for shown in (
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>20}",
        f"{[secret]}",
        str([secret, {"a": secret}]),
    ):
        assert "rahasia" not in shown
    assert secret.reveal() == "rahasia-007"
    assert secret == Secret("rahasia-007") and secret != Secret("x") and hash(secret) == hash(Secret("rahasia-007"))


def test_a_secret_is_not_pickled_or_copied() -> None:
    for way in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            way(Secret("x"))
    assert pickle.loads(pickle.dumps(SecretRef("voucher/1"))) == SecretRef("voucher/1")


def test_the_tree_is_drawn_as_it_is() -> None:
    drawn = errors.__doc__ or ""
    for name, value in vars(errors).items():
        if isinstance(value, type) and issubclass(value, errors.NetopsError):
            assert name in drawn, f"{name} is not drawn in errors.py"


@pytest.mark.parametrize(
    ("error", "indonesian"),
    [
        (
            errors.InputError(Text("salah", "wrong"), path="a.yaml", line=3, field="event.name"),
            "a.yaml:3: event.name: salah",
        ),
        (errors.InputError(Text("salah", "wrong"), line=3), "baris 3: salah"),
        (
            errors.Unreachable(
                Text("tidak terjangkau", "unreachable"), Text("periksa kabel", "check the cable"),
                device="gw", step="connect", may_have_written=False,
            ),
            "gw: connect: tidak terjangkau\nperiksa kabel",
        ),
    ],
)  # fmt: skip
def test_an_error_names_its_place_and_what_to_do(error: errors.NetopsError, indonesian: str) -> None:
    assert error.describe("id") == indonesian
    assert pickle.loads(pickle.dumps(error)).describe("id") == indonesian


def test_exit_codes_are_those_of_the_design() -> None:
    codes: dict[type[errors.NetopsError], int] = {
        errors.InputError: 2, errors.NotApproved: 4, errors.StalePlan: 4, errors.DeviceError: 1,
        errors.JournalFull: 1, errors.Restored: 5, errors.NeedsPerson: 6,
    }  # fmt: skip
    assert {kind: kind.exit_code for kind in codes} == codes


def test_the_language_is_indonesian_unless_asked_otherwise() -> None:
    assert (
        language({}) == "id" and language({"NETOPS_LANG": "en_GB"}) == "en" and language({"NETOPS_LANG": "xx"}) == "id"
    )
