"""Real proxies before one application: for each a command, its configuration, and which states it can be brought into.

One process for each proxy; each state has a port of its own there. `up` are the ports of `upstream.py`, `at` those of
the proxy.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MUTUAL = "client-certificate"
BEHIND = ("ok", "own-error", "refused", "silent", "broken-off", "garbage")
"""States that the application behind the proxy is in."""
Ports = Mapping[str, int]
Configure = Callable[[Path, Ports, Ports], list[str]]


@dataclass(frozen=True)
class Proxy:
    """One proxy.

    `states` are its states, each with the code of the cause that is right to name: none where the application answers.
    """

    name: str
    program: str
    configure: Configure
    """Writes the configuration into a folder and returns the arguments."""
    states: Mapping[str, str | None]

    def path(self) -> str | None:
        """Where the program is: beside Python where a wheel brings it."""
        own = Path(sys.executable).parent / self.program
        return str(own) if own.exists() else shutil.which(self.program, path="/usr/sbin:/usr/bin:/usr/local/bin")


def _patience(state: str) -> int:
    """Return for how many seconds a proxy waits for the application: short only where that is what is seen."""
    return 1 if state == "silent" else 30


def _nginx(folder: Path, up: Ports, at: Ports) -> list[str]:
    temporary = "\n".join(f"{each}_temp_path {folder}/{each};" for each in ("proxy", "fastcgi", "uwsgi", "scgi"))
    servers = [
        f"server {{ listen 127.0.0.1:{at[each]}; proxy_read_timeout {_patience(each)}s;"
        f" location / {{ proxy_pass http://127.0.0.1:{up[each]}; }} }}"
        for each in BEHIND
    ]
    for state, status in (("limit", 503), ("limit-429", 429)):
        limit = f"limit_req zone=few; limit_req_status {status}; proxy_pass http://127.0.0.1:{up['ok']};"
        servers.append(f"server {{ listen 127.0.0.1:{at[state]}; location / {{ {limit} }} }}")
    servers.append(f"server {{ listen 127.0.0.1:{at['no-route']}; root {folder}; }}")
    servers.append(f"server {{ listen 127.0.0.1:{at['tls']} ssl; ssl_reject_handshake on; }}")
    certificate = f"ssl_certificate {folder}/own.pem; ssl_certificate_key {folder}/own.pem;"
    asks = f"ssl_client_certificate {folder}/ca.pem; ssl_verify_client on;"
    servers.append(f"server {{ listen 127.0.0.1:{at[MUTUAL]} ssl; {certificate} {asks} }}")
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\nevents {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body;\n{temporary}\n"
        f"limit_req_zone $server_port zone=few:1m rate=1r/m;\n" + "\n".join(servers) + "\n}\n"
    )
    return ["-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"]


def _haproxy(folder: Path, up: Ports, at: Ports) -> list[str]:
    lines = ["defaults", " mode http", " timeout connect 30s", " timeout client 30s", " retries 0"]
    for each in BEHIND:
        lines += [f"listen {each}", f" bind 127.0.0.1:{at[each]}", f" timeout server {_patience(each)}s"]
        lines += [f" server app 127.0.0.1:{up[each]}"]
    lines += [
        *("defaults", " mode http", " timeout connect 30s", " timeout client 30s", " timeout server 30s"),
        *("frontend limit", f" bind 127.0.0.1:{at['limit']}"),
        " stick-table type ip size 1k expire 1h store http_req_rate(1h)",
        " http-request track-sc0 src",
        " http-request deny deny_status 429 if { sc_http_req_rate(0) gt 0 }",
        *("frontend no-route", f" bind 127.0.0.1:{at['no-route']}", " use_backend none if { path /other }"),
        *("backend none", f" server app 127.0.0.1:{up['refused']}"),
        *("frontend tls", f" bind 127.0.0.1:{at['tls']} ssl crt {folder}/other.pem strict-sni"),
        "frontend client-certificate",
        f" bind 127.0.0.1:{at[MUTUAL]} ssl crt {folder}/own.pem ca-file {folder}/ca.pem verify required",
    ]
    (folder / "haproxy.cfg").write_text("\n".join(lines) + "\n")
    return ["-db", "-f", f"{folder}/haproxy.cfg"]


def _apache(folder: Path, up: Ports, at: Ports) -> list[str]:
    modules = ("mpm_event", "authz_core", "proxy", "proxy_http", "ssl", "socache_shmcb")
    lines = [f"LoadModule {each}_module /usr/lib/apache2/modules/mod_{each}.so" for each in modules]
    lines += [f"ServerRoot {folder}", f"PidFile {folder}/pid", f"ErrorLog {folder}/error.log", "ServerName localhost"]
    lines += [f"DefaultRuntimeDir {folder}", f"DocumentRoot {folder}/empty", "Mutex sem"]
    lines += [f"Listen 127.0.0.1:{port}" for port in at.values()]
    for each in BEHIND:
        passed = f"ProxyPass / http://127.0.0.1:{up[each]}/ retry=0"
        lines += [f"<VirtualHost 127.0.0.1:{at[each]}>", f"ProxyTimeout {_patience(each)}", passed, "</VirtualHost>"]
    pem = f"SSLCertificateFile {folder}/other.pem"
    lines += [f"<VirtualHost 127.0.0.1:{at['tls']}>", "SSLEngine on", pem, "</VirtualHost>"]
    (folder / "empty").mkdir()
    (folder / "apache.conf").write_text("\n".join(lines) + "\n")
    return ["-D", "FOREGROUND", "-f", f"{folder}/apache.conf"]


def _varnish(folder: Path, up: Ports, at: Ports) -> list[str]:
    vcl = ["vcl 4.1;"]
    vcl += [
        f'backend {each.replace("-", "_")} {{ .host = "127.0.0.1"; .port = "{up[each]}"; '
        f".first_byte_timeout = {_patience(each)}s; }}"
        for each in BEHIND
    ]
    chosen = [
        f'if (local.socket == "{each}") {{ set req.backend_hint = {each.replace("-", "_")}; return (pass); }}'
        for each in BEHIND
    ]
    missing = 'if (local.socket == "no-route") { return (synth(404, "Not found")); }'
    vcl.append("sub vcl_recv { " + "\n".join([*chosen, missing]) + " }")
    (folder / "default.vcl").write_text("\n".join(vcl) + "\n")
    listening = [word for each, port in at.items() for word in ("-a", f"{each}=127.0.0.1:{port}")]
    storage = ["-s", "malloc,8m", "-p", "thread_pools=1", "-p", "thread_pool_min=20"]
    return ["-F", "-j", "none", "-n", f"{folder}/work", "-f", f"{folder}/default.vcl", *listening, *storage]


def _caddy(folder: Path, up: Ports, at: Ports) -> list[str]:
    sites = [
        f"http://127.0.0.1:{at[each]} {{\n reverse_proxy 127.0.0.1:{up[each]} {{\n"
        f"  transport http {{\n   response_header_timeout {_patience(each)}s\n  }}\n }}\n}}"
        for each in BEHIND
    ]
    sites += [
        f"http://other.invalid:{at['no-route']} {{\n respond ok\n}}",
        f"https://other.invalid:{at['tls']} {{\n tls internal\n respond ok\n}}",
        f"https://127.0.0.1:{at['default-certificate']} {{\n tls internal\n respond ok\n}}",
    ]
    settings = (
        f"{{\n admin off\n skip_install_trust\n auto_https disable_redirects\n storage file_system {folder}/own\n}}"
    )
    (folder / "Caddyfile").write_text("\n".join([settings, *sites]) + "\n")
    return ["run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]


def _traefik(folder: Path, up: Ports, at: Ports) -> list[str]:
    everything = "PathPrefix(`/`)"
    routers: dict[str, Any] = {
        each: {"rule": everything, "entryPoints": [each], "service": each} for each in (*BEHIND, "no-server")
    }
    routers["limit"] = {**routers["ok"], "entryPoints": ["limit"], "middlewares": ["few"]}
    routers["no-route"] = {"rule": "Host(`other.invalid`)", "entryPoints": ["no-route"], "service": "ok"}
    routers["default-certificate"] = {**routers["ok"], "entryPoints": ["default-certificate"], "tls": {}}
    services: dict[str, Any] = {
        each: {"loadBalancer": {"servers": [{"url": f"http://127.0.0.1:{up[each]}"}]}} for each in BEHIND
    }
    services["no-server"] = {"loadBalancer": {"servers": []}}
    services["silent"]["loadBalancer"]["serversTransport"] = "impatient"
    transports = {"impatient": {"forwardingTimeouts": {"responseHeaderTimeout": f"{_patience('silent')}s"}}}
    few = {"rateLimit": {"average": 1, "period": "1h", "burst": 1}}
    middlewares = {"few": few}
    dynamic = {
        "http": {
            "routers": routers,
            "services": services,
            "middlewares": middlewares,
            "serversTransports": transports,
        }
    }
    (folder / "dynamic.yml").write_text(json.dumps(dynamic))
    points = [f"--entrypoints.{each}.address=127.0.0.1:{port}" for each, port in at.items()]
    quiet = ["--global.checknewversion=false", "--global.sendanonymoususage=false", "--log.level=ERROR"]
    return [f"--providers.file.filename={folder}/dynamic.yml", *quiet, *points]


_TYPE = "type.googleapis.com/envoy.extensions."
_HTTP = _TYPE + "filters.network.http_connection_manager.v3.HttpConnectionManager"


def _envoy_listener(name: str, port: int, routes: list[dict[str, Any]], *, limited: bool = False) -> dict[str, Any]:
    router = {"name": "router", "typed_config": {"@type": _TYPE + "filters.http.router.v3.Router"}}
    every = {"numerator": 100}
    limit = {
        "@type": _TYPE + "filters.http.local_ratelimit.v3.LocalRateLimit",
        "stat_prefix": "limit",
        "token_bucket": {"max_tokens": 1, "tokens_per_fill": 1, "fill_interval": "3600s"},
        "filter_enabled": {"default_value": every},
        "filter_enforced": {"default_value": every},
    }
    manager = {
        "@type": _HTTP,
        "stat_prefix": name,
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
        "http_filters": [*([{"name": "limit", "typed_config": limit}] if limited else []), router],
    }
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    chain = {"filters": [{"name": "http", "typed_config": manager}]}
    return {"name": name, "address": address, "filter_chains": [chain]}


def _envoy_cluster(name: str, port: int | None) -> dict[str, Any]:
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    endpoints = [] if port is None else [{"endpoint": {"address": address}}]
    assigned = {"cluster_name": name, "endpoints": [{"lb_endpoints": endpoints}]}
    return {"name": name, "type": "STATIC", "connect_timeout": "30s", "load_assignment": assigned}


def _envoy(folder: Path, up: Ports, at: Ports) -> list[str]:
    def to(cluster: str) -> list[dict[str, Any]]:
        return [{"match": {"prefix": "/"}, "route": {"cluster": cluster, "timeout": f"{_patience(cluster)}s"}}]

    listeners = [_envoy_listener(each, at[each], to(each)) for each in (*BEHIND, "no-server")]
    listeners.append(_envoy_listener("limit", at["limit"], to("ok"), limited=True))
    listeners.append(_envoy_listener("no-route", at["no-route"], []))
    secure = _envoy_listener("tls", at["tls"], to("ok"))
    inspector = _TYPE + "filters.listener.tls_inspector.v3.TlsInspector"
    secure["listener_filters"] = [{"name": "names", "typed_config": {"@type": inspector}}]
    secure["filter_chains"][0]["filter_chain_match"] = {"server_names": ["other.invalid"]}
    listeners.append(secure)
    clusters = [*(_envoy_cluster(each, up[each]) for each in BEHIND), _envoy_cluster("no-server", None)]
    static = {"static_resources": {"listeners": listeners, "clusters": clusters}}
    (folder / "envoy.json").write_text(json.dumps(static))
    return ["-c", f"{folder}/envoy.json", "--concurrency", "1", "--disable-hot-restart", "--log-level", "error"]


AWAY, SLOW, BROKE_OFF = "edge.app-away", "edge.app-slow", "edge.broke-off"
NO_ROUTE, LIMITED = "edge.no-route", "edge.rate-limited"
HEALTHY: dict[str, str | None] = {"ok": None, "own-error": "app.error"}

PROXIES = (
    Proxy(
        "nginx",
        "nginx",
        _nginx,
        {
            **HEALTHY,
            "refused": "nginx.bad-gateway",
            "silent": "nginx.gateway-timeout",
            "broken-off": "nginx.bad-gateway",
            "garbage": "net.bad-framing",  # passed on as HTTP/0.9
            "limit": "nginx.unavailable",
            "limit-429": "nginx.rate-limited",
            "no-route": NO_ROUTE,
            "tls": "tls.no-certificate",
            MUTUAL: "edge.kept-out",
        },
    ),
    Proxy(
        "HAProxy",
        "haproxy",
        _haproxy,
        {
            **HEALTHY,
            "refused": AWAY,
            "silent": SLOW,
            "broken-off": BROKE_OFF,
            "garbage": BROKE_OFF,
            "limit": LIMITED,
            "no-route": AWAY,
            "tls": "tls.no-certificate",
            MUTUAL: "tls.client-certificate",
        },
    ),
    Proxy(
        "Apache",
        "apache2",
        _apache,
        {
            **HEALTHY,
            "refused": AWAY,
            "silent": BROKE_OFF,
            "broken-off": BROKE_OFF,
            "garbage": "edge.garbled",
            "no-route": NO_ROUTE,
            "tls": "tls.wrong-host",
        },
    ),
    Proxy(
        "Varnish",
        "varnishd",
        _varnish,
        {**HEALTHY, "refused": AWAY, "silent": AWAY, "broken-off": AWAY, "garbage": AWAY, "no-route": NO_ROUTE},
    ),
    Proxy(
        "Caddy",
        "caddy",
        _caddy,
        {
            **HEALTHY,
            "refused": AWAY,
            "silent": SLOW,
            "broken-off": AWAY,
            "garbage": AWAY,
            "no-route": NO_ROUTE,
            "tls": "tls.no-certificate",
            "default-certificate": "tls.default-certificate",
        },
    ),
    Proxy(
        "Traefik",
        "traefik",
        _traefik,
        {
            **HEALTHY,
            "refused": AWAY,
            "silent": SLOW,
            "broken-off": AWAY,
            "garbage": BROKE_OFF,
            "no-server": AWAY,
            "limit": LIMITED,
            "no-route": NO_ROUTE,
            "default-certificate": "tls.default-certificate",
        },
    ),
    Proxy(
        "Envoy",
        "envoy",
        _envoy,
        {
            **HEALTHY,
            "refused": AWAY,
            "silent": SLOW,
            "broken-off": BROKE_OFF,
            "garbage": BROKE_OFF,
            "no-server": AWAY,
            "limit": LIMITED,
            "no-route": NO_ROUTE,
            "tls": "tls.no-certificate",
        },
    ),
)
