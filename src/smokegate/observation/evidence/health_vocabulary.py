"""The words in which services report how they are: keys, states, and names of what they use."""

from __future__ import annotations

import re

LONGEST = 200
"""Bytes of a text that may be one of these words."""
STATUS_KEYS = frozenset(
    {
        *("status", "state", "health", "healthy", "ok", "ready", "success", "alive", "isalive", "isok", "isready"),
        *("overall", "overallstatus", "overallhealth", "healthstatus", "ishealthy"),
        *("servicestatus", "systemstatus", "appstatus", "globalstatus", "outcome"),
        *("zustand", "estado", "statut", "etat", "stato"),
    }
)
"""The keys in which services say how they are, without case and punctuation."""
PART_STATUS = STATUS_KEYS | {"connected", "isconnected", "reachable", "available", "up", "connection"}
"""The keys in which they say how a part is."""
SICK = frozenset(
    {
        *("unhealthy", "down", "error", "errors", "fail", "failed", "failing", "failure", "critical", "fatal"),
        *("notok", "broken", "outofservice", "unavailable", "dead", "sick", "ko", "offline", "notready", "unready"),
        *("starting", "initializing", "initialising", "booting", "warmingup", "draining", "shuttingdown"),
        *("stopping", "stopped", "terminating", "crashed", "panic", "notserving", "nothealthy", "notalive"),
        *("fehler", "fehlerhaft", "ausgefallen", "gestrt", "fallo", "cado", "caido", "fueradeservicio", "nodisponible"),
        *("erreur", "horsservice", "indisponible", "erro", "foradoar", "indisponvel", "errore", "guasto"),
        *("red", "major", "majoroutage", "false", "maintenance", "undermaintenance", "inmaintenance"),
    }
)
"""What no healthy service says of itself, without case, punctuation and letters that have accents."""
AWAY = SICK | {
    *("disconnected", "notconnected", "unreachable", "notreachable", "refused", "timeout", "timedout"),
    *("connectionfailed", "connectionrefused", "connectionerror"),
    *("cannotconnect", "failedtoconnect", "unabletoconnect"),
}
"""What no service says of a database that it uses and reaches."""
DATABASE = r"(?:database|db|postgres|postgresql|mysql|mariadb|mongo|mongodb|sqlserver|mssql)s?"
DATABASE_KEY = re.compile(
    rf"(?:is)?{DATABASE}(?:is)?(?:backend(?:default)?|health(?:check|y)?|check|connections?|connected|status|state|ok|up|ready"
    r"|available|reachable|alive){0,2}"
)
"""The keys in which services say how their database is, without case and punctuation: `db_connected`."""
DATABASE_NAME = re.compile(rf"\b{DATABASE}\b", re.IGNORECASE)
"""A database in a name of several words: `Keycloak database connections async health check`."""
STORE_KEY = re.compile(
    r"(?:redis|valkey|caches?|memcached?|queues?|broker|rabbit(?:mq)?|amqp|kafka|nats|celery|sidekiq|bull(?:mq)?|elastic(?:search)?"
    r"|opensearch|meilisearch|minio|s3|storage|smtp|mailer)(?:status|state|health|check|connection|connected|ok|up)?"
)
"""The keys in which they say how something else is that they use."""
NO_PART = re.compile(r"(?:last|prev(?:ious)?)\w*|errors?|message|msg|reason|description|output|info")
"""Keys beside a state that hold its history or its reason."""
GONE = AWAY - {
    *("starting", "initializing", "initialising", "booting", "warmingup", "draining", "shuttingdown"),
    *("stopping", "stopped"),
    *("red", "major", "false", "ko", "sick", "maintenance", "undermaintenance", "inmaintenance"),
}
"""What no service says of something else that it uses and needs."""
SWITCHED = re.compile(r"(?:is)?(?:enabled|configured|required|critical|active)")
"""Where this is false, a part is not used, or not needed."""
WELL = frozenset(
    {
        *("ok", "okay", "up", "healthy", "pass", "passed", "passing", "alive", "live", "ready", "running", "online"),
        *("operational", "green", "good", "success", "serving", "active", "available"),
    }
)
"""What a healthy service says of itself: where the file expects another word, it is another answer, and no sick one."""
UNUSED = frozenset({"disabled", "skipped", "optional", "notconfigured", "notenabled", "notused", "notrequired"})
"""What a part says of itself that is not used, as a key that is true, or as its state."""
PARTS = frozenset(
    {
        *("checks", "components", "dependencies", "services", "details", "connections", "entries", "results", "error"),
        *("indicators", "subsystems", "systems", "infrastructure", "healthchecks", "resources", "data", "result"),
        *("response", "payload", "health", "checkresults", "databases"),
    }
)
"""The keys below which services list what they depend on, or wrap their whole report."""
CHECKS = frozenset({"checks", "checkresults", "healthchecks", "databases"})
"""Those that only a report of health has."""
