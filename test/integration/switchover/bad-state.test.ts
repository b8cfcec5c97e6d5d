import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

const minute = 60_000;

type State = Record<string, unknown>;

/** Another hub than any of the test's. */
const elsewhere = { id: "another-hub", api: "https://another.example.com:6443", acmVersion: "2.14.1" };

// One pair of hubs and one interrupted switchover for all: each test puts another state file beside them.
describe("a state file that is not this operation's", () => {
  let bench: SwitchoverBench;
  let file: string;
  let good: string;
  let before: readonly string[];

  const hubs = async (): Promise<readonly string[]> =>
    (await Promise.all([bench.pair.seeds.primary.snapshot(), bench.pair.seeds.secondary.snapshot()])).flat();

  beforeAll(async () => {
    // The wait for the cluster is what ends the first run, and no other.
    bench = await SwitchoverBench.open({ clusters: 1 }, { ...patientTuning, clusterWait: 4 });
    bench.pair.simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "c1" });
    await bench.run();
    file = (await bench.stateFile()) ?? "";
    good = await readFile(file, "utf8");
    before = await hubs();
  }, 4 * minute);

  afterAll(() => bench?.close());

  async function refusal(
    change: (state: State) => State,
  ): Promise<{ readonly code: number | null; readonly text: string }> {
    const changed = JSON.stringify(change(JSON.parse(good)));
    await writeFile(file, changed);
    const { exitCode, stderr } = await bench.run();
    expect(await readFile(file, "utf8")).toBe(changed);
    expect(await hubs()).toEqual(before);
    return { code: exitCode, text: stderr.slice(stderr.lastIndexOf("ERROR ")) };
  }

  test(
    "A-56 / K-09 with progress between other hubs is refused, left as it is, and another operation-id is named as the way",
    async () => {
      const { code, text } = await refusal((state) => ({
        ...state,
        hubs: { ...(state["hubs"] as State), secondary: elsewhere }, // the document's own member
      }));
      expect(code).toBe(4);
      expect(text).toContain("SW-STATE-0");
      expect(text).toContain("another-hub");
      expect(text).toContain("operation-id");
    },
    2 * minute,
  );

  test(
    "with the hubs in each other's place is told from one of other hubs",
    async () => {
      const { code, text } = await refusal((state) => {
        const { primary, secondary } = state["hubs"] as State; // the document's own member
        return { ...state, hubs: { primary: secondary, secondary: primary } };
      });
      expect(code).toBe(4);
      expect(text).toContain("fix:  for the way back give another operation-id");
    },
    2 * minute,
  );

  test(
    "of a newer release is refused, and never taken for an older one",
    async () => {
      const { code, text } = await refusal((state) => ({ ...state, version: "3.0" }));
      expect(code).toBe(4);
      expect(text).toContain("3.0");
    },
    2 * minute,
  );

  test(
    "that a dry run would have left is refused",
    async () => {
      const { code, text } = await refusal((state) => ({ ...state, dry_run: true }));
      expect(code).toBe(4);
      expect(text).toContain("ERROR SW-STATE-07");
    },
    2 * minute,
  );

  test(
    "A-58 / K-30 two runs of one operation at once: the second is refused and names the first, which goes on",
    async () => {
      await writeFile(file, good);
      // It waits for the cluster until the second run has been refused, however long that takes.
      const first = bench.with(patientTuning).start();
      const ended = new Promise<number | null>((resolve) => first.once("close", resolve));
      await written(first, '"step":"verify_clusters_connected"');

      const second = await bench.run();

      expect(second.exitCode).toBe(4);
      expect(second.stderr).toContain("ERROR STATE-08");
      bench.pair.simulators.secondary.clear();
      expect(await ended).toBe(0);
    },
    3 * minute,
  );

  test(
    "A-58 / K-30 two operations on one hub at once: the Lease refuses the second, whatever folder its state is in",
    async () => {
      const lease = {
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name: "acm-switchover", namespace: "open-cluster-management-backup" },
        spec: {
          holderIdentity: "another-operation",
          leaseDurationSeconds: 600,
          renewTime: new Date().toISOString().replace("Z", "000Z"),
        },
      };
      await bench.pair.secondary.kubectl(["create", "-f", "-"], JSON.stringify(lease));
      await copyFile(file, join(bench.pair.folder, "completed.json"));
      await bench.writeState(() => JSON.parse(good));

      const ran = await bench.run();

      expect(ran.exitCode).toBe(4);
      expect(ran.stderr).toContain("ERROR STATE-11");
      expect(ran.stderr).toContain("another-operation");
      expect((await readdir(bench.stateFolder)).filter((name) => name.endsWith(".lock"))).toEqual([]);
    },
    2 * minute,
  );
});
