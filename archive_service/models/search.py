"""Small numbers that stand for codes in the search index, given once and never reused."""

from sqlalchemy.orm import Mapped, mapped_column

from archive_service.db import Base, Code, Serial


class IndexLabel(Base):
    """The number of a kind (材料种类) in the index."""

    __tablename__ = "index_label"

    number: Mapped[int] = mapped_column(Serial, primary_key=True)
    code: Mapped[Code] = mapped_column(unique=True)
