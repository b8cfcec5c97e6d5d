import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { switchoverPermissions } from "../../../steps/switchover/permissions.ts";
import { installArgoCd, madeByParent, readApplication, seedApplication } from "../../support/hubs/argo-cd.ts";
import { installFlux, readFlux, seedFlux } from "../../support/hubs/flux.ts";
import { backupNamespace } from "../../support/hubs.ts";
import {
  accountFolder,
  accountUser,
  grantNothingToAll,
  installRole,
  type Part,
  type Role,
} from "./support/accounts.ts";
import { endOf } from "./support/activations.ts";
import {
  describeAll,
  describeCall,
  otherPaths,
  type RecordedCall,
  recordedCalls,
  type Target,
} from "./support/recorded-calls.ts";
import { type Ended, ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";
import { furnish, holdOperators, letHappen, readiness } from "./support/unusual-hubs.ts";

const targets: readonly Target[] = ["primary", "secondary"];
const everyPart: readonly Part[] = ["base", "observability", "import-tokens", "argocd", "flux"];

type Folders = Readonly<Record<Target, string>>;

/** Installs the role on both hubs; returns the folder of each hub's kubeconfig. */
async function install({ pair }: SwitchoverBench, role: Role, parts: readonly Part[]): Promise<Folders> {
  const [primary = "", secondary = ""] = await Promise.all(
    targets.map(async (target) => {
      await installRole(pair[target], role, parts);
      return await accountFolder(pair[target], role, pair.folder);
    }),
  );
  return { primary, secondary };
}

function filesIn({ primary, secondary }: Folders): Folders {
  return { primary: join(primary, "kubeconfig"), secondary: join(secondary, "kubeconfig") };
}

async function callsOf({ pair }: SwitchoverBench, role: Role): Promise<readonly RecordedCall[]> {
  const lists = await Promise.all(
    targets.map(async (target) => recordedCalls(target, await pair[target].auditEvents(), accountUser(role))),
  );
  return lists.flat();
}

const declared = describeAll(switchoverPermissions);
const declaredForReading = describeAll(switchoverPermissions.filter(({ readOnly }) => readOnly));
const spoken = (calls: readonly RecordedCall[]): readonly string[] => [
  ...new Set(calls.map((call) => describeCall(call, declared))),
];
const refused = (calls: readonly RecordedCall[]) => spoken(calls.filter((call) => call.refused));
const isWrite = ({ verb, resource }: RecordedCall): boolean =>
  !["get", "list", "watch"].includes(verb) && resource !== "selfsubjectaccessreviews";
const place = { namespace: "gitops", name: "acm" };
/** Something makes it: it is looked at for a while after the pause. */
const annotations = madeByParent(place);
const application = { ...place, syncPolicy: { automated: { prune: true } }, annotations };
/** Of parts that a run does only where it is asked to. */
const asking = ["--pause-observatorium-api", "true", "--disable-observability-on-secondary", "true"];
const pausing = [
  ...["--argocd-manage", "true", "--argocd-resume-after-switchover", "true", "--final-backup", "true"],
  ...["--flux-manage", "true", "--flux-resume-after-switchover", "true"],
];
/** A parent has their suspend from Git: they are looked at for a while after the pause. */
const fromGit = { namespace: "flux-system", suspend: false, parent: "apps" } as const;
const kustomization = { ...fromGit, kind: "Kustomization", name: "acm" } as const;
const release = { ...fromGit, kind: "HelmRelease", name: "hub", targetNamespace: "multicluster-engine" } as const;
/** A kubeconfig whose only context has the name of c1 and leads to the old hub's API server. */
async function spokeFile({ pair }: SwitchoverBench): Promise<string> {
  const file = join(pair.folder, "spokes.kubeconfig");
  await copyFile(pair.primary.kubeconfig(), file);
  const context = (await pair.primary.kubectl(["--kubeconfig", file, "config", "current-context"])).trim();
  await pair.primary.kubectl(["--kubeconfig", file, "config", "rename-context", context, "c1"]);
  return file;
}

/** The calls of all scenarios. */
const proved: { operator: readonly RecordedCall[]; validator: readonly RecordedCall[] } = {
  operator: [],
  validator: [],
};

describe("the roles with all their parts, on hubs with observability", () => {
  let bench: SwitchoverBench;
  let validation: Ended;
  let dryRun: Ended;
  let run: Ended;

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 2, hive: 1, observability: true }, patientTuning);
    await furnish(bench.pair);
    for (const target of targets) {
      await installArgoCd(bench.pair[target]);
      await seedApplication(bench.pair[target], application);
      await installFlux(bench.pair[target]);
      await seedFlux(bench.pair[target], kustomization);
      await seedFlux(bench.pair[target], release);
    }
    for (const target of targets) await grantNothingToAll(bench.pair[target]);
    const validator = await install(bench, "validator", everyPart);
    const operator = await install(bench, "operator", [...everyPart, "klusterlets"]);
    validation = await bench.validate(validator);
    dryRun = await bench.run(["--dry-run", "true", ...pausing], filesIn(validator));
    holdOperators(bench.pair);
    const spokes = ["--spoke-kubeconfigs", await spokeFile(bench)];
    const child = bench.start([...pausing, ...asking, ...spokes], filesIn(operator));
    const end = ended(child);
    await letHappen(child, bench.pair).catch(async (error: unknown) => {
      child.kill();
      throw new Error(`${String(error)}\n${(await end).stderr.slice(-3000)}`);
    });
    run = await end;
    proved.operator = await callsOf(bench, "operator");
    proved.validator = await callsOf(bench, "validator");
  }, 600_000);

  afterAll(() => bench?.close());

  test("a validation under the validator's account exits 0", () => {
    expect(endOf(validation, 0)).toBe("exit 0");
  });

  test("a dry run under the validator's account exits 0", () => {
    expect(endOf(dryRun, 0)).toBe("exit 0");
  });

  test("a switchover under the operator's account exits 0 and complains of no missing permission", () => {
    expect(endOf(run, 0)).toBe("exit 0");
    expect(run.stdout + run.stderr).not.toMatch(/forbidden|missing|poll instead of watch|could not be checked/i);
  });

  test("Argo CD's Applications sync on both hubs as they did before", async () => {
    for (const target of targets) {
      const { spec, metadata } = await readApplication(bench.pair[target], application);
      expect({ policy: spec.syncPolicy, annotations: metadata.annotations }).toEqual({
        policy: application.syncPolicy,
        annotations,
      });
    }
  });

  test("W-13 what Flux has reconciles on both hubs as it did before", async () => {
    for (const target of targets) {
      const [first, second] = [
        await readFlux(bench.pair[target], kustomization),
        await readFlux(bench.pair[target], release),
      ];
      expect([first.spec.suspend, second.spec.suspend]).toEqual([false, false]);
      expect([first.metadata.annotations, second.metadata.annotations]).toEqual([undefined, undefined]);
    }
  });

  test("the operator is refused nothing", () => {
    expect(refused(proved.operator)).toEqual([]);
  });

  test("the validator is refused nothing but the writes that a dry run asks the server about, and those all", () => {
    expect(refused(proved.validator.filter((call) => !isWrite(call)))).toEqual([]);
    expect(proved.validator.filter((call) => isWrite(call) && !call.refused)).toEqual([]);
  });

  test("beside resources only the version of a hub is asked for", async () => {
    for (const target of targets) {
      const events = await bench.pair[target].auditEvents();
      for (const role of ["operator", "validator"] as const) {
        expect(otherPaths(events, accountUser(role))).toEqual(["/version"]);
      }
    }
  });
});

