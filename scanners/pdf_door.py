"""A PDF at the door: does it open without a key, and how many pages has it.

Lives here: open_pdf, door_findings. Not here: rendering (scanners.pdf_pages), scripts inside (scanners.pdf_risks).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import pypdfium2.raw as pdfium

from scanners.findings import Finding, found
from scanners.limits import Limits

_NOT_ENCRYPTED = -1


class PdfNotOpened(Exception):  # says what happened; the code is what callers pass on
    """The PDF cannot be shown; `code` is a finding's code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@contextmanager
def open_pdf(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF that needs no key.

    Raises:
        PdfNotOpened: `encrypted_pdf`, even when the empty password opens it (no encrypted master is kept),
            or `damaged_file`.
    """
    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        is_locked = pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD or "assword" in str(error)
        raise PdfNotOpened("encrypted_pdf" if is_locked else "damaged_file") from error
    try:
        if pdfium.FPDF_GetSecurityHandlerRevision(pdf) != _NOT_ENCRYPTED:
            raise PdfNotOpened("encrypted_pdf")
        yield pdf
    except pypdfium2.PdfiumError as error:  # a page in the middle that cannot be loaded
        raise PdfNotOpened("damaged_file") from error
    finally:
        pdf.close()


def door_findings(content: bytes, limits: Limits) -> tuple[Finding, ...]:
    """What speaks against taking this PDF, from its cross-reference table alone."""
    try:
        with open_pdf(content) as pdf:
            pages = len(pdf)
    except PdfNotOpened as refusal:
        return (found(refusal.code),)
    if pages == 0:
        return (found("damaged_file"),)
    if pages > limits.max_pages:
        return (found("too_many_pages", value=pages, limit=limits.max_pages),)
    return ()
