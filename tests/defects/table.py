"""All planted defects, in the order in which they are tried."""

from tests.defects import of_bytes, of_keeping, of_kills, of_ledger, of_sight

DEFECTS = (*of_bytes.DEFECTS, *of_keeping.DEFECTS, *of_sight.DEFECTS, *of_ledger.DEFECTS, *of_kills.DEFECTS)
