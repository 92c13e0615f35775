"""How large a county is: schools, children, papers. A part of it has the same shape and takes seconds."""

from dataclasses import dataclass

LEAST_SCHOOLS = 2


@dataclass(frozen=True)
class Size:
    """How many of each."""

    schools: int
    students: int
    records: int

    def part(self, share: float) -> "Size":
        """The same county, smaller; at least two schools."""
        schools = max(LEAST_SCHOOLS, round(self.schools * share))
        return Size(schools, max(schools, round(self.students * share)), max(schools, round(self.records * share)))


COUNTY = Size(schools=60, students=20_000, records=100_000)
