"""The cipher seam: what is stored is not the paper, and a change of cipher or key loses nothing."""

import pytest

from archive_service.adapters.blobs import AesGcmCipher, BlobStore, Bucket, DirectoryBackend, NullCipher, record_key
from archive_service.adapters.blobs.cipher import CipherError
from archive_service.adapters.blobs.opening import open_store, read_key_file
from archive_service.errors import FixityMismatch, StoreUnavailable
from archive_service.settings import SettingsError, load

W = Bucket.WORKING
KEY = record_key("r1", "v1")
SCAN = b"national secret " * 20_000
OLD, NEW = b"\x01" * 32, b"\x02" * 32
CONTEXT = b"working/records/r1/v1"


def sealed(cipher, plain=SCAN):
    return b"".join(cipher.seal([plain], CONTEXT))


def opened(cipher, stored, context=CONTEXT):
    return b"".join(cipher.open([stored], context))


@pytest.fixture
def backend(tmp_path):
    backend = DirectoryBackend(tmp_path / "store")
    backend.prepare()
    return backend


def test_what_is_stored_is_not_the_paper_but_its_digest_is(backend):
    plain = BlobStore(backend).put(W, record_key("r1", "plain"), SCAN, media_type="image/jpeg")
    blob = BlobStore(backend, AesGcmCipher({"k": OLD}, "k")).put(W, KEY, SCAN, media_type="image/jpeg")
    assert (blob.sha256, blob.sm3, blob.bytes) == (plain.sha256, plain.sm3, plain.bytes)
    stored = b"".join(backend.read(W, KEY))
    assert b"national" not in stored
    assert len(stored) == 52 + len(SCAN) + 16 * -(-len(SCAN) // 65_536)


def test_no_two_seals_are_alike():
    cipher = AesGcmCipher({"k": OLD}, "k")
    assert sealed(cipher) != sealed(cipher)


def test_papers_from_before_the_cipher_and_from_an_old_key_stay_readable(backend):
    BlobStore(backend, NullCipher()).put(W, record_key("r1", "a"), SCAN, media_type="image/jpeg")
    BlobStore(backend, AesGcmCipher({"2026": OLD}, "2026")).put(W, record_key("r1", "b"), SCAN, media_type="image/jpeg")
    store = BlobStore(backend, AesGcmCipher({"2026": OLD, "2027": NEW}, "2027"))
    store.put(W, record_key("r1", "c"), SCAN, media_type="image/jpeg")
    assert [store.get(W, record_key("r1", name)) for name in "abc"] == [SCAN] * 3


def test_without_the_cipher_it_is_unavailable_and_without_the_key_it_does_not_open(backend):
    BlobStore(backend, AesGcmCipher({"k": OLD}, "k")).put(W, KEY, SCAN, media_type="image/jpeg")
    with pytest.raises(StoreUnavailable, match="aes-256-gcm"):
        BlobStore(backend).get(W, KEY)
    with pytest.raises(FixityMismatch):
        BlobStore(backend, AesGcmCipher({"k": NEW}, "k")).get(W, KEY)


@pytest.mark.parametrize(
    "change",
    {
        "chunk dropped": lambda s: s[: 52 + 65_552] + s[52 + 2 * 65_552 :],
        "chunks exchanged": lambda s: s[:52] + s[52 + 65_552 : 52 + 2 * 65_552] + s[52 : 52 + 65_552] + s[52 + 2 * 65_552 :],
        "last chunk dropped": lambda s: s[: 52 + 4 * 65_552],
        "only the header": lambda s: s[:52],
        "less than the header": lambda s: s[:20],
        "another key's name": lambda s: s[:4] + b"x" + s[5:],
        "another salt": lambda s: s[:51] + bytes([s[51] ^ 1]) + s[52:],
    }.values(),
)
def test_chunks_cannot_be_dropped_moved_or_renamed(change):
    cipher = AesGcmCipher({"k": OLD}, "k")
    with pytest.raises(CipherError):
        opened(cipher, change(sealed(cipher)))


def test_a_blob_does_not_open_under_another_key_of_the_store():
    cipher = AesGcmCipher({"k": OLD}, "k")
    with pytest.raises(CipherError):
        opened(cipher, sealed(cipher), b"working/records/r1/v2")


@pytest.mark.parametrize("keys", [{"k": b"short"}, {"": OLD}, {"a name much too long": OLD}])
def test_keys_that_cannot_be_used_are_refused(keys):
    with pytest.raises(ValueError, match="32 bytes"):
        AesGcmCipher(keys, next(iter(keys)))


def test_the_last_line_of_the_key_file_seals(tmp_path):
    path = tmp_path / "keys"
    path.write_text(f"2026 {OLD.hex()}\n\n2027 {NEW.hex()}\n")
    assert opened(AesGcmCipher({"2027": NEW}, "2027"), sealed(read_key_file(path))) == SCAN


@pytest.mark.parametrize("text", ["", "2026", "2026 xyz", f"2026 {OLD.hex()} more", "2026 00"])
def test_a_key_file_that_cannot_be_used_is_a_fault_of_the_settings(tmp_path, text):
    path = tmp_path / "keys"
    path.write_text(text)
    with pytest.raises(SettingsError, match="cipher_key_file"):
        read_key_file(path)
    with pytest.raises(SettingsError, match="cipher_key_file"):
        read_key_file(tmp_path / "nowhere")


def test_the_settings_choose_the_cipher(tmp_path):
    (tmp_path / "keys").write_text(f"2026 {OLD.hex()}\n")
    section = {"cipher": "aes-256-gcm", "cipher_key_file": str(tmp_path / "keys")}
    store = open_store(load({"XUEJI_HOME": str(tmp_path / "home")}, store=section))
    store.prepare()
    store.put(W, KEY, SCAN, media_type="image/jpeg")
    assert store.get(W, KEY) == SCAN
    assert b"national" not in (tmp_path / "home" / "store" / "working" / f"{KEY}.blob" / "content").read_bytes()
