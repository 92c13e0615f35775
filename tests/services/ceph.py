"""A throwaway S3 service: Ceph on one node, with its gateway on loopback.

Lives here: starting and stopping it through `ceph_one_node.sh`, and what a client needs to know of it.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.services.sharing import free_port, need, service_folder, shared

_SCRIPT = Path(__file__).with_name("ceph_one_node.sh")
_PROGRAMS = ["ceph", "ceph-mon", "ceph-mgr", "ceph-osd", "radosgw", "radosgw-admin", "curl"]
_PACKAGES = "radosgw ceph-mon ceph-osd ceph-mgr ceph-common curl"


@dataclass(frozen=True)
class S3Endpoint:
    """`endpoint` is host:port, without TLS."""

    endpoint: str
    access_key: str
    secret_key: str


@contextmanager
def running_ceph() -> Iterator[S3Endpoint]:
    """A gateway that is up inside the block, shared with other users of it."""
    need(_PROGRAMS, _PACKAGES)
    folder = service_folder("ceph")
    node = folder / "node"
    with shared(folder, lambda: _start(node), lambda: _run("down", node)):
        yield S3Endpoint(**json.loads((node / "endpoint.json").read_text()))


def _start(node: Path) -> None:
    if _run("up", node).returncode == 0:
        return
    _run("down", node)  # what a killed run left may not come up again: start from nothing, once
    shutil.rmtree(node)
    started = _run("up", node)
    if started.returncode:
        pytest.fail(f"Ceph does not start:\n{started.stdout[-3000:]}", pytrace=False)


def _run(act: str, node: Path) -> "subprocess.CompletedProcess[str]":
    node.mkdir(exist_ok=True)
    ports = node / "ports"
    if not ports.exists():  # the monitor's is part of the cluster, so both stay as they were
        ports.write_text(f"{free_port()} {free_port()}\n")
    command = ["bash", str(_SCRIPT), act, str(node), *ports.read_text().split()]
    with (node / "last-output").open("w+") as output:  # daemons inherit it, and a pipe would never end
        done = subprocess.run(command, stdout=output, stderr=output, check=False)
        output.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, output.read())
