#!/usr/bin/env bash
# Installs the clients that we did not write and that the tests speak through: curl, netcat, Python's gRPC and
# WebSocket packages, Chromium. On Debian or Ubuntu as root; elsewhere it says which are missing (exit 1).
set -euo pipefail

readonly PACKAGES=(curl netcat-openbsd python3 python3-grpcio python3-grpc-tools python3-websockets chromium)

missing=()
for package in "${PACKAGES[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ "${#missing[@]}" = 0 ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  printf 'foreign-clients: not installed: %s\n' "${missing[*]}" >&2
  exit 1
fi
printf 'foreign-clients: installing %s\n' "${missing[*]}" >&2
apt-get update >/dev/null
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1
