import { describe, expect, test } from "@jest/globals";
import { type NodeTree, nodeTree, type Ran, runScript } from "../support/node-tree.ts";

const swapsHead = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
const pci = "sys/devices/pci0000:00";

/** Adds a disk and its partitions, as the kernel shows them. */
function addDisk(tree: NodeTree, disk: string, partitions: readonly string[] = [], major = 8): void {
  const folder = `${pci}/block/${disk}`;
  for (const [index, name] of [disk, ...partitions].entries()) {
    const path = name === disk ? folder : `${folder}/${name}`;
    tree.folder(path);
    if (name !== disk) tree.write(`${path}/partition`, `${index}\n`);
    tree.link(`sys/class/block/${name}`, `../../../${path}`);
    tree.link(`sys/dev/block/${major}:${index}`, `../../../${path}`);
    tree.write(`dev/${name.replace("!", "/")}`, "");
  }
}

/** Adds a layer of device mapper over others. */
function addLayer(tree: NodeTree, name: string, below: readonly string[], number: string): void {
  const folder = `sys/devices/virtual/block/${name}`;
  tree.folder(folder);
  for (const one of below) tree.write(`${folder}/slaves/${one}`, "");
  tree.link(`sys/class/block/${name}`, `../../../${folder}`);
  tree.link(`sys/dev/block/${number}`, `../../../${folder}`);
  tree.write(`dev/${name}`, "");
}

const mount = (number: string, place: string, source: string, type = "xfs"): string =>
  `30 1 ${number} / ${place} rw,relatime shared:1 - ${type} ${source} rw\n`;

/** A node whose root is on sda, without swap. */
function plainNode(): NodeTree {
  const tree = nodeTree({ "proc/swaps": swapsHead, "proc/self/mountinfo": mount("8:1", "/", "/dev/sda4") });
  addDisk(tree, "sda", ["sda4"]);
  tree.program("systemctl", `#!/bin/sh\necho "$@" >> "${tree.root}/systemctl-calls"\n`);
  return tree;
}

const run = (tree: NodeTree): Ran => runScript(tree, "kubevirt-io-latency-setup.py");
const dropIn = (tree: NodeTree, unit: string): string => tree.read(`run/systemd/system/${unit}.d/20-io-latency.conf`);
const swapOn = (tree: NodeTree, path: string, type = "partition"): void =>
  tree.write("proc/swaps", `${swapsHead}${path} ${type} 8388604 0 -2\n`);

/** The disks that a node is set up for. */
function disksOf(tree: NodeTree): readonly string[] {
  expect(run(tree).code).toBe(0);
  return [...dropIn(tree, "system.slice").matchAll(/^IODeviceLatencyTargetSec=(\S+) 5ms$/gm)].map(
    ([, disk]) => disk ?? "",
  );
}

describe("the targets of I/O latency", () => {
  test("are 5 ms for the node's services and 50 ms for pods, and systemd is told", () => {
    using tree = plainNode();
    expect(run(tree).code).toBe(0);
    expect(dropIn(tree, "system.slice")).toBe("[Slice]\nIODeviceLatencyTargetSec=/dev/sda 5ms\n");
    expect(dropIn(tree, "kubepods.slice")).toBe("[Slice]\nIODeviceLatencyTargetSec=/dev/sda 50ms\n");
    expect(tree.read("systemctl-calls")).toBe("daemon-reload\n");
  });

  test("are for every disk, each once", () => {
    using tree = plainNode();
    addDisk(tree, "nvme0n1", ["nvme0n1p1", "nvme0n1p2"], 259);
    tree.write(
      "proc/swaps",
      `${swapsHead}/dev/nvme0n1p1 partition 1 0 -2\n/dev/nvme0n1p2 partition 1 0 -3\n/dev/sda4 partition 1 0 -4\n`,
    );
    expect(disksOf(tree)).toEqual(["/dev/nvme0n1", "/dev/sda"]);
  });
});

