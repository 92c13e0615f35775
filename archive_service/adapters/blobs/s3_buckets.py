"""The two buckets of an S3 service: made once, checked at every start.

Lives here: versioning, object lock and the rule that clears unfinished uploads. Not here: blobs (`s3`).
Object lock can be asked for only when a bucket is made, so a `permanent` bucket without it is refused, never used.
"""

from collections.abc import Mapping

from minio import Minio
from minio.commonconfig import ENABLED, Filter
from minio.error import S3Error
from minio.lifecycleconfig import AbortIncompleteMultipartUpload, LifecycleConfig, Rule
from minio.versioningconfig import VersioningConfig

from archive_service.adapters.blobs.keys import Bucket
from archive_service.adapters.blobs.s3_client import s3_errors
from archive_service.errors import StoreUnavailable

_MADE_MEANWHILE = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}
_UNLOCKED = "ObjectLockConfigurationNotFoundError"
_UNFINISHED_DAYS = 1


def prepare_buckets(client: Minio, buckets: Mapping[Bucket, str]) -> None:
    """Make what is missing, then check that each bucket is locked or unlocked as it must be.

    Raises:
        StoreUnavailable: the service is away, or a bucket was made otherwise by somebody else.
    """
    for bucket, name in buckets.items():
        with s3_errors(name):
            lockable = bucket is Bucket.PERMANENT
            if not client.bucket_exists(name):
                _make(client, name, lockable=lockable)
            if _has_object_lock(client, name) is not lockable:
                raise StoreUnavailable(_WRONG[lockable].format(name))
            if client.get_bucket_versioning(name).status != ENABLED:
                client.set_bucket_versioning(name, VersioningConfig(ENABLED))
            client.set_bucket_lifecycle(name, _drop_unfinished_uploads())


_WRONG = {
    True: "存储桶 {} 建立时没有开启对象锁定，不能用作永久存储；请换一个名称，由本系统新建",
    False: "存储桶 {} 开启了对象锁定，按规定撤出的材料将无法删除；请换一个名称，由本系统新建",
}


def _make(client: Minio, name: str, *, lockable: bool) -> None:
    try:
        client.make_bucket(name, object_lock=lockable)
    except S3Error as error:
        if error.code not in _MADE_MEANWHILE:
            raise


def _has_object_lock(client: Minio, name: str) -> bool:
    try:
        client.get_object_lock_config(name)
    except S3Error as error:
        if error.code == _UNLOCKED:
            return False
        raise
    return True


def _drop_unfinished_uploads() -> LifecycleConfig:
    abort = AbortIncompleteMultipartUpload(days_after_initiation=_UNFINISHED_DAYS)
    return LifecycleConfig(
        [Rule(ENABLED, rule_filter=Filter(prefix=""), rule_id="unfinished-uploads", abort_incomplete_multipart_upload=abort)]
    )
