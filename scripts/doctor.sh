#!/usr/bin/env bash
# Says what the lab, or the wings of it that LAB names, needs and what is missing, a line each. Exit 1 if something is.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
COMPOSE_PROFILES=$(wings) || exit
export COMPOSE_PROFILES
readonly DISK_KIB_MIN=$((2 * 1024 * 1024))
missing=0
good() { printf '  ✓ %s\n' "$*"; }
warn() { printf '  ! %s\n' "$*"; }
bad() { printf '  ✗ %s\n' "$*"; missing=1; }

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  bad 'Node with npm: not found; install Node 20 or later (https://nodejs.org)'
elif [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
  bad "Node $(node --version): too old to start npm; install Node 20 or later"
else
  good "Node $(node --version), npm $(npm --version 2>/dev/null)"
fi
[ -d node_modules ] && good 'dependencies: installed' || good 'dependencies: not installed yet (make does it)'

if ! command -v docker >/dev/null; then
  bad 'Docker: not found; make installs it on Debian and Ubuntu as root, elsewhere see https://docs.docker.com/get-docker/'
elif ! docker info >/dev/null 2>&1; then
  bad 'Docker: no engine answers; start it (on Debian and Ubuntu as root, make does)'
elif ! docker compose version >/dev/null 2>&1; then
  bad 'Docker compose: missing; install the compose plugin'
else
  good "Docker $(docker version --format '{{.Server.Version}}'), compose $(docker compose version --short)"
  free=$(df -Pk "$(docker info --format '{{.DockerRootDir}}')" 2>/dev/null | awk 'NR == 2 { print $4 }')
  [ -z "$free" ] || { [ "$free" -ge "$DISK_KIB_MIN" ] && good "disk: $((free / 1024 / 1024)) GiB free for Docker"; } ||
    bad "disk: only $((free / 1024)) MiB free for Docker; the lab needs 2 GiB to build"
  image=$(value_of NODE_IMAGE "$(node_image)")
  docker image inspect "$image" >/dev/null 2>&1 && good "base image: $image" || good "base image: $image is not here yet (make gets it)"
  # shellcheck disable=SC2046
  for image in $(scripts/backing-images.sh --missing $(active_services) 2>/dev/null); do
    good "image: $image is not here yet (make up pulls it, or builds a stand-in)"
  done
  limits=$(docker compose config 2>/dev/null | awk '$1 == "mem_limit:" { gsub("\"", ""); sum += $2 } END { print int(sum / 1048576) }')
  free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo 2>/dev/null || true)
  if [ -n "$free" ] && [ "$limits" -gt "$free" ]; then
    warn "memory: $free MiB are free, and the containers may take $limits MiB; start fewer wings (LAB=), or services (SERVICE=)"
  else
    good "memory: the containers may take $limits MiB${free:+, $free MiB are free}"
  fi
  if ! problems=$(scripts/ports.sh 2>&1); then
    while read -r line; do bad "$line"; done <<<"$problems"
  elif ! problems=$(docker compose config --quiet 2>&1); then
    bad "configuration: $problems"
  else
    good "ports: $(scripts/ports.sh --list | awk '{ print $3 }' | sort -n | xargs)"
  fi
fi
[ "$missing" = 0 ] && printf '  Everything that the lab needs is here.\n'
exit "$missing"
