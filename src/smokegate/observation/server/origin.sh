# Arguments: port, path, time limit in seconds, the public host and the public scheme. Prints the answer as it came, then
# a line with the seconds it took. The three programs report a failure with exit statuses of their own; 127 is "none of
# the three is here".
if command -v curl >/dev/null 2>&1; then
  exec curl -sS -i --noproxy '*' --max-time "$3" -w '\n%{time_total}' \
    -H "Host: $4" -H "X-Forwarded-Proto: $5" "http://127.0.0.1:$1$2"
elif command -v python3 >/dev/null 2>&1; then
  exec python3 -c '
import http.client, sys, time
began = time.monotonic()
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=float(sys.argv[3]))
try:
    connection.request("GET", sys.argv[2], headers={"Host": sys.argv[4], "X-Forwarded-Proto": sys.argv[5]})
    got = connection.getresponse()
    body = got.read()
except OSError as why:
    sys.exit(str(why))
head = "".join("%s: %s\r\n" % field for field in got.getheaders())
head = "HTTP/1.1 %d %s\r\n%s\r\n" % (got.status, got.reason, head)
sys.stdout.buffer.write(head.encode("latin-1") + body)
sys.stdout.buffer.write(("\n%.6f" % (time.monotonic() - began)).encode())
' "$1" "$2" "$3" "$4" "$5"
elif command -v bash >/dev/null 2>&1; then
  exec timeout "$3" bash -c '
began=${EPOCHREALTIME/./}
exec 3<>"/dev/tcp/127.0.0.1/$0" || exit 7
printf "GET %s HTTP/1.0\r\nHost: %s\r\nX-Forwarded-Proto: %s\r\nConnection: close\r\n\r\n" "$1" "$2" "$3" >&3
cat <&3
took=$(( ${EPOCHREALTIME/./} - began ))
printf "\n%d.%06d" "$(( took / 1000000 ))" "$(( took % 1000000 ))"
' "$1" "$2" "$4" "$5"
fi
echo "the server has neither curl nor python3 nor bash" >&2
exit 127
