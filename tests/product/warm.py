"""The product with its modules imported, from which processes are forked.

Two thirds of a start of `siaga` are imports. What begins here is a process of its own, with its own memory, signals,
settings and end; it has only skipped them. A keeper between the two waits for it and says how it ended.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

ORDER = 200_000  # bytes of an order at most: the environment is in it
IMPORTED = ("bot.running", "bot.example", "bot.workbook.load", "bot.commands.doctor", "bot.commands.exporting",
            "bot.commands.state", "bot.commands.workbook", "tests.outbox.victim", "uvloop")  # fmt: skip


class Process:
    """One that began warm, as far as tests use `asyncio.subprocess.Process`."""

    def __init__(self) -> None:
        self.pid = 0
        self.returncode: int | None = None
        self.stdout: asyncio.StreamReader | None = None
        self.stderr: asyncio.StreamReader | None = None
        self._ours: list[asyncio.StreamWriter] = []

    async def heard(self) -> tuple[asyncio.StreamReader, int]:
        """What is read here, and the end that another process writes to."""
        ours, theirs = socket.socketpair()
        reader, end = await asyncio.open_connection(sock=ours)
        self._ours.append(end)
        return reader, theirs.detach()

    async def kept(self, keeper: asyncio.StreamReader) -> None:
        pid = await keeper.readline()
        assert pid, "the process that waits to be forked has ended"
        self.pid = int(pid)
        self._ended = asyncio.create_task(self._ends(keeper))

    async def _ends(self, keeper: asyncio.StreamReader) -> int:
        self.returncode = int(await keeper.readline())
        return self.returncode

    def send_signal(self, sign: int) -> None:
        with suppress(ProcessLookupError):  # its keeper is about to say so
            if self.returncode is None:
                os.kill(self.pid, sign)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        code = await asyncio.shield(self._ended)
        for end in self._ours:
            end.close()
            await end.wait_closed()
        return code

    async def communicate(self) -> tuple[bytes, bytes]:
        assert self.stdout is not None
        assert self.stderr is not None
        out, err = await asyncio.gather(self.stdout.read(), self.stderr.read())
        await self.wait()
        return out, err


class Warm:
    """The process that waits to be forked."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", __name__, str(theirs.fileno())]
            self._waits = subprocess.Popen(command, pass_fds=[theirs.fileno()])

    def close(self) -> None:
        self._line.close()  # it ends when nobody can order any more
        self._waits.wait()

    async def begin(
        self, entry: str, args: Sequence[str], *, env: dict[str, str], folder: Path, err: IO[Any] | None = None
    ) -> Process:
        """`entry`: module and function, as `bot.cli:main`. What goes to stderr goes to `err`, or to a pipe as well."""
        made = Process()
        keeper, told = await made.heard()
        made.stdout, out = await made.heard()
        wrong = os.dup(err.fileno()) if err else -1
        if not err:
            made.stderr, wrong = await made.heard()
        order = json.dumps({"entry": entry, "args": [*args], "env": env, "folder": str(folder)}).encode()
        socket.send_fds(self._line, [order], [out, wrong, told])
        for end in (out, wrong, told):
            os.close(end)
        await made.kept(keeper)
        return made


# --- the process that waits, and the two that an order makes of it ---


def _keep(told: int) -> None:
    """Fork once more: the parent says who its child is, waits, says how it ended, and ends; the child returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid:
        os.write(told, b"%d\n" % pid)
        _, status = os.waitpid(pid, 0)
        os.write(told, b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    os.close(told)


def _become(order: bytes, out: int, err: int) -> None:
    wanted = json.loads(order)
    os.chdir(wanted["folder"])
    os.environ.clear()
    os.environ.update(wanted["env"])
    for end, place in ((out, 1), (err, 2)):
        os.dup2(end, place)
        os.close(end)
    module, _, main = wanted["entry"].partition(":")
    sys.argv = [module, *wanted["args"]]
    getattr(importlib.import_module(module), main)()


def _wait(line: socket.socket) -> None:
    """Until nobody can order any more; a fork returns from here only when it has done what it was ordered."""
    while True:
        order, ends, *_ = socket.recv_fds(line, ORDER, 3)
        if not order:
            return None
        if not os.fork():
            line.close()
            out, err, told = ends
            _keep(told)
            return _become(order, out, err)
        for end in ends:
            os.close(end)


if __name__ == "__main__":
    gc.disable()
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    gc.enable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # of the keepers nothing is left
    _wait(socket.socket(fileno=int(sys.argv[1])))
