#!/usr/bin/env bash
# Makes sure that the images of backing services are here, and says of each: here, pulled, built, or cannot be had.
# Where no registry can be reached, Debian as root builds stand-ins under the official names (scripts/backing/).
#   backing-images.sh [SERVICE...]             default: all of docker-compose.yml that the lab does not build itself
#   backing-images.sh --dry-run [SERVICE...]   prints the commands of a machine with a registry, and runs none
#   backing-images.sh --missing [SERVICE...]   prints the images that are not here
# The names of the services whose images are here go to standard output, a line each: the others are to be left out.
# Exit 0 also where some cannot be had; 2 when a SERVICE is not one of docker-compose.yml.
# Names and tags are the defaults in docker-compose.yml; POSTGRES_IMAGE, VALKEY_IMAGE and so on replace them.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly PULL_TIMEOUT_S=${PULL_TIMEOUT_S:-300}

say() { printf '  %s\n' "$*" >&2; }

# SERVICE IMAGE, a line each; the image is - where the lab builds it.
images() {
  docker compose --profile '*' config | awk '
    function flush() { if (service != "") print service, (built ? "-" : image); built = 0 }
    /^services:/ { inside = 1; next }
    /^[a-z]/ { if (inside) flush(); inside = 0; service = "" }
    inside && /^  [a-z]/ { flush(); service = $1; sub(":", "", service) }
    inside && /^    build:/ { built = 1 }
    inside && /^    image:/ { image = $2 }
    END { if (inside) flush() }'
}

# The target of scripts/backing/Dockerfile that stands in for an official image.
stand_in() {
  case "$1" in
    postgres:17 | postgres:17-trixie) echo postgres ;;
    valkey/valkey:8.1 | valkey/valkey:8.1-trixie) echo valkey ;;
    rabbitmq:4.0-management) echo rabbitmq ;;
    nginx:1.26) echo nginx ;;
    prom/prometheus:v2.53.3) echo prometheus ;;
    *) return 1 ;;
  esac
}

is_here() { docker image inspect "$1" >/dev/null 2>&1; }
pull() { timeout "$PULL_TIMEOUT_S" docker pull --quiet "$1"; }

build() {
  scripts/backing/debian-base.sh >/dev/null &&
    scripts/with-progress.sh "building a stand-in for $2" \
      docker build --target "$1" --tag "$2" scripts/backing
}

# Says what came of an image; 1 when it cannot be had.
get() {
  local image=$1 target error
  is_here "$image" && { say "✓ $image: here"; return; }
  say "… $image: pulling"
  error=$(pull "$image" 2>&1 >/dev/null) && { say "✓ $image: pulled"; return; }
  target=$(stand_in "$image") && build "$target" "$image" && { say "✓ $image: built"; return; }
  say "✗ $image: cannot be had: $error"
  return 1
}

would_get() {
  printf 'docker pull --quiet %s' "$1"
  is_here "$1" && printf '   # not run where the image is here, as it is now'
  echo
}

mode=get
case "${1:-}" in --dry-run | --missing) mode=${1#--}; shift ;; esac
known=$(images)
asked=("$@")
[ "$#" -gt 0 ] || mapfile -t asked < <(awk '$2 != "-" { print $1 }' <<<"$known")
for service in "${asked[@]}"; do
  awk -v name="$service" '$1 == name { found = 1 } END { exit !found }' <<<"$known" || {
    printf 'There is no service %s; there are: %s\n' "$service" "$(awk '{ print $1 }' <<<"$known" | xargs)" >&2
    exit 2
  }
done

declare -A result=()
for service in "${asked[@]}"; do
  image=$(awk -v name="$service" '$1 == name { print $2 }' <<<"$known")
  [ "$image" != - ] || { [ "$mode" != get ] || echo "$service"; continue; }
  if [ -z "${result[$image]:-}" ]; then
    result[$image]=told
    case "$mode" in
      dry-run) would_get "$image" ;;
      missing) is_here "$image" || echo "$image" ;;
      get) get "$image" && result[$image]=got || result[$image]=missing ;;
    esac
  fi
  case "${result[$image]}" in
    got) echo "$service" ;;
    missing) say "✗ $service: left out" ;;
  esac
done
