"""Rehearses a deployment without replica: one real run, then its recorded answers with one of them broken each time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smokegate.observation.step import same_origin
from smokegate.rehearsal.exchanges import NOT_RECORDED, Asked, Naming, Recorded, Recording, Site, Wire
from smokegate.rehearsal.mutants import beyond, mutations
from smokegate.rehearsal.mutation import Mutation
from smokegate.rehearsal.proxy import Handler, Proxy, closed_port
from smokegate.rehearsal.replicas import red, test_name
from smokegate.rehearsal.runs import Finished, RunError, Runs, Suite
from smokegate.rehearsal.stripped import UnstrippableError, strip
from smokegate.rehearsal.upstream import Addresses, Upstream
from smokegate.report.rehearsed import Mutant, Score

if TYPE_CHECKING:
    from smokegate.environment.model import Environment

Progress = Callable[[str], None]
SOUND = {"PASS", "WARN"}


def score(  # noqa: PLR0913 -- a value each
    environment: Environment,
    suite: Suite,
    folder: Path,
    *,
    workers: int,
    overrides: Sequence[str],
    keyword: str,
    progress: Progress,
) -> Score:
    """Return how many broken answers of one deployment its suite notices.

    The deployment is asked by one normal run, through the proxy, and never again.
    """
    name = environment.name
    try:
        directory = strip(suite.directory / f"{name}.toml", folder / f"{name}-file")
    except UnstrippableError as wrong:
        return Score(name, "none", trouble=str(wrong))
    apart = Suite(suite.root, directory, suite.ini, suite.paths)
    common = _common(environment, overrides)
    with Proxy() as proxy, Runs(apart, folder, replicas=False, warm=name, overrides=common) as runs:
        return _Rehearsal(environment, proxy, runs, common).score(workers, keyword, progress)


def _common(environment: Environment, overrides: Sequence[str]) -> list[str]:
    """Return the options that every run shares: the caller's own, and where the certificates are."""
    own = [word if ":" in word.partition("=")[0] else f"{environment.name}:{word}" for word in overrides]
    mine = [word for word in own if word.startswith(f"{environment.name}:")]
    authorities = [f"{environment.name}:ca_file={environment.ca_file}"] if environment.ca_file else []
    return [f"--set={word}" for word in (*mine, *authorities)]


