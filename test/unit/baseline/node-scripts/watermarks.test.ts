import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { type Answer, callFunction, type NodeTree, nodeTree, type Ran, runScript } from "../support/node-tree.ts";

const gibInKb = 1024 ** 2;
const mib = 1024 ** 2;
const page = 4096;
const factor = "proc/sys/vm/watermark_scale_factor";
const kernel = join(import.meta.dirname, "../../../fixtures/baseline/programs/played-kernel.py");

const script = "kubevirt-tune-watermarks.py";
const run = (tree: NodeTree): Ran => runScript(tree, script, "--page-size", String(page), "--pause", "0");

const kubelet = (memoryAvailable: string): string =>
  JSON.stringify({ kind: "KubeletConfiguration", evictionHard: { "memory.available": memoryAvailable } });

interface Zone {
  readonly boost?: number;
  readonly min: number;
  readonly low: number;
  readonly managed: number;
}

/** Zones as Linux 5.14 shows them, with lines beside the watermarks that have like names. */
function zoneinfo(zones: readonly Zone[]): string {
  return zones
    .map(({ boost = 0, min, low, managed }, index) =>
      [
        `Node 0, zone   Zone${index}`,
        "  per-node stats",
        "      nr_inactive_anon 12345",
        "  pages free     99999",
        `        boost    ${boost}`,
        `        min      ${min}`,
        `        low      ${low}`,
        `        high     ${low + 10}`,
        `        spanned  ${managed + 7}`,
        `        present  ${managed + 5}`,
        `        managed  ${managed}`,
        "        protection: (0, 1906, 64000, 64000)",
        "  pagesets",
        "    cpu: 0",
        "              count: 7",
        "              high:  378",
        "",
      ].join("\n"),
    )
    .join("");
}

/** A node of 64 GiB whose kubelet is configured, and whose watermarks stay as they are. */
function stillNode(zones: readonly Zone[], memoryAvailable = "100Mi", gib = 64): NodeTree {
  return nodeTree({
    "proc/meminfo": `MemTotal:       ${gib * gibInKb} kB\nMemFree:        1 kB\n`,
    "proc/zoneinfo": zoneinfo(zones),
    [factor]: "10\n",
    "var/lib/kubelet/config.json": kubelet(memoryAvailable),
  });
}

/** Enough for any threshold of these tests. */
const highEnough: readonly Zone[] = [{ min: 1000, low: 9_000_000, managed: 16_500_000 }];

describe("what is wanted", () => {
  test.each([
    ["on a small node: 256 MiB above the threshold", 8, "100Mi", 356, 100],
    ["on a large node: a hundredth of its memory above the threshold", 64, "100Mi", 755, 100],
    ["from a threshold that is a share of the memory", 64, "5%", 3932, 3277],
  ])("%s", (_given, gib, eviction, wanted, threshold) => {
    using tree = stillNode(highEnough, eviction, gib);
    const { code, said } = run(tree);
    expect(code).toBe(0);
    expect(said).toContain(`wanted are ${wanted} MiB, eviction begins at ${threshold} MiB`);
  });

  test("is not known with a threshold that is none", () => {
    using tree = stillNode(highEnough, "many");
    expect(run(tree)).toMatchObject({
      code: 1,
      said: expect.stringContaining('error: evictionHard memory.available is "many": neither a quantity'),
    });
  });
});

describe("a threshold", () => {
  const memory = 64 * gibInKb * 1024;
  const right: readonly (readonly [string, number])[] = [
    ["512Ki", 512 * 1024],
    ["512Mi", 512 * mib],
    ["1Gi", 1024 * mib],
    ["0.5Gi", 512 * mib],
    ["1Ti", mib * mib],
    ["512k", 512_000],
    ["512M", 512_000_000],
    ["2G", 2_000_000_000],
    ["1T", 1_000_000_000_000],
    ["536870912", 536_870_912],
    ["+1", 1],
    ["0.1", 1],
    ["5e8", 500_000_000],
    ["5E8", 500_000_000],
    ["0", 0],
    ["5%", Math.ceil(memory / 20)],
    ["2.5%", Math.ceil(memory / 40)],
    ["100%", memory],
  ];
  const wrong = ["", "many", "-1", "1Zi", "1 Gi", "1.2.3", "%", "1Mi "];
  let answers: ReadonlyMap<string, Answer>;
  beforeAll(() => {
    const texts = [...right.map(([text]) => text), ...wrong];
    const found = callFunction(
      script,
      "read_quantity",
      texts.map((text) => [text, memory]),
    );
    answers = new Map(texts.map((text, index) => [text, found[index] ?? { fault: "no answer" }]));
  });

  test.each(right)("of %s is read as %i bytes", (text, bytes) => {
    expect(answers.get(text)).toEqual({ value: bytes });
  });

  test.each(wrong)("is never %j", (text) => {
    expect(answers.get(text)).toEqual({ fault: expect.stringContaining(`"${text}": neither a quantity`) });
  });
});

