#!/usr/bin/python3
"""Gives transparent huge pages to those who ask for them, as virtual machines do, and has khugepaged make enough."""

from __future__ import annotations

import argparse
import os
import re
import sys


class Fault(Exception):
    """What keeps huge pages from being set, in words for the journal."""


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


def settings(memory_gib: float) -> dict[str, str]:
    """The more memory there is, the shorter the pauses of khugepaged."""
    return {
        "enabled": "madvise",
        "khugepaged/pages_to_scan": "130000",
        "khugepaged/scan_sleep_millisecs": str(1000 + int(64_000 / memory_gib)),
    }


def write_setting(root: str, name: str, value: str) -> None:
    path = os.path.join(root, "sys/kernel/mm/transparent_hugepage", name)
    if not os.path.exists(path):
        print(f"warning: {path} is not there, and {name} is not set", file=sys.stderr)
        return
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"{value}\n")
    except OSError as error:
        raise Fault(f"{path} cannot be written: {error.strerror}") from error
    print(f"{name} = {value}")


def tune(root: str) -> None:
    for name, value in settings(read_memory_gib(root)).items():
        write_setting(root, name, value)


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
