import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type FaultProxy, startFaultProxy } from "../../support/fault-proxy.ts";
import { endOf, succeed } from "./support/activations.ts";
import { patientTuning, SwitchoverBench } from "./support/switchover-bench.ts";

const minute = 60_000;
// A busy API server says 429 of its own accord: kinds that nobody has listed yet are still being read from etcd (1.35).
const message = "an answer of this test";

interface LogLine {
  readonly msg?: string;
  readonly hub?: string;
  readonly delayMs?: number;
}

/** The log of a run without what is no line of it. */
function logOf(stderr: string): readonly LogLine[] {
  const lines = stderr.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line));
}

describe("hubs that do not answer at once", () => {
  let bench: SwitchoverBench;
  let old: FaultProxy;
  let renewed: FaultProxy;
  let files: { readonly primary: string; readonly secondary: string };

  beforeAll(async () => {
    bench = await SwitchoverBench.open({}, patientTuning);
    const { primary, secondary } = bench.pair;
    old = await startFaultProxy({ target: primary.url, targetAuthority: primary.caFile });
    renewed = await startFaultProxy({ target: secondary.url, targetAuthority: secondary.caFile });
    files = {
      primary: await old.kubeconfig(primary.kubeconfig()),
      secondary: await renewed.kubeconfig(secondary.kubeconfig()),
    };
  }, 2 * minute);
  afterAll(async () => {
    await Promise.all([old?.stop(), renewed?.stop()]);
    await bench?.close();
  });

  test(
    "A-74 a 403 is asked once, and the check that needs the answer fails with it",
    async () => {
      const forbidden = { verb: "list", resource: "backupschedules" } as const;
      old.add({ when: forbidden, fault: { kind: "answer", status: 403 } });
      const folders = {
        primary: await bench.folderOf(files.primary, "primary"),
        secondary: await bench.folderOf(files.secondary, "secondary"),
      };
      const end = await bench.validate(folders);
      old.clear();
      expect(endOf(end, 3)).toBe("exit 3");
      expect(end.stdout).toMatch(/FAILED +backup-schedule +primary +could not be checked/);
      expect(old.count(forbidden)).toBe(1);
    },
    2 * minute,
  );

  test(
    "A-74 503 three times, to a read and to a write, and 429 with Retry-After: the switchover ends well, each attempt is logged",
    async () => {
      const unavailable = { kind: "answer", status: 503, message } as const;
      old.add({ when: { verb: "patch", resource: "backupschedules" }, times: 3, fault: unavailable });
      old.add({ when: { verb: "list", resource: "clusterdeployments" }, times: 3, fault: unavailable });
      const busy = { kind: "answer", status: 429, retryAfter: 2, message } as const;
      renewed.add({ when: { verb: "list", resource: "restores" }, times: 1, fault: busy });

      const end = await bench.run([], files);

      succeed(end);
      const lines = logOf(end.stderr);
      const attempts = (hub: string, verb: string) =>
        lines.filter((line) => line.hub === hub && line.msg === `retrying ${verb}: ${message}`);
      expect(attempts("primary", "patch")).toHaveLength(3);
      expect(attempts("primary", "list")).toHaveLength(3);
      expect(attempts("secondary", "list").map(({ delayMs = 0 }) => delayMs >= 2000)).toEqual([true]);
    },
    3 * minute,
  );
});
