import { createHash } from "node:crypto";
import type { KindName } from "../kinds.ts";
import type { SimObject } from "../kube/sim-client.ts";
import type { Player, Stage } from "../player.ts";

// Observability of a hub: the controllers that make the pods of its Deployments and StatefulSets, and its operator, as
// far as it starts again what was scaled to 0 and takes all away with its object.

const namespace = "open-cluster-management-observability";
const workloadKinds = ["deployments", "statefulSets"] as const satisfies readonly KindName[];
const ownerLabel = "sim.example.com/workload";
const revisionLabel = "sim.example.com/revision";
/** A pod is Ready so many played seconds after it was made. */
const startSeconds = 5;
/** What the operator scales an observability to that it finds at 0. */
const usualReplicas = { deployments: 2, statefulSets: 1 } as const;

interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
}

const inNamespace = ({ metadata }: SimObject): boolean => metadata.namespace === namespace;
const isReady = ({ status }: SimObject): boolean =>
  ((status?.["conditions"] as readonly { readonly type: string; readonly status: string }[] | undefined) ?? []).some(
    (one) => one.type === "Ready" && one.status === "True",
  );

function revisionOf({ spec }: SimObject): string {
  return createHash("sha256")
    .update(JSON.stringify(spec?.["template"] ?? {}))
    .digest("hex")
    .slice(0, 10);
}

async function createPod(stage: Stage, workload: SimObject): Promise<void> {
  const { name } = workload.metadata;
  // What the API server defaulted and validated has this shape.
  const template = workload.spec?.["template"] as Template | undefined;
  const suffix = Math.random().toString(36).slice(2, 7).padEnd(5, "0");
  const labels = { ...template?.metadata?.labels, [ownerLabel]: name, [revisionLabel]: revisionOf(workload) };
  await stage.world.create("pods", {
    metadata: { name: `${name}-${suffix}`, namespace, labels },
    spec: { containers: [{ name: "main", image: "none" }] },
  });
}

async function start(stage: Stage, pod: SimObject): Promise<void> {
  const age = Date.now() - Date.parse(pod.metadata.creationTimestamp ?? "");
  if (isReady(pod)) return;
  if (age < stage.scaled(startSeconds)) {
    stage.later(startSeconds);
    return;
  }
  await stage.world.setStatus("pods", pod, {
    phase: "Running",
    conditions: [{ type: "Ready", status: "True" }],
  });
}

/** As many Ready pods of the newest template as asked for; those of an older one go once they are there. */
async function control(stage: Stage, workload: SimObject): Promise<void> {
  const replicas = workload.spec?.["replicas"];
  const wanted = typeof replicas === "number" ? replicas : 1;
  const pods = stage.world
    .all("pods")
    .filter((pod) => inNamespace(pod) && pod.metadata.labels?.[ownerLabel] === workload.metadata.name);
  const revision = revisionOf(workload);
  const current = pods.filter(({ metadata }) => metadata.labels?.[revisionLabel] === revision);
  const old = pods.filter((pod) => !current.includes(pod));
  for (const surplus of current.slice(wanted)) await stage.world.remove("pods", surplus);
  for (let count = current.length; count < wanted; count += 1) await createPod(stage, workload);
  for (const pod of current.slice(0, wanted)) await start(stage, pod);
  if (wanted === 0 || current.filter(isReady).length >= wanted) {
    for (const pod of old) await stage.world.remove("pods", pod);
  }
}

async function operate(stage: Stage): Promise<void> {
  if (stage.world.all("multiClusterObservabilities").length === 0 || !stage.faults.has("metrics-rescaled")) return;
  for (const kind of workloadKinds) {
    for (const workload of stage.world.all(kind).filter(inNamespace)) {
      if (workload.spec?.["replicas"] === 0)
        await stage.world.patch(kind, workload, { spec: { replicas: usualReplicas[kind] } });
    }
  }
}

const installed = new WeakSet<Stage>();

/** Its operator removes with the object all that it made for it. */
async function takeAway(stage: Stage): Promise<boolean> {
  const { world } = stage;
  if (world.all("multiClusterObservabilities").length > 0) installed.add(stage);
  else if (installed.has(stage)) {
    for (const kind of [...workloadKinds, "pods"] as const) {
      for (const object of world.all(kind).filter(inNamespace)) await world.remove(kind, object);
    }
    return true;
  }
  return false;
}

export const observabilityPlayer: Player = {
  name: "observability",
  async play(stage) {
    if (stage.faults.has("metrics-held") || (await takeAway(stage))) return;
    await operate(stage);
    for (const kind of workloadKinds) {
      for (const workload of stage.world.all(kind).filter(inNamespace)) await control(stage, workload);
    }
  },
};
