"""Which request a document is, by its `service:` word; refuses services that nobody here carries out."""

from collections.abc import Callable, Mapping

from pydantic import BaseModel

from netops.core.canonical import parse_json
from netops.core.errors import InputError
from netops.core.text import Text
from netops.requests.common import Request
from netops.requests.event_hotspot import EventHotspot
from netops.requests.fields import FieldSpec, load_own
from netops.requests.load import Document, validate
from netops.requests.own import OwnRequest

BUILT_IN: Mapping[str, type[Request]] = {"event-hotspot": EventHotspot}
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
