"""The declared write of the sign-in flow, made with the newest session and undone."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from smokegate.environment.calls import IDENTITY, WriteCheck
from smokegate.observation.evidence.json_rules import MISSING, lookup
from smokegate.observation.exchange import NotSent
from smokegate.observation.plan.sign_in.names import AGAIN, LOGIN, UNDO, WRITE
from smokegate.observation.plan.sign_in.session import Session
from smokegate.observation.plan.step import RawResponse, RequestToSend, Step


class Write:
    """One write and its undo."""

    def __init__(self, call: WriteCheck, session: Session) -> None:
        self._call = call
        self._session = session
        self._identity = ""
        """The id of the created resource."""
        self.done = False
        """Whether it succeeded and must be undone."""

    def steps(self) -> Iterator[Step]:
        """Yield the write and its undo."""
        session = self._session
        yield from session.sending(WRITE, session.target(self._call), self._build, (AGAIN,), on_response=self._wrote)
        yield from session.sending(UNDO, session.target(self._call.undo), self._build_undo, (WRITE,))

    def _build(self) -> RequestToSend | NotSent:
        session = self._session
        return session.write(self._call.method, self._call, {}) if session.signed_in else NotSent(LOGIN)

    def _wrote(self, raw: RawResponse) -> None:
        self._session.take(raw)
        self.done = 200 <= raw.status < 400
        found = lookup(raw.json, tuple(self._call.identity.split("."))) if raw.is_json else MISSING
        self._identity = "" if found is MISSING else quote(str(found), safe="")

    def _build_undo(self) -> RequestToSend | NotSent:
        undo = self._call.undo
        if not self.done or (IDENTITY in undo.path and not self._identity):
            return NotSent(WRITE)
        return self._session.write(undo.method, undo, {}, undo.path.replace(IDENTITY, self._identity))
