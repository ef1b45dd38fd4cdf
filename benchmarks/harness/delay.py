"""Delays packets: `python delay.py QUEUE SECONDS` holds each packet of a netfilter queue, then lets it go.

For kernels without netem. The queue (NFQUEUE) is emptied from user space, over netlink by hand: no library is
needed. Every packet is held, those of TCP's and TLS's handshakes and the acknowledgements too, as on a long
line. Only the packets' numbers come here, never their contents. Prints `ready` when it holds the queue.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import sys
import time
from collections import deque
from contextlib import suppress

NETFILTER = 12
"""The netlink family of netfilter (linux/netlink.h)."""
SUBSYSTEM = 3 << 8
"""The queue's messages (linux/netfilter/nfnetlink_queue.h): a packet is 0, then these."""
CONFIG, VERDICT_BATCH = SUBSYSTEM | 2, SUBSYSTEM | 3
COMMAND, PARAMETERS, MAXIMUM, MASK, FLAGS = 1, 2, 3, 4, 5
PACKET_HEADER, VERDICT_HEADER = 1, 2
BIND, COPY_META, ACCEPT, WHOLE_SEGMENTS = 1, 1, 1, 4
MOST = 65_536
REQUEST, ACKNOWLEDGE = 1, 4
ERROR = 2


def main() -> None:
    """Hold the packets of a queue until the standard input is closed."""
    number, seconds = int(sys.argv[1]), float(sys.argv[2])
    with suppress(OSError):  # without the right to it, the delay is a little less even
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    queue = Queue(number)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    hold(queue, seconds)


class Queue:
    """One netfilter queue."""

    def __init__(self, number: int) -> None:
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETFILTER)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind((0, 0))
        self._number = number
        self._ask(_attribute(COMMAND, struct.pack("!BxH", BIND, 0)))
        self._ask(_attribute(PARAMETERS, struct.pack("!IB", 0, COPY_META)))
        self._ask(_attribute(MAXIMUM, struct.pack("!I", MOST)))
        flags = struct.pack("!I", WHOLE_SEGMENTS)
        self._ask(_attribute(FLAGS, flags) + _attribute(MASK, flags))
        self.socket.settimeout(0)

    def arrived(self) -> list[int]:
        """Return the numbers of the packets that have come."""
        numbers: list[int] = []
        with suppress(BlockingIOError):
            while True:
                numbers.extend(_numbers(self.socket.recv(1 << 17)))
        return numbers

    def release(self, number: int) -> None:
        """Let a packet go, and all that came before it."""
        verdict = _attribute(VERDICT_HEADER, struct.pack("!II", ACCEPT, number))
        self.socket.send(self._message(VERDICT_BATCH, REQUEST, verdict))

    def _ask(self, attributes: bytes) -> None:
        self.socket.send(self._message(CONFIG, REQUEST | ACKNOWLEDGE, attributes))
        answer = self.socket.recv(1 << 16)
        code = struct.unpack_from("=i", answer, 16)[0]
        if struct.unpack_from("=H", answer, 4)[0] == ERROR and code != 0:
            raise OSError(-code, f"queue {self._number}: {os.strerror(-code)}")

    def _message(self, kind: int, flags: int, attributes: bytes) -> bytes:
        body = struct.pack("!BBH", socket.AF_UNSPEC, 0, self._number) + attributes
        return struct.pack("=IHHII", 16 + len(body), kind, flags, 0, 0) + body


def hold(queue: Queue, seconds: float) -> None:
    """Let every packet go `seconds` after it came."""
    held: deque[tuple[float, int]] = deque()
    closed = False
    while not closed:
        left = max(0.0, held[0][0] - time.monotonic()) if held else None
        readable = select.select([queue.socket, sys.stdin], [], [], left)[0]
        now = time.monotonic()
        if queue.socket in readable:
            held.extend((now + seconds, number) for number in queue.arrived())
        due = None
        while held and held[0][0] <= now:
            due = held.popleft()[1]
        if due is not None:
            queue.release(due)
        closed = sys.stdin in readable


def _attribute(kind: int, value: bytes) -> bytes:
    padding = bytes(-len(value) % 4)
    return struct.pack("=HH", 4 + len(value), kind) + value + padding


def _numbers(data: bytes) -> list[int]:
    """Return the packets' numbers in a batch of netlink messages; the header comes first in each."""
    found = []
    at = 0
    while at + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, at)
        if kind == SUBSYSTEM and struct.unpack_from("=H", data, at + 22)[0] == PACKET_HEADER:
            found.append(struct.unpack_from("!I", data, at + 24)[0])
        at += (length + 3) & ~3
    return found


if __name__ == "__main__":
    main()
