"""Settings: config/default.toml, then the instance's config.toml, then the environment; nothing else reads the environment.

Lives here: the typed sections and `load`. Not here: law data (rules.law), secrets in clear (they come from the environment or files).
Unknown keys and wrong values are collected and reported together, so that one start shows every fault.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

ROOT = Path(__file__).resolve().parent.parent
DEFAULTS = ROOT / "config" / "default.toml"
PREFIX = "XUEJI_"
_LOOPBACK = ("127.", "localhost", "[::1]", "::1")


class SettingsError(Exception):
    """The settings cannot be used; `faults` lists all of them, one sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServiceSettings(Section):
    mode: Literal["office", "production"]
    host: str
    port: int = Field(ge=1, le=65535)
    web_processes: int = Field(ge=1, le=64)
    web_threads: int = Field(ge=1, le=64)
    workers: int = Field(ge=0, le=64)
    secure_cookies: bool
    trusted_proxies: int = Field(ge=0, le=5)
    styleguide: bool
    law_folder: str


class DatabaseSettings(Section):
    url: str
    pool_size: int = Field(ge=1, le=100)
    busy_seconds: float = Field(gt=0, le=120)
    echo: bool


class StoreSettings(Section):
    kind: Literal["directory", "s3"]
    folder: str
    endpoint: str
    access_key: str
    secret_key: str
    tls: bool
    region: str
    working_bucket: str
    permanent_bucket: str
    cipher: Literal["none", "aes-256-gcm"]
    cipher_key_file: str


class IntakeSettings(Section):
    max_bytes: int = Field(gt=0)
    max_pages: int = Field(gt=0, le=10_000)
    max_pixels: int = Field(gt=0)
    sniff_seconds: float = Field(gt=0, le=30)
    sniff_memory_bytes: int = Field(ge=268_435_456)
    upload_hours: int = Field(gt=0)
    free_bytes: int = Field(ge=0)


class ReadingSettings(Section):
    engine: Literal["rapidocr", "tesseract", "canned"]
    backend: Literal["openvino", "onnxruntime"]
    page_seconds: float = Field(gt=0)
    judge_seconds: float = Field(gt=0)
    memory_bytes: int = Field(gt=0)
    recycle_pages: int = Field(gt=0)
    access_dpi: int = Field(ge=100, le=600)


class JobsSettings(Section):
    lease_seconds: float = Field(gt=0)
    heartbeat_seconds: float = Field(gt=0)
    poll_seconds: float = Field(gt=0)
    attempts: int = Field(ge=1, le=100)
    backoff_seconds: float = Field(ge=0)
    keep_days: int = Field(ge=1)


class SearchSettings(Section):
    folder: str
    batch_pages: int = Field(ge=1, le=2000)
    cache_bytes: int = Field(ge=0)
    results_per_page: int = Field(ge=1, le=100)


class LedgerSettings(Section):
    seal_seconds: float = Field(gt=0)
    alarm_seconds: float = Field(gt=0)
    anchor_folder: str


class AccountsSettings(Section):
    idle_minutes: int = Field(ge=1, le=720)
    session_hours: int = Field(ge=1, le=24)
    sessions_at_most: int = Field(ge=1, le=20)
    password_length: int = Field(ge=8, le=128)
    lock_failures: int = Field(ge=1, le=100)
    lock_minutes: int = Field(ge=1, le=1440)
    address_failures: int = Field(ge=1)
    token_days: int = Field(ge=1, le=366)


class ApiSettings(Section):
    page_size: int = Field(ge=1)
    page_size_most: int = Field(ge=1, le=1000)
    requests_per_minute: int = Field(ge=1)
    idempotency_hours: int = Field(ge=1)


class LogSettings(Section):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
    json_lines: bool


class Settings(Section):
    """All settings of one instance; `home` is the data folder, and folders that are not absolute lie in it."""

    home: Path
    service: ServiceSettings
    database: DatabaseSettings
    store: StoreSettings
    intake: IntakeSettings
    reading: ReadingSettings
    jobs: JobsSettings
    search: SearchSettings
    ledger: LedgerSettings
    accounts: AccountsSettings
    api: ApiSettings
    log: LogSettings

    @property
    def database_url(self) -> str:
        return self.database.url or f"sqlite:///{self.home / 'archive.db'}"

    @property
    def store_folder(self) -> Path:
        return self.home / (self.store.folder or "store")

    @property
    def index_folder(self) -> Path:
        return self.home / (self.search.folder or "index")

    @property
    def anchor_folder(self) -> Path:
        return self.home / (self.ledger.anchor_folder or "anchors")

    @property
    def law_folder(self) -> Path:
        return self.home / self.service.law_folder if self.service.law_folder else ROOT / "config"

    @property
    def secret_file(self) -> Path:
        return self.home / "secret.key"

    @property
    def is_production(self) -> bool:
        return self.service.mode == "production"


