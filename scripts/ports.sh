#!/usr/bin/env bash
# Reads out of docker-compose.yml which host port, or range of ports, each variable sets, and names the variable of each
# that is no port, is set twice, or is held by another process. Prints a sentence for each; exit 1 if there is one.
#   ports.sh [SERVICE...]     checks those (default: all of the active profiles)
#   ports.sh --list           VARIABLE HOST PORT, a line each
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
widen_ports
needed=$(replicas)

# Lines such as "      - ${LAB_BIND:-127.0.0.1}:${NAME_PORT:-8765}:8765" under the services that are asked for.
list() {
  # shellcheck disable=SC2046
  [ $# -gt 0 ] || set -- $(active_services)
  local line section='' service='' bind host
  bind=$(value_of LAB_BIND 127.0.0.1)
  while IFS= read -r line; do
    if [[ $line =~ ^([a-z-]+): ]]; then
      section=${BASH_REMATCH[1]}
    elif [[ $section = services && $line =~ ^'  '([a-z0-9-]+):$ ]]; then
      service=${BASH_REMATCH[1]}
    elif [[ $line =~ ^' '+'- '(.+):'${'([A-Z0-9_]+):-([0-9]+)'}':[0-9]+$ ]]; then
      [[ " $* " = *" $service "* ]] || continue
      host=${BASH_REMATCH[1]}
      [[ $host = *LAB_BIND* ]] && host=$bind
      printf '%s %s %s\n' "${BASH_REMATCH[2]}" "$host" "$(value_of "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}")"
    fi
  done < <(docker compose --profile '*' config --no-interpolate)
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

[ "${1:-}" = --list ] && { list; exit; }
faults=0
fault() { printf '%s\n' "$*" >&2; faults=1; }

declare -A variable_of=()
checked=()
while read -r variable host ports; do
  first=${ports%-*} last=${ports#*-}
  if [[ ! $ports =~ ^[0-9]{1,5}(-[0-9]{1,5})?$ ]] || ((10#$last > 65535 || 10#$last < 10#$first)); then
    fault "$variable=\"$ports\" is not a port (0 to 65535)."
    continue
  fi
  [ "$ports" != 0 ] || continue
  for ((port = 10#$first; port <= 10#$last; port += 1)); do
    if [ -n "${variable_of[$port]:-}" ]; then
      fault "${variable_of[$port]} and $variable are both $port: set one of them to another port."
      break
    fi
    variable_of[$port]=$variable
  done
  checked+=("$variable $host $ports")
done < <(list "$@")
[ "$faults" = 0 ] || exit 1

mine=$(docker compose ps --format '{{.Ports}}' | grep -oE ':[0-9]+->' | tr -dc '0-9\n' || true)
# Whether nobody but this lab listens there.
is_free() {
  local host=$1 port=$2
  grep -qx "$port" <<<"$mine" && return
  [ "$host" = 0.0.0.0 ] && host=127.0.0.1
  ! (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null
}
for entry in ${checked[@]+"${checked[@]}"}; do
  read -r variable host ports <<<"$entry"
  if [[ $ports != *-* ]]; then
    is_free "$host" "$ports" ||
      fault "Port $ports is taken by $(holder "$ports"): stop it, or set $variable to a free port."
    continue
  fi
  free=0
  for ((port = ${ports%-*}; port <= ${ports#*-}; port += 1)); do ! is_free "$host" "$port" || free=$((free + 1)); done
  [ "$free" -ge "$needed" ] ||
    fault "Of the ports $ports, $free are free for $needed replicas: set $variable to another port, or a range."
done
exit "$faults"
