"""What a file can say of an answer, and what keeps it."""

from __future__ import annotations

from typing import Any

import pytest

from smokegate.environment.model import Endpoint, Version
from smokegate.environment.patterns import checked
from smokegate.environment.section import SectionError
from smokegate.observation.evidence.assertions import unmet
from smokegate.observation.evidence.version import deployed_version, from_cache, same_version
from smokegate.observation.exchange import Answer, Body, Headers

CHECKS = {"checks": [{"name": "db", "status": "up"}, {"name": "redis", "status": "down", "ms": 4}], "tags": ["a", "b"]}
COMMIT = "7f3a6ce0123456789abcdef0123456789abcdef0"


def answer(text: str = "", status: int = 200, json: Any = None, **headers: str) -> Answer:
    """Return an answer; underscores in header names are dashes."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    is_json = json is not None
    return Answer(status, Headers(named), Body(text, len(text), json=json, is_json=is_json), url="https://a.example/x")


def kept(said: dict[str, Any], got: Answer) -> bool:
    """Return whether an answer is as an endpoint of this table declares."""
    return not unmet(Endpoint.read({"path": "/x", **said}), got)


@pytest.mark.parametrize(
    ("rule", "right", "wrong"),
    [
        (200, 200, 201),
        ("2xx", 204, 301),
        ([200, "3xx"], 302, 404),
        ([401, 403], 403, 200),
    ],
)
def test_a_status_may_be_one_several_or_a_class(rule: Any, right: int, wrong: int) -> None:
    """Nothing else is as declared."""
    assert kept({"status": rule}, answer(status=right))
    assert not kept({"status": rule}, answer(status=wrong))


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ({"text": "OK"}, " OK\n", "NOT OK"),
        ({"text": ""}, "", "x"),
        ({"text": {"equals": "healthy"}}, "healthy", "unhealthy"),
        ({"text": {"contains": "ok", "not_contains": "error"}}, "all ok", "ok, error"),
        ({"text": {"matches": "^v[0-9]+$"}}, "v12", "12"),
        ({"contains": "healthy"}, "it is healthy", "it is unhealthy"),
        ({"contains": "ready"}, "ready", "not ready"),
        ({"contains": "ready"}, "not ready, then ready", "never ready"),
        ({"contains": '"ok"'}, '{"a": "ok"}', "ok"),
        ({"contains": "Handel"}, "Handelsplattform", "handel"),
    ],
)
def test_a_text_is_judged_by_its_rules(said: dict[str, Any], right: str, wrong: str) -> None:
    """Also a word that occurs as its opposite only does not count."""
    assert kept(said, answer(right))
    assert not kept(said, answer(wrong))


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ({"content-type": "application/json"}, {"content_type": "application/json; charset=utf-8"}, {}),
        ({"location": "/new"}, {"location": "https://a.example/new"}, {"location": "https://b.example/new"}),
        (
            {"cache-control": {"contains": "no-store"}},
            {"cache_control": "no-store, private"},
            {"cache_control": "public"},
        ),
        ({"server": {"present": False}}, {}, {"server": "nginx"}),
        ({"x-frame": {"one_of": ["DENY", "SAMEORIGIN"]}}, {"x_frame": "DENY"}, {"x_frame": "ALLOW"}),
        ({"x-id": {"present": True}}, {"x_id": "1"}, {}),
        ({"x-id": {"matches": "^[0-9]+$"}}, {"x_id": "12"}, {"x_id": "a"}),
    ],
)
def test_a_header_is_judged_by_its_value_or_rules(
    said: dict[str, Any], right: dict[str, str], wrong: dict[str, str]
) -> None:
    """A media type without parameters and a path are judged by what they mean."""
    assert kept({"headers": said}, answer(**right))
    assert not kept({"headers": said}, answer(**wrong))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"checks": {"any": {"name": "db", "status": "up"}}}, True),
        ({"checks": {"any": {"name": "redis", "status": "up"}}}, False),
        ({"checks": {"every": {"status": {"one_of": ["up", "down"]}}}}, True),
        ({"checks": {"every": {"status": "up"}}}, False),
        ({"checks": {"contains": {"name": "redis"}}}, True),
        ({"checks": {"not_contains": {"status": "down"}}}, False),
        ({"checks": {"min_items": 2, "max_items": 2}}, True),
        ({"checks": {"min_items": 3}}, False),
        ({"checks": {"0": {"status": "up"}}}, True),
        ({"tags": {"every": {"type": "string"}}}, True),
        ({"tags": {"any": "c"}}, False),
        ({"none": {"every": {"status": "up"}}}, False),
    ],
)
def test_arrays_are_judged_item_by_item(said: dict[str, Any], expected: object) -> None:
    """By `every`, `any`, their number, and a position."""
    assert kept({"json": said}, answer(json=CHECKS)) is expected


def test_a_whole_body_may_be_an_array() -> None:
    """Then the rules for arrays stand at the top."""
    said = {"json": {"every": {"status": "pass"}, "min_items": 1}}
    assert kept(said, answer(json=[{"status": "pass"}]))
    assert not kept(said, answer(json=[{"status": "pass"}, {"status": "fail"}]))
    assert not kept(said, answer(json=[]))


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", ".*a.*b.*c", "(.*?),(.*?),(.*?)$", "(a{0,30}){0,30}x"])
def test_a_pattern_that_can_take_for_ever_is_refused(pattern: str) -> None:
    """When the file is loaded, and never while a server's text is searched."""
    with pytest.raises(ValueError, match="cannot take long"):
        checked(pattern)
    with pytest.raises(SectionError, match="cannot take long"):
        Endpoint.read({"path": "/x", "text": {"matches": pattern}})


