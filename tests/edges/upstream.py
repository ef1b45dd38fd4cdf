"""An application that behaves, and what stands in its place where it does not: one port of 127.0.0.1 for each."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

HEALTHY = b'{"status": "ok"}'
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"


def _ok(caller: socket.socket, _over: threading.Event) -> None:
    caller.sendall(HEAD % len(HEALTHY) + HEALTHY)


def _own_error(caller: socket.socket, _over: threading.Event) -> None:
    caller.sendall(HEAD.replace(b"200 OK", b"503 Service Unavailable") % 26 + b'{"detail": "no database"} ')


def _silent(_caller: socket.socket, over: threading.Event) -> None:
    over.wait()


def _broken_off(_caller: socket.socket, _over: threading.Event) -> None:
    pass


def _garbage(caller: socket.socket, _over: threading.Event) -> None:
    caller.sendall(b"this is no HTTP\r\n")


BEHAVIOURS: dict[str, Callable[[socket.socket, threading.Event], None]] = {
    "ok": _ok,
    "own-error": _own_error,
    "silent": _silent,
    "broken-off": _broken_off,
    "garbage": _garbage,
}


def _serve(
    listener: socket.socket, behave: Callable[[socket.socket, threading.Event], None], over: threading.Event
) -> None:
    def one(caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError):
            heard = b""
            while b"\r\n\r\n" not in heard:
                got = caller.recv(65536)
                if not got:
                    return
                heard += got
            behave(caller, over)

    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=one, args=(caller,), daemon=True).start()


@contextlib.contextmanager
def upstreams() -> Iterator[dict[str, int]]:
    """Serve every behaviour; yields their ports, and `refused`, where nothing listens."""
    over = threading.Event()
    with contextlib.ExitStack() as stack:
        ports = {}
        for name, behave in BEHAVIOURS.items():
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            ports[name] = listener.getsockname()[1]
            threading.Thread(target=_serve, args=(listener, behave, over), daemon=True).start()
            stack.callback(listener.shutdown, socket.SHUT_RDWR)
        closed = stack.enter_context(socket.socket())
        closed.bind(("127.0.0.1", 0))
        ports["refused"] = closed.getsockname()[1]
        stack.callback(over.set)
        yield ports
