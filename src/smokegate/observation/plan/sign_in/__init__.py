"""The sign-in flow: register, see the account, log out, log in again; only what depends waits."""

from smokegate.observation.plan.sign_in.flow import SignInPlan
from smokegate.observation.plan.sign_in.names import CLEAN_UP, UNDO, WRITE

__all__ = ["CLEAN_UP", "UNDO", "WRITE", "SignInPlan"]
