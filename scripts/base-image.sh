#!/usr/bin/env bash
# Makes sure that the base image of the services is here. Where it is, or can be pulled, nothing else happens.
# Where no registry can be reached, Debian as root builds a stand-in under the official name: a minimal trixie with
# the node binary and npm out of their npm packages.
#   base-image.sh [IMAGE]   (default: NODE_IMAGE, else the one that the Dockerfiles name)
set -euo pipefail

cd "$(dirname "$0")/.."
. scripts/lib.sh
readonly IMAGE=${1:-$(value_of NODE_IMAGE "$(node_image)")}
readonly PULL_TIMEOUT_S=${PULL_TIMEOUT_S:-300}

say() { printf 'base-image: %s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

docker image inspect "$IMAGE" >/dev/null 2>&1 && exit 0
say "pulling $IMAGE"
pull_error=$(timeout "$PULL_TIMEOUT_S" docker pull --quiet "$IMAGE" 2>&1 >/dev/null) && exit 0

case "$IMAGE" in
  node:*-trixie-slim) ;;
  *) stop "cannot pull $IMAGE: $pull_error" ;;
esac
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
  stop "cannot pull $IMAGE ($pull_error); without a registry a stand-in can be built on Debian as root only"

say "no registry: building a stand-in for $IMAGE from Debian and npm packages (about a minute)"
base=$(scripts/backing/debian-base.sh)
case "$(uname -m)" in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) stop "there is no node package for $(uname -m)" ;;
esac
node_version=$(sed -n 's/^ *"node": *"\([0-9.]*\)".*/\1/p' package.json | head -n 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

# npm packs: the same packages that `npm install` would take, so the same registry and certificates serve.
scripts/with-progress.sh "fetching node $node_version and npm" \
  npm pack --silent --pack-destination "$work" "node-linux-$arch@$node_version" npm@11
mkdir -p "$work/node" "$root/usr/local/bin" "$root/usr/local/lib/node_modules/npm"
tar -xzf "$work"/node-linux-*.tgz -C "$work/node" --strip-components=1
tar -xzf "$work"/npm-*.tgz -C "$root/usr/local/lib/node_modules/npm" --strip-components=1
install -m 755 "$work/node/bin/node" "$root/usr/local/bin/node"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"

cat >"$work/Dockerfile" <<END
FROM $base
COPY --chown=0:0 . /
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node
ENV NODE_VERSION=$node_version NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
END
scripts/with-progress.sh "building $IMAGE" docker build --tag "$IMAGE" --file "$work/Dockerfile" "$root"
say "ready: $IMAGE (stand-in), Node $(docker run --rm "$IMAGE" node --version)"
