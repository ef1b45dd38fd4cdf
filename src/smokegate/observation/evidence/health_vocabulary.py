"""Vocabulary of health reports: keys, states and names of dependencies."""

from __future__ import annotations

import re

LONGEST = 200
"""Maximum characters of a text that may be one of these words."""
STATUS_KEYS = frozenset(
    {
        *("status", "state", "health", "healthy", "ok", "ready", "success", "alive", "isalive", "isok", "isready"),
        *("overall", "overallstatus", "overallhealth", "healthstatus", "ishealthy"),
        *("servicestatus", "systemstatus", "appstatus", "globalstatus", "outcome"),
        *("zustand", "estado", "statut", "etat", "stato", "状态", "状態", "상태", "статус", "состояние"),
    }
)
"""Keys of a service's own status, without case and punctuation."""
PART_STATUS = STATUS_KEYS | {"connected", "isconnected", "reachable", "available", "up", "connection"}
"""Keys of a component's status."""
SICK = frozenset(
    {
        *("unhealthy", "down", "error", "errors", "fail", "failed", "failing", "failure", "critical", "fatal"),
        *("notok", "broken", "outofservice", "unavailable", "dead", "sick", "ko", "offline", "notready", "unready"),
        *("starting", "initializing", "initialising", "booting", "warmingup", "draining", "shuttingdown"),
        *("stopping", "stopped", "terminating", "crashed", "panic", "notserving", "nothealthy", "notalive"),
        *("fehler", "fehlerhaft", "ausgefallen", "gestrt", "fallo", "cado", "caido", "fueradeservicio", "nodisponible"),
        *("nichtverfgbar", "nichtverfuegbar", "detenido", "arrt", "arrete", "nofunciona"),
        *("erreur", "horsservice", "indisponible", "erro", "foradoar", "indisponvel", "errore", "guasto"),
        *("red", "major", "majoroutage", "false", "maintenance", "undermaintenance", "inmaintenance"),
        *("异常", "故障", "错误", "失败", "不可用", "不健康", "已停止"),
        *("異常", "障害", "エラー", "停止中", "오류", "장애", "비정상"),
        *("ошибка", "недоступен", "недоступна", "недоступно", "неисправен", "сбой"),
    }
)
"""States of an unhealthy service, without case, punctuation and accented letters; in another script, as they are."""
AWAY = SICK | {
    *("disconnected", "notconnected", "unreachable", "notreachable", "refused", "timeout", "timedout"),
    *("connectionfailed", "connectionrefused", "connectionerror"),
    *("econnrefused", "econnreset", "etimedout", "enotfound", "eaiagain", "ehostunreach", "enetunreach", "gaierror"),
    *("connectionrefusederror", "connectionreseterror", "timeouterror"),
    *("cannotconnect", "failedtoconnect", "unabletoconnect"),
    *("nichterreichbar", "nichtverbunden", "desconectado", "desconectada", "noconectado", "dconnect", "nonconnect"),
    *("未连接", "连接失败", "接続不可", "нетсоединения"),
}
"""States of an unreachable database."""
DATABASE = r"(?:database|db|postgres|postgresql|mysql|mariadb|mongo|mongodb|sqlserver|mssql)s?"
DATABASE_KEY = re.compile(
    rf"(?:is)?{DATABASE}(?:is)?(?:backend(?:default)?|health(?:check|y)?|check|connections?|connected|status|state|ok|up|ready"
    r"|available|reachable|alive){0,2}"
)
"""Keys of a database's status, without case and punctuation: `db_connected`."""
DATABASE_NAME = re.compile(rf"\b{DATABASE}\b", re.IGNORECASE)
"""A database in a name of several words: `Keycloak database connections async health check`."""
STORE_KEY = re.compile(
    r"(?:redis|valkey|caches?|memcached?|queues?|broker|rabbit(?:mq)?|amqp|kafka|nats|celery|sidekiq|bull(?:mq)?|elastic(?:search)?"
    r"|opensearch|meilisearch|minio|s3|storage|smtp|mailer)(?:status|state|health|check|connection|connected|ok|up)?"
)
"""Keys of another dependency's status."""
NO_PART = re.compile(r"(?:last|prev(?:ious)?)\w*|errors?|message|msg|reason|description|output|info")
"""Keys for a state's history or reason."""
GONE = AWAY - {
    *("starting", "initializing", "initialising", "booting", "warmingup", "draining", "shuttingdown"),
    *("stopping", "stopped"),
    *("red", "major", "false", "ko", "sick", "maintenance", "undermaintenance", "inmaintenance"),
}
"""States of an unreachable dependency that the service needs."""
SWITCHED = re.compile(r"(?:is)?(?:enabled|configured|required|critical|active)")
"""If this is false, a component is not used or not required."""
WELL = frozenset(
    {
        *("ok", "okay", "up", "healthy", "pass", "passed", "passing", "alive", "live", "ready", "running", "online"),
        *("operational", "green", "good", "success", "serving", "active", "available"),
    }
)
"""States of a healthy service: if the file expects another word, this is a mismatch, not an unhealthy service."""
UNUSED = frozenset({"disabled", "skipped", "optional", "notconfigured", "notenabled", "notused", "notrequired"})
"""Unused components: a key that is true, or a state."""
PARTS = frozenset(
    {
        *("checks", "components", "dependencies", "services", "details", "connections", "entries", "results", "error"),
        *("indicators", "subsystems", "systems", "infrastructure", "healthchecks", "resources", "data", "result"),
        *("response", "payload", "health", "checkresults", "databases"),
    }
)
"""Keys that list dependencies, or wrap a whole report."""
CHECKS = frozenset({"checks", "checkresults", "healthchecks", "databases"})
"""Those that only health reports have."""
