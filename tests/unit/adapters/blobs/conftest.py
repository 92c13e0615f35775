"""The stores under test: every combination of backend and cipher that can be set up in practice."""

from secrets import token_hex

import pytest

from archive_service.adapters.blobs import AesGcmCipher, BlobStore, Bucket, DirectoryBackend, NullCipher, S3Backend
from archive_service.adapters.blobs.s3_client import connect

AES = AesGcmCipher({"k1": b"\x01" * 32}, current="k1")


@pytest.fixture
def directory(tmp_path):
    return DirectoryBackend(tmp_path / "store")


@pytest.fixture
def s3(s3_endpoint):
    """A pair of buckets of this test alone, in the one gateway of the run."""
    client = connect(s3_endpoint.endpoint, s3_endpoint.access_key, s3_endpoint.secret_key, secure=False, region="default")
    name = token_hex(6)
    return S3Backend(client, {Bucket.WORKING: f"w-{name}", Bucket.PERMANENT: f"p-{name}"})


@pytest.fixture(
    params=[
        pytest.param(("directory", NullCipher()), id="directory"),
        pytest.param(("directory", AES), id="directory-aes"),
        pytest.param(("s3", NullCipher()), id="s3", marks=pytest.mark.s3),
        pytest.param(("s3", AES), id="s3-aes", marks=pytest.mark.s3),
    ]
)
def store(request):
    backend, cipher = request.param
    store = BlobStore(request.getfixturevalue(backend), cipher)
    store.prepare()
    return store
