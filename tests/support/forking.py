"""A process that has read all modules of the command ``uems``, and runs each command as a fork of itself.

usage: python -m tests.support.forking FD     FD: a socket that takes one message a command, and is told how each one ended

A message is JSON, {"arguments", "environment", "folder"}, with the descriptors that become the standard output and error, and one on
which the exit code is written, as subprocess gives it. The answer is the process id. Starting Python and reading the modules takes
longer than most commands; a fork shares nothing with the next one. This process never starts the engine, which would not survive a fork.
"""

import ctypes
import json
import os
import select
import signal
import socket
import sys
from typing import Any

MESSAGE_BYTES = 1 << 20
_PR_SET_PDEATHSIG = 1


def serve(line: socket.socket) -> dict[str, Any] | None:
    """Start what is asked for, tell what has ended. Returns in a fork, with what it shall run; None when nobody asks any more."""
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    going: dict[int, int] = {}
    ears: list[int] = [line.fileno(), woken]
    while True:
        ready, _, _ = select.select(ears, [], [])
        if woken in ready:
            os.read(woken, 4096)
            _tell(going)
        if line.fileno() not in ready:
            continue
        told, descriptors, _, _ = socket.recv_fds(line, MESSAGE_BYTES, 3)
        if not told:
            return None
        out, err, ended = descriptors
        child = os.fork()
        if child == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            # Whatever becomes of the tests, no server outlives them.
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            os.dup2(out, 1)
            os.dup2(err, 2)
            for descriptor in (out, err, ended, woken, wakes, line.detach(), *going.values()):
                os.close(descriptor)
            asked: dict[str, Any] = json.loads(told)
            return asked
        os.close(out)
        os.close(err)
        going[child] = ended
        line.sendall(b"%d\n" % child)


def _tell(going: dict[int, int]) -> None:
    for child in list(going):
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            with open(going.pop(child), "wb") as ended:  # noqa: PTH123  a descriptor
                ended.write(b"%d" % os.waitstatus_to_exitcode(status))


def _become(asked: dict[str, Any]) -> None:
    """Be the process that would have been started."""
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    sys.argv[:] = ["uems", *asked["arguments"]]


if __name__ == "__main__":
    import gc

    import uems.cli

    main = uems.cli.main  # the module of that name takes its place
    sys.meta_path.insert(0, uems.cli.WithoutPandas())
    import uems.app
    import uems.cli.client
    import uems.cli.commands
    import uems.cli.serving

    gc.freeze()
    wanted = serve(socket.socket(fileno=int(sys.argv[1])))
    if wanted is not None:
        _become(wanted)
        main()
