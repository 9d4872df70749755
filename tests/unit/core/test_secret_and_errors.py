"""Secrets do not travel; errors say where and what to do, in both languages, and survive a process boundary."""

import copy
import io
import json
import logging
import marshal
import pickle
import pprint
import string
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import Struct
from pydantic import ConfigDict, TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError
from pydantic_core import PydanticSerializationError

from netops.core import errors
from netops.core.canonical import body_of, canonical, dump
from netops.core.quiet import LIBRARIES, quiet_libraries
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


SHY = "kenari" + "-4711"


class _Holder(Struct, frozen=True):
    code: Secret


def test_a_secret_shows_in_no_way_that_objects_are_usually_shown() -> None:
    """Formats, logging, tracebacks, structs, pydantic, JSON: whatever does not raise shows no letter of it."""
    secret = Secret(SHY)
    lines = io.StringIO()
    log = logging.Logger("one")
    log.addHandler(logging.StreamHandler(lines))
    log.error("%s %r %s", secret, secret, {"code": secret}, extra={"code": secret})
    try:
        raise ValueError(secret)
    except ValueError as error:
        lines.write("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()))
    lines.write("%s %r %a" % (secret, secret, secret) + "{:>20} {!r} {!s}".format(secret, secret, secret))  # noqa: UP031, UP032
    lines.write(f"{secret:>30} {_Holder(secret)} {pprint.pformat(_Holder(secret))} {dir(secret)}")
    lines.write(json.dumps({"code": secret}, default=str) + string.Template("$code").substitute(code=secret))
    lines.write(repr(TypeAdapter(Secret, config=ConfigDict(arbitrary_types_allowed=True)).dump_python(secret)))
    assert SHY not in lines.getvalue() and lines.getvalue().count("***") > 8


@pytest.mark.parametrize(
    "way",
    [
        json.dumps, pickle.dumps, copy.copy, copy.deepcopy, marshal.dumps, bytes, vars, canonical, body_of, dump,
        lambda secret: dump(_Holder(secret)), lambda secret: body_of(_Holder(secret)),
        lambda secret: secret.__getstate__(),
        lambda secret: secret.__reduce_ex__(4),
        lambda secret: json.dumps({secret: 1}),
        lambda secret: "kenari" in secret,
        lambda secret: secret + "",
        lambda secret: TypeAdapter(Secret, config=ConfigDict(arbitrary_types_allowed=True)).dump_json(secret),
    ],
    ids=range(18),
)  # fmt: skip
def test_a_secret_goes_into_nothing(way: Callable[[Any], object]) -> None:
    secret = Secret("kenari-4711")
    with pytest.raises((TypeError, ValueError, PydanticSchemaGenerationError, PydanticSerializationError)) as caught:
        way(secret)
    assert "4711" not in "".join(traceback.format_exception(caught.value))


def test_libraries_say_nothing_below_warning_whoever_listens(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    before = {name: logging.getLogger(name).level for name in (*LIBRARIES, "paramiko.transport")}
    try:
        logging.getLogger("paramiko.transport").setLevel(logging.DEBUG)
        logging.getLogger("netmiko").setLevel(logging.CRITICAL)
        quiet_libraries()
        for name in (*LIBRARIES, "paramiko.transport", "nornir.core.task", "sqlalchemy.engine.Engine"):
            logging.getLogger(name).info("kenari")
            logging.getLogger(name).warning("heard %s", name)
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
    assert "kenari" not in caplog.text
    assert "heard paramiko.transport" in caplog.text and "heard netmiko" not in caplog.text


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
