#!/usr/bin/python3
"""Protects the node's own services from the I/O of swap.

Names of disks differ from node to node, so that no file of a MachineConfig can name them. This finds the disks behind
swap and behind the root file system, and writes drop-ins that hold for this boot: system.slice is to wait 5 ms for them
at most, and kubepods.slice 50 ms.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys

TARGETS = {"system.slice": "5ms", "kubepods.slice": "50ms"}
DROP_IN = "20-io-latency.conf"
# With composefs the root is an overlay without a device, and the file system of the disk lies below /sysroot.
ROOT_MOUNTS = ("/", "/sysroot")


class Fault(Exception):
    """What keeps the targets from being set, in words for the journal."""


def warn(text: str) -> None:
    print(f"warning: {text}", file=sys.stderr)


class Node:
    """The node's files, below a root that tests can move."""

    def __init__(self, root: str) -> None:
        self.root = root

    def path(self, absolute: str) -> str:
        return os.path.join(self.root, absolute.lstrip("/"))

    def lines(self, absolute: str) -> list[str]:
        try:
            with open(self.path(absolute), encoding="utf-8") as file:
                return file.read().splitlines()
        except OSError as error:
            raise Fault(f"{self.path(absolute)} cannot be read: {error.strerror}") from error


def unescape(text: str) -> str:
    """The kernel writes white space in paths as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def device_name(node: Node, path: str) -> str | None:
    """The kernel's name of a device. Links first: /dev/disk/by-partlabel/X and /dev/mapper/X are no names of its own."""
    devices = os.path.realpath(node.path("/dev"))
    resolved = os.path.realpath(node.path(path))
    if os.path.dirname(resolved) != devices and not resolved.startswith(devices + os.sep):
        return None
    name = os.path.relpath(resolved, devices).replace("/", "!")  # /dev/cciss/c0d0 is cciss!c0d0 in /sys
    return name if os.path.isdir(node.path(f"/sys/class/block/{name}")) else None


def name_of_number(node: Node, number: str) -> str | None:
    folder = node.path(f"/sys/dev/block/{number}")
    return os.path.basename(os.path.realpath(folder)) if os.path.isdir(folder) else None


def whole_disks(node: Node, name: str) -> set[str]:
    """The physical disks of a partition, or below layers of device mapper and RAID."""
    folder = os.path.realpath(node.path(f"/sys/class/block/{name}"))
    if os.path.exists(os.path.join(folder, "partition")):
        return whole_disks(node, os.path.basename(os.path.dirname(folder)))
    below = os.path.join(folder, "slaves")
    layers = sorted(os.listdir(below)) if os.path.isdir(below) else []
    return set().union(*(whole_disks(node, layer) for layer in layers)) if layers else {name}


def mounted_devices(node: Node) -> dict[str, str | None]:
    """Names of devices by where they are mounted; the last mount of a place is the one that is seen."""
    found: dict[str, str | None] = {}
    for line in node.lines("/proc/self/mountinfo"):
        before, _, after = line.partition(" - ")
        fields, origin = before.split(), after.split()
        if len(fields) < 5 or len(origin) < 2:
            continue
        source = unescape(origin[1])
        by_source = device_name(node, source) if source.startswith("/dev/") else None
        found[unescape(fields[4])] = by_source or name_of_number(node, fields[2])
    return found


def root_device(mounts: dict[str, str | None]) -> str | None:
    return next((mounts[place] for place in ROOT_MOUNTS if mounts.get(place)), None)


def device_below(path: str, mounts: dict[str, str | None]) -> str | None:
    """The device that holds a file: that of the innermost mount on the way to it."""
    folder = os.path.dirname(path)
    while folder not in mounts and folder != "/":
        folder = os.path.dirname(folder)
    return root_device(mounts) if folder == "/" else mounts[folder]


def swap_devices(node: Node, mounts: dict[str, str | None]) -> set[str]:
    names = set()
    for line in node.lines("/proc/swaps")[1:]:
        fields = line.split()
        if len(fields) < 2:
            continue
        path = unescape(fields[0])
        name = device_below(path, mounts) if fields[1] == "file" else device_name(node, path)
        if name is None:
            warn(f"the device of swap {path} is not known")
        elif not name.startswith("zram"):  # compressed memory: there is no disk
            names.add(name)
    return names


def find_disks(node: Node) -> list[str]:
    mounts = mounted_devices(node)
    names = swap_devices(node, mounts)
    root = root_device(mounts)
    if root is None:
        warn("the device of the root file system is not known")
    else:
        names.add(root)
    disks = set().union(*(whole_disks(node, name) for name in names)) if names else set()
    return sorted(disks)


def write_drop_in(node: Node, unit: str, target: str, disks: list[str]) -> None:
    folder = node.path(f"/run/systemd/system/{unit}.d")
    lines = [f"IODeviceLatencyTargetSec=/dev/{disk.replace('!', '/')} {target}" for disk in disks]
    try:
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, DROP_IN), "w", encoding="utf-8") as file:
            file.write("\n".join(["[Slice]", *lines, ""]))
    except OSError as error:
        raise Fault(f"{folder}/{DROP_IN} cannot be written: {error.strerror}") from error


def reload_systemd() -> None:
    try:
        subprocess.run(["systemctl", "daemon-reload"], check=True, timeout=90)
    except (OSError, subprocess.SubprocessError) as error:
        raise Fault(f"systemd did not take the drop-ins: {error}") from error


def set_up(node: Node) -> None:
    disks = find_disks(node)
    if not disks:
        warn("no disk of swap or of the root file system was found: nothing is set")
        return
    for unit, target in TARGETS.items():
        write_drop_in(node, unit, target, disks)
        print(f"{unit}: I/O latency target {target} on {', '.join(disks)}")
    reload_systemd()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--root", default="/", help="folder that holds dev, proc, run and sys")
    try:
        set_up(Node(parser.parse_args().root))
    except Fault as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
