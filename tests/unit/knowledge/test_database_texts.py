"""What drivers, pools and ORMs write is known by its words, and an address by what listens there."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from smokegate.diagnosis.database_texts import SENTENCE
from smokegate.knowledge.database_texts import SAYS, driver_texts, place_in

TEXTS = [
    ("login", "database", 'FATAL:  password authentication failed for user "shop"'),
    ("login", "database", "ER_ACCESS_DENIED_ERROR: Access denied for user 'shop'@'10.0.0.2' (using password: YES)"),
    ("login", "database", "MongoServerError: bad auth : authentication failed"),
    ("login", "database", "Login failed for user 'sa'."),
    ("rules", "database", 'no pg_hba.conf entry for host "10.0.1.9", user "shop", database "shop", no encryption'),
    ("no-database", "database", 'FATAL:  database "shop" does not exist'),
    ("no-database", "database", "(1049, \"Unknown database 'shop'\")"),
    ("connections", "database", "FATAL:  sorry, too many clients already"),
    ("connections", "database", "QueuePool limit of size 5 overflow 10 reached, connection timed out"),
    ("pool", "database", "HikariPool-1 - Connection is not available, request timed out after 30000ms"),
    ("pool", "database", "Knex: Timeout acquiring a connection. The pool is probably full."),
    ("starting", "database", "FATAL:  the database system is starting up"),
    ("name", "database", 'could not translate host name "db" to address: Name or service not known'),
    ("name", "database", "Can't connect to MySQL server on 'db' ([Errno -2] Name or service not known)"),
    ("name", "database", "mongo:27017: [Errno -2] Name or service not known (configured timeouts: …)"),
    ("name", "database", "lookup postgres on 127.0.0.11:53: no such host"),
    ("name", "store", "getaddrinfo ENOTFOUND redis"),
    ("name", "api.partner.example", "getaddrinfo EAI_AGAIN api.partner.example"),
    ("unreachable", "database", "SQLSTATE[HY000] [2002] Connection refused"),
    ("unreachable", "database", "MongoServerSelectionError: connect ECONNREFUSED 127.0.0.1:27017"),
    ("unreachable", "database", "dial tcp 172.18.0.3:5432: connect: connection refused"),
    ("unreachable", "database", "An exception occurred in the driver: could not connect to server"),
    ("unreachable", "database", "PG::ConnectionBad"),
    ("unreachable", "store", "dial tcp 172.18.0.3:6379: connect: connection refused"),
    ("unreachable", "10.0.0.9:8080", "connect ECONNREFUSED 10.0.0.9:8080"),
    ("store", "store", "NOAUTH Authentication required."),
    ("store", "store", "kombu.exceptions.OperationalError: [Errno 111] Connection refused"),
    ("schema", "database", 'relation "users" does not exist'),
    ("schema", "database", "Table 'shop.users' doesn't exist"),
    ("schema", "database", "SQLITE_ERROR: no such column: price"),
    ("schema", "database", "The table `public.User` does not exist in the current database."),
    ("read-only", "database", "cannot execute INSERT in a read-only transaction"),
    ("read-only", "database", "The MySQL server is running with the --read-only option so it cannot execute this"),
    ("unreachable", "database", "Can't add new command when connection is in closed state"),
    ("unreachable", "database", "All host(s) tried for query failed (tried: 10.0.0.3:9042)"),
    ("disk-full", "database", 'could not extend file "base/1/2": No space left on device'),
]


@pytest.mark.parametrize(("says", "subject", "text"), TEXTS, ids=[text[:40] for _, _, text in TEXTS])
def test_words_of_a_driver_are_known(says: str, subject: str, text: str) -> None:
    """A driver's text is found, and it is known what it means and what it is about."""
    place = place_in(f'{{"detail": "Failed: {text}"}}')
    assert place is not None
    assert (place.says, place.subject) == (says, subject)


MEANS = tomllib.loads((Path(__file__).parent / "driver_texts.toml").read_text(encoding="utf-8"))["means"]
WRITTEN = [(each, text) for each in MEANS for text in each["texts"]]


@pytest.mark.parametrize(("means", "text"), WRITTEN, ids=[text[:40] for _, text in WRITTEN])
def test_words_of_any_driver_are_known(means: dict[str, object], text: str) -> None:
    """Each driver's text means what the file says, in JSON and alone; whether it is sure is known, too."""
    for body in (json.dumps({"error": text}), text):
        place = place_in(body)
        assert place is not None
        assert (place.says, place.subject, place.likely) == (
            means["says"],
            means["subject"],
            means.get("likely", False),
        )


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"detail": "Login failed"}',
        '{"error": "write /data/uploads/1: no space left on device"}',
        '{"detail": "An error occurred (NoSuchKey) when calling the GetObject operation"}',
        '{"message": "Set up your mailbox before sending mail", "next": "http://shop.example.com/items: all of them"}',
        '{"error": "connection refused"}',
        '{"detail": "Internal Server Error"}',
        '{"price": 28000, "items": 25006}',
        '{"uptime": "3 days, no errors", "db": "Postgres 16.1 on host db port 5432"}',
        '{"info": "no connections to the database are pending"}',
        '{"detail": "Invalid connection string format given by user"}',
        '{"redis": "connected to redis:6379 in 2 ms"}',
        '{"error": "failed at app:42:13 in checkout, see payments.java:118"}',
        '{"detail": "function total(integer, text) does not exist"}',
        "<h1>Our database of wines is large</h1>",
    ],
)
def test_innocent_words_are_no_drivers(text: str) -> None:
    """What an application says of itself, and numbers, are no driver's words."""
    assert place_in(text) is None


def test_every_text_means_something_known() -> None:
    """The vocabulary of the data is the vocabulary of the code."""
    assert {each.says for each in driver_texts()} <= set(SAYS)


@pytest.mark.parametrize("text", [text for _, _, text in TEXTS], ids=[text[:40] for _, _, text in TEXTS])
def test_words_of_a_driver_are_a_sentence(text: str) -> None:
    """A healthy run looks for drivers' words in such answers alone."""
    assert SENTENCE.search(json.dumps({"status": "ok", "db": text}))


def test_a_status_is_no_sentence() -> None:
    """Words, numbers, versions, commits and times are what a healthy answer is made of."""
    answer = {
        "status": "healthy",
        "db": {"state": "connected", "ms": 12.5},
        "at": "2026-11-26T02:20:00Z",
        "v": "1.2-ab",
    }
    assert not SENTENCE.search(json.dumps(answer, indent=1))
    assert not SENTENCE.search(json.dumps({"ok": True, "checks": ["db", "cache"], "none": None}))