@pytest.mark.parametrize(
    "pattern", [r"^v\d+\.\d+\.\d+$", r'"commit":\s*"([0-9a-f]{7,40})"', "ok.*ready", r"(\d{1,3}\.){3}\d"]
)
def test_usual_patterns_are_taken(pattern: str) -> None:
    """What people write for versions and states has no competing repeats."""
    assert checked(pattern) == pattern


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ({"field": "v"}, "4.24.0"),
        ({"header": "x-build"}, "1234"),
        ({"meta": "version"}, "v1.4.2"),
        ({"text": True, "matches": "Build ([0-9]{1,9})"}, "77"),
        ({"field": "none"}, None),
    ],
)
def test_a_version_is_read_where_the_file_says(version: dict[str, Any], expected: str | None) -> None:
    """From JSON, a header, the page or plain text."""
    page = '<meta name="version" content="v1.4.2"> Build 77'
    got = answer(page, json={"v": "4.24.0"}, x_build="1234")
    assert deployed_version(Version.read({"path": "/", **version}), got) == expected


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ("4.24.0", "4.24.0", True),
        ("4.24.0", "4.24.1", False),
        ("v1.4.2", "1.4.2", True),
        ("1.4.2", "v1.4.2+build.7", True),
        ("1.4.2", "shop-api@1.4.2", True),
        ("v1.4.2", "release-v1.4.2", True),
        ("1.4.2", "ghcr.io/acme/shop:1.4.2", True),
        ("1.4.2", "rc-1.4.2", False),
        ("1.4.2", "shop-2.0-1.4.2", False),
        ("1.4.2", "shop@1.4.20", False),
        ("1.4.2", "shop@11.4.2", False),
        ("1.4.2+build.8", "1.4.2+build.7", False),
        ("1.4.2", "1.4.2-rc.1+build.7", False),
        ("1.4.2", "1.4.20+build.7", False),
        (COMMIT, "sha-7f3a6ce", True),
        (COMMIT, "0.0.10-7f3a6ce", True),
        (COMMIT, "v1.2-4-g7f3a6ce-dirty", True),
        (COMMIT[:7], COMMIT, True),
        (COMMIT, "sha-7f3a6cf", False),
        ("1234", "12345", False),
        ("abc", "abcdef0", False),
        (COMMIT, None, False),
    ],
)
def test_a_version_is_compared_like_one(expected: str, actual: str | None, same: object) -> None:
    """Equal, or the same commit however it is abbreviated and wrapped."""
    assert same_version(expected, actual) is same


def test_a_file_may_say_how_versions_are_compared() -> None:
    """Exactly, or by the commit in them alone."""
    exactly = Version(path="/", text=True, compare="exactly")
    commit = Version(path="/", text=True, compare="as a commit")
    assert not same_version("v1.2", "1.2", exactly)
    assert same_version("sha-7f3a6ce", COMMIT, commit)
    assert not same_version("1.2", "1.2", commit)


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"age": "120"}, "age: 120"),
        ({"x_cache": "HIT"}, "x-cache: HIT"),
        ({"cache_status": '"Netlify Edge"; hit'}, 'cache-status: "Netlify Edge"; hit'),
        ({"x_cache": "hit-for-pass"}, None),
        ({"age": "0"}, None),
        ({"x_cache": "MISS"}, None),
    ],
)
def test_an_answer_from_a_cache_says_so(headers: dict[str, str], said: str | None) -> None:
    """By its age, or in the words of the cache."""
    assert from_cache(answer(**headers)) == said
