"""Rehearses a deployment without replica: one real run, then its recorded answers, one of them broken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from smokegate.environment.model import Environment
from smokegate.rehearsal.mutants import beyond, mutations
from smokegate.rehearsal.mutation import Mutation
from smokegate.rehearsal.proxy import Proxy
from smokegate.rehearsal.replay import UNBROKEN, Replay
from smokegate.rehearsal.replicas import names, red
from smokegate.rehearsal.runs import Runs
from smokegate.rehearsal.sanitized_file import UnstrippableError, strip
from smokegate.rehearsal.suite import RunError, Settings, Suite
from smokegate.report.rehearsal.model import Mutant, Score

SOUND = {"PASS", "WARN"}
TURNS = 8
"""How often a mutation that breaks some answers only is tried at most."""


def score(environment: Environment, settings: Settings) -> Score:
    """Return how many broken answers of one deployment its suite notices.

    The deployment is requested by one normal run, through the proxy, and never again.
    """
    name, suite = environment.name, settings.suite
    try:
        directory = strip(suite.directory / (environment.file or f"{name}.toml"), settings.folder / f"{name}-file")
    except UnstrippableError as wrong:
        return Score(name, "none", trouble=str(wrong))
    apart = Suite(suite.root, directory, suite.ini, suite.paths)
    common = _common(environment, settings.overrides)
    with (
        closing(Proxy()) as proxy,
        closing(Runs(apart, settings.folder, replicas=False, warm=name, overrides=common)) as runs,
    ):
        return _Rehearsal(environment, Replay(environment, proxy, runs, common), settings).score()


def _common(environment: Environment, overrides: Sequence[str]) -> list[str]:
    """Return the options that every run shares: the caller's own, and where the certificates are."""
    own = [word if ":" in word.partition("=")[0] else f"{environment.name}:{word}" for word in overrides]
    mine = [word for word in own if word.startswith(f"{environment.name}:")]
    authorities = [f"{environment.name}:ca_file={environment.ca_file}"] if environment.ca_file else []
    return [f"--set={word}" for word in (*mine, *authorities)]


class _Rehearsal(Struct):
    """One deployment's rehearsal."""

    environment: Environment
    replay: Replay
    settings: Settings

    def score(self) -> Score:
        name = self.environment.name
        try:
            real = self.replay.record()
            found = real.environment(name)
            verdict = str(found.get("verdict", "none"))
            self.settings.progress(f"{name} as it is: {verdict}")
            if verdict not in SOUND:
                why = f"it fails without any fault, so nothing can be proven:\n{real.text}"
                return Score(name, verdict, trouble=why)
            self.replay.commit = found["version"]
            replayed = self.replay.run(UNBROKEN, "replayed")
        except RunError as broken:
            return Score(name, "none", trouble=str(broken))
        known = replayed.environment(name)
        if known.get("verdict") not in SOUND:
            return Score(name, verdict, trouble=f"its recorded responses, replayed, fail:\n{replayed.text}")
        every = mutations(self.environment, self.replay.recording)
        chosen = [each for each in every if self.settings.keyword in each.name]
        mutants = self._mutants(chosen, known)
        never, overshadowed = _silent(known, mutants) if len(chosen) == len(every) else ((), ())
        left_out = tuple(beyond(self.environment, self.replay.recording))
        return Score(name, verdict, mutants, never, overshadowed, left_out)

    def _mutants(self, chosen: Sequence[Mutation], known: dict[str, Any]) -> tuple[Mutant, ...]:
        """Try every mutation; those that break some answers of a kind only come last."""
        already = set(red(known))
        found: dict[int, Mutant] = {}
        with ThreadPoolExecutor(max_workers=self.settings.workers, thread_name_prefix="rehearsal") as pool:
            try:
                for partly in (False, True):
                    usual = {test for mutant in found.values() for test in mutant.red}
                    begun = {
                        number: pool.submit(self._mutant, each, number, already, usual)
                        for number, each in enumerate(chosen)
                        if (each.every > 1) is partly
                    }
                    for number, future in begun.items():
                        found[number] = done = future.result()
                        word = ", ".join(done.red[:1]) or "NOTHING NOTICES"
                        done_so_far = f"[{len(found)}/{len(chosen)}] {self.environment.name}"
                        self.settings.progress(f"{done_so_far} {done.name}: {word}")
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        return tuple(found[number] for number in sorted(found))

    def _mutant(self, mutation: Mutation, number: int, already: set[str], usual: set[str]) -> Mutant:
        """Try one mutation; one that breaks some answers only is tried until the first is none of them.

        The suite sends requests concurrently, so that it is not known which of its requests will come first.
        """
        found = self._once(mutation, f"mutant-{number}", already)
        for turn in range(1, TURNS if mutation.every > 1 else 1):
            if found.trouble or not usual.issuperset(found.red):
                break
            again = self._once(mutation, f"mutant-{number}-{turn}", already)
            found = again if len(again.red) else found
        return found

    def _once(self, mutation: Mutation, label: str, already: set[str]) -> Mutant:
        mutant = Mutant(mutation.name, mutation.promise, mutation.title)
        try:
            done = self.replay.run(mutation, label)
        except RunError as broken:
            return replace(mutant, trouble=str(broken))
        found = done.environment(self.environment.name)
        if not found:
            return replace(mutant, trouble=f"no report:\n{done.text}")
        cause = found["cause"]
        return replace(
            mutant,
            red=tuple(each for each in red(found) if each not in already),
            blocked=tuple(names(found, {"blocked"})),
            verdict=found["verdict"],
            cause=cause["code"] if cause else None,
            seconds=done.seconds,
        )


def _silent(known: dict[str, Any], mutants: Iterable[Mutant]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the tests that passed and that nothing turned red: first those never kept from judging."""
    turned = {test for mutant in mutants for test in mutant.red}
    kept = {test for mutant in mutants for test in mutant.blocked}
    silent = [test for test in names(known, {"passed"}) if test not in turned]
    return tuple(test for test in silent if test not in kept), tuple(test for test in silent if test in kept)
