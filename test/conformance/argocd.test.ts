import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { accountFolder, grantNothingToAll, installRole } from "../integration/switchover/support/accounts.ts";
import {
  ArgocdBench,
  type ArgocdFolders,
  argocd,
  startArgocd,
  stateIn,
} from "../integration/switchover/support/argocd-bench.ts";
import { type Ended, ended, written } from "../integration/switchover/support/switchover-bench.ts";
import { GitopsHub } from "../support/argo-cd/gitops-hub.ts";
import { argoCdNamespace } from "../support/argo-cd/settings.ts";
import { eventually } from "../support/eventually.ts";
import { marker, patchApplication, readApplication } from "../support/hubs/argo-cd.ts";
import { backupNamespace } from "../support/hubs.ts";

const minute = 60_000;
// The rest of the machine is busy with other levels: what is waited for comes, but not soon.
const patience = 2 * minute;
jest.setTimeout(4 * minute);
/** For a pause that is to meet somebody who undoes it: it looks for that until then, and ends as soon as it has seen it. */
const watchful = ["--tuning", JSON.stringify({ argocdSettle: 60 })];
const healing = { automated: { prune: true, selfHeal: true } };
const succeeded = { exitCode: 0, tail: "" };
const endOf = ({ exitCode, stderr }: Ended) => ({ exitCode, tail: exitCode === 0 ? "" : stderr.slice(-1500) });

let bench: ArgocdBench;
let hub: GitopsHub;
let account: string;

beforeAll(async () => {
  bench = await ArgocdBench.open();
  const server = bench.server("primary");
  hub = await GitopsHub.open(server);
  await installRole(server, "operator", ["base", "argocd"]);
  await grantNothingToAll(server);
  account = await accountFolder(server, "operator", bench.folder);
  await hub.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  // The cache of programs may be empty: Argo CD is built then.
}, 45 * minute);

afterAll(async () => {
  await hub?.close();
  await bench?.close();
});

/** Under the operator's account, whose role is the generated one. */
async function freshFolders(): Promise<ArgocdFolders> {
  return { primary: account, state: (await bench.folders()).state };
}

/** A ConfigMap whose `is` says which commit or whom it comes from. */
function configMap(namespace: string, name: string, is: string): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name }, data: { is } };
}

function backupSchedule(veleroTtl: string): object {
  return {
    apiVersion: "cluster.open-cluster-management.io/v1beta1",
    kind: "BackupSchedule",
    metadata: { namespace: backupNamespace, name: "acm-hub-backup" },
    spec: { veleroSchedule: "0 */4 * * *", veleroTtl },
  };
}

const live = (name: string) => readApplication(hub.server, { namespace: argoCdNamespace, name });

async function seen(name: string) {
  const { metadata, spec } = await live(name);
  // With its next write Argo CD takes an empty policy away.
  return { policy: spec.syncPolicy ?? {}, marker: metadata.annotations?.[marker] };
}

async function field(namespace: string, object: string, path: string): Promise<string> {
  return await hub.server.kubectl(["-n", namespace, "get", object, "-o", `jsonpath={${path}}`]);
}

const ttl = () =>
  field(backupNamespace, "backupschedules.cluster.open-cluster-management.io/acm-hub-backup", ".spec.veleroTtl");
const contentOf = (namespace: string, name: string) => field(namespace, `configmap/${name}`, ".data.is");

/** Changes the live object, as a switchover or a person does. */
async function change(namespace: string, object: string, patch: object): Promise<void> {
  await hub.server.kubectl(["-n", namespace, "patch", object, "--type=merge", "-p", JSON.stringify(patch)]);
}

const schedule = "backupschedules.cluster.open-cluster-management.io/acm-hub-backup";
const changeTtl = (veleroTtl: string) => change(backupNamespace, schedule, { spec: { veleroTtl } });
const changeContent = (namespace: string, name: string, is: string) =>
  change(namespace, `configmap/${name}`, { data: { is } });

