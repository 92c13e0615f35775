"""Blob stores: the bytes as received are the master and are never altered.

Lives here: one store (`BlobStore`) over two backends, a directory and any S3 service, with a cipher in between.
Not here: rows, scope, retention. Services put bytes first and the row second; removing goes the other way round.
"""

from archive_service.adapters.blobs.backend import StoreHealth
from archive_service.adapters.blobs.cipher import AesGcmCipher, Cipher, NullCipher
from archive_service.adapters.blobs.directory import DirectoryBackend
from archive_service.adapters.blobs.keys import BadKey, Bucket, blob_place, record_key
from archive_service.adapters.blobs.opening import open_store
from archive_service.adapters.blobs.s3 import S3Backend
from archive_service.adapters.blobs.store import LATEST_LOCK, BlobStore, Source, StoredBlob

__all__ = [
    "LATEST_LOCK",
    "AesGcmCipher",
    "BadKey",
    "BlobStore",
    "Bucket",
    "Cipher",
    "DirectoryBackend",
    "NullCipher",
    "S3Backend",
    "Source",
    "StoreHealth",
    "StoredBlob",
    "blob_place",
    "open_store",
    "record_key",
]
