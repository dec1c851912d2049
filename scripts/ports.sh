#!/usr/bin/env bash
# Reads the published ports out of docker-compose.yml as compose resolves it (environment and .env included), and
# tells which of them another process holds. Prints a sentence per taken port; exit 1 if there is one.
#   ports.sh [SERVICE]        checks     ports.sh --list        SERVICE TARGET HOST PORT, a line each
set -euo pipefail
cd "$(dirname "$0")/.."

list() {
  docker compose config | awk '
    /^services:/ { inside = 1; next }
    /^[a-z]/ { inside = 0 }
    inside && /^  [a-z]/ { service = $1; sub(":", "", service) }
    inside && $1 == "host_ip:" { host = $2 }
    inside && $1 == "target:" { target = $2 }
    inside && $1 == "published:" { gsub("\"", "", $2); print service, target, host, $2 }'
}

holder() {
  local port=$1 name
  name=$(docker ps --filter "publish=$port" --format '{{.Names}}' | head -n 1)
  [ -n "$name" ] && { printf 'the container %s' "$name"; return; }
  if command -v ss >/dev/null; then
    name=$(ss -ltnpH "sport = :$port" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (pid \2)/p' | head -n 1)
  elif command -v lsof >/dev/null; then
    name=$(lsof -nP -iTCP:"$port" -sTCP:LISTEN 2>/dev/null | awk 'NR == 2 { print $1 " (pid " $2 ")" }')
  fi
  printf '%s' "${name:-another process}"
}

variable() {
  local name=${1//-/_}
  [ "$2" = 9090 ] && name+=_admin
  printf '%s_PORT' "$name" | tr '[:lower:]' '[:upper:]'
}

[ "${1:-}" = --list ] && { list; exit; }
mine=$(docker compose ps --format '{{.Ports}}' | grep -oE ':[0-9]+->' | tr -dc '0-9\n' || true)
taken=0
while read -r service target host port; do
  [ -n "${1:-}" ] && [ "$service" != "$1" ] && continue
  [ "$port" = 0 ] && continue
  grep -qx "$port" <<<"$mine" && continue
  [ "$host" = 0.0.0.0 ] && host=127.0.0.1
  (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null || continue
  name=$(variable "$service" "$target")
  printf 'Port %s is taken by %s: stop it, or set %s to a free port.\n' "$port" "$(holder "$port")" "$name" >&2
  taken=1
done < <(list)
exit "$taken"
