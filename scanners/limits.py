"""How much of a scan we are willing to open. The figures come from the service's settings; these are the defaults.

Lives here: Limits. Not here: the checks that use it (scanners.sources, images, quality).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds on one file and one page."""

    max_bytes: int = 200 * 1024 * 1024
    max_pixels: int = 60_000_000  # an A3 sheet at 600 dpi is 70 million: nobody needs that to read a form
    max_pages: int = 300
    min_side_px: int = 30  # below this the engines answer nonsense or raise ZeroDivisionError
    min_dpi: int = 200  # Source: DA/T 31-2017, 扫描分辨率
