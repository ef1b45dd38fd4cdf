"""Which environments a run checks, and what it says of options that cannot be used."""

from __future__ import annotations

import pytest
from tests_support.web import reply


def test_no_env_means_local(smoke):
    """Without `--env` the embedded replica is checked."""
    ran = smoke()

    assert [e["name"] for e in ran.json["environments"]] == ["local"]
    assert ran.code == 0, ran.out


def test_env_is_repeatable_and_comma_separable(smoke):
    """`--env=a,b --env=b` checks a and b, each once, in that order."""
    ran = smoke("--env=local-trading,local", "--env=local")

    assert [e["name"] for e in ran.json["environments"]] == ["local-trading", "local"]
    assert (ran.reports / "local-trading+local.html").is_file()


def test_unknown_environment_is_a_usage_error(smoke):
    """An unknown name ends with exit code 4, names those there are, and shows no traceback."""
    ran = smoke("--env=lcoal")

    assert ran.code == 4
    assert '"lcoal" is not an environment' in ran.out
    assert 'did you mean "local"?' in ran.out
    assert "local-trading" in ran.out
    assert "Traceback" not in ran.out


def test_every_missing_variable_is_reported_at_once(smoke):
    """`--env=all` on a machine without the AWS address says which variable is missing, before any request."""
    ran = smoke("--env=all")

    assert ran.code == 4
    assert "SMOKE_AWS_URL" in ran.out


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--wait=soon", "expected a duration with its unit"),
        ("--expect-commit=abc", "7 to 64 hexadecimal digits"),
        ("--fault=no-servr", "did you mean no-server?"),
        ("--set=backend.ulr=http://127.0.0.1:9", "did you mean"),
        ("--set=nonsense", "expected KEY=VALUE"),
        ("--fault=zzz", "no such fault; by what they break:"),
        ("--stricct", "--stricct: there is no such option; did you mean --strict?"),
        ("--expect-comit=abc", "--expect-comit: there is no such option; did you mean --expect-commit?"),
        ("--since=/nowhere.json", "--since=/nowhere.json: expected the JSON of a run, as --record=FILE"),
    ],
)
def test_options_that_cannot_be_used_are_refused(smoke, option, message):
    """A wrong option ends with exit code 4 and one clean message."""
    ran = smoke("--env=local", option)

    assert ran.code == 4, ran.out
    assert message in ran.out
    assert "Traceback" not in ran.out


def test_a_real_deployment_cannot_be_broken_on_purpose(smoke):
    """`--fault` is refused where there is no replica to break."""
    ran = smoke("--env=render", "--fault=no-server")

    assert ran.code == 4
    assert "only an environment with a [replica]" in ran.out


def test_a_mistyped_option_leaves_earlier_reports_alone(smoke):
    """A report is replaced by a new one only, never deleted first."""
    first = smoke("--env=local", "-k", "test_health_is_ok")
    before = {path.name: path.read_bytes() for path in first.reports.iterdir() if path.is_file()}
    assert "local.html" in before

    smoke("--env=local", "--set=backend.nonsense=1")

    assert {path.name: path.read_bytes() for path in first.reports.iterdir() if path.is_file()} == before


def test_what_is_not_declared_is_not_collected_and_listed(smoke):
    """The trading replica declares no sign-in: no such test is collected, and it is listed as not covered."""
    ran = smoke("--env=local-trading")

    assert not [each for each in ran.outcomes() if "test_sign_in" in each]
    assert "sign-in" in ran.environment()["not_covered"]


def test_a_narrowed_run_asks_only_what_its_tests_read(smoke, web, environments):
    """`-k health` sends the health samples and neither registers nor asks an endpoint."""
    web.answers["/health"] = reply({"status": "ok"})
    folder = environments(
        small=f"""
        title = "Small"
        [backend]
        url = "{web.url}"
        [[backend.endpoints]]
        path = "/other"
        """
    )

    smoke(folder, "--env=small", "-k", "test_health_is_ok")

    assert {path for _, path in web.asked} == {"/health"}


def test_collecting_alone_sends_nothing(smoke, web, environments):
    """`--collect-only` lists the tests and sends no request."""
    folder = environments(small=f'title = "Small"\n[backend]\nurl = "{web.url}"\n')

    ran = smoke(folder, "--env=small", "--collect-only", "-q")

    assert "test_health_is_ok[small]" in ran.out
    assert web.asked == []


def test_the_suite_is_collected_whatever_the_project_calls_its_tests(smoke, web, environments):
    """`python_files`, `python_functions` and `python_classes` are about the project's own tests."""
    web.answers["/health"] = reply({"status": "ok"})
    folder = environments(small=f'title = "Small"\n[backend]\nurl = "{web.url}"\n')
    names = [word for kind in ("files", "functions") for word in ("-o", f"python_{kind}=check_*")]

    ran = smoke(folder, "--env=small", *names)

    assert ran.environment()["verdict"] == "PASS", ran.out
    assert ran.environment()["partial"] is None
    assert "smokegate/test_health.py::test_health_is_ok[small]" in ran.outcomes()
