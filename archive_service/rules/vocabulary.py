"""Closed lists the law data is written in: levels, stages, actors, carriers, sensitivities, series, anchors.

Lives here: enums shared by the law data and the rules. A word that is not here is a fault in the data.
Not here: states and moves (lifecycle), rights and roles (access), facts of a case (facts).
"""

from enum import StrEnum


class Level(StrEnum):
    """Where a unit stands, from the school up; the order of the members is the order of rank."""

    SCHOOL = "school"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    NATION = "nation"

    @property
    def rank(self) -> int:
        """Higher means further up."""
        return tuple(Level).index(self)


class Stage(StrEnum):
    """Stage of schooling (学段); `special` is a special school of the compulsory stage."""

    PRIMARY = "primary"
    JUNIOR = "junior"
    SENIOR = "senior"
    SPECIAL = "special"

    @property
    def is_compulsory(self) -> bool:
        """Whether the compulsory-education law applies."""
        return self is not Stage.SENIOR


class Actor(StrEnum):
    """Who does a step; the caller resolves an actor to a unit or person. Source: requirements 1.2."""

    GUARD = "GUARD"
    STU = "STU"
    HRT = "HRT"
    REG = "REG"
    VP = "VP"
    PRIN = "PRIN"
    SMEET = "SMEET"
    APPEAL = "APPEAL"
    ARCH = "ARCH"
    AUTH = "AUTH"
    CNTY = "CNTY"
    PREF = "PREF"
    CITY = "CITY"
    PROV = "PROV"
    MOE = "MOE"
    SCH_IN = "SCH_IN"
    AUTH_IN = "AUTH_IN"
    PROV_IN = "PROV_IN"
    SCH_OUT = "SCH_OUT"
    AUTH_OUT = "AUTH_OUT"
    PROV_OUT = "PROV_OUT"
    TOWN = "TOWN"
    DESIG = "DESIG"
    PSB = "PSB"
    HOSP = "HOSP"
    EXT = "EXT"
    SYS = "SYS"
    SECADM = "SECADM"
    AUDADM = "AUDADM"
    ANY_LEVEL = "ANY_LEVEL"
    SCHOOL = "SCHOOL"


class CarrierRule(StrEnum):
    """What the law wants in hand: O original seen and returned, K original kept, C copy kept, D born digital."""

    SIGHT_ORIGINAL = "O"
    KEEP_ORIGINAL = "K"
    KEEP_COPY = "C"
    DIGITAL = "D"


class Carrier(StrEnum):
    """What a record really is."""

    ORIGINAL = "original"
    COPY = "copy"
    SIGHTED = "sighted"
    DIGITAL = "digital"


class Sensitivity(StrEnum):
    """Who may look by default: L low, M identity of a minor, H health, J justice."""

    LOW = "L"
    MINOR = "M"
    HEALTH = "H"
    JUSTICE = "J"

    @property
    def is_closed(self) -> bool:
        """Closed to all but the parties of the case."""
        return self in (Sensitivity.HEALTH, Sensitivity.JUSTICE)


class Series(StrEnum):
    """Category of the filing plan. Source: HN-6.3, GZ-12.2, ME-7, YK-8.4."""

    BASE = "C1"
    PROOFS = "C2"
    QUALITY = "C3"
    HEALTH = "C4"
    AWARDS = "C5"
    AID = "C6"
    CARE = "C7"
    EXTRAS = "C8"


class Status(StrEnum):
    """Whether the text says it, or the text is silent and the service chose."""

    RULE = "rule"
    DEFAULT = "default"


class Span(StrEnum):
    """Unit of a limit."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


class Anchor(StrEnum):
    """The event a limit is counted from; the caller knows its date. Source: requirements Part 5."""

    ENTRY = "entry_on"
    TERM_START = "term_start_on"
    TERM_END = "term_end_on"
    SCHOOL_YEAR_END = "school_year_end_on"
    APPLIED = "applied_on"
    SCHOOL_AGREED = "school_agreed_on"
    SUBMITTED = "submitted_on"
    RECEIVED = "received_on"
    DECIDED = "decided_on"
    COMPLETED = "completed_on"
    EXPIRY = "expiry_on"
    EVENT_KNOWN = "event_known_on"