describe("the base part alone, on hubs of ACM 2.11 without observability", () => {
  let bench: SwitchoverBench;
  let failed: Ended;
  let resumed: Ended;
  let calls: readonly RecordedCall[];

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 1, version: "2.11.5" }, patientTuning);
    for (const target of targets) await grantNothingToAll(bench.pair[target]);
    const operator = await install(bench, "operator", ["base"]);
    bench.pair.simulators.secondary.inject({ kind: "restore-fails", prefix: "acm-managed-clusters" });
    failed = await bench.run([], filesIn(operator));
    bench.pair.simulators.secondary.clear();
    resumed = await bench.run([], filesIn(operator));
    calls = await callsOf(bench, "operator");
    proved.operator = [...proved.operator, ...calls];
  }, 600_000);

  afterAll(() => bench?.close());

  test("a failed activation is taken back", () => {
    expect(endOf(failed, 1)).toBe("exit 1");
  });

  test("the resumed switchover exits 0", () => {
    expect(endOf(resumed, 0)).toBe("exit 0");
  });

  test("only the look at the import tokens, which is optional, is refused", () => {
    expect(refused(calls)).toEqual(["primary list core secrets in cluster", "secondary list core secrets in cluster"]);
  });
});

describe.each([
  ["a ConfigMap is there, which is patched", true],
  ["no ConfigMap is there, so that one is created and deleted", false],
])("the base part, with manage-auto-import-strategy, where %s", (_case, exists) => {
  let bench: SwitchoverBench;
  let run: Ended;

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 1, version: "2.14.1" }, patientTuning);
    for (const target of targets) await grantNothingToAll(bench.pair[target]);
    const operator = await install(bench, "operator", ["base"]);
    await bench.pair.seeds.secondary.fleet(["known"], []);
    const config = ["-n", "multicluster-engine", "create", "configmap", "import-controller-config"];
    if (exists) await bench.pair.secondary.kubectl([...config, "--from-literal=k=v"]);
    run = await bench.run(["--manage-auto-import-strategy", "true"], filesIn(operator));
    proved.operator = [...proved.operator, ...(await callsOf(bench, "operator"))];
  }, 600_000);

  afterAll(() => bench?.close());

  test("the switchover exits 0", () => {
    expect(endOf(run, 0)).toBe("exit 0");
  });
});

