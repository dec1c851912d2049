#!/usr/bin/env bash
# Builds what has changed, starts the lab (or one service of it), waits until it is healthy and says where it is.
#   up.sh [SERVICE]
set -euo pipefail
cd "$(dirname "$0")/.."
readonly service=${1:-}

services=$(docker compose config --services | sort)
if [ -n "$service" ] && ! grep -qx -- "$service" <<<"$services"; then
  printf 'There is no service %s; there are: %s\n' "$service" "$(xargs <<<"$services")" >&2
  exit 2
fi
scripts/ports.sh "$service"
scripts/with-progress.sh "building the images" docker compose build ${service:+"$service"}

if ! output=$(docker compose up --detach --wait --wait-timeout 60 ${service:+"$service"} 2>&1); then
  # What a service says about its environment is the sentence that helps; compose only knows that it ended.
  said=$(docker compose ps --all --status exited --quiet | xargs -r -n 1 docker logs --tail 5 2>&1 >/dev/null)
  printf '%s\n' "${said:-$output}" >&2
  grep -qi 'no space left on device' <<<"$output" && printf 'The disk is full: free some space and try again.\n' >&2
  exit 1
fi

# Out of "127.0.0.1:8001->8001/tcp, 127.0.0.1:9001->9090/tcp": the host's side of the port that begins so.
published_at() {
  tr ',' '\n' | sed -n "s/^ *\(.*\)->$1.*/\1/p" | sed 's/^0\.0\.0\.0/127.0.0.1/' | head -n 1
}

try() {
  case "$1" in
    course-grpc) printf "grpcurl -plaintext -d '{\"course_id\":\"api-course\"}' %s courseservice.CourseService/GetCourse" "$2" ;;
    tcp-history) printf "printf 'hello' | nc -N %s" "${2/:/ }" ;;
    ws-echo) printf 'npx --yes wscat -c ws://%s -x hello' "$2" ;;
    users-api) printf 'curl -s http://%s/api/v1/users/me' "$2" ;;
  esac
}

published=$(docker compose ps --format '{{.Service}} {{.Health}} {{.Ports}}' | sort)
printf '\n  %-12s %-8s %-22s %-28s %s\n' service state address 'health and metrics' 'try it'
while read -r name health ports; do
  address=$(published_at '[^9]' <<<"$ports")
  printf '  %-12s %-8s %-22s %-28s %s\n' "$name" "$health" "$address" \
    "http://$(published_at 9090 <<<"$ports")" "$(try "$name" "$address")"
done <<<"$published"
printf '\n  next: make demo (see them spoken to) · make test (see it proved) · make logs · make down\n'
