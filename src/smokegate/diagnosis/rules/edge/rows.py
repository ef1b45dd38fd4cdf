"""What an edge can say of the application behind it: title, owner, steps and what it does not exclude."""

from __future__ import annotations

from dataclasses import dataclass

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import Step

LOGS: Step = (
    "On the server, in `{directory}`: `{compose} ps`, then `{compose} logs --tail 100 {service}`.",
    "Read the application's log from its last start on: a process that died says why in its last lines.",
)
LISTENS: Step = (
    "Compare the port and address that the application listens on with where {edge} sends requests; it must listen"
    " on 0.0.0.0, not on loopback only."
)
ROLL_BACK: Step = "If it began with a deploy, roll back first and read then."


@dataclass(frozen=True)
class Row:
    """One thing that an edge says."""

    says: str
    title: str
    owner: Owner
    symptom: str
    steps: tuple[Step, ...]
    competing: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The cause's code."""
        return f"edge.{self.says}"


ROWS = (
    Row(
        "nothing-here",
        "{edge} has no application for {target}: nothing is deployed under this name",
        Owner.CONFIGURATION,
        "404 on every path, from a page of the platform: no such app, site not found, a server's first page.",
        (
            "Compare `{url}` in {file} with the address that the platform shows for the service.",
            "If the address is right, check whether the service was deleted, renamed, or never deployed; deploy it.",
            "If the domain is your own, check that it is assigned to this service: `dig +short {hostname}`.",
        ),
        (
            "a name that is written wrongly",
            "a service that was deleted or never deployed",
            "a domain that is not assigned",
        ),
    ),
    Row(
        "no-route",
        "{edge} has no route to an application for {asked}",
        Owner.CONFIGURATION,
        "404 from the proxy, on this path or on all of them.",
        (
            "Check the proxy's rules: is there one for this host and this path, and does it lead to the application?",
            "Check whether the application runs and is healthy: some proxies drop the route of one that is not.",
            "Compare `{url}` and the path in {file} with what the proxy routes.",
        ),
        ("a rule that is missing or names another host", "an application that is not deployed or not healthy"),
    ),
    Row(
        "app-away",
        "{edge} gets no answer from the application behind {target}",
        Owner.APP,
        "502 or 503 from the gateway: bad gateway, no healthy upstream, service unavailable.",
        (LOGS, LISTENS, ROLL_BACK),
        (
            "an application that crashed, does not start, or is restarting",
            "an application that listens on another port or address",
            "health checks of the gateway that fail",
            "a network or firewall between the two",
        ),
    ),
    Row(
        "app-slow",
        "{edge} waited too long for the application behind {target}",
        Owner.APP,
        "504 from the gateway: the application accepts requests and does not answer them in time.",
        (
            LOGS,
            "Look for what requests wait for: a database lock, an exhausted pool, an upstream API, all workers busy.",
            "If it began with a deploy, roll back; if it hangs as a whole, restart it.",
        ),
        (
            "an application that is deadlocked or overloaded",
            "a network between the two that drops",
            "a request that takes longer than the gateway waits",
        ),
    ),
    Row(
        "app-starting",
        "{edge} is still starting the application behind {target}",
        Owner.APP,
        "A page or a 503 that says that the application is starting or waking up.",
        ("Wait for it: `{verify} --wait`.", LOGS),
        ("an application that does not come up", "a deploy that is going on", "an instance that was asleep"),
    ),
    Row(
        "broke-off",
        "{edge} got a broken answer, or none, from the application behind {target}",
        Owner.APP,
        "502 or 503 from the gateway: the application closed the connection, or what it sent is no HTTP answer.",
        (LOGS, "Look for a worker that died during the request: out of memory, a time-out, a crash.", LISTENS),
        (
            "a worker that dies during the request",
            "another protocol on that port (TLS, HTTP/2) than the gateway speaks",
            "headers that are too large",
        ),
    ),
    Row(
        "suspended",
        "{edge} has suspended, paused or stopped {target}",
        Owner.CONFIGURATION,
        "A page that says suspended, paused, stopped, maintenance, or that a quota is used up.",
        (
            "Open the platform's console: who stopped it, or which bill or quota?",
            "Resume it there, or move it to a plan that is not stopped; then wait until it counts as running.",
        ),
        ("someone who stopped it", "an unpaid bill", "a quota that is used up", "planned maintenance"),
    ),
    Row(
        "rate-limited",
        "{edge} limits the rate of requests to {target}: too many",
        Owner.CONFIGURATION,
        "429, or 503, from the gateway: too many requests.",
        (
            "Check for other clients at the same address: another run of this suite, a monitor, an open dashboard.",
            "Wait a few minutes and run `{verify}` again.",
            "If healthy visitors meet it too, raise the limit, or exempt the health check and this runner.",
        ),
        ("another client behind the same address", "a limit that is too low for normal use", "a quota that is used up"),
    ),
    Row(
        "kept-out",
        "{edge} does not let this client in at {target}: access is denied",
        Owner.RUNNER,
        "401, 403, a challenge or a page to sign in, from something in front of the application.",
        (
            "Do not conclude anything about the application: the request did not reach it.",
            "Let the runner in: allow its address, or give it what is required (a token, a secret header).",
            "Or run the suite from where visitors are let in.",
        ),
        ("a rule that keeps every client out, visitors too", "an application that wants a sign-in for this path"),
    ),
    Row(
        "function-crashed",
        "The function behind {target} crashed, says {edge}",
        Owner.APP,
        "500 or 502 from the platform, which ran the function: an exception at its import or in the call.",
        ("Read the function's log at the moment of `{asked}`: the exception is there.", ROLL_BACK),
        (
            "an exception at the import",
            "a variable that is missing",
            "an answer in a form that the platform does not read",
        ),
    ),
    Row(
        "out-of-resources",
        "The function behind {target} used more CPU or memory than {edge} allows",
        Owner.APP,
        "500 or 503 from the platform, which stopped the function at its limit.",
        ("Check its use of CPU and memory in the platform's console, and at the last deploy.", ROLL_BACK),
        ("a loop or a leak in the last version", "a limit that is too low for what it does"),
    ),
    Row(
        "tls-to-app",
        "{edge} gets no TLS connection to the application behind {target}: its certificate or handshake fails",
        Owner.CONFIGURATION,
        "525 or 526: the gateway and the origin do not agree on TLS.",
        (
            "See what the origin serves: `openssl s_client -connect ORIGIN:443 -servername {hostname} </dev/null`.",
            "Renew or install the origin's certificate, or set the gateway's TLS mode to what the origin can do.",
        ),
        ("a certificate that expired or is for another name", "an origin that speaks no TLS on that port"),
    ),
    Row(
        "name-of-app",
        "{edge} cannot resolve the name of the origin behind {target} (DNS)",
        Owner.CONFIGURATION,
        "530 or 502: the gateway looks for the application under a name that does not exist.",
        (
            "Check the origin that the gateway is given: a name with a typing error, or of a host that is gone.",
            "Set it to the application's present address.",
        ),
        ("a record that was deleted", "a host that was renamed"),
    ),
    Row(
        "app-error",
        "The application at {target} answered with an error of its own, which {edge} replaces with its page",
        Owner.APP,
        "The platform's page, although the application answered: it replaces 5xx answers.",
        (LOGS, ROLL_BACK),
        ("a dependency of the application that fails", "a defect of the deployed version"),
    ),
    Row(
        "platform-error",
        "{edge} reports an error of its own for {target}",
        Owner.PLATFORM,
        "The platform reports a failure of its own: the application did not receive the request.",
        (
            "Read the platform's status page: is there an incident?",
            "Wait and run again; do not roll back for this.",
        ),
        ("an incident of the platform",),
    ),
    Row(
        "own-page",
        "{edge} answers with a page of its own in place of {target}",
        Owner.CONFIGURATION,
        "200 and a page of the platform where the application's answer belongs.",
        ("Open {url}{health} in a browser and read the page: it says what the platform wants.",),
        ("a page that only some clients get",),
    ),
    Row(
        "garbled",
        "{edge} passed on what is no answer of an HTTP application: garbage where {target} should answer",
        Owner.APP,
        "200 and a few bytes without a content type.",
        (
            "See with `curl -v` what speaks on the port behind the proxy: another program, another protocol.",
            LOGS,
        ),
        ("another program on the application's port", "a protocol that is not HTTP/1.1"),
    ),
    Row(
        "cached",
        "A cache in front of {target} answered the health check, not the application, from hours ago",
        Owner.CONFIGURATION,
        "200 although the application may be down: a CDN or proxy keeps the answer of the health check.",
        (
            "Exclude the health check from the cache, and have the application send `Cache-Control: no-store`.",
            "Send the request to the application itself meanwhile: `curl -sSi {url}{health}?now=1`, or past the cache.",
        ),
        ("an application that is healthy behind the cache",),
    ),
)
