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

    `from` names a vantage point that knows it; else `path` is requested. One of `header`, `field`, `meta` and `text`
    says where in the answer it is; `matches` takes a part of what stands there.
    """

    from_: Literal["platform", "label"] | None = named("from", None)
    """`"platform"`: the commit of the deploy that is live by `[render]`'s API; `"label"`: the label
    `org.opencontainers.image.revision` of the backend's container. Both say what runs, not what answers: where an
    answer says its version, take that."""
    path: Annotated[Path, such_as("/version")] = ""
    """The request that returns it."""
    header: Annotated[str | None, such_as("x-commit")] = None
    """The response header that holds it."""
    field: Annotated[str | None, such_as("build.commit")] = None
    """The key of the JSON body that holds it, with dots between levels."""
    meta: Annotated[str | None, such_as("version")] = None
    """The name of the `<meta>` element that holds it."""
    text: bool = False
    """`true`: the body is it, or `matches` finds it in the body."""
    matches: Annotated[Pattern | None, such_as("Version: (\\S{1,40})")] = None
    """A regular expression: its first group, or all that it finds, is the version."""
    compare: Literal["like a version", "exactly", "as a commit"] = "like a version"
    """How it is compared with `--expect-version` or `--expect-commit`: `"exactly"`; `"as a commit"`: one may be
    abbreviated to seven digits or more, with words around it as in `sha-7f3a6ce`; left out, either, and `v1.2`,
    `shop@1.2` and `1.2+build.7` are `1.2`."""
