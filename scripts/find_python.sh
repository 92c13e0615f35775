#!/usr/bin/env bash
# Prints the path of a Python that is new enough, the newest tried version first; fails if there is none.
set -euo pipefail
for name in python3.13 python3.12 python3.11 python3; do
  path=$(command -v "$name") || continue
  if "$path" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    echo "$path"
    exit
  fi
done
echo "No Python 3.11 to 3.13 found." >&2
exit 1
