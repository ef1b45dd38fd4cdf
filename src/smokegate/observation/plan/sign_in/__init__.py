"""The sign-in flow: register, see the account, log out, log in again; only what depends waits."""
