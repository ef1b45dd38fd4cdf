"""Why a sign-in is turned away, in the application's own words."""

from __future__ import annotations

import pytest

from smokegate.knowledge.refusals import reason_in


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"code":"captcha_failed"}', "captcha"),
        ('{"error":"turnstile verification failed"}', "captcha"),
        ('{"mfa_required": true}', "second factor"),
        ('{"captcha": null, "error": "captcha required"}', "captcha"),
        ('{"error":"invalid_client"}', "client"),
        ('{"message":"No API key found in request"}', "client"),
        ('{"code":"MISSING_OR_NULL_ORIGIN","message":"Missing or null Origin"}', "origin"),
        ('{"code":"email_not_confirmed"}', "confirmation"),
        ('{"detail":"LOGIN_USER_NOT_VERIFIED"}', "confirmation"),
        ('{"error":"account_locked"}', "lock"),
        ('{"message":"Your account has been suspended"}', "lock"),
        ('{"error":"PasswordResetRequired","message":"Password reset required"}', "new password"),
    ],
)
def test_a_reason_is_known_by_its_words(text: str, name: str) -> None:
    """Codes and sentences alike."""
    reason = reason_in(text)
    assert reason is not None
    assert reason.name == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"detail":"Incorrect email or password"}',
        '{"error":"Invalid credentials","mfa_required":false,"captcha":null,"locked": 0}',
        '{"error":"Wrong password or your account is locked"}',
        '{"message":"The original order is blocked by a foreign key"}',
    ],
)
def test_a_refusal_that_names_no_reason_or_several_has_none(text: str) -> None:
    """What says only that it is no, or what it might be, says nothing."""
    assert reason_in(text) is None


def test_of_a_new_account_one_reason_among_several_is_enough() -> None:
    """Its password is right: what is left of the reasons is the other one."""
    reason = reason_in('{"error":"Wrong password or account not verified"}', alone=False)
    assert reason is not None
    assert reason.name == "confirmation"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("clock", "The token is not yet valid (iat)"),
        ("clock", "jwt not active"),
        ("clock", "token used before issued"),
        ("clock", "token has invalid claims: token is not valid yet"),
        ("expired", "Signature has expired"),
        ("expired", "jwt expired"),
        ("expired", "token has invalid claims: token is expired"),
        ("expired", '\\"exp\\" claim timestamp check failed'),
        ("audience", "Audience doesn't match"),
        ("audience", "jwt audience invalid. expected: api"),
        ("audience", "jwt issuer invalid. expected: https://auth"),
        ("audience", 'unexpected \\"aud\\" claim value'),
        ("subject", "Subject must be a string"),
        ("signature", "Signature verification failed"),
        ("signature", "invalid signature"),
        (None, "Token is invalid or expired"),
        (None, "Could not validate credentials"),
        (None, "Invalid token"),
        (None, "Given token not valid for any token type"),
        (None, "Not authenticated"),
    ],
)
def test_why_a_token_is_refused_is_known(name: str | None, text: str) -> None:
    """Libraries say why; an answer that names several reasons, or none, says nothing."""
    found = reason_in(f'{{"detail": "{text}"}}', kind="token")
    assert (found.name if found else None) == name
