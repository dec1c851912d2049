#!/usr/bin/env bash
# Runs a command of docker compose on the services that LAB or SERVICE name; on all where neither is set.
#   [LAB=WING,...] [SERVICE=NAME,...] compose.sh COMMAND [OPTION...]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

choose_running
# shellcheck disable=SC2086
exec docker compose "$@" $services
