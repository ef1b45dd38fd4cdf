"""The real stack: the trading platform in containers, as on its server, for as long as a run needs it.

`replica.start()` brings up what `docker-compose.yml` describes under a project name of its own, on free loopback
ports; `replica.start("bad-import")` does so and then breaks it. Needs a docker engine with compose and the
`containers` extra. Importing this package is cheap.
"""
