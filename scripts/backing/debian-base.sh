#!/usr/bin/env bash
# Makes the Debian base of all stand-ins, where it is not here: a minimal trixie under a name of the lab's own, so that
# it is never taken for the official image. Debian or Ubuntu as root only. Prints the name of the image.
set -euo pipefail
cd "$(dirname "$0")/../.."
readonly IMAGE=polyservice-lab/debian:trixie

stop() { printf 'debian-base: %s\n' "$*" >&2; exit 1; }

echo "$IMAGE"
docker image inspect "$IMAGE" >/dev/null 2>&1 && exit 0
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || stop "a stand-in can be built on Debian or Ubuntu as root only"

export DEBIAN_FRONTEND=noninteractive
command -v debootstrap >/dev/null || {
  scripts/with-progress.sh "reading the package lists" apt-get update
  scripts/with-progress.sh "installing debootstrap" apt-get install -y --no-install-recommends debootstrap
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

# The mirror that this machine's own apt reads; an older debootstrap knows trixie by the script of sid.
mirrors=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' | grep -v ubuntu || true)
mirror=$(awk '$2 !~ /security/ { print $1; exit }' <<<"$mirrors")
security=$(awk '$2 ~ /security/ { print $1; exit }' <<<"$mirrors")
[ -n "$mirror" ] || stop "apt names no Debian mirror"
script=/usr/share/debootstrap/scripts/trixie
[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
# libatomic1 is what Node needs beside a minimal Debian.
scripts/with-progress.sh "bootstrapping a minimal trixie" \
  debootstrap --variant=minbase --include=ca-certificates,libatomic1,libstdc++6 trixie "$root" "$mirror" "$script"

# What a later apt-get leaves out: as debian:trixie-slim does. Packages start no daemon.
cat >"$root/etc/dpkg/dpkg.cfg.d/slim" <<'END'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/info/*
END
cat >"$root/etc/apt/apt.conf.d/slim" <<'END'
APT::Install-Recommends "false";
APT::Get::Assume-Yes "true";
Acquire::Languages "none";
Dpkg::Use-Pty "false";
END
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
rm -f "$root/etc/apt/sources.list"
keyring=$(cd "$root" && ls usr/share/keyrings/debian-archive-keyring.* | head -n 1)
source() { printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: /%s\n\n' "$1" "$2" "$keyring"; }
{
  source "$mirror" trixie
  [ -z "$security" ] || source "$security" trixie-security
} >"$root/etc/apt/sources.list.d/debian.sources"
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/var/log/* \
  "$root"/usr/share/{doc,man,locale,info}/* "$root"/var/cache/debconf/*-old

# Registries and mirrors are reached the way this machine reaches them, so its certificate authorities go along.
install -m 644 "${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}" "$root/etc/ssl/certs/ca-certificates.crt"
tar -C "$root" --one-file-system --numeric-owner -c . | docker import \
  --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' --change 'CMD ["bash"]' - "$IMAGE" >/dev/null
