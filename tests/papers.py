"""Papers for flows: a white page with its text in a code, which the canned engine reads. Not for judging real reading."""

import io

import segno
from PIL import Image, ImageDraw

PAGE_PX = (1240, 1754)  # A4 at 150 dpi


def page(text: str) -> Image.Image:
    """One page that says `text`; two blanks or a tab inside a line begin another cell."""
    picture = Image.new("RGB", PAGE_PX, "white")
    code = io.BytesIO()
    segno.make(text, error="m", micro=False).save(code, kind="png", scale=6, border=4)
    picture.paste(Image.open(code).convert("RGB"), (120, 300))
    draw = ImageDraw.Draw(picture)
    for row in range(30):  # enough ink to be a page with writing on it
        draw.text((150, 100 + row * 6), "----------" * 6, fill="black")
    return picture


def jpeg(text: str) -> bytes:
    """That page as a scanner saves it."""
    return _saved([page(text)], "JPEG", quality=92, dpi=(200, 200))


def tiff(*texts: str) -> bytes:
    """Several pages in one file."""
    return _saved([page(text) for text in texts], "TIFF", compression="tiff_lzw", dpi=(200, 200))


def _saved(pages: list[Image.Image], form: str, **options: object) -> bytes:
    content = io.BytesIO()
    more = {"save_all": True, "append_images": pages[1:]} if len(pages) > 1 else {}
    pages[0].save(content, form, **more, **options)
    return content.getvalue()


def hukou(name: str, id_no: str, birth: str = "2013年3月5日") -> str:
    """The text of a household register page."""
    return f"常住人口登记卡\n姓名  {name}\n性别  男\n民族  汉\n出生日期  {birth}\n公民身份号码  {id_no}"
