"""The embedded engine: Whoosh as posting store, everything else ours. See docs/decisions/0005.

A directory holds `CURRENT` (a pointer) and `index-*/`; an index is segments that never change, lists of pages gone from
them, and `manifest.json`, whose renaming is the one commit point.
"""
