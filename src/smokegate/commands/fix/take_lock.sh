# Arguments: directory, holder, seconds after which it is stale, token of a holder that is known to have ended.
lock=$1 holder=$2 limit=$3 gone=$4
age() {
  made=$(stat -c %Y "$lock/holder" 2>/dev/null || stat -c %Y "$lock" 2>/dev/null || date +%s)
  echo $(( $(date +%s) - made ))
}
stale() {
  [ "$(age)" -gt "$limit" ] && return 0
  [ -n "$gone" ] && grep -qF -- "$gone" "$lock/holder" 2>/dev/null
}
take() {
  problem=$(mkdir "$lock" 2>&1) || return 1
  printf '%s\n' "$holder" >"$lock/holder" && return 0
  rm -r -- "$lock"
  exit 74
}
take && exit 0
# It can have been released since; where it still cannot be made, it was never there and nothing may be written here.
[ -d "$lock" ] || { take && exit 0; }
[ -d "$lock" ] || { printf '%s\n' "$problem" >&2; exit 74; }
if stale && mkdir "$lock/successor" 2>/dev/null; then
  # Renamed as a whole: at no time is there a lock without a holder and without a successor, which others could spoil.
  if stale; then mv -- "$lock" "$lock.$$" && rm -r -- "$lock.$$"; take && exit 0; else rmdir "$lock/successor"; fi
fi
cat "$lock/holder" 2>/dev/null
exit 73
