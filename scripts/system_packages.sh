#!/usr/bin/env bash
# Programs and fonts from the system's package manager: installs what is missing, or names it where it may not.
#   system_packages.sh run    what the service needs
#   system_packages.sh test   what the tests need besides
# Installs unattended with apt, as root or through a sudo that asks for no password.
set -euo pipefail
here=$(dirname "$0")
missing=()

main() {
  case ${1:-} in
    run) look_for_run ;;
    test) look_for_test ;;
    *) echo "usage: $0 run|test" >&2; exit 2 ;;
  esac
  ((${#missing[@]})) || return 0
  install "${missing[@]}"
}

look_for_run() {
  local python
  if python=$(bash "$here/find_python.sh"); then
    "$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=("$(basename "$(readlink -f "$python")")-venv")
  else
    missing+=(python3.11 python3.11-venv)
  fi
  has tesseract || missing+=(tesseract-ocr)
  has_file '/usr/share/tesseract-ocr/*/tessdata/chi_sim.traineddata' || missing+=(tesseract-ocr-chi-sim)
  has_file '/usr/share/fonts/opentype/noto/NotoSansCJK-*' || missing+=(fonts-noto-cjk)
  has node || missing+=(nodejs)
  has npm || missing+=(npm)
}

look_for_test() {
  has_file '/usr/lib/postgresql/*/bin/initdb' || missing+=(postgresql)
  has radosgw || missing+=(radosgw)
  has ceph-mon || missing+=(ceph-mon)
  has ceph-osd || missing+=(ceph-osd)
  has ceph-mgr || missing+=(ceph-mgr)
  has ceph || missing+=(ceph-common)
  has curl || missing+=(curl)
  has_chromium || want_chromium
}

has() { command -v "$1" >/dev/null; }
has_file() { compgen -G "$1" >/dev/null; }

has_chromium() { # Ubuntu's chromium-browser may be a stub that only asks for the snap
  local name
  for name in chromium chromium-browser google-chrome; do
    has "$name" && "$name" --version >/dev/null 2>&1 && return
  done
  return 1
}

want_chromium() {
  if grep -q '^ID=ubuntu' /etc/os-release 2>/dev/null; then
    echo "Ubuntu has Chromium only as a snap, which apt cannot install unattended." >&2
    echo "Run: sudo snap install chromium   (the browser tests fail until then)" >&2
  else
    missing+=(chromium)
  fi
}

install() {
  local as_root=()
  if ! has apt-get; then
    give_up "$@"
  elif [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || give_up "$@"
    as_root=(sudo -n)
  fi
  echo "Installing system packages: $*"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update
  "${apt[@]}" install -y --no-install-recommends "$@"
}

give_up() {
  echo "Missing system packages, please have them installed, then run this again:" >&2
  echo "  sudo apt-get install --no-install-recommends $*" >&2
  exit 1
}

main "$@"