async function untilContent(namespace: string, name: string, is: string): Promise<void> {
  await eventually(async () => expect(await contentOf(namespace, name)).toBe(is), patience);
}

describe("Applications of a real Argo CD that keeps a hub as Git has it", () => {
  const names = ["acm", "eager", "manual", "plain"] as const;
  const policies = {
    acm: { ...healing, syncOptions: ["ApplyOutOfSyncOnly=true"], retry: { limit: 2 } },
    eager: { automated: {} },
    manual: { syncOptions: ["ApplyOutOfSyncOnly=true"] },
    plain: undefined,
  };
  let applications: readonly object[];
  let before: readonly unknown[];
  let folders: ArgocdFolders;
  let paused: Ended;

  /** One commit that changes what each of them keeps. */
  async function commitAll(is: string, veleroTtl: string): Promise<string> {
    await hub.commit("acm/schedule.json", backupSchedule(veleroTtl));
    await hub.commit("eager/eager.json", configMap("open-cluster-management", "eager", is));
    await hub.commit("manual/manual.json", configMap("open-cluster-management", "manual", is));
    await hub.commit("plain/plain.json", configMap("open-cluster-management", "plain", is));
    return await hub.commit("shop/shop.json", configMap("shop", "shop", is));
  }

  /** Argo CD does to the Application that is left alone what it would do to the others, after them. */
  async function untilControlHealed(): Promise<void> {
    const is = await contentOf("shop", "shop");
    await changeContent("shop", "shop", "changed by hand");
    await untilContent("shop", "shop", is);
  }

  beforeAll(async () => {
    const commit = await commitAll("first", "100h");
    applications = [
      ...names.map((name) => hub.application(name, name, policies[name])),
      hub.application("shop", "shop", healing),
    ];
    await hub.apply(...applications);
    for (const name of ["acm", "eager", "shop"]) await hub.untilSynced(name, commit);
    for (const name of ["manual", "plain"]) await hub.untilOutOfSync(name, commit);
    before = await Promise.all(names.map(async (name) => (await live(name)).spec));
    folders = await freshFolders();
    paused = await argocd("pause", folders);
  }, 5 * minute);

  afterAll(() => hub.remove(...applications));

  test("A-60 / K-02 argocd-pause, under the generated role, takes the key and leaves the rest", async () => {
    expect(endOf(paused)).toEqual(succeeded);
    const runId = (await stateIn(folders.state)).config["argocd_run_id"];
    const { automated: _gone, ...kept } = policies.acm;
    expect(await Promise.all(["acm", "eager", "shop"].map(seen))).toEqual([
      { policy: kept, marker: runId },
      { policy: {}, marker: runId },
      { policy: healing, marker: undefined },
    ]);
  });

  test("A-60 does not touch those that do not sync by themselves", async () => {
    expect(await Promise.all(["manual", "plain"].map(seen))).toEqual([
      { policy: policies.manual, marker: undefined },
      { policy: {}, marker: undefined },
    ]);
    expect((await live("plain")).spec).not.toHaveProperty("syncPolicy");
  });

  test("K-02 given a paused Application, when its object is changed, then Argo CD sees that and lets it be", async () => {
    const commit = await field(argoCdNamespace, "applications.argoproj.io/acm", ".status.sync.revision");
    await changeTtl("7h");
    await hub.untilOutOfSync("acm", commit);
    await untilControlHealed();
    expect(await ttl()).toBe("7h");
    expect((await seen("acm")).policy).not.toHaveProperty("automated");
  });

  test("K-02 given a paused Application, when Git changes, then Argo CD sees that and does not sync", async () => {
    const commit = await commitAll("second", "200h");
    await hub.refresh(...names, "shop");
    for (const name of names) await hub.untilOutOfSync(name, commit);
    await hub.untilSynced("shop", commit);
    await untilControlHealed();
    expect(await contentOf("shop", "shop")).toBe("second");
    expect([await ttl(), await contentOf("open-cluster-management", "eager")]).toEqual(["7h", "first"]);
  });

  describe("after argocd-resume", () => {
    let resumed: Ended;
    let after: readonly unknown[];

    beforeAll(async () => {
      resumed = await argocd("resume", folders);
      after = await Promise.all(names.map(async (name) => (await live(name)).spec));
    });

    test("A-61 have exactly the spec that they had, `automated: {}` and absent keys among it, and no marker", async () => {
      expect(endOf(resumed)).toEqual(succeeded);
      expect(after).toEqual(before);
      expect((await Promise.all(names.map(seen))).map((one) => one.marker)).toEqual(names.map(() => undefined));
    });

    test("A-61 are made what Git says meanwhile", async () => {
      await eventually(async () => expect(await ttl()).toBe("200h"), patience);
      await untilContent("open-cluster-management", "eager", "second");
    });

    test("A-61 heal themselves where they did before", async () => {
      await eventually(async () => expect(await ttl()).toBe("200h"), patience);
      await changeTtl("9h");
      await eventually(async () => expect(await ttl()).toBe("200h"), patience);
    });
  });
});

