"""Defects by which loss would go unnoticed or could not be made good: fixity, backup, restore."""

from tests.defects.defect import Defect, change

BACKUP, KEPT = "tests/functional/test_backup.py", "tests/functional/test_backup_kept.py"
FIXITY, INDEX = "tests/functional/test_fixity.py", "tests/functional/test_fixity_index.py"

DEFECTS = (
    Defect(
        "verify-store-reads-nothing",
        "verify-store reads every byte",
        (
            change(
                "services/fixity.py",
                "stored = archive.blobs.verify(*blob_place(row.bucket, row.blob_key))",
                "stored = archive.blobs.stat(*blob_place(row.bucket, row.blob_key))",
            ),
        ),
        ("tests/functional/test_fixity.py::test_one_flipped_bit_is_found_and_named_to_the_page",),
    ),
    Defect(
        "verify-store-trusts-the-store",
        "verify-store compares with the row, not only with what the store says of itself",
        (change("services/fixity.py", "return None if same else _fault(ANOTHER, row, name)", "return None"),),
        ("tests/functional/test_fixity.py::test_sound_bytes_of_another_paper_are_found",),
    ),
    Defect(
        "backup-leaves-out-a-blob",
        "a backup holds the bytes of every rendition its rows name",
        (change("services/backup.py", "for number, row in enumerate(rows, start=1):", "for number, row in enumerate(rows[1:], start=1):"),),
        ("tests/functional/test_backup.py::test_everything_comes_back_and_every_digest_holds",),
    ),
    Defect(
        "backup-files-unchecked",
        "a damaged backup is refused before anything is restored",
        (change("services/backup_restore.py", "elif digest_of(path) != digest:", "elif False:"),),
        ("tests/functional/test_backup.py::test_a_damaged_backup_is_told_file_by_file",),
    ),
    Defect(
        "restore-overwrites",
        "a restore takes only an empty place",
        (change("services/backup_restore.py", "    if is_taken:\n", "    if False:\n"),),
        ("tests/functional/test_backup.py::test_rows_are_never_overwritten_even_beside_an_empty_store",),
    ),
    Defect(
        "strays-unnoticed",
        "verify-store names bytes no row knows",
        (change("services/fixity.py", "if key not in known and not _is_in_flight(key, now)]", "if False]"),),
        (f"{FIXITY}::test_bytes_nobody_registered_are_found",),
    ),
    Defect(
        "strays-known-by-key-alone",
        "verify-store names bytes in another bucket than their row says",
        (change("services/fixity.py", ".where(Rendition.bucket == bucket.value, Rendition", ".where(Rendition"),),
        (f"{FIXITY}::test_a_registered_key_in_the_other_bucket_is_found",),
    ),
    Defect(
        "future-excuses-a-stray",
        "bytes whose id lies in the future are not under way for ever",
        (change("services/fixity.py", "abs(now.timestamp() - int(key", "(now.timestamp() - int(key"),),
        (f"{FIXITY}::test_what_an_interruption_left_is_named_apart_and_what_is_under_way_is_not",),
    ),
    Defect(
        "bad-place-ends-the-run",
        "a row that names no place of the store is named and the run goes on",
        (change("services/fixity.py", "except NoPlace:", "except KeyError:"),),
        (f"{FIXITY}::test_a_row_that_names_no_place_of_the_store_does_not_end_the_run",),
    ),
    Defect(
        "bad-place-not-translated",
        "a row that names no place of the store is answered as damage",
        (change("adapters/blobs/keys.py", "except ValueError as error:", "except KeyError as error:"),),
        ("tests/functional/test_papers.py::test_a_row_that_names_no_place_of_the_store_is_answered_as_damage",),
    ),
    Defect(
        "loose-files-unnoticed",
        "verify-store names files that are part of no blob",
        (change("services/fixity.py", "for place in archive.blobs.loose(bucket))", "for place in ())"),),
        (f"{FIXITY}::test_files_that_are_part_of_no_blob_are_found",),
    ),
    Defect(
        "sample-counts-as-proof",
        "the age of the last proof is that of a run over everything",
        (change("services/watching.py", "if fixity_choice.is_whole(detail)), None)", "if detail), None)"),),
        (f"{FIXITY}::test_only_what_was_read_in_full_counts_as_a_proof",),
    ),
    Defect(
        "backup-name-unflushed",
        "a backup that was told made is there after a power cut",
        (change("services/backup.py", "    sync_folder(folder.parent)\n", ""),),
        (f"{BACKUP}::test_its_folders_are_flushed_and_then_its_name",),
    ),
    Defect(
        "lost-record-unnoticed",
        "a record that was received and whose row has gone is named",
        (change("services/fixity_rows.py", "for record_id in without_row(session)]", "for record_id in ()]"),),
        (f"{FIXITY}::test_a_record_whose_row_was_taken_away_is_found",),
    ),
    Defect(
        "stale-row-unnoticed",
        "a record says of its bytes what its master says",
        (
            change(
                "services/fixity_rows.py",
                "differs = or_(Rendition.sha256 != Record.sha256, Rendition.sm3 != Record.sm3, Rendition.bytes != Record.bytes)",
                "differs = Rendition.sha256 != Record.sha256",
            ),
        ),
        (f"{FIXITY}::test_a_row_that_says_something_else_than_its_master_is_found",),
    ),
    Defect(
        "rota-stands-still",
        "the rota goes on where it stopped",
        (
            change(
                "services/fixity_choice.py",
                'return str(detail["rota_until"]) if detail else ""',
                'return str(detail["rota_after"]) if detail else ""',
            ),
        ),
        (f"{FIXITY}::test_a_rota_goes_on_where_it_stopped_and_reads_everything_once_a_round",),
    ),
    Defect(
        "seed-ignored",
        "a sample can be drawn again by its seed",
        (change("services/fixity_choice.py", "random.Random(seed)", "random.Random()"),),
        (f"{FIXITY}::test_a_sample_is_of_the_stated_size_and_repeated_by_its_seed",),
    ),
    Defect(
        "index-compared-one-way",
        "a page of the index without a row is named",
        (change("services/fixity_index.py", "strays = _without_row(session, sorted(held))", "strays = []"),),
        (f"{INDEX}::test_a_page_without_a_row_is_named",),
    ),
    Defect(
        "index-compared-by-presence",
        "a page the index holds otherwise than its row is named",
        (change("services/fixity_index.py", "if digest != _digest(page):", "if digest is None:"),),
        (f"{INDEX}::test_a_page_of_yesterday_is_named",),
    ),
    Defect(
        "backup-not-read-back",
        "a backup reads back what its disk was given",
        (change("services/backup_manifest.py", "if digest_of(path) != sha256:", "if False:"),),
        (f"{BACKUP}::test_a_disk_that_keeps_something_else_ends_the_backup",),
    ),
    Defect(
        "rows-after-bytes-in-backup",
        "rows of one moment first, then the bytes they name, so that nothing that comes in meanwhile is half there",
        (
            change(
                "services/backup.py",
                "    about = About(\n",
                "    (part / DATABASE).unlink()\n    snapshot(archive, part / DATABASE)\n    about = About(\n",
            ),
        ),
        (f"{BACKUP}::test_a_backup_made_while_papers_come_in_is_one_moment",),
    ),
    Defect(
        "restored-rows-uncounted",
        "a restore proves the number of rows of every table",
        (change("services/backup_restore.py", 'row_faults = other_counts(settings, about["counts"])', "row_faults: list[str] = []"),),
        (f"{BACKUP}::test_a_restore_that_lost_rows_says_so",),
    ),
    Defect(
        "restored-bytes-unproved",
        "a restore proves every digest",
        (change("services/backup_restore.py", "verdict = fixity.verify_store(archive, actor=actor)", "verdict = StoreVerdict()"),),
        (f"{BACKUP}::test_everything_comes_back_and_every_digest_holds",),
    ),
    Defect(
        "restored-chain-unproved",
        "a restore proves that the ledger ends where it did",
        (
            change(
                "services/backup_restore.py", 'is_same = (chain.sealed, chain.head) == (head["sealed"], head["digest"])', "is_same = True"
            ),
        ),
        (f"{BACKUP}::test_a_ledger_that_ends_elsewhere_is_told",),
    ),
    Defect(
        "later-backup-taken",
        "a backup of a later schema is refused",
        (change("services/backup_restore.py", 'if not migrations.knows(about["schema"]):', "if False:"),),
        (f"{KEPT}::test_a_backup_of_a_later_schema_is_refused_and_nothing_touched",),
    ),
    Defect(
        "earlier-backup-not-brought-up",
        "a backup of an earlier schema is brought up",
        (change("services/backup_restore.py", "    instance.prepare(settings)\n", ""),),
        (f"{KEPT}::test_a_later_schema_takes_an_earlier_backup",),
    ),
)
