"""Which request a document is, by its `service:` word; refuses services that nobody here carries out."""

from collections.abc import Callable, Mapping

from pydantic import BaseModel

from netops.core.canonical import canonical, parse_json
from netops.core.errors import InputError
from netops.core.text import Text
from netops.requests.bandwidth_change import BandwidthChange
from netops.requests.common import Request
from netops.requests.event_hotspot import EventHotspot
from netops.requests.fields import FieldSpec, load_own
from netops.requests.load import Document, validate
from netops.requests.own import OwnRequest
from netops.requests.persons import ERASED, filled, joined

BUILT_IN: Mapping[str, type[Request]] = {"event-hotspot": EventHotspot, "bandwidth-change": BandwidthChange}
"""Services with a module of their own, by the word in the document."""


Own = Mapping[str, Callable[[], Mapping[str, FieldSpec]]]
"""A site's own services: the word, and what reads the fields from its playbook."""


def load_request(document: Document, own: Own) -> Request:
    """The document as a request. Raises `InputError` with file, line, field and reason of every finding."""
    word = service_of(document, own)
    return validate(BUILT_IN[word], document) if word in BUILT_IN else load_own(document, own[word]())


class _Word(BaseModel):
    service: str


def service_of(document: Document, own: Own) -> str:
    """The word, known. Raises `InputError`."""
    word = validate(_Word, document).service
    if word not in BUILT_IN and word not in own:
        raise document.error(
            ("service",),
            Text(f"layanan {word!r} tidak dikenal", f"the service {word!r} is not known"),
            known(own),
        )
    return word


def known(own: Own) -> Text:
    names = ", ".join(sorted({*BUILT_IN, *own}))
    return Text(f"Layanan: {names}", f"Services: {names}")


def read_body(data: bytes, beside: bytes | None = None) -> Request:
    """A recorded request, from its canonical bytes and those of its persons; erased fields read as `[dihapus]`.

    Raises `InputError` where they are none, or the persons are not those that were signed.
    """
    try:
        value = joined(parse_json(data), parse_json(beside) if beside is not None else None)
        told, gone = filled(value)
        request = BUILT_IN.get(told["service"], OwnRequest).model_validate_json(canonical(told))
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        raise InputError(
            Text("isi permohonan yang tercatat tidak dapat dibaca", "the body of a recorded request cannot be read"),
            Text("Periksa dengan: netops log verify", "Check it with: netops log verify"),
        ) from exc
    for group, name in gone:
        request = request.model_copy(update={group: getattr(request, group).model_copy(update={name: ERASED})})
    return request