describe("a kubelet's configuration", () => {
  const forms: readonly (readonly [string, string, string | null])[] = [
    ["in YAML", "kind: A\nevictionHard:\n  imagefs.available: 15%\n  memory.available: 300Mi\nmaxPods: 1\n", "300Mi"],
    ["with quotes", "evictionHard:\n  # of us\n\n  \"memory.available\": '300Mi' # more\n", "300Mi"],
    ["on one line", "evictionHard: {memory.available: 300Mi, nodefs.available: 10%}\n", "300Mi"],
    ["on one line, quoted", 'evictionHard: {"memory.available":"300Mi"}\n', "300Mi"],
    ["on several lines in braces", 'evictionHard: {\n  "memory.available": "300Mi"\n}\n', "300Mi"],
    ["in JSON", '{\n  "evictionHard": {\n    "memory.available": "300Mi"\n  }\n}\n', "300Mi"],
    ["with another threshold alone", "evictionHard:\n  nodefs.available: 10%\n", "100Mi"],
    ["without any threshold", "maxPods: 500\n", "100Mi"],
    ["with that of evictionSoft alone", "evictionSoft:\n  memory.available: 300Mi\n", "100Mi"],
    ["with one in a comment", "evictionHard:\n  # memory.available: 300Mi\n  nodefs.available: 10%\n", "100Mi"],
    ["with a soft one below", "evictionHard:\n  a: 1\nevictionSoft:\n  memory.available: 300Mi\n", "100Mi"],
    ["in JSON with another threshold", '{"evictionHard":{"nodefs.available":"10%"}}', "100Mi"],
    ["in JSON with null", '{"evictionHard":null}', "100Mi"],
    ["that is empty", "", null],
    ["that is white space", "\n", null],
    ["that is half written", '{"evictionHard": {', null],
  ];
  let answers: readonly Answer[];
  beforeAll(() => {
    answers = callFunction(
      script,
      "memory_available",
      forms.map(([, text]) => [text]),
    );
  });

  test.each(forms.map(([form, , says], index) => [form, says, index] as const))("%s says %s", (_form, says, index) => {
    expect(answers[index]).toEqual({ value: says });
  });
});

describe("the kubelet's configuration", () => {
  const places = ["var/lib/kubelet/config.json", "var/lib/kubelet/config.yaml", "etc/kubernetes/kubelet.conf"] as const;
  const node = (files: Readonly<Record<string, string>>): NodeTree =>
    nodeTree({ "proc/meminfo": `MemTotal: ${64 * gibInKb} kB\n`, "proc/zoneinfo": zoneinfo(highEnough), ...files });

  test.each(places)("is read from %s", (path) => {
    using tree = node({ [path]: kubelet("300Mi") });
    expect(run(tree).said).toContain(`eviction threshold of /${path}: memory.available 300Mi`);
  });

  test("is the first that is there", () => {
    using tree = node({ [places[1]]: kubelet("200Mi"), [places[2]]: kubelet("300Mi") });
    expect(run(tree).said).toContain("memory.available 200Mi");
  });

  test("that is not whole is passed over", () => {
    using tree = node({ [places[0]]: '{"evictionHard": {', [places[1]]: kubelet("200Mi") });
    expect(run(tree).said).toContain(`eviction threshold of /${places[1]}`);
  });

  test("that is not there is looked for five times, and then missed", () => {
    using tree = node({});
    const { code, said } = run(tree);
    expect(code).toBe(1);
    expect(said.match(/try \d of 5/g)).toEqual([1, 2, 3, 4, 5].map((attempt) => `try ${attempt} of 5`));
    expect(said).toContain(`error: none of ${places.map((path) => `/${path}`).join(", ")} is there`);
  });
});