describe("Applications that a real ApplicationSet controller makes", () => {
  const isTold = async (name: string): Promise<void> =>
    eventually(async () => expect((await seen(name)).policy).toHaveProperty("automated"), patience);
  const own = { namespace: argoCdNamespace };
  const off = { spec: { syncPolicy: { automated: null } } };

  beforeAll(async () => {
    await hub.commit("metronome/metronome.json", configMap("shop", "metronome", "first"));
    await hub.apply(hub.applicationSet("metronome", "metronome", { syncPolicy: healing }));
    await isTold("metronome");
  });

  afterAll(() => hub.removeSet("metronome"));

  /** The controller writes back what somebody turned off elsewhere: it is at work, and had its turn with the rest. */
  async function untilControllerTurned(): Promise<void> {
    await patchApplication(hub.server, { ...own, name: "metronome" }, off);
    await isTold("metronome");
  }

  describe("of a set that ignores their sync policy", () => {
    let folders: ArgocdFolders;
    let paused: Ended;
    let before: unknown;
    let commit: string;

    beforeAll(async () => {
      commit = await hub.commit("yielding/a.json", configMap("open-cluster-management", "yielding", "first"));
      const spec = { ignoreApplicationDifferences: [{ jsonPointers: ["/spec/syncPolicy"] }] };
      await hub.apply(hub.applicationSet("yielding", "yielding", { syncPolicy: healing, spec }));
      await eventually(async () => void (await live("yielding")), patience);
      await hub.untilSynced("yielding", commit);
      before = (await live("yielding")).spec;
      folders = await freshFolders();
      paused = await argocd("pause", folders);
      await hub.remake("yielding");
      await untilControllerTurned();
    });

    afterAll(() => hub.removeSet("yielding"));

    test("§4.8 stay paused while the controller makes them anew", async () => {
      expect(endOf(paused)).toEqual(succeeded);
      expect((await seen("yielding")).policy).toEqual({});
      await changeContent("open-cluster-management", "yielding", "changed by hand");
      await hub.untilOutOfSync("yielding", commit);
      await changeContent("shop", "metronome", "changed by hand");
      await untilContent("shop", "metronome", "first");
      await untilControllerTurned();
      expect(await contentOf("open-cluster-management", "yielding")).toBe("changed by hand");
    });

    test("§4.8 get their policy back, though the controller took the marker away, and heal themselves", async () => {
      expect((await seen("yielding")).marker).toBeUndefined();
      expect(endOf(await argocd("resume", folders))).toEqual(succeeded);
      expect((await live("yielding")).spec).toEqual(before);
      await untilContent("open-cluster-management", "yielding", "first");
    });
  });

  describe("of a set that writes their sync policy back", () => {
    let paused: Ended;
    let resumed: Ended;

    beforeAll(async () => {
      const commit = await hub.commit("fleet/a.json", configMap("open-cluster-management", "fleet", "first"));
      await hub.apply(hub.applicationSet("fleet", "fleet", { syncPolicy: healing }));
      await eventually(async () => void (await live("fleet")), patience);
      await hub.untilSynced("fleet", commit);
      const folders = await freshFolders();
      paused = await argocd("pause", folders, watchful);
      resumed = await argocd("resume", folders);
    });

    afterAll(() => hub.removeSet("fleet"));

    test("§4.8 make the pause fail, which says who turns them on again and what to do", () => {
      expect(paused.exitCode).toBe(1);
      expect(paused.stderr).toContain(
        "ERROR SW-ARGO-02 switchover argocd-pause: automated sync does not stay off: primary argocd/fleet (made by ApplicationSet fleet)",
      );
      expect(paused.stderr).toContain("spec.ignoreApplicationDifferences");
    });

    test("§4.8 are as they were after a resume", async () => {
      expect(endOf(resumed)).toEqual(succeeded);
      expect(await seen("fleet")).toEqual({ policy: healing, marker: undefined });
    });
  });
});

