#!/usr/bin/env bash
# Puts the state of services that run back to that of the first start: through the admin ports where RESET=on, else by
# starting them and the engines that were named again on new volumes.
#   [LAB=WING,...] [SERVICE=NAME,...] reset.sh    (default: all that run)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

choose_running
# shellcheck disable=SC2086
services=$(docker compose ps --services $services | sort)
running=$(docker compose ps --quiet $SCALABLE 2>/dev/null | wc -l)
SCALE=$((running > 1 ? running : 1))
export SCALE
widen_ports
[ -n "$services" ] || { printf 'Nothing runs; start the lab with make up.\n' >&2; exit 1; }
own=$(rows | cut -f 1 | grep -xF -- "$services" || true)
again=$([ -n "$own" ] || echo "$services")
for service in $own; do
  status=$(curl -s -o /dev/null -w '%{http_code}' -X POST "http://$(docker compose port "$service" 9090)/reset") || true
  [ "$status" = 204 ] || again=$services
done
if [ -n "$again" ]; then
  # The engines first. Without what they depend on: what does not run stays so.
  engines=$(grep -vxF -- "$own" <<<"$again" || true)
  # shellcheck disable=SC2086
  {
    forget $again
    [ -z "$engines" ] || docker compose up --detach --wait --no-deps $engines >/dev/null 2>&1
    ! grep -qx postgres <<<"$engines" || docker compose run --rm --no-deps databases >/dev/null 2>&1
    choose_replicas "$own"
    [ -z "$own" ] || docker compose up --detach --wait --no-deps $scaled $own >/dev/null 2>&1
  }
fi
printf '  ✓ everything is as at the first start: %s\n' "$(xargs <<<"$services")"
