#!/usr/bin/env bash
# Gate any deploy: `gate.sh ENVIRONMENT COMMIT`. Needs `pip install smokegate` and environments/ENVIRONMENT.toml.
set -uo pipefail
smokegate run "$1" --wait --expect-commit="$2"
code=$?
case $code in
  0) echo "live and working" ;;
  1) echo "broken: see reports/$1.html" ;;
  6) echo "not judged: this machine or its credentials are the reason, not the deployment" ;;
  7) echo "the platform has an outage: hold, do not roll back" ;;
  *) echo "smokegate was not started as expected (exit $code)" ;;
esac
exit "$code"
