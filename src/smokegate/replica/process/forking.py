"""A process that imports everything once and forks each job from itself: the client, and what the server's loop needs.

A job is an order, one JSON document, sent together with one end of a socket pair; what the fork reports comes over the
other end. The server ends when its client closes the control socket or dies.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

LARGEST_ORDER = 1 << 20
PATIENCE = 10.0
"""Seconds that the server gets to end after the control socket was closed."""


class ForkServer:
    """The client's side.

    Args:
        words: what stands behind `python` on the command line; the number of the control socket follows.
        options: options of `subprocess.Popen`.
    """

    def __init__(self, words: Sequence[str], **options: Any) -> None:
        self.shared = False
        """Whether forks of this process order theirs here, too."""
        self._borrowed = False
        self._channels: list[socket.socket] = []
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, *words, str(theirs.fileno())]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(),), **options)

    @property
    def alive(self) -> bool:
        """Whether the server still runs."""
        return self._borrowed or self.process.poll() is None

    def order(self, request: dict[str, Any]) -> socket.socket:
        """Request a fork; returns the socket over which it reports.

        Raises:
            OSError: the server has ended.
        """
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            try:
                socket.send_fds(self._control, [json.dumps(request).encode()], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
            self._channels = [*(each for each in self._channels if each.fileno() != -1), ours]
        return ours

    def close(self) -> None:
        """End the server, unless it is the one of the process that this one is a fork of."""
        if self._borrowed:
            return
        self._control.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def after_fork(self) -> None:
        """In a forked copy of the client: let go of its jobs, leave the server to the original."""
        self._borrowed = self.shared
        self.process.returncode = 0  # not this process's child: nothing to wait for or to warn about
        self._lock = threading.Lock()
        if not self.shared:
            self._control.close()
        for channel in self._channels:
            channel.close()
        self._channels.clear()


def orders(control: socket.socket) -> Iterator[tuple[dict[str, Any], socket.socket]]:
    """Yield each order with its channel, closed when the next order is awaited, until the client is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # forks report for themselves: no one waits for them
    while True:
        order, descriptors, _, _ = socket.recv_fds(control, LARGEST_ORDER, 1)
        if not order:
            return
        with socket.socket(fileno=descriptors[0]) as channel:
            yield json.loads(order), channel


def forked(control: socket.socket) -> bool:
    """Fork the server; returns whether this is the fork, which has children of its own and takes no orders."""
    if os.fork():
        return False
    control.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    return True
