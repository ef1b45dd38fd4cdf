"""Building a frontend as Vite does: settings inlined as string literals, scripts under names with a hash."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

UNSET_ADDRESS = "http://localhost:8000/api"
"""What the real frontend calls when it was built without `VITE_API_BASE_URL`."""


def build(page: Path, api_address: str, changes: Iterable[tuple[str, str]] = ()) -> dict[str, bytes]:
    """The files of a built page by path: `/index.html` and one `/assets/index-HASH.js`.

    `api_address` is inlined for `import.meta.env.VITE_API_BASE_URL`; empty stands for not set at build time.
    `changes` replace a part of the script each, which must be there.
    """
    literal = json.dumps(api_address or UNSET_ADDRESS)
    script = (page / "app.js").read_text("utf-8").replace("import.meta.env.VITE_API_BASE_URL", literal)
    for old, new in changes:
        assert old in script, old
        script = script.replace(old, new)
    name = f"index-{sha256(script.encode()).hexdigest()[:8]}.js"
    index = (page / "index.html").read_text("utf-8").replace("%BUNDLE%", name)
    return {"/index.html": index.encode(), f"/assets/{name}": script.encode()}
