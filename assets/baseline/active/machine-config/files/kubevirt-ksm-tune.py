#!/usr/bin/python3
"""Has kernel samepage merging share pages of zeros between virtual machines, and no others.

Pages of zeros hold no secret, so that sharing them gives no virtual machine a way to learn of another's memory.
"""

from __future__ import annotations

import argparse
import os
import re
import sys

ZEROS_ONLY = "redhat_only_zero_pages"  # of the kernel of RHEL


class Fault(Exception):
    """What keeps merging from being set, in words for the journal."""


def read_memory_gib(root: str) -> float:
    path = os.path.join(root, "proc/meminfo")
    try:
        with open(path, encoding="utf-8") as file:
            found = re.search(r"^MemTotal:\s+(\d+) kB$", file.read(), re.MULTILINE)
    except OSError as error:
        raise Fault(f"{path} cannot be read: {error.strerror}") from error
    if found is None:
        raise Fault(f"{path} has no MemTotal")
    return int(found[1]) / 1024**2


def sleep_millisecs(memory_gib: float) -> int:
    """The more memory there is, the shorter the pauses of the scan, within bounds."""
    return max(10, min(50, int(25_600 / memory_gib)))


def write_setting(root: str, name: str, value: int) -> bool:
    path = os.path.join(root, "sys/kernel/mm/ksm", name)
    if not os.path.exists(path):
        print(f"warning: {path} is not there, and {name} is not set", file=sys.stderr)
        return False
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"{value}\n")
    except OSError as error:
        raise Fault(f"{path} cannot be written: {error.strerror}") from error
    print(f"{name} = {value}")
    return True


def tune(root: str) -> None:
    pause = sleep_millisecs(read_memory_gib(root))
    has_zeros_only = write_setting(root, ZEROS_ONLY, 1)
    write_setting(root, "pages_to_scan", 1000)
    write_setting(root, "sleep_millisecs", pause)
    if has_zeros_only:
        write_setting(root, "run", 1)
    else:
        print("warning: merging is not turned on: this kernel would share all equal pages", file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--root", default="/", help="folder that holds proc and sys")
    try:
        tune(parser.parse_args().root)
    except Fault as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
