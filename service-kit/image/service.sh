#!/bin/sh
# Makes of a service the folder /app of its image, as the user who will run it: the compile cache is that user's.
#   service.sh SERVICE_DIR    (as root, in the folder of the workspaces)
set -eu
cd "$(dirname "$0")"

install -d -o node -g node /app
NODE_COMPILE_CACHE=/app/compile-cache exec setpriv --reuid=node --regid=node --clear-groups \
  node service-kit/image/bundle.ts "$1" /app
