"""Why an application fails by itself is known by the words of its framework."""

from __future__ import annotations

import pytest

from smokegate.knowledge.own_words import explains_itself, stated_in

SETTINGS = [
    ("APP_KEY", "No application encryption key has been specified."),
    ("APP_KEY", "Unsupported cipher or incorrect key length. Supported ciphers are: aes-128-cbc"),
    ("RAILS_MASTER_KEY", "ArgumentError: Missing `secret_key_base` for 'production' environment"),
    ("SECRET_KEY", "RuntimeError: The session is unavailable because no secret key was set."),
    ("NextAuth", "There is a problem with the server configuration. Check the server logs"),
    ("signs its tokens", "secretOrPrivateKey must have a value"),
    ("signs its tokens", "The specified key byte array is 48 bits which is not secure enough for any JWT HMAC-SHA"),
    ("signs its tokens", "IDX10720: Unable to create KeyedHashAlgorithm for algorithm 'HS256'"),
    ("signs its tokens", 'Key path "file:///app/storage/oauth-private.key" does not exist or is not readable'),
    ("encrypts its data", "Fernet key must be 32 url-safe base64-encoded bytes."),
    ("encrypts its data", "The MAC is invalid."),
    ("its database", "Error validating datasource `db`: the URL must start with the protocol `postgresql://`"),
    ("its database", "The `uri` parameter to `openUri()` must be a string, got undefined"),
    ("its database", "The ConnectionString property has not been initialized."),
    ("credentials", "Unable to locate credentials"),
    ("address or key", '{"error":"supabaseUrl is required."}'),
]
RESOURCES = [
    ("space", "ENOSPC: no space left on device, write"),
    ("space", "write /data/uploads/1: no space left on device"),
    ("read-only", "EROFS: read-only file system, mkdir '/var/task/uploads'"),
    ("may not", "EACCES: permission denied, open '/app/data/items.json'"),
    ("may not", "laravel.log could not be opened in append mode: Failed to open stream: Permission denied"),
    ("memory", "java.lang.OutOfMemoryError: Java heap space"),
    ("files open", "accept tcp [::]:8080: accept4: too many open files"),
]


@pytest.mark.parametrize(("what", "text"), SETTINGS, ids=[text[:40] for _, text in SETTINGS])
def test_words_of_a_setting_are_known(what: str, text: str) -> None:
    """A framework or library says that a setting is missing or cannot be used."""
    stated = stated_in(text, "setting")
    assert stated is not None
    assert what in stated.reason.what


@pytest.mark.parametrize(("what", "text"), RESOURCES, ids=[text[:40] for _, text in RESOURCES])
def test_words_of_a_resource_are_known(what: str, text: str) -> None:
    """A run-time says what its machine lacks, and each such reason has a step."""
    stated = stated_in(text, "resource")
    assert stated is not None
    assert what in stated.reason.what
    assert stated.reason.steps


@pytest.mark.parametrize(
    "text",
    ["", "Internal Server Error", "Permission denied", '{"error": "email is required"}', "password must have a value"],
)
def test_other_errors_explain_nothing(text: str) -> None:
    """Such words may be about the user or the request."""
    assert not explains_itself(text)
