"""What a PDF carries besides its pages: scripts and embedded files. Found in judging; the bytes are kept as they are.

Lives here: risk_findings. Not here: opening and rendering (scanners.pdf_door, pdf_pages).
"""

import io
from collections.abc import Iterator

import pikepdf

from scanners.findings import Finding, found

_SCRIPT_KEYS = {"/JS", "/JavaScript", "/Launch"}
_SCRIPT_ACTIONS = {"/JavaScript", "/Launch"}
_DEPTH = 6  # direct objects nest a few levels; indirect ones are met by themselves
_MOST_OBJECTS = 200_000


def risk_findings(content: bytes) -> tuple[Finding, ...]:
    """Scripts, launch actions and embedded files, wherever in the PDF they hang."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            has_script, embedded = _look(pdf)
    except (pikepdf.PdfError, RuntimeError, ValueError):
        return ()  # pdfium shows pages of files qpdf cannot follow; the page findings speak then
    scripts = (found("pdf_script"),) if has_script else ()
    return (*scripts, found("pdf_embedded_file", value=embedded, limit=0)) if embedded else scripts


def _look(pdf: pikepdf.Pdf) -> tuple[bool, int]:
    has_script, embedded = False, 0
    for count, thing in enumerate(pdf.objects):
        if count > _MOST_OBJECTS:
            break
        for holder in _dictionaries(thing, _DEPTH):
            keys = set(holder.keys())
            has_script = has_script or bool(keys & _SCRIPT_KEYS) or str(holder.get("/S", "")) in _SCRIPT_ACTIONS
            embedded += "/EF" in keys
    return has_script, embedded


def _dictionaries(thing: object, depth: int) -> Iterator[pikepdf.Object]:
    if depth == 0 or not isinstance(thing, pikepdf.Object):
        return
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        yield thing
        for key in list(thing.keys()):
            yield from _direct(thing[key], depth - 1)
    elif isinstance(thing, pikepdf.Array):
        for part in list(thing):
            yield from _direct(part, depth - 1)


def _direct(part: object, depth: int) -> Iterator[pikepdf.Object]:
    if isinstance(part, pikepdf.Object) and not part.is_indirect:
        yield from _dictionaries(part, depth)
