#!/usr/bin/env bash
# Stops services and removes their containers, volumes and images.
#   [LAB=WING,...] [SERVICE=NAME,...] clean.sh    (default: the whole lab)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

choose_running
[ -n "$services" ] || exec docker compose down --volumes --rmi local --remove-orphans
# shellcheck disable=SC2086
{
  # `docker compose down --volumes` would take the volumes of all that are stopped, whatever it is told to stop.
  forget $services
  docker compose config --images $services | { grep '^polyservice-lab/' || true; } | xargs -r docker image rm >/dev/null 2>&1
}
printf '  ✓ nothing is left of: %s\n' "$(xargs <<<"$services")"
