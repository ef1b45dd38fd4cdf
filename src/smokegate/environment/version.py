"""The `[version]` section: where the deployed version can be read."""

from __future__ import annotations

from typing import Annotated, Literal

from smokegate.environment.answers import Pattern
from smokegate.environment.backend import Sent
from smokegate.environment.fields import Path
from smokegate.environment.notes import such_as
from smokegate.environment.section import named


class Version(Sent, frozen=True, kw_only=True):
    """Where the deployed version can be read: a commit, a release, a build number or any other text.

    Either `from` names the source, or `path` is requested and one of `header`, `field`, `meta` and `text` says where
    in the response the version is. `matches` extracts a part of that text.
    """

    from_: Literal["platform", "label"] | None = named("from", None)
    """`"platform"`: the commit of the live deploy, from `[render]`'s API; `"label"`: the label
    `org.opencontainers.image.revision` of the backend's container. Both say what runs, not what answers: if a
    response contains the version, use that instead."""
    path: Annotated[Path, such_as("/version")] = ""
    """The path to request."""
    header: Annotated[str | None, such_as("x-commit")] = None
    """The response header that contains it."""
    field: Annotated[str | None, such_as("build.commit")] = None
    """The key of the JSON body that contains it, with dots between levels."""
    meta: Annotated[str | None, such_as("version")] = None
    """The name of the `<meta>` element that contains it."""
    text: bool = False
    """`true`: it is the whole body, or the part that `matches` extracts."""
    matches: Annotated[Pattern | None, such_as("Version: (\\S{1,40})")] = None
    """A regular expression: its first group, or else the whole match, is the version."""
    compare: Literal["like a version", "exactly", "as a commit"] = "like a version"
    """How it is compared with `--expect-version` or `--expect-commit`. `"exactly"`: as text. `"as a commit"`: either
    may be abbreviated to seven digits or more and have a prefix, as in `sha-7f3a6ce`. `"like a version"`: both, and
    `v1.2`, `shop@1.2` and `1.2+build.7` equal `1.2`."""
