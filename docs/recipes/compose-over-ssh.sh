#!/usr/bin/env bash
# Deploy a compose stack over ssh and gate it: `compose-over-ssh.sh user@host /srv/app COMMIT`.
# `[server]` of environments/production.toml names the same host, so that containers and logs are checked, too.
set -euo pipefail
host=$1 folder=$2 commit=$3
smokegate run production --record=before.json || true # so that --since can separate old failures from new ones
ssh -- "$host" "cd $(printf %q "$folder") && COMMIT=$(printf %q "$commit") docker compose up --detach --build"
smokegate run production --wait --expect-commit="$commit" --since=before.json
