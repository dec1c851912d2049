#!/bin/sh
# Installs beside itself what the services and the kit import. The lock file says of every workspace what it needs, so
# no other file is asked for: only a changed lock file installs again.
#   packages.sh    (in the folder of package-lock.json and .npmrc)
set -eu
cd "$(dirname "$0")"

node --eval '
  const { mkdirSync, readFileSync, writeFileSync } = require("node:fs")
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"))
  for (const [folder, manifest] of Object.entries(packages)) {
    if (folder.includes("node_modules")) continue
    mkdirSync(`./${folder}`, { recursive: true })
    writeFileSync(`./${folder}/package.json`, JSON.stringify(manifest))
  }'
npm ci --ignore-scripts --workspace=service-kit --workspace=services
