"""A run that asks a platform's API: its key, and the secrets that the API shows, leave by no way."""

from __future__ import annotations

from tests_support.web import reply

from smokegate.replica import start
from smokegate.replica.faults.platform import SECRET

FILE = """
title = "Shop"
[backend]
url = "{url}"
[backend.health]
path = "/health"
[render]
key = {{ env = "SHOP_KEY" }}
service = "tectonic-backend"
api = "{api}"
variables = ["SECRET_KEY"]
"""


def test_the_key_and_the_secrets_of_the_platform_are_in_no_output(smoke, environments):
    """The log of a failed start holds a secret of the service's variables: neither it nor the key is in any file."""
    with start("render", "start-failed-secret") as replica:
        api, key = replica.platform
        folder = environments(shop=FILE.format(url=replica.backend_url, api=api))
        ran = smoke(folder, "--env=shop", "-vv", variables={"SHOP_KEY": key})

    assert ran.environment()["cause"]["code"] == "render.start-failed"
    assert ran.code == 1
    files = [each for each in ran.reports.rglob("*") if each.is_file()]
    texts = [ran.out, *(each.read_text("utf-8", "replace") for each in files)]
    assert len(texts) > 3
    assert not [text for text in texts if key in text or SECRET in text]
    assert any("[redacted]" in text for text in texts)


def test_without_the_key_a_platform_that_is_required_is_unknown(smoke, web, environments):
    """Everything else is judged and passes; the line says which variable is missing."""
    web.answers["/health"] = reply({"status": "ok"})
    folder = environments(shop=FILE.format(url=web.url, api="http://127.0.0.1:1/v1"))

    ran = smoke(folder, "--env=shop")

    assert (ran.environment()["verdict"], ran.code) == ("UNKNOWN", 6)
    assert "SHOP_KEY is not set" in ran.out


def test_without_the_key_a_platform_that_is_not_required_is_not_covered(smoke, web, environments):
    """The run is what it was without the section, and says what it leaves out."""
    text = FILE.replace("[render]", "[render]\nkey_required = false")
    web.answers["/health"] = reply({"status": "ok"})
    folder = environments(shop=text.format(url=web.url, api="http://127.0.0.1:1/v1"))

    ran = smoke(folder, "--env=shop")

    assert (ran.environment()["verdict"], ran.code) == ("PASS", 0)
    assert "platform" in ran.environment()["not_covered"]
