#!/usr/bin/env bash
# Builds what has changed, starts the lab (the core and the wings that LAB names, or the services that SERVICE names),
# waits until it is healthy and says where it is.
#   [LAB=WING,...] [SERVICE=NAME,...] [SCALE=REPLICAS] up.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

choose_to_start
choose_replicas "$services"
# shellcheck disable=SC2086
{
  scripts/ports.sh $services
  # `up --wait` fails where it is told to wait for what runs to its end; what depends on the databases starts that.
  services=$(scripts/backing-images.sh $services | grep -vx databases)
  scripts/with-progress.sh "building the images" docker compose build $services
  output=$(docker compose up --detach --wait --wait-timeout 120 $scaled $services 2>&1) && failed=0 || failed=1
  [ "$failed$services" != 0postgres ] || docker compose run --rm databases >/dev/null 2>&1 || failed=1
}
if [ "$failed" = 1 ]; then
  # What a service says about its environment is the sentence that helps; compose only knows that it ended.
  said=$(docker compose ps --all --status exited --quiet | xargs -r -n 1 docker logs --tail 5 2>&1 >/dev/null)
  printf '%s\n' "${said:-$output}" >&2
  grep -qi 'no space left on device' <<<"$output" && printf 'The disk is full: free some space and try again.\n' >&2
  exit 1
fi

# Out of "127.0.0.1:8001->8001/tcp, 127.0.0.1:9001->9090/tcp": the host's side of a port.
published_at() { tr ',' '\n' <<<"$2" | sed -n "s/^ *\(.*\)->$1\/.*/\1/p" | sed 's/^0\.0\.0\.0/127.0.0.1/' | head -n 1; }

running=$(docker compose ps --format '{{.Service}} {{.Health}} {{.Ports}}')
printf '\n  %-12s %-8s %-22s %-28s %s\n' service state address 'health and metrics' 'try it'
while IFS=$'\t' read -r name port _ _ example; do
  while read -r _ health ports; do
    address=$(published_at "$port" "$ports")
    try=${example//127.0.0.1/${address%:*}}
    printf '  %-12s %-8s %-22s %-28s %s\n' "$name" "$health" "$address" "http://$(published_at 9090 "$ports")" \
      "${try//"$port"/${address##*:}}"
  done < <(grep "^$name " <<<"$running")
done < <(rows)
while read -r name health ports; do
  rows | grep -q "^$name	" && continue
  addresses=$(tr ',' '\n' <<<"$ports" | sed -n 's/^ *\(.*\)->.*/\1/p' | sed 's/^0\.0\.0\.0/127.0.0.1/' | sort -u | xargs)
  printf '  %-12s %-8s %s\n' "$name" "$health" "$addresses"
done <<<"$running"
printf '\n  next: make demo (see them spoken to) · make test (see it proved) · make logs · make down\n'
