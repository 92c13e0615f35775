#!/usr/bin/env bash
# Installs the pinned front-end libraries into node_modules.
set -euo pipefail
cd "$(dirname "$0")/.."

node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' || {
  echo "Node.js $(node --version) is too old: 18 or newer is needed to build the pages." >&2
  echo "Ubuntu 22.04 brings 12; take a newer one from nodejs.org or a later Ubuntu, then run this again." >&2
  exit 1
}
echo "Installing front-end libraries"
npm ci --no-progress --loglevel=error