describe("watermarks that are high enough", () => {
  test("stay as they are", () => {
    using tree = stillNode(highEnough);
    expect(run(tree)).toMatchObject({ code: 0, said: expect.stringContaining("nothing to do") });
    expect(tree.read(factor)).toBe("10\n");
  });

  test("are sums over all zones", () => {
    const third = { min: 100, low: 64_500, managed: 5_500_000 }; // 252 MiB each, 755 MiB are wanted
    using tree = stillNode([third, third, third]);
    expect(run(tree).said).toContain("LOW is 756 MiB");
  });

  test("are not those of a moment's boost", () => {
    const zone = { boost: 200_000, min: 201_000, low: 202_000, managed: 16_500_000 };
    using tree = stillNode([zone]);
    run(tree);
    expect(tree.read(factor)).not.toBe("10\n");
  });
});

/** A node whose kernel is played, and what it was told. */
async function tunedBy(
  zones: readonly string[],
  memoryAvailable: string,
  gib: number,
): Promise<Ran & { scale: string }> {
  using tree = nodeTree({
    "proc/meminfo": `MemTotal:       ${gib * gibInKb} kB\n`,
    "var/lib/kubelet/config.json": kubelet(memoryAvailable),
  });
  tree.folder("proc/sys/vm");
  const pipes = [join(tree.root, "proc/zoneinfo"), join(tree.root, factor)];
  expect(spawnSync("mkfifo", pipes).status).toBe(0);
  const played = spawn("python3", ["-B", kernel, tree.root, ...zones], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const ran = run(tree);
    const [scale] = (await once(played.stdout, "data")) as [Buffer];
    return { ...ran, scale: scale.toString().trim() };
  } finally {
    played.kill("SIGKILL");
  }
}

describe("watermarks that are too low", () => {
  test("are raised until LOW is where it is wanted, and no further", async () => {
    // Wanted: 100 MiB and a hundredth of 64 GiB. MIN 66 MiB; a ten thousandth of what is managed is 6.45 MiB.
    const { code, said, scale } = await tunedBy(["96:3840", "16800:16496160"], "100Mi", 64);
    expect({ code, scale }).toEqual({ code: 0, scale: "107" });
    expect(said).toMatch(/HIGH 1445 MiB > LOW 756 MiB > eviction 100 MiB/);
    expect(said).not.toContain("warning");
  });

  test("are raised by a tenth of the memory at most, which is told where it does not reach", async () => {
    const { code, said, scale } = await tunedBy(["16896:16500000"], "9.8%", 64);
    expect({ code, scale }).toEqual({ code: 0, scale: "1000" });
    expect(said).toContain("warning: LOW is 6511 MiB, less than the 7078 MiB that are wanted");
  });

  test("that cannot come above the threshold of the kubelet are a failure", async () => {
    const { code, said, scale } = await tunedBy(["16896:16500000"], "10%", 64);
    expect({ code, scale }).toEqual({ code: 1, scale: "1000" });
    expect(said).toContain("not above the eviction threshold of 6554 MiB");
    expect(said).toContain("lower evictionHard memory.available");
  });

  test("are raised by a thousandth of the memory at least", () => {
    const wanted = Math.ceil((100 * mib + Math.floor((64 * 1024 * mib) / 100)) / page);
    using tree = stillNode([{ min: wanted - 1, low: wanted - 1, managed: 16_500_000 }]);
    tree.write(factor, "1\n");
    const { code, said } = run(tree);
    expect(code).toBe(0);
    expect(tree.read(factor)).toBe("10\n");
    expect(said).toContain("vm.watermark_scale_factor is 10 now");
  });
});

describe("a node whose /proc is not what it should be fails", () => {
  test.each([
    ["without memory", "proc/meminfo", "", "/proc/meminfo has no MemTotal"],
    ["without zones", "proc/zoneinfo", "", "/proc/zoneinfo has no zone with memory"],
    ["with empty zones", "proc/zoneinfo", zoneinfo([{ min: 0, low: 0, managed: 0 }]), "has no zone with memory"],
  ])("%s", (_given, path, text, reason) => {
    using tree = stillNode(highEnough);
    tree.write(path, text);
    expect(run(tree)).toMatchObject({ code: 1, said: expect.stringContaining(reason) });
  });

  test("whose factor cannot be written", () => {
    using tree = nodeTree({
      "proc/meminfo": `MemTotal: ${64 * gibInKb} kB\n`,
      "proc/zoneinfo": zoneinfo([{ min: 10, low: 20, managed: 16_500_000 }]),
      "var/lib/kubelet/config.json": kubelet("100Mi"),
    });
    expect(run(tree)).toMatchObject({
      code: 1,
      said: expect.stringContaining(`${tree.root}/${factor} cannot be written: No such file or directory`),
    });
  });
});
