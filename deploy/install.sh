#!/usr/bin/env bash
# Installs the service from the bundle this script lies in, or brings an installed one to this version. Fetches nothing.
#   install.sh [--prefix /opt/xueji] [--home /var/lib/xueji] [--backups /var/backups/xueji] [--user xueji] [--no-system] [--no-backup]
#
# --no-system  leaves the machine alone: no user, no units, no packages; settings lie in PREFIX/etc. For trial, as any user.
# --no-backup  upgrades without a backup, when one was just made.
# Run again, it changes nothing that is there. An upgrade stops the service, makes a backup with the old version, brings the data to the
# new one and starts it; when that fails, the old version is put back (see "Upgrade" in docs/operators.md).
set -euo pipefail
bundle=$(cd "$(dirname "$0")" && pwd)
prefix=/opt/xueji home=/var/lib/xueji backups=/var/backups/xueji user=xueji with_system=yes with_backup=yes
umask 022

main() {
  options "$@"
  check_bundle
  check_machine
  place_release
  [ $with_system = no ] || make_user
  settings
  old=$(readlink "$prefix/current" 2>/dev/null || true)
  if [ "$old" = "$release_folder" ]; then
    units
    say "$release is installed already; nothing was changed but what had been missing."
  else
    switch
  fi
  say "Command: $prefix/xueji    settings: $etc/xueji.env, $home/config.toml"
}

options() {
  while (($#)); do
    case $1 in
      --prefix) prefix=$2; shift ;;
      --home) home=$2; shift ;;
      --backups) backups=$2; shift ;;
      --user) user=$2; shift ;;
      --no-system) with_system=no ;;
      --no-backup) with_backup=no ;;
      *) sed -n '3,9s/^# \?//p' "$0" >&2; exit 2 ;;
    esac
    shift
  done
  etc=/etc/xueji
  if [ $with_system = no ]; then
    etc=$prefix/etc user=$(id -un)
  elif [ "$(id -u)" -ne 0 ]; then
    fail "run this as root, or with --no-system"
  fi
  release=$(value_of release) system=$(value_of system)
  release_folder=$prefix/releases/$release
}

check_bundle() {
  say "Checking the bundle"
  (cd "$bundle" && sha256sum --check --strict --quiet manifest-sha256.txt) || fail "the bundle is damaged: copy it again. Nothing was changed"
}

check_machine() {
  local kind here missing
  kind=$(. /etc/os-release && echo "$ID$VERSION_ID")-$(uname -m)
  [ "$kind" = "${system%-py*}" ] || fail "the bundle is for $system, this machine is $kind. Nothing was changed"
  missing=$(missing_packages)
  [ -z "$missing" ] || system_packages
  python=$(bash "$bundle/scripts/find_python.sh")
  here=$kind-$("$python" -c 'import sys; print("py%d.%d" % sys.version_info[:2])')
  [ "$here" = "$system" ] || fail "the bundle is for $system, this machine is $here. Nothing was installed but system packages"
}

missing_packages() {
  local found
  if ! found=$(bash "$bundle/scripts/find_python.sh" 2>/dev/null) || ! "$found" -c 'import ensurepip, venv' 2>/dev/null; then
    head -1 "$bundle/system-packages.txt"
  fi
  command -v tesseract >/dev/null || echo tesseract-ocr
  compgen -G '/usr/share/tesseract-ocr/*/tessdata/chi_sim.traineddata' >/dev/null || echo tesseract-ocr-chi-sim
}

# From the bundle alone, as from a mirror: apt takes what this machine lacks and leaves what it has, also where that is newer.
system_packages() {
  if [ $with_system = no ] || [ ! -d "$bundle/debs" ]; then
    fail "missing system packages:" $missing"; install them from the distribution's medium, then run this again. Nothing was changed"
  fi
  say "Installing system packages:" $missing
  local apt from
  from=$(mktemp -d) && mkdir "$from/lists"
  echo "deb [trusted=yes] file:$bundle/debs ./" >"$from/sources.list"
  apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o "Dir::State::Lists=$from/lists" -o "Dir::Etc::SourceList=$from/sources.list"
    -o Dir::Etc::SourceParts=/dev/null -o APT::Sandbox::User=root)
  "${apt[@]}" update
  xargs "${apt[@]}" install -y --no-install-recommends <"$bundle/system-packages.txt"
  rm -rf "$from"
}

