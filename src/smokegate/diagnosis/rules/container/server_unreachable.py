"""Server data could not be collected: no connection, no engine, no project.

Without a connection nothing is known from inside, and nothing is said against the deployment: what is broken
as seen from outside comes first, and alone it leaves the verdict open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import Level, Rule, Signs, Step
from smokegate.diagnosis.server_evidence import view_of
from smokegate.diagnosis.wording import quote
from smokegate.observation.server.causes import CommandCause

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.diagnosis.rule import Judge

BY_HAND: Step = "Try it by hand: `ssh -v` with the destination of `{file}`; the last lines say where it ends."
FROM_CONSOLE: Step = "If that fails too, check the server in the console of its provider: is it running, is it full?"
ENGINE: Step = (
    "On the server: `systemctl status docker`, `journalctl -u docker -n 50`, then `sudo systemctl start docker`."
)


@dataclass(frozen=True)
class Row:
    """One reason for which there is no look from inside, and what to do about it."""

    cause: CommandCause
    owner: Owner
    steps: tuple[Step, ...]
    competing: tuple[str, ...] = ()


ROWS = (
    Row(
        CommandCause.SSH_NOT_INSTALLED,
        Owner.RUNNER,
        (
            "Install an OpenSSH client where this runs (`apt-get install openssh-client`).",
            "If this is the server itself, say `local = true` under `[server]` in `{file}` instead of `ssh`.",
        ),
    ),
    Row(
        CommandCause.SSH_NAME,
        Owner.RUNNER,
        (
            "Correct `ssh` under `[server]` in `{file}`, or the `HostName` in OpenSSH's configuration.",
            BY_HAND,
        ),
        ("a name with a typing error", "a name server that does not answer"),
    ),
    Row(
        CommandCause.SSH_REFUSED,
        Owner.RUNNER,
        (
            BY_HAND,
            "Check the port in OpenSSH's configuration, and that the server's sshd runs.",
            FROM_CONSOLE,
        ),
        ("an sshd that is stopped", "another port", "a server that is starting"),
    ),
    Row(
        CommandCause.SSH_UNREACHABLE,
        Owner.NETWORK,
        (BY_HAND, "Check the server's address, and the network or VPN that leads to it.", FROM_CONSOLE),
        ("a server that is switched off", "a VPN that is not connected here"),
    ),
    Row(
        CommandCause.SSH_TIMED_OUT,
        Owner.RUNNER,
        (
            BY_HAND,
            "Check the firewall or security group: does it let this runner's address in on the ssh port?",
            FROM_CONSOLE,
        ),
        ("a firewall that drops", "a server that is overloaded or out of memory", "a server that is stopped"),
    ),
    Row(
        CommandCause.SSH_KEY_REFUSED,
        Owner.RUNNER,
        (
            "Put this runner's public key into `~/.ssh/authorized_keys` of the user on the server.",
            "In CI, check that the secret holds the whole private key, its last line end included.",
            BY_HAND,
        ),
        ("another user", "a key that was rotated", "no agent where this runs"),
    ),
    Row(
        CommandCause.HOST_KEY_CHANGED,
        Owner.RUNNER,
        (
            ("Do not connect before you know why: compare the fingerprint with the console of the server's provider."),
            ("If the server was rebuilt, remove its old key (`ssh-keygen -R` with its name) and add the new one."),
        ),
        ("a server that was rebuilt behind the same address", "someone between here and the server"),
    ),
    Row(
        CommandCause.HOST_KEY_UNKNOWN,
        Owner.RUNNER,
        (
            "Add the server's key to the known hosts where this runs, after comparing its fingerprint.",
            "In CI, keep that line as a variable and write it to `~/.ssh/known_hosts` before the run.",
        ),
    ),
    Row(
        CommandCause.CONNECTION_DROPPED,
        Owner.NETWORK,
        (BY_HAND, "Run `{verify}` again; if it repeats, read sshd's log on the server.", FROM_CONSOLE),
        (
            "an sshd that was restarted",
            "a network that loses connections",
            "limits such as MaxStartups or fail2ban",
        ),
    ),
    Row(
        CommandCause.SSH_OTHER,
        Owner.RUNNER,
        (BY_HAND, "Check OpenSSH's configuration for this host: `ssh -G` with it prints what holds."),
    ),
    Row(
        CommandCause.DOCKER_NOT_INSTALLED,
        Owner.CONFIGURATION,
        (
            "Check that `[server]` in `{file}` names the host that runs the containers.",
            "Install docker there.",
        ),
    ),
    Row(
        CommandCause.COMPOSE_NOT_INSTALLED,
        Owner.CONFIGURATION,
        (
            "On the server, as the user of `{file}`: `docker compose version`; it must print a version.",
            "Install the compose plugin there (package `docker-compose-plugin` or `docker-compose-v2`).",
        ),
    ),
    Row(
        CommandCause.ENGINE_NOT_PERMITTED,
        Owner.CONFIGURATION,
        (
            "Add the user to the group `docker` on the server and log in again, or name a user that is in it.",
            "That group is equivalent to root: use a dedicated user for this.",
        ),
    ),
    Row(
        CommandCause.ENGINE_NOT_RUNNING,
        Owner.APP,
        (ENGINE, "When it runs: `{compose} ps`; containers with a restart policy come back by themselves."),
        ("an engine that did not start after a reboot", "a full disk", "another socket in `DOCKER_HOST`"),
    ),
    Row(
        CommandCause.NO_PROJECT_DIRECTORY,
        Owner.CONFIGURATION,
        (
            "Correct `directory` under `[compose]` in `{file}`, or deploy the project to that place.",
            "On the server: `docker compose ls` shows the projects that run there and their directories.",
        ),
        ("a directory that was moved", "another host"),
    ),
    Row(
        CommandCause.NO_COMPOSE_FILE,
        Owner.CONFIGURATION,
        (
            "On the server: `ls {directory}`, and `docker compose ls` for where running projects come from.",
            "Name the file in `files` under `[compose]` of `{file}`, or put it back into `{directory}`.",
        ),
    ),
    Row(
        CommandCause.COMPOSE_FILE_INVALID,
        Owner.CONFIGURATION,
        (
            "On the server, in `{directory}`: `{compose} config`; it names the line.",
            "If a variable is missing, check whether `.env` beside the compose file was deployed too.",
        ),
    ),
    Row(
        CommandCause.COMMAND_TIMED_OUT,
        Owner.APP,
        (
            "On the server: `docker ps`; if it hangs too, the engine hangs: `sudo systemctl restart docker`.",
            "If the server is only slow, raise `timeout` under `[server]` in `{file}`.",
        ),
        ("an engine that hangs", "a server that is overloaded", "a limit that is too short"),
    ),
    Row(
        CommandCause.COMMAND_FAILED,
        Owner.CONFIGURATION,
        (
            "Run the command of the evidence on the server; its last lines say why.",
            "Check that `[server]` and `[compose]` in `{file}` describe this server.",
        ),
    ),
)


def by_cause(cause: CommandCause) -> Judge:
    """Judge by why the collection ended."""

    def judge(case: Case) -> Signs | None:
        view = view_of(case)
        if view is None or view.failure is None or view.failure.cause is not cause:
            return None
        said = quote(view.failure.detail) if view.failure.detail.strip() else "nothing was written"
        answers = [each for each in view.origin if each.status == 200]
        against = (f"the backend answers 200 on the server itself (GET {answers[0].path})",) if answers else ()
        return Signs(
            (f"server {view.host}: {quote(view.failure.command)} failed: {said}",),
            confidence=Confidence.CERTAIN,
            against=against,
        )

    return judge


RULES = tuple(
    Rule(
        code=row.cause.code,
        title=f"No server data: {row.cause.title}",
        level=Level.VANTAGE if row.owner in {Owner.RUNNER, Owner.NETWORK} else Level.SERVER,
        owner=row.owner,
        symptom=f"What runs on the server cannot be seen: {row.cause.title}.",
        reads=("what ssh, docker and compose write where a command on the server fails",),
        judge=by_cause(row.cause),
        steps=row.steps,
        competing=row.competing,
    )
    for row in ROWS
)
