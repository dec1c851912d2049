#!/usr/bin/env bash
# Puts the state of a running lab back to that of the first start: through the admin ports where RESET=on, else by
# starting again on new volumes.
set -euo pipefail
cd "$(dirname "$0")/.."

services=$(docker compose ps --services)
[ -n "$services" ] || { printf 'Nothing runs; start the lab with make up.\n' >&2; exit 1; }
refused=0
for service in $services; do
  status=$(curl -s -o /dev/null -w '%{http_code}' -X POST "http://$(docker compose port "$service" 9090)/reset") || true
  [ "$status" = 204 ] || refused=1
done
if [ "$refused" = 1 ]; then
  docker compose down --volumes >/dev/null 2>&1
  docker compose up --detach --wait >/dev/null 2>&1
fi
printf '  ✓ everything is as at the first start: %s\n' "$(xargs <<<"$services")"
