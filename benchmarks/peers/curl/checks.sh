#!/bin/sh
# The checks of a deployment as shell scripts have them: one curl for each request.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
email="bench+$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')@example.com"

ask() { # METHOD URL [curl's options]: leaves status, headers and body behind
    method=$1 url=$2
    shift 2
    status=$(curl -sS --max-time "$BENCH_TIMEOUT" ${BENCH_CA:+--cacert "$BENCH_CA"} -X "$method" \
        -D "$folder/headers" -o "$folder/body" -w '%{http_code}' "$@" "$url")
}
expect() { # WHAT ACTUAL EXPECTED
    [ "$2" = "$3" ] || { echo "FAILED $1: expected $3, got $2" >&2; exit 1; }
    echo "ok $1"
}
contains() { # WHAT FILE TEXT
    grep -qiF -- "$3" "$folder/$2" || { echo "FAILED $1: no $3" >&2; exit 1; }
    echo "ok $1"
}
json() { sed -n "s/.*\"$1\":\"\\{0,1\\}\\([^\",}]*\\).*/\\1/p" "$folder/body"; }
post() { ask POST "$1" -H 'Content-Type: application/json' -d "$2"; }

for sample in 1 2 3 4 5; do
    ask GET "$BENCH_BACKEND/health"
    expect "health $sample" "$status $(json status)" "200 healthy"
done
expect "right service" "$(json service)" "Tectonic Trading Platform API"
contains "commit" headers "x-tectonic-commit: "
if grep -qi '^x-render-routing' "$folder/headers"; then echo "FAILED routing" >&2; exit 1; fi

ask GET "$BENCH_BACKEND/health/db"
expect "database" "$status $(json status)" "200 healthy"
ask GET "$BENCH_BACKEND/api/market/quotes?symbols=AAPL"
expect "quotes" "$status $(json source)" "200 finnhub"
ask GET "$BENCH_BACKEND/docs"
expect "documentation" "$status" 404

ask GET "$BENCH_FRONTEND/"
expect "page" "$status" 200
contains "page" headers "text/html"
contains "page" body "Tectonic"
script=$(sed -n 's/.*src="\(\/assets\/[^"]*\.js\)".*/\1/p' "$folder/body")
ask GET "$BENCH_FRONTEND$script"
contains "script" body "$BENCH_BACKEND"
ask OPTIONS "$BENCH_BACKEND/api/auth/login" -H "Origin: $BENCH_FRONTEND" -H 'Access-Control-Request-Method: POST'
contains "preflight" headers "access-control-allow-origin: "

ask GET "$BENCH_BACKEND/api/auth/me"
expect "closed without token" "$status" 401
post "$BENCH_BACKEND/api/auth/register" "{\"email\":\"$email\",\"password\":\"Correct-horse-7\",\"full_name\":\"Benchmark\"}"
expect "register" "$(printf %.1s "$status")" 2
id=$(json id)
ask GET "$BENCH_BACKEND/api/auth/me" -H "Authorization: Bearer $(json access_token)"
expect "account" "$status $(json id)" "200 $id"
post "$BENCH_BACKEND/api/auth/login" "{\"email\":\"$email\",\"password\":\"Wrong-horse-8\"}"
expect "wrong password" "$status" 401
post "$BENCH_BACKEND/api/auth/login" "{\"email\":\"$email\",\"password\":\"Correct-horse-7\"}"
expect "login" "$status" 200
ask GET "$BENCH_BACKEND/api/auth/me" -H "Authorization: Bearer $(json access_token)"
expect "account again" "$status $(json id)" "200 $id"
