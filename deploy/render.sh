#!/usr/bin/env bash
# Fills the templates beside it in: render.sh OUT PREFIX HOME ETC BACKUPS USER
# Writes OUT/systemd (units, each with the shared hardening as a drop-in), OUT/logrotate, OUT/xueji.env, OUT/config.toml, OUT/xueji.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$1 prefix=$2 home=$3 etc=$4 backups=$5 user=$6

# A fifth of the machine is left to others; one reader and the web need 3 GB in any case.
total_mb=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
max_mb=$((total_mb * 4 / 5 > 3072 ? total_mb * 4 / 5 : 3072))
high_mb=$((max_mb * 9 / 10))

fill() {
  sed -e "s|@PREFIX@|$prefix|g" -e "s|@HOME@|$home|g" -e "s|@ETC@|$etc|g" -e "s|@BACKUPS@|$backups|g" -e "s|@USER@|$user|g" \
    -e "s|@MEMORY_HIGH@|${high_mb}M|g" -e "s|@MEMORY_MAX@|${max_mb}M|g" "$1"
}

mkdir -p "$out/systemd"
for unit in "$here"/systemd/*.service "$here"/systemd/*.timer; do
  name=$(basename "$unit")
  fill "$unit" >"$out/systemd/$name"
  case $name in
    *.service)
      mkdir -p "$out/systemd/$name.d"
      fill "$here/systemd/hardening.conf" >"$out/systemd/$name.d/hardening.conf"
      ;;
  esac
done
fill "$here/logrotate.conf" >"$out/logrotate"
for name in xueji.env config.toml xueji; do
  fill "$here/$name" >"$out/$name"
done
chmod 755 "$out/xueji"
