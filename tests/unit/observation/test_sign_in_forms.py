"""Every common form of signing in is carried out and judged: presets against stand-ins of their frameworks."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tests_support import sign_in as standins
from tests_support.observe import observe
from tests_support.sign_in import Portal
from tests_support.suite import judge

from smokegate.environment.coverage import not_covered
from smokegate.environment.load import load
from smokegate.environment.model import Environment
from smokegate.environment.presets import names, preset
from smokegate.observation.model import Observation
from smokegate.observation.observer import Observer
from smokegate.observation.transport.pool import Pool

STANDING = {"EMAIL": "someone@example.com", "PASSWORD": "pw-standing-1", "ANON": "anon-key-1"}
ACCOUNT = 'standing = { email = { env = "EMAIL" }, password = { env = "PASSWORD" } }\n'
NEW = "creates_accounts = true\n"
APIKEY = "send = { apikey = { env = 'ANON' } }"
SUPABASE = "".join(
    f"{key} = {{ path = '{path}', {APIKEY} }}\n"
    for key, path in {
        "register": "/auth/v1/signup",
        "login": "/auth/v1/token?grant_type=password",
        "account": "/auth/v1/user",
        "logout": "/auth/v1/logout",
    }.items()
)
FORMS: dict[str, tuple[type[Portal], str, str]] = {
    "laravel": (standins.Laravel, 'preset = "laravel"\n', NEW),
    "laravel, standing": (standins.Laravel, 'preset = "laravel"\n', ACCOUNT),
    "devise": (standins.Devise, 'preset = "devise"\naccount = "/account"\n', NEW),
    "devise-jwt": (standins.DeviseJwt, 'preset = "devise-jwt"\naccount = "/me"\n', NEW),
    "nextauth": (standins.NextAuth, 'preset = "nextauth"\n', ACCOUNT),
    "supabase": (standins.Supabase, 'preset = "supabase"\n' + SUPABASE, NEW),
    "express-session": (standins.ExpressSession, 'preset = "express-session"\naccount = "/me"\n', ACCOUNT),
    "spring-security": (standins.Spring, 'preset = "spring-security"\naccount = "/account"\n', ACCOUNT),
}
REAL = {"django", "drf", "express-session", "fastapi-users", "oauth2-form", "flask-login"}
"""Presets that `tests/unit/observation/test_frameworks.py` proves against the framework itself."""


def environment(folder: Path, url: str, text: str, variables: Mapping[str, str] = STANDING) -> Environment:
    """Load a file with this `[sign_in]`."""
    file = f'title = "Shop"\n[backend]\nurl = "{url}"\n[backend.health]\nsamples = 1\n[sign_in]\n{text}'
    (folder / "shop.toml").write_text(file, encoding="utf-8")
    return load(["shop"], directory=folder, variables=variables)[0]


def seen(
    folder: Path, portal: Portal, text: str, variables: Mapping[str, str] = STANDING
) -> tuple[Environment, Observation]:
    """Sign in to a stand-in and return what was seen."""
    with standins.serve(portal) as url:
        declared = environment(folder, url, text, variables)
        return declared, observe([declared])["shop"]


def wrong(declared: Environment, observation: Observation) -> list[str]:
    """Return the exchanges on which a check of the suite fails."""
    return [each.failed_on for each in judge(declared, observation).outcomes if each.outcome == "failed"]


def cause(declared: Environment, observation: Observation) -> str | None:
    """Return the code of the first cause."""
    headline = judge(declared, observation).diagnosis.headline
    return headline.code if headline else None


@pytest.mark.parametrize("form", FORMS)
def test_a_healthy_application_is_signed_in_to(form: str, tmp_path: Path) -> None:
    """Every step is as declared: the second login opens the account, and no one else gets in."""
    kind, text, account = FORMS[form]
    declared, observation = seen(tmp_path, kind(), text + account)
    assert wrong(declared, observation) == []
    assert observation.exchanges["account again"].answer is not None
    assert observation.exchanges["logout"].answer is not None
    assert cause(declared, observation) is None


@pytest.mark.parametrize("form", [form for form in FORMS if form != "supabase"])
def test_a_session_that_survives_its_logout_is_found(form: str, tmp_path: Path) -> None:
    """What the client held before the logout still opens the account."""
    kind, text, account = FORMS[form]
    declared, observation = seen(tmp_path, kind("keeps sessions"), text + account)
    assert wrong(declared, observation) == ["account after logout"]
    assert cause(declared, observation) == "sign-in.session-survives"


@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_password_that_opens_an_account_is_found(form: str, tmp_path: Path) -> None:
    """With a session cookie the account view proves it, since guests have cookies too."""
    kind, text, account = FORMS[form]
    declared, observation = seen(tmp_path, kind("any password"), text + account)
    by_cookie = declared.sign_in is not None and declared.sign_in.by_cookie
    assert wrong(declared, observation) == ["account after wrong password" if by_cookie else "wrong password"]
    assert cause(declared, observation) == "sign-in.any-password"


@pytest.mark.parametrize("form", [form for form in FORMS if FORMS[form][2] == ACCOUNT])
def test_a_refused_standing_account_is_the_test_datas(form: str, tmp_path: Path) -> None:
    """A rotated password says nothing of the deployment."""
    kind, text, account = FORMS[form]
    declared, observation = seen(tmp_path, kind(), text + account, {**STANDING, "PASSWORD": "pw-of-last-year"})
    assert cause(declared, observation) == "sign-in.standing-refused"


@pytest.mark.parametrize("form", [form for form in FORMS if FORMS[form][2] == ACCOUNT])
def test_a_refused_account_that_no_one_changes_is_lost_data(form: str, tmp_path: Path) -> None:
    """`keep = true` says that the account was there before this deploy."""
    kind, text, account = FORMS[form]
    declared, observation = seen(tmp_path, kind("empty"), text + account + "keep = true\n")
    assert cause(declared, observation) == "data.lost"


@pytest.mark.parametrize(("notes", "code"), [([], "data.lost"), (["a"], "sign-in.standing-refused")])
def test_a_refused_account_beside_an_empty_table_is_lost_data(notes: list[str], code: str, tmp_path: Path) -> None:
    """Where what must show data shows none, either, the account is not merely one whose password was changed."""

    class Shop(standins.ExpressSession):
        def route(self, asked: Any) -> Any:
            return standins.said({"notes": notes}) if asked.path == "/notes" else super().route(asked)

    text = FORMS["express-session"][1] + ACCOUNT
    text += '[[backend.endpoints]]\npath = "/notes"\ntouches = ["database"]\njson = { notes = { min_items = 1 } }\n'
    declared, observation = seen(tmp_path, Shop("empty"), text)
    assert cause(declared, observation) == code


def test_a_kept_account_signs_in_beside_a_new_one(tmp_path: Path) -> None:
    """New accounts work, and those of before are gone: only the kept account shows it."""
    text = 'preset = "laravel"\nkeep = true\n' + NEW + ACCOUNT
    assert wrong(*seen(tmp_path, standins.Laravel(), text)) == []
    declared, observation = seen(tmp_path, standins.Laravel("empty"), text)
    assert wrong(declared, observation) == ["kept account"]
    assert cause(declared, observation) == "data.lost"


WRITE = 'write_check = { path = "/notes", fields = { text = "smoke test" }, undo = "/notes/{identity}" }\n'


class Notes(standins.ExpressSession):
    """A shop whose users keep notes; faults: `refuses writes`, `names no note`, `keeps notes`."""

    notes: dict[str, Any]

    def route(self, asked: Any) -> Any:
        """Keep, or take away, a note of a user who is signed in."""
        self.notes = getattr(self, "notes", {})
        if not asked.path.startswith("/notes"):
            return super().route(asked)
        if asked.cookies.get("connect.sid") not in self.sessions:
            return standins.said({"error": "unauthorized"}, 401)
        if asked.method == "POST":
            if "refuses writes" in self.faults:
                return standins.said({"error": "cannot execute INSERT in a read-only transaction"}, 500)
            self.notes["7/a"] = asked.fields["text"]
            return standins.said({} if "names no note" in self.faults else {"id": "7/a"}, 201)
        if "keeps notes" in self.faults:
            return standins.said({"error": "not allowed"}, 405)
        self.notes.pop(unquote(asked.path.removeprefix("/notes/")))
        return standins.Reply(204)


def test_a_declared_write_is_made_with_the_standing_account_and_taken_back(tmp_path: Path) -> None:
    """It is the one write of the run, and nothing is left of it."""
    shop = Notes()
    text = FORMS["express-session"][1] + ACCOUNT
    declared, observation = seen(tmp_path, shop, text + WRITE)
    assert wrong(declared, observation) == []
    assert [each for each in shop.log if "notes" in each] == ["POST /notes", "DELETE /notes/7%2Fa"]
    assert shop.notes == {}
    assert "writes" not in not_covered(declared)
    assert "writes" in not_covered(environment(tmp_path, "http://127.0.0.1:9", text))


@pytest.mark.parametrize(
    ("fault", "failed", "code"),
    [
        ("refuses writes", "write", "app.database-unreachable"),
        ("names no note", "write", "undetermined"),
        ("keeps notes", "undo of the write", "app.promise-broken"),
    ],
)
def test_a_write_that_fails_or_stays_is_found(fault: str, failed: str, code: str, tmp_path: Path) -> None:
    """Signing in works, and what users save is lost, or what the run wrote stays."""
    declared, observation = seen(tmp_path, Notes(fault), FORMS["express-session"][1] + ACCOUNT + WRITE)
    assert wrong(declared, observation) == [failed]
    assert cause(declared, observation) == code


def test_a_write_is_taken_back_where_the_run_ends_early(tmp_path: Path) -> None:
    """A run that is stopped while it writes still sends the undo, once."""
    closing: list[threading.Thread] = []

    class Interrupted(Notes):
        def route(self, asked: Any) -> Any:
            if (asked.method, asked.path) == ("POST", "/notes"):
                observer._graph.stop()  # what closing begins with: no step is begun from here on
                closing.append(threading.Thread(target=observer.close))
                closing[0].start()
            return super().route(asked)

    shop, pool = Interrupted(), Pool(1)
    with standins.serve(shop) as url:
        declared = environment(tmp_path, url, FORMS["express-session"][1] + ACCOUNT + WRITE)
        observer = Observer(declared, pool=pool)
        observer.start()
        assert observer.exchange("write").answer is not None
        closing[0].join(60)
        observer.close()
        pool.close()
    assert shop.notes == {}
    assert shop.log.count("DELETE /notes/7%2Fa") == 1


def test_a_registration_that_is_not_written_is_a_pretence(tmp_path: Path) -> None:
    """Registering succeeds without a token, and the login after it is refused."""
    text = 'preset = "express-session"\nregister = "/register"\naccount = "/me"\n' + NEW

    class Shop(standins.ExpressSession):
        def route(self, asked: Any) -> Any:
            if asked.path == "/register":
                self.create(asked.fields["email"], asked.fields["password"])
                return standins.said({"id": 7}, 201)
            return super().route(asked)

    assert wrong(*seen(tmp_path, Shop(), text)) == []
    declared, observation = seen(tmp_path, Shop("forgets"), text)
    assert cause(declared, observation) == "sign-in.pretended"


def test_a_registration_owes_the_token_that_the_file_declares_of_it(tmp_path: Path) -> None:
    """A page that signs its user in with the answer to registering is broken, whatever a login would give."""

    class Shop(standins.Supabase):
        def route(self, asked: Any) -> Any:
            answer = super().route(asked)
            return standins.said({"user": {"id": 7}}) if asked.path.endswith("/signup") else answer

    def text(declared: str) -> str:
        return 'preset = "supabase"\n' + SUPABASE.replace("signup',", f"signup',{declared}") + NEW

    owing = text(" token = 'access_token',")
    assert wrong(*seen(tmp_path, standins.Supabase(), owing)) == []
    assert wrong(*seen(tmp_path, Shop(), text(""))) == []
    declared, observation = seen(tmp_path, Shop(), owing)
    assert wrong(declared, observation) == ["register"]
    assert cause(declared, observation) == "sign-in.no-token"


def test_a_wrong_password_is_tried_once_and_never_on_a_standing_account(tmp_path: Path) -> None:
    """Else a run would count towards the account's lock."""
    tried: list[tuple[Any, Any]] = []

    class Shop(standins.ExpressSession):
        def knows(self, email: Any, password: Any) -> bool:
            tried.append((email, password))
            return super().knows(email, password)

    seen(tmp_path, Shop(), FORMS["express-session"][1] + ACCOUNT)
    mistaken = [email for email, password in tried if password != STANDING["PASSWORD"]]
    assert len(mistaken) == 1
    assert mistaken[0] != STANDING["EMAIL"]


