"""Who owns the folder of the embedded engine, and with which configuration does the engine start in it?

One process owns a folder, and one process runs one engine: both are engine rules, told here in words before the engine
tells them in codes.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

from uems.kernel._clickhouse import EngineSettings
from uems.kernel._engine_repair import forget_what_never_came
from uems.kernel.errors import UemsError

_logger = logging.getLogger("uems.warehouse")
Open: TypeAlias = Callable[[], Any]

# Given explicitly, so that no config.xml of the working folder is read. Caches hold what repays its memory on a machine
# that also runs the rest of the system; the defaults go up to 5 GB each.
_CONFIG: Final = """<clickhouse>
  <mark_cache_size>268435456</mark_cache_size>
  <primary_index_cache_size>268435456</primary_index_cache_size>
  <index_mark_cache_size>67108864</index_mark_cache_size>
  <vector_similarity_index_cache_size>16777216</vector_similarity_index_cache_size>
  <text_index_tokens_cache_size>16777216</text_index_tokens_cache_size>
  <text_index_header_cache_size>16777216</text_index_header_cache_size>
  <text_index_postings_cache_size>16777216</text_index_postings_cache_size>
  <unique_key_index_cache_size_bytes>16777216</unique_key_index_cache_size_bytes>
  <parquet_metadata_cache_size>16777216</parquet_metadata_cache_size>
  <iceberg_metadata_files_cache_size>16777216</iceberg_metadata_files_cache_size>
  <query_condition_cache_size>67108864</query_condition_cache_size>
  <compiled_expression_cache_size>67108864</compiled_expression_cache_size>
  <max_active_parts_loading_thread_pool_size>8</max_active_parts_loading_thread_pool_size>
  <max_outdated_parts_loading_thread_pool_size>2</max_outdated_parts_loading_thread_pool_size>
  <max_parts_cleaning_thread_pool_size>4</max_parts_cleaning_thread_pool_size>
  <max_thread_pool_free_size>16</max_thread_pool_free_size>
  <max_server_memory_usage_to_ram_ratio>0.8</max_server_memory_usage_to_ram_ratio>
</clickhouse>
"""

_claims: dict[Path, "Claim"] = {}
_guard = threading.Lock()


class Claim:
    """The right of this process to one folder; counted, since a process may open its own folder more than once."""

    def __init__(self, folder: Path, lock_file: int) -> None:
        self.folder = folder
        self._lock_file = lock_file
        self._holders = 1

    def share(self) -> "Claim":
        self._holders += 1
        return self

    def release(self) -> None:
        with _guard:
            self._holders -= 1
            if self._holders == 0:
                del _claims[self.folder]
                os.close(self._lock_file)


def claim(folder: Path) -> Claim:
    """Take ``folder`` for this process. Raises ``warehouse_locked`` when another process has it."""
    if "?" in str(folder):
        # The engine takes what follows a question mark for its own parameters.
        raise UemsError("bad_settings", f"UEMS_HOME {folder} holds a question mark; choose another folder.", status=500)
    with _guard:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UemsError("bad_settings", f"The folder {folder} cannot be made: {error}. Check UEMS_HOME.", status=500) from None
        folder = folder.resolve()
        if folder in _claims:
            return _claims[folder].share()
        if _claims:
            other = next(iter(_claims))
            raise UemsError("warehouse_locked", f"This process already runs a warehouse in {other}; close it first.", status=503)
        lock_file = os.open(folder / "owner", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.pread(lock_file, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(lock_file)
            raise _locked(folder, f"process {owner}") from None
        os.ftruncate(lock_file, 0)
        os.pwrite(lock_file, f"{os.getpid()}\n".encode(), 0)
        gone = forget_what_never_came(folder / "data")
        if gone:
            _logger.warning("the warehouse was killed while it wrote; %d parts that never came can be inserted again", gone)
        _claims[folder] = Claim(folder, lock_file)
        return _claims[folder]


def start(claim: Claim, session: EngineSettings) -> tuple[Open, Any]:
    """Start the engine: a function that opens connections, and the first of them, which keeps the engine alive."""
    import chdb  # takes half a second and 250 MB, so not before it is needed

    config = claim.folder / "engine.xml"
    if not config.exists() or config.read_text() != _CONFIG:
        config.write_text(_CONFIG)
    # Results stay in this process: compressing them would only cost time.
    extra = {**session, "output_format_arrow_compression_method": "none"}
    address = f"{claim.folder / 'data'}?config-file={config}" + "".join(f"&{key}={value}" for key, value in extra.items())

    def connect() -> Any:
        return chdb._chdb.connect(address)

    try:
        return connect, connect()
    except RuntimeError as error:
        # The engine says code 76 only on standard error; what arrives here has an empty reason.
        if "Error initializing EmbeddedServer" in str(error):
            raise _locked(claim.folder, "another process, or damaged (the engine's own words are on standard error)") from None
        raise UemsError("warehouse_failed", f"The warehouse in {claim.folder} does not start: {error}", status=500) from None


def _locked(folder: Path, owner: str) -> UemsError:
    return UemsError(
        "warehouse_locked",
        f"The warehouse in {folder} is in use by {owner}. "
        "Stop that process, talk to the running server instead, or choose another UEMS_HOME.",
        status=503,
    )
