"""What the stand-ins for `docker` and `ssh` answer: one file for each question, written once for a case.

`bin/docker` and `bin/ssh` only show these files: a case asks a dozen times, and a shell starts much faster than Python.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NEVER = "0001-01-01T00:00:00Z"
DISK = "Filesystem 1024-blocks Used Available Capacity Mounted on\noverlay 100000000 1000 90000000 1% /"


def write_answers(folder: Path, case: dict[str, Any]) -> None:
    """Write what the stand-ins answer in a case, as of now, into a folder that does not exist yet."""
    folder.mkdir()
    now = datetime.fromtimestamp(time.time(), UTC)
    boxes = list(enumerate(case["containers"]))
    answers = {
        "info": "\n".join(f"s|{{{{.{key}}}}}|{value}|" for key, value in _engine(now).items()),
        "config": "\n".join(case["services"]),
        "compose-ps": _lines(_listed(number, box) for number, box in boxes),
        "ps": _lines(_published(box) for _, box in boxes if _is_published(box)),
        "df": DISK,
        "exec": "127.0.0.1:5432 - accepting connections",
        "ssh": case.get("ssh", "").strip(),
    }
    for number, box in boxes:
        begun = box.get("age", 3600) - 1
        log = [f"{_stamp(now, begun - each / 100)} {line}" for each, line in enumerate(box.get("log", []))]
        answers[f"inspect-{_ident(number)}"] = json.dumps(_inspected(number, box, now))
        answers[f"logs-{_ident(number)}"] = "\n".join(log)
    for each in case.get("fails", ()):
        word = each["command"] or "any"
        answers[f"fails-{word}"] = each.get("text", "")
        answers[f"exit-{word}"] = "hangs" if each.get("hangs") else str(each["exit"])
    for name, text in answers.items():
        (folder / name).write_text(text + "\n" if text else "", encoding="utf-8")


def _engine(now: datetime) -> dict[str, str]:
    return {"ServerVersion": "28.0.1", "SystemTime": _stamp(now, 0), "DockerRootDir": "/var/lib/docker"}


def _lines(rows: Any) -> str:
    return "\n".join(json.dumps(each) for each in rows)


def _listed(number: int, box: dict[str, Any]) -> dict[str, Any]:
    listed = {"ID": _ident(number), "Service": box["service"], "State": box.get("state", "running")}
    return {**listed, "ExitCode": 0, "Health": ""}


def _published(box: dict[str, Any]) -> dict[str, str]:
    labels = f"com.docker.compose.service={box['service']},com.docker.compose.project=app"
    return {"Names": _name(box), "Labels": labels, "Ports": f"127.0.0.1:{box['port']}->8000/tcp"}


def _is_published(box: dict[str, Any]) -> bool:
    return "port" in box and box.get("state", "running") == "running"


def _ident(number: int) -> str:
    return f"{number + 1:064x}"


def _name(box: dict[str, Any]) -> str:
    return str(box.get("name", f"app-{box['service']}-1"))


def _stamp(now: datetime, seconds_ago: float) -> str:
    return (now - timedelta(seconds=seconds_ago)).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


def _health(box: dict[str, Any], status: str, now: datetime) -> dict[str, Any]:
    if status != "running":
        return {"Status": "unhealthy", "FailingStreak": 0, "Log": []}
    sick = box["health"] == "unhealthy"
    log = [{"End": _stamp(now, 10), "ExitCode": int(sick), "Output": box.get("health_output", "")}]
    return {"Status": box["health"], "FailingStreak": 3 * sick, "Log": log}


def _inspected(number: int, box: dict[str, Any], now: datetime) -> dict[str, Any]:
    status, age = box.get("state", "running"), box.get("age", 3600)
    state = {
        "Status": status,
        "Running": status in ("running", "restarting"),
        "Restarting": status == "restarting",
        "OOMKilled": box.get("oom", False),
        "ExitCode": box.get("exit", 0),
        "Error": box.get("error", ""),
        "StartedAt": _stamp(now, age),
        "FinishedAt": NEVER if status == "running" else _stamp(now, age - 5),
    }
    check = None
    if box.get("health"):
        check = {"Test": ["CMD-SHELL", "true"], "Interval": 30_000_000_000, "Retries": 3}
        state["Health"] = _health(box, status, now)
    bound = [{"HostIp": "127.0.0.1", "HostPort": str(box.get("port"))}]
    return {
        "Id": _ident(number),
        "Name": "/" + _name(box),
        "RestartCount": box.get("restarts", 0),
        "State": state,
        "Policy": box.get("policy", "unless-stopped"),
        "Memory": 0,
        "Image": box.get("image", "app-" + box["service"]),
        "Labels": {
            "com.docker.compose.service": box["service"],
            "com.docker.compose.project": "app",
            "com.docker.compose.oneoff": str(box.get("oneoff", False)),
            "com.docker.compose.container-number": "1",
        },
        "Healthcheck": check,
        "Networks": {"app_default": {"IPAddress": f"172.18.0.{number + 2}"}},
        "Ports": {"8000/tcp": bound} if _is_published(box) else {},
    }