class _Rehearsal:
    """One deployment's rehearsal: the recording, and the runs that replay it."""

    def __init__(self, environment: Environment, proxy: Proxy, runs: Runs, common: list[str]) -> None:
        self._environment = environment
        self._name = environment.name
        self._proxy = proxy
        self._runs = runs
        self._common = common
        self._recording = Recording()
        self._commit: str | None = None
        front = environment.frontend
        apart = front is not None and not same_origin(front.url, environment.backend.url)
        self._origins: dict[Site, str] = {"backend": environment.backend.url}
        if front is not None and apart:
            self._origins["frontend"] = front.url

    def score(self, workers: int, keyword: str, progress: Progress) -> Score:
        try:
            real = self._real()
            found = real.environment(self._name)
            verdict = str(found.get("verdict", "none"))
            progress(f"{self._name} as it is: {verdict}")
            if verdict not in SOUND:
                return Score(self._name, verdict, trouble=f"it is not well as it is, so nothing can be proven:\n{real.text}")
            self._commit = found["version"]
            replayed = self._replay(Mutation("", "", "", site=None), "replayed")
        except RunError as broken:
            return Score(self._name, "none", trouble=str(broken))
        known = replayed.environment(self._name)
        if known.get("verdict") not in SOUND:
            return Score(self._name, verdict, trouble=f"what it answered, replayed, is not well:\n{replayed.text}")
        every = mutations(self._environment, self._recording)
        chosen = [each for each in every if keyword in each.name]
        mutants = tuple(self._mutants(chosen, known, workers, progress))
        whole = len(chosen) == len(every)
        left_out = tuple(beyond(self._environment, self._recording))
        return Score(self._name, verdict, mutants, _never(known, mutants) if whole else (), left_out)

    def _real(self) -> Finished:
        """Make the one run that asks the deployment, and keep what it answered."""
        upstream = Upstream(self._origins, self._environment.ca_file, self._environment.backend.timeout)
        naming = Naming(self._environment)

        def handler(addresses: Addresses) -> Handler:
            async def answer(asked: Asked) -> Recorded | Wire:
                step = naming.name(asked)
                try:
                    given = await asyncio.to_thread(upstream.ask, addresses.outward(asked))
                except OSError:
                    return Wire.RESET
                naming.answered(step, given)
                self._recording.add(step, given)
                return addresses.inward(given)

            return answer

        with self._sites(handler) as options:
            return self._runs.run(f"{self._name}-real", [*self._common, *options])

    def _replay(self, mutation: Mutation, label: str) -> Finished:
        """Run the suite on what was recorded, broken in one way."""
        naming, turns = Naming(self._environment), Counter[str]()

        def handler(addresses: Addresses) -> Handler:
            async def answer(asked: Asked) -> Recorded | Wire:
                step = naming.name(asked)
                number = turns[step]
                turns[step] += 1
                known = self._recording.answers.get(step) or [NOT_RECORDED]
                given: Recorded | Wire = known[number % len(known)]
                if isinstance(given, Recorded) and mutation.breaks(step, asked.site, number):
                    await asyncio.sleep(mutation.delay)
                    given = mutation.change(given, asked)
                if isinstance(given, Wire):
                    return given
                naming.answered(step, given)
                return addresses.inward(given)

            return answer

        with self._sites(handler, mutation.closed) as options:
            more = [f"--set={self._name}:{word}" for word in mutation.overrides]
            commit = [f"--expect-commit={self._commit}"] if self._commit else []
            return self._runs.run(f"{self._name}-{label}", [*self._common, *options, *more, *commit])

    @contextmanager
    def _sites(self, handler: Callable[[Addresses], Handler], closed: Site | None = None) -> Iterator[list[str]]:
        """Listen for each site, and yield the options that send a run there."""
        with ExitStack() as stack:
            ours: dict[Site, str] = {}
            pairs: dict[str, str] = {}

            async def later(asked: Asked) -> Recorded | Wire:
                return await answering(asked)

            for site, real in self._origins.items():
                if site == closed:
                    ours[site] = f"http://127.0.0.1:{closed_port()}"
                else:
                    listening = self._proxy.listen(site, later)
                    stack.callback(listening.close)
                    ours[site] = listening.url
                pairs[real] = ours[site]
            answering = handler(Addresses(pairs))
            yield [f"--env={self._name}", *self._addressed(ours, pairs)]

    def _addressed(self, ours: dict[Site, str], pairs: dict[str, str]) -> list[str]:
        front = self._environment.frontend
        words = [f"backend.url={ours['backend']}"]
        if front is not None:
            words.append(f"frontend.url={ours.get('frontend', ours['backend'])}")
            if front.calls is not None:
                words.append(f"frontend.calls={pairs.get(front.calls, front.calls)}")
        return [f"--set={self._name}:{word}" for word in words]

    def _mutants(
        self, chosen: Sequence[Mutation], known: dict[str, Any], workers: int, progress: Progress
    ) -> Iterable[Mutant]:
        already = set(red(known))
        with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="rehearsal") as pool:
            begun = [pool.submit(self._mutant, each, number, already) for number, each in enumerate(chosen)]
            try:
                for number, future in enumerate(begun, 1):
                    done = future.result()
                    word = ", ".join(done.red[:1]) or "NOTHING NOTICES"
                    progress(f"[{number}/{len(begun)}] {self._name} {done.name}: {word}")
                    yield done
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _mutant(self, mutation: Mutation, number: int, already: set[str]) -> Mutant:
        mutant = Mutant(mutation.name, mutation.promise, mutation.title)
        try:
            done = self._replay(mutation, f"mutant-{number}")
        except RunError as broken:
            return Mutant(mutation.name, mutation.promise, mutation.title, trouble=str(broken))
        found = done.environment(self._name)
        if not found:
            return Mutant(mutation.name, mutation.promise, mutation.title, trouble=f"no report:\n{done.text}")
        cause = found["cause"]
        return Mutant(
            mutant.name,
            mutant.promise,
            mutant.title,
            red=tuple(each for each in red(found) if each not in already),
            verdict=found["verdict"],
            cause=cause["code"] if cause else None,
            seconds=done.seconds,
        )


def _never(known: dict[str, Any], mutants: Iterable[Mutant]) -> tuple[str, ...]:
    """Return the tests that passed and that nothing turned red."""
    turned = {test for mutant in mutants for test in mutant.red}
    passed = [test_name(each["id"], known["name"]) for each in known["tests"] if each["outcome"] == "passed"]
    return tuple(test for test in passed if test not in turned)
