"""The threads that send: how much memory they take where there are many."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

HOLDING = """
import ctypes, sys, threading
from smokegate.observation.transport.pool import Pool

pool = Pool(int(sys.argv[1]))
together = threading.Barrier(9)

def hold():
    kept = [bytearray(4096) for _ in range(32)]
    together.wait()
    together.wait()

for _ in range(8):
    threading.Thread(target=hold).start()
together.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[2].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
together.wait()
pool.close()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no arenas")
def test_the_threads_of_many_environments_share_their_memory(tmp_path_factory: pytest.TempPathFactory) -> None:
    def arenas(environments: int) -> int:
        found = tmp_path_factory.mktemp("memory") / "info.xml"
        subprocess.run([sys.executable, "-c", HOLDING, str(environments), str(found)], check=True)
        return found.read_text(encoding="utf-8").count("<heap ")

    assert arenas(100) == 1
    assert arenas(1) > 1, "each thread has its own where there are few"
