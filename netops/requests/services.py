"""Which request a document is, by its `service:` word; refuses services that nobody here carries out."""

from collections.abc import Mapping

from pydantic import BaseModel

from netops.core.canonical import parse_json
from netops.core.errors import InputError
from netops.core.text import Text
from netops.requests.common import Request
from netops.requests.event_hotspot import EventHotspot
from netops.requests.load import Document, validate
from netops.requests.own import OwnRequest

BUILT_IN: Mapping[str, type[Request]] = {"event-hotspot": EventHotspot}
"""Services with a module of their own, by the word in the document."""


def load_request(document: Document) -> Request:
    """The document as a request. Raises `InputError` with file, line, field and reason of every finding."""
    return validate(BUILT_IN[service_of(document)], document)


class _Word(BaseModel):
    service: str


def service_of(document: Document) -> str:
    """The word, known. Raises `InputError`."""
    word = validate(_Word, document).service
    if word in BUILT_IN:
        return word
    names = ", ".join(sorted(BUILT_IN))
    raise document.error(
        ("service",),
        Text(f"layanan {word!r} tidak dikenal", f"the service {word!r} is not known"),
        Text(f"Layanan: {names}", f"Services: {names}"),
    )


def read_body(data: bytes) -> Request:
    """A recorded request, from its canonical bytes. Raises `InputError` where they are none."""
    try:
        word = parse_json(data)["service"]
        return BUILT_IN.get(word, OwnRequest).model_validate_json(data)
    except (ValueError, LookupError, TypeError) as exc:
        raise InputError(
            Text("isi permohonan yang tercatat tidak dapat dibaca", "the body of a recorded request cannot be read"),
            Text("Periksa dengan: netops log verify", "Check it with: netops log verify"),
        ) from exc
