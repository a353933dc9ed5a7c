"""What may the operator choose? Environment variables (``UEMS_*``) and one TOML file, checked before anything starts."""

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from uems.kernel.errors import UemsError


class Settings(BaseSettings):
    """Every setting of the system. The environment wins over ``uems.toml`` in the working folder, which wins over the defaults."""

    model_config = SettingsConfigDict(env_prefix="UEMS_", toml_file="uems.toml", extra="forbid", frozen=True)

    home: Path = Field(Path(".uems"), description="Folder that holds all state of an embedded installation.")
    warehouse_url: str = Field(
        "chdb:",
        repr=False,
        description="`chdb:` for the embedded engine under the home folder, or `clickhouse://user:password@host1:8123,host2:8123/database`.",
    )
    warehouse_cluster: str = Field("", description="Name of the ClickHouse cluster (remote_servers). Empty: a single server.")
    warehouse_on_cluster: bool = Field(False, description="Add ON CLUSTER to DDL instead of running it on every listed host.")
    warehouse_replicated: bool = Field(False, description="Use Replicated*MergeTree engines (needs Keeper).")
    warehouse_max_memory_bytes: int = Field(6_000_000_000, ge=100_000_000, description="Most memory one analytical query may use.")
    warehouse_max_seconds: float = Field(60.0, gt=0, description="Longest time one analytical query may run.")
    warehouse_threads: int = Field(0, ge=0, description="Threads for one analytical query; 0 lets the engine choose.")
    store_url: str = Field(
        "sqlite:", repr=False, description="`sqlite:` for a file under the home folder, or `postgresql://user:password@host/database`."
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
    push_services: str = Field(
        "fcm.googleapis.com, updates.push.services.mozilla.com, *.push.apple.com, *.notify.windows.com",
        description="Hosts at which browsers may ask for web push notes, by commas; `*.` stands for any names before the rest.",
    )
    secret_key: str = Field(
        "", repr=False, description="Encrypts passwords of sources: 32 random bytes in URL-safe base64. Empty: a key file at home."
    )
    files_folder: Path | None = Field(None, description="Where uploaded files are kept, shared by all processes; by default under home.")
    files_max_bytes: int = Field(5_000_000_000, ge=1_000_000, description="Largest file that can be uploaded.")
    files_keep_days: int = Field(14, ge=1, le=400, description="How long an uploaded file is kept after its last use.")
    sqlite_sources_folder: Path | None = Field(None, description="Folder whose SQLite files may be read as sources; none by default.")
    smtp_host: str = Field("", description="Mail server through which alerts go out. Empty: e-mail is off.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection to the mail server is protected: STARTTLS, TLS from the start, or not at all."
    )
    smtp_user: str = Field("", description="User for the mail server; empty: no login.")
    smtp_password: str = Field("", repr=False, description="Password for the mail server.")
    smtp_from: str = Field("", description="Address that letters come from. Empty: uems@ the mail server.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much the server says on standard error.")

    @property
    def truth_folder(self) -> Path:
        """Where the simulator writes what is true of the shop that it keeps alive here."""
        return self.home / "demo-truth"

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

    @field_validator("push_services")
    @classmethod
    def _hosts(cls, value: str) -> str:
        wrong = [name for name in value.split(",") if not re.fullmatch(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+", name.strip())]
        if wrong:
            raise ValueError(
                f"must be host names such as fcm.googleapis.com or *.push.apple.com, by commas; {wrong[0].strip()[:100]!r} is none"
            )
        return value

    @model_validator(mode="after")
    def _receipts_outlive_dedupe(self) -> Self:
        # After a restart the pipeline remembers which ids came by the receipts that are kept.
        if self.receipt_days < self.dedupe_days:
            raise ValueError(f"UEMS_RECEIPT_DAYS is {self.receipt_days} and must be at least UEMS_DEDUPE_DAYS, which is {self.dedupe_days}")
        return self

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


_SECRET: Final = frozenset(name for name, field in Settings.model_fields.items() if not field.repr)
"""What may hold a password (``repr=False``), and is never shown."""


def load_settings(**overrides: object) -> Settings:
    """Read and check the settings; raises ``bad_settings`` naming every wrong one at once."""
    lines = [f"{name} is no setting; did you mean {meant}?" for name, meant in _misspelt().items()]
    try:
        found = Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        # Without the cause, whose text holds what was given.
        raise _unusable([*lines, *(_line(one) for one in error.errors())]) from None
    if lines:
        raise _unusable(lines)
    return found


def _unusable(lines: list[str]) -> UemsError:
    return UemsError("bad_settings", "Settings cannot be used. " + "; ".join(lines), status=500)


def _line(error: Any) -> str:
    """One wrong setting: its name, what is wrong, and what was given, unless that may be a secret."""
    names = [str(part) for part in error["loc"]]
    if not names:
        return str(error["msg"])
    got = "" if names[0] in _SECRET else f" (got {str(error['input'])[:80]!r})"
    return f"UEMS_{'_'.join(names).upper()}: {error['msg']}{got}"


def _misspelt() -> dict[str, str]:
    """Variables that are no setting but almost are: wrong name → right one. Others may belong to something else."""
    known = [f"UEMS_{name.upper()}" for name in Settings.model_fields]
    unknown = [name.upper() for name in os.environ if name.upper().startswith("UEMS_") and name.upper() not in known]
    return {name: close[0] for name in sorted(unknown) if (close := get_close_matches(name, known, n=1, cutoff=0.85))}
