import type { RoleName } from "../../../sim/simulator.ts";
import { eventually } from "../../../support/eventually.ts";
import { type ApplicationSeed, removeApplication, seedApplication } from "../../../support/hubs/argo-cd.ts";
import { isAvailable } from "../../../support/hubs/is-available.ts";
import type { HealthyPair } from "../../../support/hubs.ts";
import type { HubName, Refilled } from "./refill-hubs.ts";

/** Of every hub pair of the bench. */
export const clusters = ["c1", "c2"];

/** Where a try of an operation works. */
export interface Place {
  readonly pair: HealthyPair;
  /** Behind the proxies. */
  readonly kubeconfigs: Readonly<Record<HubName, string>>;
  /** Flags that bind both hubs and the state, as a Task has them. */
  readonly workspaces: readonly string[];
  /** Flag that binds the folder of the reports of a Task. */
  readonly output: readonly string[];
  readonly stateFolder: string;
}

/** A try before what is killed begins. */
export interface Scene extends Place, Refilled {
  /** Runs a command of the program that must end well, in that folder of states, by default the try's. */
  prepare(command: readonly string[]): Promise<void>;
  /** From now until the next try nothing of the hub answers. */
  lose(hub: HubName): Promise<void>;
}

/** An operation that is killed or disturbed, and how the hubs come to where it begins. */
export interface KilledOperation {
  readonly name: string;
  readonly prepare?: (scene: Scene) => Promise<void>;
  readonly command: (place: Place) => readonly string[];
  /** Where it leaves its report. */
  readonly report: "beside the state" | "output" | "none";
  /** Also played on the old hub. */
  readonly alsoPlays?: readonly RoleName[];
}

/** On the old hub, where Argo CD is to be paused and resumed. One: of two at once a kill may lose the other's write. */
export const application: ApplicationSeed = {
  namespace: "gitops",
  name: "acm",
  syncPolicy: { automated: { prune: true }, syncOptions: ["A"] },
};

async function seedAnew({ pair }: Scene): Promise<void> {
  await removeApplication(pair.primary, application);
  await seedApplication(pair.primary, application);
}

function run({ kubeconfigs, stateFolder }: Place, flags: readonly string[]): readonly string[] {
  const hubs = ["--primary-kubeconfig", kubeconfigs.primary, "--secondary-kubeconfig", kubeconfigs.secondary];
  return ["run", ...hubs, "--state-folder", stateFolder, ...flags];
}

export function switchover(flags: readonly string[] = []): KilledOperation {
  return { name: "switchover", command: (place) => run(place, flags), report: "beside the state" };
}

export const switchoverWithArgoCd: KilledOperation = {
  ...switchover(["--argocd-manage", "true", "--argocd-resume-after-switchover", "true"]),
  prepare: seedAnew,
};

/** Of a switchover that stopped after its activation, as long as it can be taken back. */
export const rollback: KilledOperation = {
  name: "rollback",
  async prepare({ simulators, prepare, workspaces, output }) {
    // No cluster changes sides: how soon one does is a matter of clocks.
    for (const cluster of clusters) simulators.secondary.inject({ kind: "cluster-never-connects", cluster });
    for (const task of ["primary-prep", "activate"]) await prepare([task, ...workspaces, ...output]);
  },
  command: ({ workspaces, output }) => ["rollback", ...workspaces, ...output],
  report: "output",
};

/** The old hub is gone, and the new one takes the fleet over without it. */
export const takeover: KilledOperation = {
  name: "switchover without the old hub",
  prepare: ({ lose }) => lose("primary"),
  command: (place) => {
    const declared = ["--primary-unreachable", "true", "--acknowledge-primary-down", place.pair.ids.secondary];
    return run(place, [...declared, "--old-hub-action", "none"]);
  },
  report: "beside the state",
};

const removed = ({ pair }: Place): readonly string[] => ["--confirm-decommission", pair.ids.primary];

export const switchoverAndRemoval: KilledOperation = {
  name: "switchover that removes the old hub",
  command: (place) => run(place, ["--old-hub-action", "decommission", ...removed(place)]),
  report: "beside the state",
  alsoPlays: ["installation"],
};

/** Of a hub whose clusters have moved. */
export const removal: KilledOperation = {
  name: "decommission",
  async prepare(scene) {
    const stateFolder = `${scene.stateFolder}.switchover`;
    await scene.prepare(run({ ...scene, stateFolder }, ["--old-hub-action", "none"]));
    await eventually(async () => {
      const fleet = await scene.pair.seeds.primary.list("managedClusters");
      const others = fleet.filter(({ metadata }) => metadata.name !== "local-cluster");
      if (others.some(isAvailable)) throw new Error("the old hub has not missed its clusters so far");
    }, 120_000);
  },
  command: (place) => ["decommission", ...place.workspaces, ...removed(place)],
  report: "none",
  alsoPlays: ["installation"],
};

export const pauseOfArgoCd: KilledOperation = {
  name: "argocd-pause",
  prepare: seedAnew,
  command: ({ workspaces }) => ["argocd-pause", ...workspaces],
  report: "none",
};

export const resumeOfArgoCd: KilledOperation = {
  name: "argocd-resume",
  async prepare(scene) {
    await seedAnew(scene);
    await scene.prepare(pauseOfArgoCd.command(scene));
  },
  command: ({ workspaces }) => ["argocd-resume", ...workspaces],
  report: "none",
};
