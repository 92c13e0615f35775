"""From settings to a blob store.

Lives here: which backend and which cipher the settings ask for, and reading the key file. Called by `archive.py`.
"""

from pathlib import Path

from archive_service.adapters.blobs.backend import Backend
from archive_service.adapters.blobs.cipher import AesGcmCipher, Cipher, NullCipher
from archive_service.adapters.blobs.directory import DirectoryBackend
from archive_service.adapters.blobs.keys import Bucket
from archive_service.adapters.blobs.s3 import S3Backend
from archive_service.adapters.blobs.s3_client import connect
from archive_service.adapters.blobs.store import BlobStore
from archive_service.settings import Settings, SettingsError, StoreSettings


def open_store(settings: Settings) -> BlobStore:
    """The store the settings describe; `prepare` it once at start. Nothing is sent or written yet.

    Raises:
        SettingsError: the key file of the cipher cannot be used.
    """
    return BlobStore(_backend(settings), _cipher(settings.store))


def _backend(settings: Settings) -> Backend:
    store = settings.store
    if store.kind == "directory":
        return DirectoryBackend(settings.store_folder)
    client = connect(store.endpoint, store.access_key, store.secret_key, secure=store.tls, region=store.region)
    return S3Backend(client, {Bucket.WORKING: store.working_bucket, Bucket.PERMANENT: store.permanent_bucket})


def _cipher(store: StoreSettings) -> Cipher:
    if store.cipher == "none":
        return NullCipher()
    return read_key_file(Path(store.cipher_key_file))


def read_key_file(path: Path) -> AesGcmCipher:
    """The cipher of a key file: lines of `name hexadecimal-key`, 64 digits; the last line seals, all of them open.

    Raises:
        SettingsError: it cannot be read, or a line is not a name and a key.
    """
    try:
        lines = [line.split() for line in path.read_text("ascii").splitlines() if line.strip()]
        keys = {name: bytes.fromhex(key) for name, key in lines}
        return AesGcmCipher(keys, current=lines[-1][0])
    except (OSError, ValueError, IndexError) as error:
        fault = "needs lines of a name (1 to 16 characters) and 64 hexadecimal digits, readable by the service alone"
        raise SettingsError([f"store.cipher_key_file {path}: {fault}"]) from error
