"""One real ClickHouse server in a process of its own, made from the wheel of the embedded engine; for tests only.

usage: python clickhouse_node.py FOLDER     FOLDER/config.xml names the ports. Runs until it is killed; data stays in FOLDER/data.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    folder = os.path.abspath(sys.argv[1])  # noqa: PTH100
    # A server must not outlive a test run that was killed.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.makedirs(folder + "/data", exist_ok=True)  # noqa: PTH103
    from chdb import _chdb

    os.chdir(folder)  # after the import, which changes folders itself; the engine reads ./config.xml
    _chdb.set_signal_handlers_enabled(0)  # type: ignore[attr-defined]  # the stubs of the wheel are not complete
    _chdb.query(  # type: ignore[attr-defined]
        "SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; SELECT sleepEachRow(1) FROM numbers(864000) "
        "SETTINGS max_block_size=1, function_sleep_max_microseconds_per_block=0, max_execution_time=0 FORMAT Null",
        "TabSeparated",  # any other format becomes the default of the server and breaks its clients
        path=folder + "/data",
    )


main()
