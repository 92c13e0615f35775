"""What a PDF hides besides its pages is found wherever it hangs."""

import io

import pikepdf
import pytest

from scanners.pdf_risks import risk_findings


def opening_script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def named_script(document: pikepdf.Pdf) -> None:
    action = document.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))
    document.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("a"), action])))


def launched_program(document: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    document.pages[0].Annots = pikepdf.Array([note])


def embedded_file(document: pikepdf.Pdf) -> None:
    document.attachments["a.exe"] = pikepdf.AttachedFileSpec(document, b"MZ", filename="a.exe")


def nothing(document: pikepdf.Pdf) -> None:
    document.pages[0].Annots = pikepdf.Array([])


@pytest.mark.parametrize(
    ("put_in", "codes"),
    [
        (opening_script, ["pdf_script"]),
        (named_script, ["pdf_script"]),
        (launched_program, ["pdf_script"]),
        (embedded_file, ["pdf_embedded_file"]),
        (nothing, []),
    ],
)
def test_risks_are_found(put_in, codes):
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    put_in(document)
    out = io.BytesIO()
    document.save(out)
    assert [finding.code for finding in risk_findings(out.getvalue())] == codes


def test_a_pdf_that_cannot_be_followed_is_left_to_the_other_checks():
    assert risk_findings(b"%PDF-1.4 nothing") == ()
