"""The process that the children are forked from: it has loaded what they need, and looks at no picture itself.

It has one thread, an environment without secrets, and one socket, to the service, which a child closes before its first
job. So all children share the memory of what was loaded, and a new one is there in milliseconds.
"""

import gc
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
from pydantic import TypeAdapter

from services.upload.client import child, photo, upright
from services.upload.client.confine import confine
from services.upload.client.forks import Ended, Fork, Forked, FromTemplate, Kill, Loaded, ToTemplate
from services.upload.client.pagenet import page_net

LONGEST = 4096  # bytes of a message

_orders: TypeAdapter[ToTemplate] = TypeAdapter(ToTemplate)


def main(control: int, parent: int) -> None:
    """Fork children as the service at the other end of a socket asks, until that is closed, or `parent` ends."""
    confine(parent)
    load()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # what libraries print may hold what stood on a page
        os.dup2(nowhere, stream)
    gc.collect()
    gc.freeze()  # a child's collector would touch, and so copy, what was loaded
    Template(socket.socket(fileno=control)).serve()


def load() -> None:
    """Load the networks; all that jobs import was imported with `child`."""
    cv2.setNumThreads(1)
    photo.prepare()
    page_net()
    upright.turn_to_upright(np.zeros((300, 300, 3), np.uint8))


class Template:
    """Forks children, ends them when asked to, and tells when they ended."""

    def __init__(self, control: socket.socket) -> None:
        """Take over the socket to the service."""
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)
        self._children: dict[int, int] = {}  # by the descriptor that tells of their end

    def serve(self) -> None:
        """Do what the service asks until it has gone."""
        self._tell(Loaded())
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is not self._control:
                    self._bury(key.fd)
                elif not self._obey():
                    return

    def _obey(self) -> bool:
        """Do one thing; tell whether the service is still there."""
        message, channels, _, _ = socket.recv_fds(self._control, LONGEST, 1)
        if not message:
            return False
        match _orders.validate_json(message):
            case Fork(memory_bytes=memory_bytes):
                self._fork(channels[0], memory_bytes)
            case Kill(pid=pid) if pid in self._children.values():
                os.kill(pid, signal.SIGKILL)
        return True

    def _fork(self, channel: int, memory_bytes: int) -> None:
        own = os.getpid()
        try:
            pid = _fork_alone()
        except OSError as error:
            self._tell(Forked(pid=0, why=error.strerror or ""))
        else:
            if not pid:
                self._become_child(channel, memory_bytes, own)
            ended = os.pidfd_open(pid)
            self._children[ended] = pid
            self._selector.register(ended, selectors.EVENT_READ)
            self._tell(Forked(pid=pid))
        finally:
            os.close(channel)

    def _become_child(self, channel: int, memory_bytes: int, parent: int) -> None:
        """Let go of what is the template's, serve, and never come back."""
        code = 1
        with suppress(BaseException):
            self._control.close()
            self._selector.close()
            for ended in self._children:
                os.close(ended)
            child.serve(channel, memory_bytes, parent)
            code = 0
        os._exit(code)

    def _bury(self, ended: int) -> None:
        pid = self._children.pop(ended)
        self._selector.unregister(ended)
        os.close(ended)
        self._tell(Ended(pid=pid, code=os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))

    def _tell(self, news: FromTemplate) -> None:
        self._control.send(news.model_dump_json().encode())


def _fork_alone() -> int:
    """Fork; a thread of some library would hold locks that nobody in the child ever opens.

    Raises:
        RuntimeError: if there is such a thread.
    """
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads > 1:
        raise RuntimeError(f"{threads} threads")
    return os.fork()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
