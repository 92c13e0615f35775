"""Who may see what, written out by hand from the law and the guides: the expectation the walk holds every answer against.

Not here: any word of `rules.access` or `services.scope`, on purpose; a fault there must not repeat itself here. The places are:
home (a school of county A), sister (the next school in it), senior (a senior high in county A that the city decides on and county B
assists with), next (a school of county B), far (a school of another province). The levels of papers are:
L, M ordinary; H health; J justice; U nobody has settled what it is; P the diagnosis in a case that was submitted; T one that a teacher
took in; O one that a newer paper took the place of.
"""

# A unit reads everything it took in. Source: HN-24.1, YK-32.1.
OWN = frozenset("LMHJUPTO")
# Superiors read what is settled and ordinary; health and justice stay with those who take part. Source: PIPL-28, HN-24.1, YK-32.1.
BELOW = frozenset("LMO")
# The authority that decides a submitted case reads the papers it rests on. Source: HN-24.1, GZ-17.1.
DECIDED = BELOW | {"P"}
NOTHING: frozenset[str] = frozenset()

PAPERS: dict[str, dict[str, frozenset[str]]] = {
    "registrar": {"home": OWN},
    "leader": {"home": OWN},
    "archivist": {"home": OWN},
    "teacher": {"home": frozenset("T")},  # no more than what they took in themselves
    "sister": {"sister": OWN},
    "senior": {"senior": OWN},
    "next": {"next": OWN},
    "far": {"far": OWN},
    "county": {"home": DECIDED, "sister": DECIDED, "senior": BELOW},
    "next_county": {"next": DECIDED, "senior": BELOW},  # assists with the senior high. Source: HN-3.4
    "far_county": {"far": DECIDED},
    "city": {"home": BELOW, "sister": BELOW, "next": BELOW, "senior": DECIDED},
    "province": {"home": BELOW, "sister": BELOW, "next": BELOW, "senior": BELOW},
    "far_province": {"far": BELOW},
    # The three administrators never see a paper, nor does who has no post (any more). Source: GB/T 39784.
    "system": {},
    "security": {},
    "audit": {},
    "former": {},
    "nobody": {},
    # Tokens narrow: all but that of an administrator read what their account reads.
    "registrar+read": {"home": OWN},
    "registrar+capture": {"home": OWN},
    "registrar+review": {"home": OWN},
    "registrar+archive": {"home": OWN},
    "registrar+admin": {},
    "county+read": {"home": DECIDED, "sister": DECIDED, "senior": BELOW},
    "county+admin": {},
}
READERS = frozenset(caller for caller, places in PAPERS.items() if places and caller != "teacher")
# Who looks at a school's scans again: its leader and archivist, and who reviews for it; not who only looks on there. Source: DA/T 31-2017.
CHECKERS = {
    "home": frozenset({"leader", "archivist", "county", "city", "province"}),
    "sister": frozenset({"county", "city", "province"}),
    "senior": frozenset({"county", "city", "province"}),
    "next": frozenset({"next_county", "city", "province"}),
    "far": frozenset({"far_county", "far_province"}),
}
# Whose accounts the security administrator of the first province keeps, and whose acts its auditor reads.
PROVINCE = frozenset({"home", "sister", "senior", "next"})


def sees(caller: str, kind: str, place: str, level: str) -> bool:
    """Whether a thing exists for somebody."""
    if kind == "record":
        return level in PAPERS[caller].get(place, NOTHING)
    if kind in ("student", "case"):
        return caller in READERS and place in PAPERS[caller]
    if kind == "batch":
        return (caller in READERS and place in PAPERS[caller]) or (caller.partition("+")[0], level) == ("teacher", "T")
    if kind == "inspection":
        return caller in CHECKERS.get(place, NOTHING)
    if kind in ("account", "token") and place in PROVINCE and caller in ("security", "audit")[: 2 if kind == "account" else 1]:
        return True
    # Uploads, tasks, tokens and the account itself are their owner's; the faults of a roster name children, so a task ends with the post.
    return caller.partition("+")[0] == level and not (kind == "task" and caller in ("former", "nobody"))


def names_whole(caller: str, place: str) -> bool:
    """Whether a list names a student whole who is in no case: only the student's own school needs to. Source: HN-24.1, PIPL-6."""
    return PAPERS.get(caller, {}).get(place) == OWN
