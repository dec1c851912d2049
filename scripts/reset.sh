#!/usr/bin/env bash
# Puts the state of services that run back to that of the first start: through the admin ports where RESET=on, else by
# starting again on new volumes.
#   [LAB=WING,...] [SERVICE=NAME,...] reset.sh    (default: all that run)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

choose_running
# shellcheck disable=SC2086
services=$(docker compose ps --services $services | sort)
[ -n "$services" ] || { printf 'Nothing runs; start the lab with make up.\n' >&2; exit 1; }
refused=()
for service in $services; do
  rows | cut -f 1 | grep -qxF -- "$service" || continue
  status=$(curl -s -o /dev/null -w '%{http_code}' -X POST "http://$(docker compose port "$service" 9090)/reset") || true
  [ "$status" = 204 ] || refused+=("$service")
done
if [ "${#refused[@]}" -gt 0 ]; then
  forget "${refused[@]}"
  docker compose up --detach --wait "${refused[@]}" >/dev/null 2>&1
fi
printf '  ✓ everything is as at the first start: %s\n' "$(xargs <<<"$services")"
