"""What may the operator choose? Environment variables (``UEMS_*``) and one TOML file, checked before anything starts."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from uems.kernel.errors import UemsError


class Settings(BaseSettings):
    """Every setting of the system. The environment wins over ``uems.toml`` in the working folder, which wins over the defaults."""

    model_config = SettingsConfigDict(env_prefix="UEMS_", toml_file="uems.toml", extra="forbid", frozen=True)

    home: Path = Field(Path(".uems"), description="Folder that holds all state of an embedded installation.")
    warehouse_url: str = Field(
        "chdb:",
        description="`chdb:` for the embedded engine under the home folder, or `clickhouse://user:password@host1:8123,host2:8123/database`.",
    )
    warehouse_cluster: str = Field("", description="Name of the ClickHouse cluster (remote_servers). Empty: a single server.")
    warehouse_on_cluster: bool = Field(False, description="Add ON CLUSTER to DDL instead of running it on every listed host.")
    warehouse_replicated: bool = Field(False, description="Use Replicated*MergeTree engines (needs Keeper).")
    warehouse_max_memory_bytes: int = Field(6_000_000_000, ge=100_000_000, description="Most memory one analytical query may use.")
    warehouse_max_seconds: float = Field(60.0, gt=0, description="Longest time one analytical query may run.")
    warehouse_threads: int = Field(0, ge=0, description="Threads for one analytical query; 0 lets the engine choose.")
    store_url: str = Field(
        "sqlite:", description="`sqlite:` for a file under the home folder, or `postgresql://user:password@host/database`."
    )
    log_partitions: int = Field(1, ge=1, le=1024, description="Partitions of the event log; as many workers can consume side by side.")
    log_flush_milliseconds: int = Field(10, ge=1, le=1000, description="Longest wait before waiting requests are committed together.")
    log_max_bytes: int = Field(20_000_000_000, ge=1_000_000, description="When the unread log is larger, collection answers 429.")
    dedupe_days: int = Field(7, ge=7, le=90, description="How long a repeated messageId is recognised.")
    receipt_days: int = Field(30, ge=7, le=400, description="How long receipts are kept; at least the dedupe window.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    public_url: str = Field("", description="Address under which users reach the system, for links in messages. Empty: http://host:port.")
    secure_cookies: bool = Field(False, description="Mark the session cookie Secure; switch on behind HTTPS.")
    session_hours: int = Field(24 * 14, ge=1, le=24 * 90, description="How long a login lasts.")
    allow_private_outbound: bool = Field(False, description="Let connectors and webhooks reach private network addresses.")
    secret_key: str = Field("", description="Encrypts passwords of sources: 32 random bytes in URL-safe base64. Empty: a key file at home.")
    files_folder: Path | None = Field(None, description="Where uploaded files are kept, shared by all processes; by default under home.")
    files_max_bytes: int = Field(5_000_000_000, ge=1_000_000, description="Largest file that can be uploaded.")
    files_keep_days: int = Field(14, ge=1, le=400, description="How long an uploaded file is kept after its last use.")
    sqlite_sources_folder: Path | None = Field(None, description="Folder whose SQLite files may be read as sources; none by default.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much the server says on standard error.")

    @field_validator("warehouse_url")
    @classmethod
    def _known_warehouse(cls, value: str) -> str:
        if not value.startswith(("chdb:", "clickhouse://", "clickhouses://")):
            raise ValueError("must start with chdb:, clickhouse:// or clickhouses:// (TLS)")
        return value

    @field_validator("store_url")
    @classmethod
    def _known_store(cls, value: str) -> str:
        if not value.startswith(("sqlite:", "postgresql://")):
            raise ValueError("must start with sqlite: or postgresql://")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**overrides: object) -> Settings:
    """Read and check the settings; raises ``bad_settings`` naming every wrong one at once."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        lines = [f"UEMS_{'_'.join(str(p) for p in e['loc']).upper()}: {e['msg']} (got {str(e['input'])[:80]!r})" for e in error.errors()]
        raise UemsError("bad_settings", "Settings cannot be used. " + "; ".join(lines), status=500) from error
