#!/usr/bin/env bash
# Installs the clients that we did not write and that the tests speak through: curl, netcat, Python's gRPC,
# WebSocket and SOAP packages, xmllint, Chromium. On Debian or Ubuntu as root; elsewhere it says which are missing and what brings
# them (exit 1).
#   foreign-clients.sh [--check]    (--check only says)
set -euo pipefail

has() { command -v "$1" >/dev/null; }
# Python of the system: the packages of Debian are there, and not in one that was installed beside it.
has_module() { /usr/bin/python3 -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$1') is None)" 2>/dev/null; }

missing=()
has curl || missing+=(curl)
has nc || missing+=(netcat-openbsd)
[ -x /usr/bin/python3 ] || missing+=(python3)
has_module grpc || missing+=(python3-grpcio)
has_module grpc_tools || missing+=(python3-grpc-tools)
has_module websockets || missing+=(python3-websockets)
has_module zeep || missing+=(python3-zeep)
has xmllint || missing+=(libxml2-utils)
[ -x /usr/bin/chromium ] || missing+=(chromium)
[ "${#missing[@]}" = 0 ] && exit 0

readonly install="apt-get install -y --no-install-recommends ${missing[*]}"
if [ "${1:-}" = --check ] || [ "$(id -u)" != 0 ] || ! has apt-get; then
  printf 'Tests through foreign clients are skipped, because these are missing: %s\nTo run them too: %s\n' \
    "${missing[*]}" "$([ "$(id -u)" = 0 ] || printf 'sudo ')$install"
  exit 1
fi
cd "$(dirname "$0")/.."
scripts/with-progress.sh 'reading the package lists' apt-get update
DEBIAN_FRONTEND=noninteractive scripts/with-progress.sh "installing ${missing[*]}" $install
