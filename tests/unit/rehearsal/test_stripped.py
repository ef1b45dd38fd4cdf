"""The copy of an environment file that a rehearsal works with asks no server."""

from __future__ import annotations

from pathlib import Path

import pytest

from smokegate.environment.load import load
from smokegate.rehearsal.sanitized_file import UnstrippableError, strip


def test_server_and_containers_are_left_out(folder: Path, tmp_path: Path) -> None:
    """Sections that lead to a host are gone; every other promise is still there."""
    (copy,) = load(("shop",), directory=strip(folder / "shop.toml", tmp_path / "copy"), variables={})

    assert copy.server is None
    assert copy.compose is None
    assert copy.sign_in is not None
    assert copy.backend.health.within == 1.0


def test_form_that_can_not_be_left_out_is_refused(tmp_path: Path) -> None:
    """An inline table would have to be cut out of its line: the message says how to write it instead."""
    file = tmp_path / "odd.toml"
    file.write_text('title = "Odd"\nserver = { ssh = "ubuntu@shop.example" }\n', "utf-8")

    with pytest.raises(UnstrippableError, match=r"write server as a section, \[server\]"):
        strip(file, tmp_path / "copy")