place_release() {
  [ ! -e "$release_folder/.whole" ] || return 0
  say "Placing $release in $release_folder"
  rm -rf "$release_folder" && mkdir -p "$release_folder" # one that was broken off half-way
  tar -C "$bundle" --exclude ./wheels --exclude ./debs -c . | tar -C "$release_folder" -x
  "$python" -m venv "$release_folder/.venv"
  local pip=("$release_folder/.venv/bin/python" -m pip --isolated install --quiet --disable-pip-version-check --no-input --no-index)
  local locked=("${pip[@]}" --find-links "$bundle/wheels" --require-hashes)
  "${locked[@]}" -r "$bundle/requirements/build.txt"
  "${locked[@]}" -r "$bundle/requirements/run.txt"
  "${locked[@]}" --no-deps -r "$bundle/requirements/models.txt"
  "${pip[@]}" --no-deps --no-build-isolation --editable "$release_folder"
  "$release_folder/.venv/bin/python" -m compileall -q "$release_folder/archive_service" "$release_folder/scanners"
  touch "$release_folder/.whole"
}

make_user() {
  id "$user" >/dev/null 2>&1 || useradd --system --home-dir "$home" --shell /usr/sbin/nologin "$user"
}

settings() {
  filled=$(mktemp -d)
  trap 'rm -rf "$filled"' EXIT
  bash "$bundle/deploy/render.sh" "$filled" "$prefix" "$home" "$etc" "$backups" "$user"
  mkdir -p "$etc"
  own_folder "$home"
  own_folder "$backups"
  [ -e "$etc/xueji.env" ] || install -m 640 "$filled/xueji.env" "$etc/xueji.env"
  [ -e "$home/config.toml" ] || install -m 600 "$filled/config.toml" "$home/config.toml"
  install -m 755 "$filled/xueji" "$prefix/xueji"
  if [ $with_system = yes ]; then
    chown "root:$user" "$etc/xueji.env"
    chown "$user:$user" "$home/config.toml"
    ln -sfn "$prefix/xueji" /usr/local/bin/xueji
  fi
}

own_folder() {
  [ -d "$1" ] || mkdir -p -m 700 "$1"
  [ $with_system = no ] || chown "$user:$user" "$1"
}

switch() {
  stop_service
  if [ -n "$old" ] && [ -e "$home/secret.key" ] && [ $with_backup = yes ]; then
    say "Making a backup with ${old##*/}"
    "$prefix/xueji" backup "$backups" || backup_lacks_papers || { start_service; fail "no backup could be made; ${old##*/} stays. Nothing was changed"; }
  fi
  ln -sfn "$release_folder" "$prefix/current"
  say "Bringing the data to $release"
  if ! "$prefix/xueji" init; then
    if [ -n "$old" ]; then
      ln -sfn "$old" "$prefix/current"
      fail "the data could not be brought to $release; ${old##*/} is in place again, not started. See Upgrade in docs/operators.md"
    fi
    fail "the instance could not be made; the reason is above"
  fi
  units
  start_service
}

# A backup that could not take a damaged paper along ends with 1 too, but it is there; no upgrade waits for a paper that is lost already.
backup_lacks_papers() {
  local made
  made=$(find "$backups" -mindepth 2 -maxdepth 2 -name backup.json -newer "$filled" -not -path '*.part/*' -print -quit)
  [ -n "$made" ] || return 1
  say "The backup ${made%/backup.json} is there, without the damaged papers named above; the upgrade goes on. Bring them back from an older one"
}

units() {
  if [ $with_system = no ]; then
    cp -r "$filled/systemd" "$filled/logrotate" "$etc/" # to look at
    return
  fi
  cp -r "$filled/systemd/." /etc/systemd/system/
  install -m 644 "$filled/logrotate" /etc/logrotate.d/xueji
  if has_systemd; then
    systemctl daemon-reload
    local timers=(xueji-backup.timer xueji-verify.timer xueji-verify-ledger.timer)
    systemctl enable --quiet xueji.service "${timers[@]}"
    systemctl start "${timers[@]}"
  fi
}

stop_service() { [ $with_system = no ] || ! has_systemd || systemctl stop xueji.service 2>/dev/null || true; }
start_service() { [ $with_system = no ] || ! has_systemd || systemctl start xueji.service; }
has_systemd() { [ -d /run/systemd/system ]; }

value_of() { sed -n "s/^$1=//p" "$bundle/RELEASE"; }
say() { echo "$*"; }
fail() { echo "install.sh: $*." >&2; exit 1; }

main "$@"