describe("An Application that a real Argo CD keeps as another Application's resource", () => {
  let parent: object;
  let child: object;
  let paused: Ended;

  beforeAll(async () => {
    const content = await hub.commit("child/a.json", configMap("open-cluster-management", "child", "first"));
    child = hub.application("child", "child", healing);
    const commit = await hub.commit("parent/child.json", child);
    parent = hub.application("parent", "parent", healing);
    await hub.apply(parent);
    await hub.untilSynced("parent", commit);
    expect(content).not.toBe(commit);
    await hub.untilSynced("child", commit);
    paused = await argocd("pause", await freshFolders(), watchful);
  });

  afterAll(async () => {
    await hub.remove(parent);
    await hub.remove(child);
  });

  test("§4.8 makes the pause fail, which names the parent that turns it on again", () => {
    expect(paused.exitCode).toBe(1);
    expect(paused.stderr).toContain("primary argocd/child (made by Application parent)");
  });
});

describe("An Application of which a real Argo CD has a sync under way", () => {
  let application: object;
  let folders: ArgocdFolders;
  let inFlight: string;
  let paused: Ended;
  let phaseAtEnd: string;
  const job = ["-n", "open-cluster-management", "patch", "job.batch/before", "--subresource=status", "--type=merge"];

  beforeAll(async () => {
    const hook = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name: "before",
        namespace: "open-cluster-management",
        annotations: { "argocd.argoproj.io/hook": "PreSync" },
      },
      spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "none" }] } } },
    };
    // Nothing runs Jobs here: the hook ends when its status says so.
    await hub.commit("slow/a.json", hook, configMap("open-cluster-management", "slow", "first"));
    application = hub.application("slow", "slow", healing);
    await hub.apply(application);
    await hub.untilPhase("slow", "Running");
    folders = await freshFolders();
    const child = startArgocd("pause", folders);
    const running = ended(child);
    await written(child, "a sync is under way: primary argocd/slow");
    inFlight = await field(argoCdNamespace, "applications.argoproj.io/slow", ".status.operationState.phase");
    const now = new Date().toISOString();
    const conditions = ["SuccessCriteriaMet", "Complete"].map((type) => ({
      type,
      status: "True",
      lastTransitionTime: now,
    }));
    const status = { startTime: now, completionTime: now, succeeded: 1, conditions, uncountedTerminatedPods: {} };
    await hub.server.kubectl([...job, "-p", JSON.stringify({ status })]);
    paused = await running;
    phaseAtEnd = await field(argoCdNamespace, "applications.argoproj.io/slow", ".status.operationState.phase");
  });

  afterAll(() => hub.remove(application));

  test("§4.8 is paused at once, and the pause ends when the sync has", async () => {
    expect(endOf(paused)).toEqual(succeeded);
    expect([inFlight, phaseAtEnd]).toEqual(["Running", "Succeeded"]);
    expect(await contentOf("open-cluster-management", "slow")).toBe("first");
    expect((await seen("slow")).policy).toEqual({});
  });
});