def environment(settings: Settings) -> dict[str, str]:
    """What a process of the same instance is started with, whatever folder it runs in."""
    return {**os.environ, "XUEJI_HOME": str(settings.home)}


def load(environ: Mapping[str, str] | None = None, **overrides: dict[str, Any]) -> Settings:
    """Read and check all settings.

    `overrides` are sections as dictionaries, used by tests in place of the environment.

    Raises:
        SettingsError: with every fault found.
    """
    environ = os.environ if environ is None else environ
    home = Path(environ.get("XUEJI_HOME") or ROOT / "var").absolute()
    values = tomllib.loads(DEFAULTS.read_text("utf-8"))
    faults: list[str] = []
    _merge(values, _read(home / "config.toml", faults), "config.toml", faults)
    _merge(values, _from_environment(environ), "environment", faults)
    _merge(values, overrides, "overrides", faults)
    return _checked({"home": home, **values}, faults)


def _checked(values: dict[str, Any], faults: list[str]) -> Settings:
    try:
        settings = Settings(**values)
    except ValidationError as error:
        faults += [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    else:
        faults += unsafe(settings)
        if not faults:
            return settings
    raise SettingsError(faults)


def with_store(settings: Settings, file: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """The same instance with the store of a file in the form of config.toml, of which only [store] is read.

    Its two keys may come from the environment instead: XUEJI_TARGET_ACCESS_KEY, XUEJI_TARGET_SECRET_KEY.

    Raises:
        SettingsError: with every fault found.
    """
    environ = os.environ if environ is None else environ
    values = {**settings.model_dump(), "store": tomllib.loads(DEFAULTS.read_text("utf-8"))["store"]}
    faults: list[str] = []
    _merge(values, {"store": _read(file, faults).get("store", {})}, str(file), faults)
    secrets = {key: environ.get(f"{PREFIX}TARGET_{key.upper()}") for key in ("access_key", "secret_key")}
    values["store"] |= {key: secret for key, secret in secrets.items() if secret}
    return _checked(values, faults)


def with_database(settings: Settings, url: str) -> Settings:
    """The same instance with its rows elsewhere."""
    return settings.model_copy(update={"database": settings.database.model_copy(update={"url": url})})


def unsafe(settings: Settings) -> list[str]:
    """What production mode refuses, and combinations that cannot work."""
    service, store = settings.service, settings.store
    local = store.endpoint.startswith(_LOOPBACK)
    rules = [
        (
            store.kind == "s3" and not (store.endpoint and store.access_key and store.secret_key),
            "store: s3 needs endpoint, access_key and secret_key",
        ),
        (store.cipher != "none" and not store.cipher_key_file, "store.cipher_key_file: a cipher needs its key file"),
        (settings.jobs.heartbeat_seconds * 2 > settings.jobs.lease_seconds, "jobs.lease_seconds: must be at least twice heartbeat_seconds"),
    ]
    if settings.is_production:
        rules += [
            (not service.secure_cookies, "service.secure_cookies: production needs true, and TLS in front"),
            (service.styleguide, "service.styleguide: production needs false"),
            (settings.reading.engine == "canned", "reading.engine: canned is for tests"),
            (store.kind == "s3" and not store.tls and not local, "store.tls: production needs true unless the store is on this machine"),
            (settings.database.echo, "database.echo: production needs false, statements hold personal data"),
        ]
    return [fault for wrong, fault in rules if wrong]


def _read(path: Path, faults: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{path}: {error}")
        return {}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    sections: dict[str, Any] = {}
    for name, value in environ.items():
        if name == "XUEJI_PORT":
            sections.setdefault("service", {})["port"] = value
        elif name.startswith(PREFIX) and "__" in name:
            section, key = name.removeprefix(PREFIX).lower().split("__", 1)
            sections.setdefault(section, {})[key] = value
    return sections


def _merge(values: dict[str, Any], changes: Mapping[str, Any], source: str, faults: list[str]) -> None:
    for section, keys in changes.items():
        if section not in values or not isinstance(keys, Mapping):
            faults.append(f"{source}: unknown section {section}")
            continue
        for key, value in keys.items():
            if key not in values[section]:
                faults.append(f"{source}: unknown key {section}.{key}")
            else:
                values[section][key] = value
