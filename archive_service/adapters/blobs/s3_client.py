"""The `minio` client, set up for an archive: short waits, few retries, our errors.

Lives here: building the client, mapping what it raises, asking whether a write would pass. Not here: what is done with it (`s3`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import certifi
import urllib3
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from archive_service.errors import BlobMissing, StoreUnavailable

_CONNECT_SECONDS, _READ_SECONDS = 5, 60
_GONE = {"NoSuchKey", "NoSuchVersion", "NoSuchObject", "MethodNotAllowed"}  # the last is how a delete marker answers
_OF_NOTHING = {"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}  # the digest of no bytes at all
_URL_LIVES = timedelta(minutes=5)
_FULL = {"QuotaExceeded", "InsufficientCapacity", "XMinioStorageFull"}


def connect(endpoint: str, access_key: str, secret_key: str, *, secure: bool = True, region: str = "") -> Minio:
    """A client for `host:port`; nothing is sent yet. Not to be carried across a fork."""
    return Minio(endpoint, access_key, secret_key, secure=secure, region=region or None, http_client=_connections())


def would_take(client: Minio, bucket: str, key: str) -> bool:
    """Whether a write to the bucket would pass, without writing: bytes are offered under the digest of others.

    The service looks at rights and room first, and then keeps nothing of what does not match its digest.

    Raises:
        HTTPError, MinioException: the service is away.
    """
    url = client.presigned_put_object(bucket, key, _URL_LIVES)
    with _connections() as http:
        answer = http.request("PUT", url, body=b"offered", headers=_OF_NOTHING)
    return b"<Code>BadDigest</Code>" in answer.data


def _connections() -> urllib3.PoolManager:
    return urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
        maxsize=16,
        cert_reqs="CERT_REQUIRED",
        ca_certs=certifi.where(),
        retries=urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
    )


@contextmanager
def s3_errors(what: str) -> Iterator[None]:
    """Raises: BlobMissing: `what` is not there. StoreUnavailable: anything else the service or the network says."""
    try:
        yield
    except S3Error as error:
        if error.code in _GONE:
            raise BlobMissing(f"存储中没有 {what}") from error
        if error.code in _FULL:
            raise StoreUnavailable("存储空间已满，本次内容没有保存，已有材料不受影响；请管理员扩容后重新提交") from error
        raise StoreUnavailable(f"对象存储拒绝了请求（{error.code}：{what}）；请管理员检查存储设置") from error
    except (MinioException, HTTPError) as error:
        raise StoreUnavailable from error
