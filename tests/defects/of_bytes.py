"""Defects by which something acknowledged could be lost: bytes, digests, jobs."""

from tests.defects.defect import Defect, change

GUARDS = "tests/defects/test_guards_bytes.py"
UNVERIFIED = """    from archive_service.adapters.blobs.digests import Digests

    counted = Digests()
    counted.add(incoming.content)
    stored = StoredBlob(
        Bucket.WORKING, record_key(record_id, master_id), counted.bytes, counted.sha256, counted.sm3, "", str(sniffed.media_type)
    )
"""
PUT = """    stored = archive.blobs.put(
        Bucket.WORKING, record_key(record_id, master_id), incoming.content, media_type=str(sniffed.media_type), sha256=incoming.sha256
    )
"""

DEFECTS = (
    Defect(
        "commit-before-verify",
        "bytes are stored and read back before the row that names them",
        (
            change("services/intake.py", PUT, UNVERIFIED),
            change(
                "services/intake.py", "    return record\n\n\ndef first_with_digest", f"{PUT}    return record\n\n\ndef first_with_digest"
            ),
        ),
        (f"{GUARDS}::test_no_row_names_bytes_that_were_not_kept",),
    ),
    Defect(
        "no-read-back",
        "what was written is read back and compared",
        (change("adapters/blobs/store.py", "return self._verified_or_removed(bucket, key, version)", "return self.stat(bucket, key)"),),
        (f"{GUARDS}::test_what_the_disk_kept_wrongly_is_refused",),
    ),
    Defect(
        "announced-digest-unchecked",
        "bytes that are not what the sender announced are refused",
        (change("adapters/blobs/store.py", "if sha256 and sha256.lower() != plain.sha256:", "if False:"),),
        ("tests/unit/adapters/blobs/test_blob_contract.py::test_bytes_that_are_not_what_was_announced_are_not_kept",),
    ),
    Defect(
        "delivery-digest-unchecked",
        "no damaged byte is handed out",
        (change("adapters/blobs/store.py", "if counted.sha256 != expected:", "if False:"),),
        ("tests/unit/adapters/blobs/test_blob_damage.py::test_altered_bytes_are_never_taken_for_the_paper",),
    ),
    Defect(
        "look-trusts-the-description",
        "a look at a blob notices that its bytes are not there",
        (change("adapters/blobs/store.py", "if held.there_bytes is None:", "if False:"),),
        ("tests/unit/adapters/blobs/test_blob_directory.py::test_a_description_without_its_bytes_is_no_blob_but_keeps_its_lock",),
    ),
    Defect(
        "digest-of-sealed-bytes",
        "digests in rows are of the plain bytes, encrypted or not",
        (
            change(
                "adapters/blobs/store.py", "self._cipher.seal(plain.through(chunks_of(source)),", "self._cipher.seal(chunks_of(source),"
            ),
            change(
                "adapters/blobs/store.py", "for chunk in sealed.through(chunks):", "for chunk in plain.through(sealed.through(chunks)):"
            ),
        ),
        ("tests/unit/adapters/blobs/test_blob_cipher.py::test_what_is_stored_is_not_the_paper_but_its_digest_is",),
    ),
    Defect(
        "cipher-unbound",
        "an encrypted blob opens under its own key of the store only",
        (change("adapters/blobs/store.py", 'return f"{bucket}/{key}".encode("ascii")', 'return b""'),),
        (f"{GUARDS}::test_an_encrypted_blob_does_not_open_in_another_place",),
    ),
    Defect(
        "key-overwritten",
        "other bytes never replace what is kept under a key",
        (change("adapters/blobs/store.py", "if _plain_figures(kept.about) != _plain_figures(about):", "if False:"),),
        ("tests/unit/adapters/blobs/test_blob_contract.py::test_other_bytes_never_replace_what_is_kept",),
    ),
    Defect(
        "job-left-out-at-the-door",
        "a received record and the job that judges it are one transaction",
        (change("services/intake.py", 'queue.put(session, "judge", record_id=record_id, now=now)', "pass"),),
        ("tests/functional/test_worker.py::test_a_paper_goes_from_the_door_to_the_index",),
    ),
    Defect(
        "job-left-out-after-reading",
        "a record that was read is matched",
        (change("services/transcription.py", 'queue.put(session, "match", record_id=record_id, now=now, priority=2)', "pass"),),
        ("tests/functional/test_worker.py::test_a_paper_goes_from_the_door_to_the_index",),
    ),
    Defect(
        "job-left-out-after-failed-reading",
        "a record that could not be read is still matched and shown",
        (change("services/transcription.py", '        queue.put(session, "match", record_id=record_id, now=now)\n', ""),),
        (f"{GUARDS}::test_a_paper_that_could_not_be_read_goes_on",),
    ),
    Defect(
        "job-left-out-after-review",
        "the index learns of a decision on a single paper",
        (change("services/review.py", 'queue.put(session, "index", record_id=record.id, now=now)', "pass"),),
        ("tests/functional/test_review_record.py::test_accepting_and_returning",),
    ),
    Defect(
        "no-lease-take-over",
        "the job of a killed worker is taken over",
        (change("queue.py", ", (Job.state == JobState.RUNNING) & (Job.lease_until < now))\n    wanted", ")\n    wanted"),),
        ("tests/functional/test_queue.py::test_a_dead_holders_job_is_taken_over_and_its_word_no_longer_counts",),
    ),
    Defect(
        "lost-lease-still-counts",
        "whoever lost its lease cannot finish the job for its new holder",
        (
            change(
                "queue.py",
                """.where(Job.id.in_(ids), Job.leased_by == holder, Job.state == JobState.RUNNING)
        .values(state=JobState.DONE""",
                """.where(Job.id.in_(ids), Job.state == JobState.RUNNING)
        .values(state=JobState.DONE""",
            ),
        ),
        ("tests/functional/test_queue.py::test_a_dead_holders_job_is_taken_over_and_its_word_no_longer_counts",),
    ),
    Defect(
        "idempotency-key-ignored",
        "a repeated request gets the first answer and does nothing twice",
        (change("api/idempotency.py", "if not key:", "if True:"),),
        ("tests/functional/test_api_repeats.py::test_the_same_request_gets_the_first_answer",),
    ),
    Defect(
        "short-write-taken-for-whole",
        "a chunk the disk took half of is not followed by the next",
        (change("services/uploads.py", "        rest = rest[file.write(rest) :]\n", "        file.write(rest)\n        break\n"),),
        ("tests/functional/test_api_uploads.py::test_a_disk_that_takes_half_a_chunk_leaves_no_hole",),
    ),
    Defect(
        "second-commit",
        "commit stands once, so that one use case is one transaction",
        (change("services/intake.py", "        session.flush()\n", "        session.commit()\n"),),
        ("tests/test_conventions.py::test_commit_stands_once",),
    ),
)
