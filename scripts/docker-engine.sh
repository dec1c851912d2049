#!/usr/bin/env bash
# Makes sure that a Docker engine with compose answers. Where one does, this does nothing and says nothing.
# On Debian or Ubuntu as root it installs and starts one, saying what it does; elsewhere it stops with one sentence.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly LOG=${TMPDIR:-/tmp}/polyservice-lab-dockerd.log
readonly START_TIMEOUT_S=60

say() { printf 'docker-engine: %s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }
engine_answers() { docker info >/dev/null 2>&1; }
compose_answers() { docker compose version >/dev/null 2>&1; }

# Debian 12 carries a compose that is no longer kept and no buildx, so these come from the suite after it: pinned so
# low that apt takes from there what it is asked for by name, and what that cannot do without.
add_trixie() {
  local uri
  uri=$(apt-get indextargets --format '$(REPO_URI)' | grep -v security | head -n 1)
  [ -n "$uri" ] || stop "apt names no package source; add one, or install Docker by hand (https://docs.docker.com/engine/install/)"
  printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: %s\n' \
    "$uri" /usr/share/keyrings/debian-archive-keyring.gpg >/etc/apt/sources.list.d/polyservice-lab-trixie.sources
  printf 'Package: *\nPin: release n=trixie\nPin-Priority: 100\n' >/etc/apt/preferences.d/polyservice-lab-trixie
  scripts/with-progress.sh "reading the package lists of trixie" apt-get update
}

install_engine() {
  local packages=(docker.io docker-cli docker-compose docker-buildx)
  [ "$1" = ubuntu ] && packages=(docker.io docker-compose-v2 docker-buildx)
  say "no Docker engine here: installing ${packages[*]} with apt-get"
  export DEBIAN_FRONTEND=noninteractive
  scripts/with-progress.sh "reading the package lists" apt-get update
  if [ "$1" = debian ] && ! apt-cache show docker-buildx >/dev/null 2>&1; then
    add_trixie
    packages=("${packages[@]/%//trixie}")
  fi
  scripts/with-progress.sh "installing Docker" \
    apt-get install -y --no-install-recommends iptables tini ca-certificates "${packages[@]}"
  hash -r
}

start_engine() {
  engine_answers && return 0
  if [ -d /run/systemd/system ]; then
    say "starting the Docker service"
    systemctl start docker || stop "the Docker service does not start: see journalctl -u docker"
  else
    say "starting dockerd (its log: $LOG)"
    setsid dockerd --log-level warn >"$LOG" 2>&1 </dev/null &
  fi
  local waited=0
  until engine_answers; do
    [ "$waited" -lt "$START_TIMEOUT_S" ] || stop "dockerd did not answer within $START_TIMEOUT_S s; its log is $LOG"
    sleep 1
    waited=$((waited + 1))
  done
}

engine_answers && compose_answers && exit 0
[ -z "${DOCKER_HOST:-}" ] || engine_answers || stop "no Docker engine answers at DOCKER_HOST=$DOCKER_HOST; start it, or unset the variable"
readonly system=$( (. /etc/os-release && echo "$ID") 2>/dev/null)
case "$system" in
  debian | ubuntu)
    [ "$(id -u)" = 0 ] || stop "no Docker engine with compose answers as $(id -un): start it, join the docker group, or run this as root to have it installed"
    ;;
  *) stop "no Docker engine with compose answers: install and start Docker (https://docs.docker.com/get-docker/), then try again" ;;
esac
{ command -v dockerd >/dev/null && compose_answers; } || install_engine "$system"
start_engine
compose_answers || stop "docker compose is missing: install the compose plugin (https://docs.docker.com/compose/install/)"
say "ready: Docker $(docker version --format '{{.Server.Version}}'), compose $(docker compose version --short)"
