"""The named points of the walk, from the first byte of a paper to its place in index and chain: where the driver kills.

Lives here: the table. Not here: how a process is stopped at a point (`halting`), who is killed then (the tests).
A point is before or after one call of a function of the product, in whichever process makes it; `says` picks the call by one of its
arguments. What was done before the call is done, and nothing after it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """`name` tells the step in words for the report; `role` the process that is at it."""

    name: str
    role: str
    side: str
    function: str  # module:name
    says: str = ""


_S = "archive_service.services"
_INDEX = "archive_service.adapters.search_index.embedded"
_BLOBS = "archive_service.adapters.blobs"

UPLOAD = (
    Point("upload-received", "web", "before", f"{_S}.intake:receive"),
    Point("upload-sniffed", "web", "before", f"{_S}.room:check_store"),
    Point("master-drafted", "web", "before", f"{_BLOBS}.directory:_Draft.commit"),
    Point("master-in-place-unverified", "web", "before", f"{_BLOBS}.store:BlobStore._verified_or_removed"),
    Point("master-verified", "web", "after", f"{_S}.intake:_new_record"),
    Point("record-uncommitted", "web", "after", "archive_service.queue:put", "judge"),
    Point("record-committed-unanswered", "web", "after", f"{_S}.intake:receive"),
)
JUDGING = (
    Point("judging-leased", "gate", "before", f"{_S}.transcription:judge_record"),
    Point("judging-in-the-child", "child", "before", "archive_service.adapters.reader_work:judge_content"),
    Point("copies-kept", "gate", "before", f"{_S}.transcription:_write_judgement"),
    Point("judgement-uncommitted", "gate", "after", "archive_service.queue:put", "read"),
    Point("judgement-committed", "gate", "after", f"{_S}.transcription:judge_record"),
)
READING = (
    Point("reading-leased", "reader", "before", f"{_S}.transcription:read_record"),
    Point("reading-in-the-child", "child", "before", "archive_service.adapters.reader_work:read_content"),
    Point("read-in-the-child", "child", "after", "archive_service.adapters.reader_work:read_content"),
    Point("transcript-kept", "reader", "before", f"{_S}.transcription:_write_reading"),
    Point("reading-uncommitted", "reader", "after", f"{_S}.ledger:write", "record.read"),
    Point("reading-committed", "reader", "after", f"{_S}.transcription:read_record"),
)
MATCHING = (
    Point("matching-leased", "gate", "before", f"{_S}.matching:match_record"),
    Point("match-uncommitted", "gate", "after", "archive_service.queue:put", "index"),
    Point("match-committed", "gate", "after", f"{_S}.matching:match_record"),
)
INDEXING = (
    Point("indexing-leased", "keeper", "before", f"{_S}.indexing:index_records"),
    Point("segment-unwritten", "keeper", "before", f"{_INDEX}.writer:build_segment"),
    Point("segment-written-unnamed", "keeper", "before", f"{_INDEX}.manifest:write_manifest"),
    Point("manifest-written", "keeper", "after", f"{_INDEX}.manifest:write_manifest"),
    Point("indexed-job-unfinished", "keeper", "after", f"{_S}.indexing:index_records"),
)
SEALING = (
    Point("sealing-begun", "keeper", "before", f"{_S}.ledger:seal"),
    Point("link-uncommitted", "keeper", "after", f"{_S}.ledger:link_digest"),
    Point("sealed", "keeper", "after", f"{_S}.ledger:seal"),
)
SCHEDULE = (  # its turn comes as the keeper starts, and then each half minute
    Point("sweep-begun", "scheduler", "before", f"{_S}.upkeep:sweep"),
    Point("jobs-forgotten-uncommitted", "scheduler", "after", "archive_service.queue:forget"),
    Point("sweep-half-done", "scheduler", "after", f"{_S}.failures:reconcile"),
    Point("sweep-done", "scheduler", "after", f"{_S}.upkeep:sweep"),
)
DECIDING = (  # of a case; not on the way of a paper
    Point("act-uncommitted", "web", "before", f"{_S}.case_actions:_tell"),
    Point("act-half-told", "web", "after", f"{_S}.case_actions:_tell"),
    Point("act-committed-unanswered", "web", "after", f"{_S}.case_actions:act_on_case"),
)
RESUMING = (  # of a paper that comes in pieces, and of a request that is sent again
    Point("upload-announced-unanswered", "web", "after", f"{_S}.uploads:begin"),
    Point("piece-written-unsynced", "web", "after", f"{_S}.uploads:_write_whole"),
    Point("piece-kept-unanswered", "web", "after", f"{_S}.uploads:append"),
    Point("upload-noted-uncommitted", "web", "after", f"{_S}.uploads:note_made"),
    Point("key-noted-uncommitted", "web", "after", f"{_S}.answers:note_made"),
    Point("taken-in-uncleared", "web", "before", f"{_S}.uploads:clear"),
    Point("taken-in-unanswered", "web", "before", f"{_S}.answers:keep"),
)
GROUPS = {
    "upload": UPLOAD,
    "judging": JUDGING,
    "reading": READING,
    "matching": MATCHING,
    "indexing": INDEXING,
    "sealing": SEALING,
    "schedule": SCHEDULE,
}
WALK = tuple(point for group in GROUPS.values() for point in group)
