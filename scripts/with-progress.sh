#!/usr/bin/env bash
# Runs a command with one line of progress, and its whole output only when it fails.
#   with-progress.sh TITLE COMMAND [ARGUMENT...]
set -uo pipefail

readonly title=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT

"$@" >"$log" 2>&1 </dev/null &
readonly child=$!
trap 'kill "$child" 2>/dev/null; exit 130' INT TERM

readonly started=$SECONDS
while kill -0 "$child" 2>/dev/null; do
  seconds=$((SECONDS - started))
  if [ -t 2 ]; then
    printf '\r\033[K  … %s (%d s) %s' "$title" "$seconds" "$(tail -n 1 "$log" | tr -d '\r' | cut -c 1-60)" >&2
  elif [ $((seconds % 15)) = 0 ] && [ "${said:-}" != "$seconds" ]; then
    said=$seconds
    printf '  … %s (%d s)\n' "$title" "$seconds" >&2
  fi
  sleep 0.2
done
wait "$child"
readonly code=$?

[ -t 2 ] && printf '\r\033[K' >&2
if [ "$code" = 0 ]; then
  printf '  ✓ %s (%d s)\n' "$title" "$((SECONDS - started))" >&2
  exit 0
fi
printf '  ✗ %s failed (exit %d)\n' "$title" "$code" >&2
tail -n 40 "$log" >&2
grep -qi 'no space left on device' "$log" &&
  printf 'The disk is full: free some space and try again (docker system df shows what Docker holds).\n' >&2
exit "$code"
