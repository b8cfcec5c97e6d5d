import type { ManagedObject } from "../object/managed-object.ts";
import { changesNodes, type ObjectChange } from "./plan-rollout.ts";

/** What a run does to the configuration of nodes, gathered as it goes from asset to asset. */
export class NodeChanges {
  readonly #changes: ObjectChange[] = [];
  readonly #kubeletConfigs: ManagedObject[] = [];

  /** An object that was written, or would be in a dry run. */
  wrote(change: ObjectChange): void {
    if (!changesNodes(change.after)) return;
    this.#changes.push(change);
    this.kept(change.after);
  }

  /** An object that is as the baseline wants it. */
  kept(object: ManagedObject): void {
    if (changesNodes(object) && object.kind === "KubeletConfig") this.#kubeletConfigs.push(object);
  }

  get changes(): readonly ObjectChange[] {
    return this.#changes;
  }

  /** Those of the baseline. */
  get kubeletConfigs(): readonly ManagedObject[] {
    return this.#kubeletConfigs;
  }
}