describe("the disk behind swap", () => {
  test("is found by a link to its partition", () => {
    using tree = plainNode();
    addDisk(tree, "sdb", ["sdb1"], 65);
    tree.link("dev/disk/by-partlabel/OCPSWAP", "../../sdb1");
    swapOn(tree, "/dev/disk/by-partlabel/OCPSWAP");
    expect(disksOf(tree)).toEqual(["/dev/sda", "/dev/sdb"]);
  });

  test("may be swap as a whole", () => {
    using tree = plainNode();
    addDisk(tree, "vdb", [], 252);
    swapOn(tree, "/dev/vdb");
    expect(disksOf(tree)).toEqual(["/dev/sda", "/dev/vdb"]);
  });

  test("is found below layers of device mapper, and there may be several", () => {
    using tree = plainNode();
    addDisk(tree, "sdb", ["sdb1"], 65);
    addDisk(tree, "sdc", [], 66);
    addLayer(tree, "dm-0", ["sdb1", "sdc"], "253:0");
    addLayer(tree, "dm-1", ["dm-0"], "253:1");
    tree.link("dev/mapper/vg-swap", "../dm-1");
    swapOn(tree, "/dev/mapper/vg-swap");
    expect(disksOf(tree)).toEqual(["/dev/sda", "/dev/sdb", "/dev/sdc"]);
  });

  test("may have a name with a slash", () => {
    using tree = plainNode();
    addDisk(tree, "cciss!c0d0", [], 104);
    swapOn(tree, "/dev/cciss/c0d0");
    expect(disksOf(tree)).toEqual(["/dev/cciss/c0d0", "/dev/sda"]);
  });

  test("is none for compressed memory", () => {
    using tree = plainNode();
    addLayer(tree, "zram0", [], "251:0");
    swapOn(tree, "/dev/zram0");
    expect(disksOf(tree)).toEqual(["/dev/sda"]);
  });

  test("is that of the file system for a file", () => {
    using tree = plainNode();
    addDisk(tree, "sdb", ["sdb1"], 65);
    tree.write("proc/self/mountinfo", mount("8:1", "/", "/dev/sda4") + mount("65:1", "/var", "/dev/sdb1"));
    swapOn(tree, "/var/tmp/ocpswap.file", "file");
    expect(disksOf(tree)).toEqual(["/dev/sda", "/dev/sdb"]);
  });

  test("that is not known is told, and the others are set up", () => {
    using tree = plainNode();
    swapOn(tree, "/dev/gone\\040swap");
    const { code, said } = run(tree);
    expect(code).toBe(0);
    expect(said).toContain("warning: the device of swap /dev/gone swap is not known");
    expect(dropIn(tree, "system.slice")).toContain("/dev/sda 5ms");
  });
});

describe("the disk behind the root file system", () => {
  test("is known by its number where the mount names no device", () => {
    using tree = plainNode();
    tree.write("proc/self/mountinfo", mount("8:1", "/", "none"));
    expect(disksOf(tree)).toEqual(["/dev/sda"]);
  });

  test("is that of /sysroot where the root is an overlay", () => {
    using tree = plainNode();
    tree.write(
      "proc/self/mountinfo",
      mount("0:31", "/", "composefs", "overlay") + mount("8:1", "/sysroot", "/dev/sda4"),
    );
    expect(disksOf(tree)).toEqual(["/dev/sda"]);
  });
});

describe("a node", () => {
  test("without any disk is left as it is, with a warning", () => {
    using tree = plainNode();
    tree.write("proc/self/mountinfo", mount("0:31", "/", "tmpfs", "tmpfs"));
    const { code, said } = run(tree);
    expect(code).toBe(0);
    expect(said).toContain("warning: no disk of swap or of the root file system was found");
    expect(() => tree.read("systemctl-calls")).toThrow("ENOENT");
    expect(() => dropIn(tree, "system.slice")).toThrow("ENOENT");
  });

  test("whose systemd does not take the drop-ins fails", () => {
    using tree = plainNode();
    tree.program("systemctl", "#!/bin/sh\nexit 3\n");
    const { code, said } = run(tree);
    expect(code).toBe(1);
    expect(said).toContain("error: systemd did not take the drop-ins");
  });

  test("without /proc/swaps fails, and says what is missing", () => {
    using tree = nodeTree({ "proc/self/mountinfo": "" });
    expect(run(tree)).toEqual({
      code: 1,
      said: `error: ${tree.root}/proc/swaps cannot be read: No such file or directory\n`,
    });
  });
});
