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


def test_form_that_cannot_be_left_out_is_refused(tmp_path: Path) -> None:
    """An inline table would have to be cut out of its line: the message says how to write it instead."""
    file = tmp_path / "odd.toml"
    file.write_text('title = "Odd"\nserver = { ssh = "ubuntu@shop.example" }\n', "utf-8")

    with pytest.raises(UnstrippableError, match=r"write server as a section, \[server\]"):
        strip(file, tmp_path / "copy")


def test_way_to_the_deployment_is_the_proxys(tmp_path: Path) -> None:
    """The suite connects to the proxy plainly, which connects to the deployment as the file says."""
    file = tmp_path / "apart.toml"
    file.write_text(
        'title = "Apart"\n[backend]\nurl = "http://127.0.0.1:1"\nconnect_to = "10.0.0.7"\n'
        '[backend.client_certificate]\nfile = "nowhere.pem"\n[backend.health]\npath = "/up"\n',
        "utf-8",
    )
    (copy,) = load(("apart",), directory=strip(file, tmp_path / "copy"), variables={})

    assert (copy.backend.connect_to, copy.backend.client_certificate) == (None, None)
    assert copy.backend.health.path == "/up"


def test_way_of_its_own_for_one_request_cannot_be_rehearsed(tmp_path: Path) -> None:
    """The proxy has one way to each site."""
    file = tmp_path / "apart.toml"
    file.write_text('title = "Apart"\n[backend.health]\nconnect_to = "10.0.0.7"\n', "utf-8")

    with pytest.raises(UnstrippableError, match="of single requests cannot be rehearsed"):
        strip(file, tmp_path / "copy")
