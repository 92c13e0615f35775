"""Xueji Archive: the paper side of the student registry (学籍档案)."""

__version__ = "0.1.0"
