"""Realistic scans of the papers a registry office keeps: drawn, stamped, written on, copied, photographed and saved.

`forms` draws what is on the paper, `scan` what the machine does to it, `encode` the file. `press_run` says which papers
are made for whom and what is wrong with some of them.
"""

from demo.papers.press_run import Paper, make_papers

__all__ = ["Paper", "make_papers"]
