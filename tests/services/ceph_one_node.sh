#!/usr/bin/env bash
# A one-node Ceph with an S3 gateway on loopback, for tests: monitor, manager, one OSD on a sparse file, radosgw.
#   ceph_one_node.sh up   DIR GATEWAY_PORT MONITOR_PORT   start; endpoint and keys are then in DIR/endpoint.json
#   ceph_one_node.sh down DIR GATEWAY_PORT MONITOR_PORT   stop what it started, gateway first
# Needs radosgw, ceph-mon, ceph-osd, ceph-mgr, ceph-common and curl. `up` does nothing when the gateway answers.
set -euo pipefail

act=$1 dir=$2 port=$3 monitor_port=$4
conf=$dir/ceph.conf
export CEPH_CONF=$conf

main() {
  case $act in
    up) up ;;
    down) down ;;
    *) echo "unknown: $act" >&2; exit 2 ;;
  esac
}

up() {
  answers && return
  down # a gateway that is there but does not answer is of no use
  mkdir -p "$dir"/{run,mon,mgr,osd,log}
  write_conf
  [ -f "$dir/made" ] || make_monitor
  ceph-mon -i a
  [ -f "$dir/made" ] || make_manager
  ceph-mgr -i x
  [ -f "$dir/made" ] || make_osd
  ceph-osd -i 0
  wait_for 120 osd_is_up
  radosgw -n client.rgw
  wait_for 240 answers
  [ -f "$dir/made" ] || make_user
  touch "$dir/made"
}

down() { # the gateway and the manager keep nothing and take their time: they are killed
  stop client.rgw KILL
  stop osd.0 TERM
  stop mgr.x KILL
  stop mon.a TERM
}

stop() {
  local name=$1 signal=$2 pid
  pid=$(cat "$dir/run/$name.pid" 2>/dev/null) || return 0
  # After a reboot the number may be somebody else's.
  if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qE '^(ceph-|radosgw)'; then
    kill "-$signal" "$pid" 2>/dev/null || true
    wait_for 80 gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -f "$dir/run/$name".*
}

answers() { curl -fsS --max-time 5 "http://127.0.0.1:$port/" >/dev/null 2>&1; }
osd_is_up() { admin osd stat -f json | grep -q '"num_up_osds":1'; }
gone() { ! grep -q . "/proc/$1/cmdline" 2>/dev/null; } # of one that nobody has waited for, only an empty line is left
admin() { ceph -n client.admin -k "$dir/client.admin.keyring" "$@"; }

wait_for() { # quarters of a second at most, then the question
  local tries=$1; shift
  until "$@"; do
    ((tries--)) || return 1
    sleep .25
  done
}

write_conf() {
  [ -s "$dir/fsid" ] || cat /proc/sys/kernel/random/uuid >"$dir/fsid"
  cat >"$conf" <<CONF
[global]
fsid = $(cat "$dir/fsid")
mon_host = v2:127.0.0.1:$monitor_port/0
mon_initial_members = a
public_network = 127.0.0.0/8
ms_bind_ipv4 = true
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = $dir/\$name.keyring
run_dir = $dir/run
admin_socket = $dir/run/\$name.asok
pid_file = $dir/run/\$name.pid
log_file = $dir/log/\$name.log
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pg_autoscale_mode = off
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
osd_crush_chooseleaf_type = 0
mon_data_avail_warn = 1
mon_data_avail_crit = 1
[mon.a]
mon_data = $dir/mon
keyring = $dir/mon/keyring
[mgr.x]
mgr_data = $dir/mgr
mgr_initial_modules =
keyring = $dir/mgr/keyring
[osd.0]
osd_data = $dir/osd
osd_objectstore = bluestore
bluestore_block_size = 10737418240
osd_memory_target = 939524096
keyring = $dir/osd/keyring
[client.rgw]
rgw_frontends = beast endpoint=127.0.0.1:$port
rgw_enable_usage_log = false
rgw_run_sync_thread = false
CONF
}

make_monitor() {
  local keyring=$dir/first.keyring # --mkfs wants the monitor's own folder empty
  ceph-authtool --create-keyring "$keyring" --gen-key -n mon. --cap mon 'allow *'
  ceph-authtool --create-keyring "$dir/client.admin.keyring" --gen-key -n client.admin \
    --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
  ceph-authtool "$keyring" --import-keyring "$dir/client.admin.keyring"
  monmaptool --create --clobber --addv a "[v2:127.0.0.1:$monitor_port]" --fsid "$(cat "$dir/fsid")" "$dir/monmap"
  ceph-mon --mkfs -i a --monmap "$dir/monmap" --keyring "$keyring"
  cp "$keyring" "$dir/mon/keyring"
}

make_manager() {
  admin auth get-or-create mgr.x mon 'allow profile mgr' osd 'allow *' mds 'allow *' >"$dir/mgr/keyring"
}

make_osd() {
  local uuid key
  uuid=$(cat /proc/sys/kernel/random/uuid) key=$(ceph-authtool --gen-print-key)
  echo "{\"cephx_secret\": \"$key\"}" | admin osd new "$uuid" -i -
  ceph-authtool --create-keyring "$dir/osd/keyring" -n osd.0 --add-key "$key"
  ceph-osd -i 0 --mkfs --osd-uuid "$uuid"
  admin auth get-or-create client.rgw mon 'allow rwx' osd 'allow rwx' >"$dir/client.rgw.keyring"
}

make_user() {
  radosgw-admin -n client.rgw user create --max-buckets=0 --uid=archive --display-name=archive >"$dir/user.json"
  python3 - "$dir" "$port" <<'PYTHON'
import json, pathlib, sys
folder, port = pathlib.Path(sys.argv[1]), sys.argv[2]
key = json.loads((folder / "user.json").read_text())["keys"][0]
endpoint = {"endpoint": f"127.0.0.1:{port}", "access_key": key["access_key"], "secret_key": key["secret_key"]}
(folder / "endpoint.json").write_text(json.dumps(endpoint))
PYTHON
}

main