def test_an_account_that_is_confirmed_elsewhere_is_only_registered(tmp_path: Path) -> None:
    """Registering is checked by its status, and signing in with the standing account."""
    shop = standins.Laravel()
    text = 'preset = "laravel"\nregister = { confirmed = "elsewhere" }\n' + NEW + ACCOUNT
    declared, observation = seen(tmp_path, shop, text)
    assert wrong(declared, observation) == []
    assert observation.exchanges["login first"].answer is not None


def test_no_session_cookie_leaves_the_process(tmp_path: Path) -> None:
    """What a session is known by is redacted wherever it is shown."""
    shop = standins.Laravel()
    _, observation = seen(tmp_path, shop, FORMS["laravel"][1] + NEW)
    told = observation.secrets.text(repr(observation))
    assert shop.sessions
    assert [key for key in shop.sessions if key in told] == []


def test_the_deletion_may_name_the_account(tmp_path: Path) -> None:
    """`{identity}` in its path stands for what registering gave."""
    gone: list[str] = []

    class Shop(standins.DeviseJwt):
        def route(self, asked: Any) -> Any:
            if asked.method == "DELETE" and asked.path.startswith("/users/smokegate"):
                gone.append(asked.path.removeprefix("/users/"))
                return standins.Reply(204)
            return super().route(asked)

    seen(tmp_path, Shop(), 'preset = "devise-jwt"\naccount = "/me"\ndelete = "/users/{identity}"\n' + NEW)
    assert len(gone) == 1


def test_every_preset_says_how_it_is_proven() -> None:
    """Against the framework or a stand-in; none is only written down."""
    proven = {name for name in names() if preset(name)["proven"] == "stand-in"}
    assert proven == {form.partition(",")[0] for form in FORMS} - REAL
    assert set(names()) - proven == REAL
