"""The sign-in flow: register, view the account, log out, log in again."""