describe("a rollback with the base part and that for klusterlets", () => {
  let bench: SwitchoverBench;
  let rolledBack: Ended;
  let calls: readonly RecordedCall[];

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 2, version: "2.15.0" }, { ...patientTuning, clusterWait: 15 });
    const { primary, simulators } = bench.pair;
    for (const target of targets) await grantNothingToAll(bench.pair[target]);
    const files = filesIn(await install(bench, "operator", ["base", "klusterlets"]));
    simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "c2" });
    await bench.runUntil("1 of 2 clusters connected; waiting for c2", [], files);
    // Its Velero is looked at, and waited for, before the schedule is made anew.
    await primary.kubectl(readiness("velero-1", backupNamespace, false));
    const spokes = join(bench.pair.folder, "spokes");
    await mkdir(spokes);
    await copyFile(await spokeFile(bench), join(spokes, "c1"));
    const flags = ["--rollback-allow-partial", "true", "--workspace", `spoke-kubeconfigs=${spokes}`];
    const child = await bench.startStep("rollback", flags, files);
    const end = ended(child);
    await written(child, "waiting: 1 pods, none ready");
    await primary.kubectl(readiness("velero-1", backupNamespace, true));
    rolledBack = await end;
    calls = await callsOf(bench, "operator");
    proved.operator = [...proved.operator, ...calls];
  }, 600_000);

  afterAll(() => bench?.close());

  test("exits 0", () => {
    expect(endOf(rolledBack, 0)).toBe("exit 0");
  });

  test("is refused nothing but the looks at the import tokens", () => {
    expect(refused(calls)).toEqual(["primary list core secrets in cluster", "secondary list core secrets in cluster"]);
  });
});

describe("the declared permissions", () => {
  test("hold every call that the operator made", () => {
    expect(spoken(proved.operator).filter((call) => !declared.has(call))).toEqual([]);
  });

  test("are each used by the operator: none is declared in vain", () => {
    const used = new Set(spoken(proved.operator));
    expect([...declared].filter((permission) => !used.has(permission))).toEqual([]);
  });

  test("of runs that change nothing hold every call that the validator was granted", () => {
    const calls = spoken(proved.validator.filter((call) => !call.refused));
    expect(calls.filter((call) => !declaredForReading.has(call))).toEqual([]);
  });

  test("of runs that change nothing are each used by the validator", () => {
    const used = new Set(spoken(proved.validator));
    expect([...declaredForReading].filter((permission) => !used.has(permission))).toEqual([]);
  });
});
