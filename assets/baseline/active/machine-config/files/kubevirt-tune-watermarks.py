#!/usr/bin/python3
"""Has the kernel swap before the kubelet evicts.

The kernel wakes its background reclaim where free memory falls below the watermark LOW, and the kubelet evicts pods
where available memory falls below evictionHard. By default LOW is far below that threshold, so that pods are evicted
while swap is empty. This raises vm.watermark_scale_factor until HIGH > LOW > eviction threshold > MIN.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from fractions import Fraction
from typing import NamedTuple

KUBELET_CONFIGS = ("var/lib/kubelet/config.json", "var/lib/kubelet/config.yaml", "etc/kubernetes/kubelet.conf")
DEFAULT_EVICTION = "100Mi"  # of the kubelet, where evictionHard does not name memory.available
SMALLEST_RUNWAY = 256 * 1024**2
SMALLEST_SCALE, LARGEST_SCALE = 10, 1000  # what the kernel takes begins at 1 and ends at 3000

UNITS = {
    "": 1,
    **{unit: 1000**power for power, unit in enumerate(("k", "M", "G", "T", "P", "E"), 1)},
    **{unit: 1024**power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)},
}
QUANTITY = re.compile(r"\+?(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d+)|([kMGTPE]i?|Ki|%)?)")
MEMORY_AVAILABLE = re.compile(r"""["']?memory\.available["']?\s*:\s*["']?([^"'#,}\s]+)""")


class Fault(Exception):
    """What keeps the watermarks from being set, in words for the journal."""


class Watermarks(NamedTuple):
    """Sums over all zones, in bytes."""

    min: int
    low: int
    high: int
    managed: int


def mebibytes(count: int) -> str:
    return f"{count / 1024**2:.0f} MiB"


def read_text(root: str, path: str) -> str:
    full = os.path.join(root, path)
    try:
        with open(full, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise Fault(f"{full} cannot be read: {error.strerror}") from error


def read_memory(root: str) -> int:
    found = re.search(r"^MemTotal:\s+(\d+) kB$", read_text(root, "proc/meminfo"), re.MULTILINE)
    if found is None:
        raise Fault("/proc/meminfo has no MemTotal")
    return int(found[1]) * 1024


def read_watermarks(root: str, page_size: int) -> Watermarks:
    """A boost is memory that the kernel adds to all three for a moment (Linux 5.0 and later): it is left out."""
    sums = dict.fromkeys(("boost", "min", "low", "high", "managed"), 0)
    zones = 0
    for line in read_text(root, "proc/zoneinfo").splitlines():
        words = line.split()
        if words[:1] == ["Node"] and "zone" in words:
            zones += 1
        elif len(words) == 2 and words[0] in sums and words[1].isdigit():
            sums[words[0]] += int(words[1]) * page_size
    if zones == 0 or sums["managed"] == 0:
        raise Fault("/proc/zoneinfo has no zone with memory")
    boost = sums.pop("boost")
    return Watermarks(sums["min"] - boost, sums["low"] - boost, sums["high"] - boost, sums["managed"])


def memory_available_of_yaml(text: str) -> str | None:
    """A reader of the one field that matters: the standard library has none for YAML."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not re.match(r"""["']?evictionHard["']?\s*:""", line):
            continue
        block = [line]
        for below in lines[number + 1 :]:
            if below.strip() != "" and not below.startswith((" ", "\t", "#", "}")):
                break
            block.append(below)
        for part in block:
            found = None if part.lstrip().startswith("#") else MEMORY_AVAILABLE.search(part)
            if found:
                return found[1]
    return None


def memory_available(text: str) -> str | None:
    """What a kubelet's configuration says of memory.available; None where the text is not whole."""
    if text.strip() == "":
        return None
    if not text.lstrip().startswith("{"):
        return memory_available_of_yaml(text) or DEFAULT_EVICTION
    try:
        eviction = json.loads(text).get("evictionHard") or {}
    except ValueError:
        return None
    return str(eviction.get("memory.available", DEFAULT_EVICTION))


def find_memory_available(root: str, tries: int, pause: float) -> str:
    for attempt in range(tries):
        if attempt > 0:
            time.sleep(pause)
        for path in KUBELET_CONFIGS:
            try:
                found = memory_available(read_text(root, path))
            except Fault:
                continue
            if found is not None:
                print(f"eviction threshold of /{path}: memory.available {found}")
                return found
        print(f"no kubelet configuration yet (try {attempt + 1} of {tries})")
    raise Fault(f"none of {', '.join('/' + path for path in KUBELET_CONFIGS)} is there: does the kubelet run?")


def read_quantity(text: str, memory: int) -> int:
    """Bytes of a quantity as Kubernetes writes it, or of a share of the memory."""
    found = QUANTITY.fullmatch(text)
    if found is None:
        raise Fault(f'evictionHard memory.available is "{text}": neither a quantity such as 100Mi nor a share such as 5%')
    number, exponent, unit = Fraction(found[1]), found[2], found[3] or ""
    if exponent:
        size = number * Fraction(10) ** int(exponent[1:])
    else:
        size = number * memory / 100 if unit == "%" else number * UNITS[unit]
    return -(-size.numerator // size.denominator)


def scale_for(target: int, marks: Watermarks) -> int:
    """In ten thousandths of the memory: LOW lies that far above MIN. Rounded up, so that LOW reaches the target."""
    wanted = -(-(target - marks.min) * 10_000 // marks.managed)
    return max(SMALLEST_SCALE, min(LARGEST_SCALE, wanted))


def write_scale(root: str, scale: int) -> None:
    path = os.path.join(root, "proc/sys/vm/watermark_scale_factor")
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"{scale}\n")
    except OSError as error:
        raise Fault(f"{path} cannot be written: {error.strerror}") from error
    print(f"vm.watermark_scale_factor is {scale} now")


def tune(root: str, page_size: int, tries: int, pause: float) -> None:
    memory = read_memory(root)
    eviction = read_quantity(find_memory_available(root, tries, pause), memory)
    target = eviction + max(SMALLEST_RUNWAY, memory // 100)
    before = read_watermarks(root, page_size)
    print(f"LOW is {mebibytes(before.low)}, wanted are {mebibytes(target)}, eviction begins at {mebibytes(eviction)}")
    if before.low >= target:
        print("nothing to do: LOW is high enough")
        return
    write_scale(root, scale_for(target, before))
    after = read_watermarks(root, page_size)
    if after.low <= eviction:
        raise Fault(
            f"LOW is {mebibytes(after.low)} and not above the eviction threshold of {mebibytes(eviction)}: pods would be"
            " evicted before the kernel swaps; lower evictionHard memory.available"
        )
    if after.low < target:
        print(f"warning: LOW is {mebibytes(after.low)}, less than the {mebibytes(target)} that are wanted")
    print(f"HIGH {mebibytes(after.high)} > LOW {mebibytes(after.low)} > eviction {mebibytes(eviction)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--root", default="/", help="folder that holds proc, etc and var")
    parser.add_argument("--page-size", type=int, default=os.sysconf("SC_PAGE_SIZE"))
    parser.add_argument("--tries", type=int, default=5, help="looks for the kubelet's configuration")
    parser.add_argument("--pause", type=float, default=10, help="seconds between two looks")
    given = parser.parse_args()
    try:
        tune(given.root, given.page_size, given.tries, given.pause)
    except Fault as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
