import type { KindName } from "../kinds.ts";
import { including, without } from "../kube/finalizers.ts";
import type { SimObject } from "../kube/sim-client.ts";
import type { Player, Stage } from "../player.ts";

// The operators that install ACM and its observability, as far as they take away what they installed. Each keeps its
// object by a finalizer until its pods are gone. With ACM goes the namespace of the backups.

const acmNamespace = "open-cluster-management";
const observabilityNamespace = "open-cluster-management-observability";
/** Its own operator stays: its Subscription keeps it. */
const operatorPrefix = "multiclusterhub-operator";

interface Installation {
  readonly kind: KindName;
  readonly finalizer: string;
  readonly hasStopped: (stage: Stage) => Promise<boolean>;
}

async function stopPods({ world }: Stage, namespace: string): Promise<boolean> {
  const pods = world
    .all("pods")
    .filter(({ metadata }) => metadata.namespace === namespace && !metadata.name.startsWith(operatorPrefix));
  for (const pod of pods) if (pod.metadata.deletionTimestamp === undefined) await world.remove("pods", pod);
  return pods.length === 0;
}

async function removeBackupNamespace({ world, namespace }: Stage): Promise<boolean> {
  const found = world.find("namespaces", namespace);
  if (found === undefined) return true;
  if (found.metadata.deletionTimestamp === undefined) await world.remove("namespaces", found);
  else await world.dissolve(found);
  return false;
}

const installations: readonly Installation[] = [
  {
    kind: "multiClusterObservabilities",
    finalizer: "observability.open-cluster-management.io/res-cleanup",
    hasStopped: (stage) => stopPods(stage, observabilityNamespace),
  },
  {
    kind: "multiClusterHubs",
    finalizer: "finalizer.operator.open-cluster-management.io",
    hasStopped: async (stage) => {
      const namespaceGone = await removeBackupNamespace(stage);
      return (await stopPods(stage, acmNamespace)) && namespaceGone;
    },
  },
];

async function keep(stage: Stage, { kind, finalizer, hasStopped }: Installation, object: SimObject): Promise<void> {
  const { finalizers = [], deletionTimestamp } = object.metadata;
  if (deletionTimestamp === undefined) {
    await stage.world.editFinalizers(kind, object, including(finalizer));
  } else if (!finalizers.includes(finalizer)) return;
  else if (await hasStopped(stage)) {
    await stage.world.editFinalizers(kind, object, without(finalizer));
  } else stage.later(1);
}

export const installationPlayer: Player = {
  name: "installation",
  async play(stage) {
    for (const installation of installations) {
      for (const object of stage.world.all(installation.kind)) await keep(stage, installation, object);
    }
  },
};
