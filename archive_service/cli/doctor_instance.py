"""What the doctor looks at before an instance can be opened: folders, the key, the database; then everything inside (services.doctor)."""

import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from archive_service import migrations
from archive_service.archive import opened
from archive_service.cli.single import holder
from archive_service.db import open_engine
from archive_service.errors import Refused
from archive_service.services.doctor import examine, schema_check
from archive_service.services.doctor_model import Finding, State, judged
from archive_service.services.migrate_target import insist_whole
from archive_service.settings import Settings

NO_INSTANCE = "先运行 xueji init（空实例）或 xueji up --demo（演示）"
AWAY = "检查数据库是否启动、磁盘是否挂载，以及 XUEJI_DATABASE__URL；数据没有改动"
PRIVATE = 0o077
FOLDER, DATABASE = ("folder_closed", "数据目录"), ("database_away", "数据库")


def instance_checks(settings: Settings, *, thorough: bool) -> Iterator[Finding]:
    """Nothing is made or changed; where there is no sound database, that is all there is to say."""
    yield _folders(settings)
    found = list(_database(settings))
    yield from found
    if all(each.state is State.OK for each in found):
        with opened(settings) as archive:
            yield from examine(archive, is_running=holder(settings) is not None, thorough=thorough)


def _folders(settings: Settings) -> Finding:
    home = settings.home
    if not home.exists():
        return Finding(*FOLDER, State.WARN, f"{home} 还不存在", NO_INSTANCE)
    closed = [str(place) for place in (home, *_subfolders(home)) if not os.access(place, os.W_OK | os.X_OK)]
    if closed:
        return Finding(*FOLDER, State.FAULT, f"不能写入：{'、'.join(closed)}", "改正目录的属主和权限")
    is_private = not settings.secret_file.exists() or not settings.secret_file.stat().st_mode & PRIVATE
    return judged(("secret_open", FOLDER[1]), is_private, str(home), f"secret.key 别人也能读：chmod 600 {settings.secret_file}")


def _subfolders(home: Path) -> list[Path]:
    return [home / name for name in ("uploads", "tasks", "store", "index", "logs") if (home / name).exists()]


def _database(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        yield Finding(*DATABASE, State.WARN, "还没有建立", NO_INSTANCE)
        return
    engine = open_engine(settings.database_url)
    try:
        insist_whole(engine)
        found = migrations.current(engine)
    except DBAPIError as error:
        yield Finding(*DATABASE, State.FAULT, f"无法连接：{error.orig}", AWAY)
        return
    except Refused as error:
        yield Finding("unfinished_move", DATABASE[1], State.FAULT, "搬迁没有完成", error.message)
        return
    finally:
        engine.dispose()
    yield Finding(*DATABASE, State.OK, url.get_backend_name())
    yield schema_check(found)
