import type { AssetRun } from "../asset/asset-run.ts";
import { reconcileAsset } from "../asset/reconcile-asset.ts";
import type { Activation } from "../catalog/activation.ts";
import { goldenConfig, laterAssets } from "../catalog/catalog.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import { type Selection, selectAsset, unknownNames } from "../catalog/select-assets.ts";
import { findHco, generationOf, hcoName } from "../cluster/find-hco.ts";
import { Namespaces } from "../cluster/namespaces.ts";
import { collectContext } from "../context/collect-context.ts";
import type { ContextDocument } from "../context/context-document.ts";
import { emptyContext } from "../context/empty-context.ts";
import { selectInContext } from "../context/select-in-context.ts";
import { withMade } from "../context/with-made.ts";
import type { RunEvent } from "../events/run-event.ts";
import { foreseeHco } from "../hco/foresee-hco.ts";
import type { Identity, ManagedObject } from "../object/managed-object.ts";
import { foreseeRollout } from "../rollout/foresee-rollout.ts";
import { NodeChanges } from "../rollout/node-changes.ts";
import { emptyState } from "../state/baseline-state.ts";
import { renderLoadedAsset } from "../template/render-loaded-asset.ts";
import { buryTombstones } from "../tombstones/bury.ts";
import { assetLine } from "./asset-line.ts";
import { dependenciesOf, neededKind, withoutUnserved } from "./dependencies.ts";
import { leftOut } from "./left-out.ts";
import type { Exclusions } from "./read-exclusions.ts";
import type { AssetRecord, Ending, RunRecord, TombstoneRecord } from "./run-record.ts";
import type { RunRequest, RunTools } from "./run-request.ts";
import { RunState } from "./run-state.ts";
import { type Wish, wishOf } from "./wish.ts";

/** What a run adds to its record as it goes, so that an interrupted one tells how far it came. */
export class Reconciliation {
  readonly #request: RunRequest;
  readonly #tools: RunTools;
  readonly #assets: AssetRecord[] = [];
  readonly #events: RunEvent[] = [];
  readonly #advice: string[] = [];
  readonly #startedAt: number;
  readonly #namespaces: Namespaces;
  readonly #nodes = new NodeChanges();
  #state = new RunState(emptyState);
  readonly #tombstones: TombstoneRecord[] = [];
  #dependencies: RunRecord["dependencies"] = [];
  #rollouts: RunRecord["rollouts"] = [];
  #hco: ManagedObject | undefined;
  #expected: ManagedObject | undefined;
  #document: ContextDocument | undefined;

  constructor(request: RunRequest, tools: RunTools) {
    this.#request = request;
    this.#tools = tools;
    this.#startedAt = tools.clock.now();
    this.#namespaces = new Namespaces(tools.cluster);
  }

  /** The HyperConverged as it was read last. */
  get hco(): ManagedObject | undefined {
    return this.#hco;
  }

  /** What was asked of the cluster; absent where the run did not come so far. */
  get document(): ContextDocument | undefined {
    return this.#document;
  }

  /** What the run leaves to the next one, as far as it came. */
  get state(): RunState {
    return this.#state;
  }

  record(ending: Ending): RunRecord {
    const { runId, clock } = this.#tools;
    const { namespace, isDryRun, scope } = this.#request;
    return {
      runId,
      startedAt: this.#startedAt,
      finishedAt: clock.now(),
      isDryRun,
      scope,
      ending,
      hco: { namespace, name: hcoName, ...(this.#hco === undefined ? {} : generationOf(this.#hco)) },
      assets: this.#assets,
      tombstones: this.#tombstones,
      dependencies: this.#dependencies,
      rollouts: this.#rollouts,
      events: this.#events,
      advice: this.#advice,
    };
  }

  /**
   * Goes through the whole baseline: tombstones, the HyperConverged, then the assets one after the other; what becomes of
   * one never stops the next.
   *
   * @throws KubeError where what everything depends on cannot be read; the signal's reason
   */
  async run(): Promise<Ending> {
    const before = await this.#ask();
    if ("ending" in before) return before;
    this.#state = await this.#tools.begin(before.hco);
    // Another run may have held the lock for long: what its user wants is asked again.
    const now = this.#request.isDryRun ? before : await this.#ask();
    if ("ending" in now) return now;
    const { activation, exclusions } = now;
    // What was touched says nothing of the rest, which whole runs tell of.
    if (this.#request.scope !== "touched") await this.#lookAround(activation);
    if (!(await this.#goldenConfigFailed(activation, exclusions))) return await this.#goOn();
    this.#tellOf(exclusions);
    return { ending: "completed" };
  }

  /** What its user wants, or why there is nothing to do. */
  async #ask(): Promise<Wish | Ending> {
    const found = await findHco(this.#tools.cluster, this.#request.namespace);
    if (found.state === "found") this.#hco = found.hco;
    const asked = wishOf(found, this.#request);
    if (!("refused" in asked)) return asked;
    this.#events.push(...asked.refused.events);
    return { ending: "invalid-input", error: asked.refused.events.map(({ note }) => note).join("; ") };
  }

  #tellOf({ events, notes }: Exclusions): void {
    this.#events.push(...events);
    this.#advice.push(...notes);
  }

  async #lookAround(activation: Activation): Promise<void> {
    const { loaded, cluster } = this.#tools;
    this.#tellUnknownNames(activation);
    const tell = (record: TombstoneRecord): void => void this.#tombstones.push(record);
    await buryTombstones(loaded.tombstones, cluster, this.#request.isDryRun, tell);
    this.#advice.push(
      ...loaded.faults.map(({ path, reason }) => `${path} is left out, since it is not valid: ${reason}`),
    );
  }

  /** Asks again what its user wants: it may have been withdrawn since. */
  async #goOn(): Promise<Ending> {
    const asked = await this.#ask();
    if ("ending" in asked) return asked;
    const hco = this.#expected ?? asked.hco;
    this.#hco = hco;
    await this.#reconcileAssets({ ...asked, hco });
    return { ending: "completed" };
  }

  /** The platform's own configuration: every other asset depends on it. */
  async #goldenConfigFailed(activation: Activation, exclusions: Exclusions): Promise<boolean> {
    const hco = this.#hco;
    const asset = this.#tools.loaded.assets.find(({ name }) => name === goldenConfig);
    if (hco === undefined || asset === undefined) return false;
    const document = emptyContext(hco, this.#request.images);
    const selection = selectAsset(asset, {
      ...document,
      activation,
      onlyAssets: this.#request.onlyAssets,
      crd: () => "installed",
    });
    const record = await this.#reconcile(selection, document, exclusions);
    if (this.#request.isDryRun && record.result === "applied") await this.#foreseeHco(hco, activation);
    return record.result === "failed";
  }

  /** What later assets are made of is the HyperConverged with its golden config, which a dry run does not write. */
  async #foreseeHco(hco: ManagedObject, activation: Activation): Promise<void> {
    const { cluster, engine, loaded } = this.#tools;
    const { images, onlyAssets } = this.#request;
    const asked = { activation, onlyAssets };
    const { effective, note } = await foreseeHco(cluster, hco, { loaded, engine, images, asked });
    this.#expected = effective;
    if (effective === undefined && note !== undefined) this.#advice.push(note);
  }

  async #reconcileAssets({ hco, activation, exclusions }: Wish): Promise<void> {
    const { loaded, cluster } = this.#tools;
    const { onlyAssets, images, profile } = this.#request;
    const assets = laterAssets(loaded.assets);
    const selection = { activation, onlyAssets };
    const context = await collectContext(cluster, { hco, assets, images, profile, selection });
    this.#document = context.document;
    this.#events.push(...context.events);
    this.#tellOf(exclusions);
    const selections = selectInContext(assets, context.document, selection);
    const kinds = new Map(assets.flatMap(neededKind));
    this.#dependencies = dependenciesOf(selections, kinds);
    const unserved = new Map<string, string>();
    let { document } = context;
    const made: Identity[] = [];
    for (const one of selections) {
      document = withMade(document, one.asset, made);
      this.#document = document;
      const record = await this.#reconcile(one, document, exclusions);
      const { result, identity } = record;
      if (result === "applied" && identity !== undefined) made.push(identity);
      if (one.state !== "selected" || result !== "not-selected" || record.reason !== "crd-missing") continue;
      // Its CRD is there, and serves no such version, or went away meanwhile.
      unserved.set(one.asset.name, record.crd);
      this.#dependencies = dependenciesOf(withoutUnserved(selections, unserved), kinds);
    }
    const { rollouts, advice } = await foreseeRollout(this.#nodes, cluster);
    this.#rollouts = rollouts;
    this.#advice.push(...advice);
  }

  async #reconcile(
    selection: Selection<LoadedAsset>,
    document: ContextDocument,
    { rules }: Exclusions,
  ): Promise<AssetRecord> {
    const { asset } = selection;
    const record = selection.state === "selected" ? await this.#bring(asset, document, rules) : leftOut(selection);
    this.#assets.push(record);
    this.#tell(record);
    return record;
  }

  /** After a change the 80 assets that it does not concern are no news. */
  #tell(record: AssetRecord): void {
    const { log } = this.#tools;
    const isNoNews = this.#request.scope === "touched" && record.result === "not-selected";
    const { level, text, id } = assetLine(record, this.#request.isDryRun);
    log[isNoNews ? "debug" : level](text, { result: record.result, ...(id === undefined ? {} : { id }) });
  }

  async #bring(asset: LoadedAsset, document: ContextDocument, rules: Exclusions["rules"]): Promise<AssetRecord> {
    const { runId, cluster, clock, loaded, engine } = this.#tools;
    const state = this.#state;
    const { limits, isDryRun } = this.#request;
    const rendered = renderLoadedAsset(asset, document, { engine, files: loaded.files });
    const run: AssetRun = {
      runId,
      cluster,
      namespaces: this.#namespaces,
      nodes: this.#nodes,
      clock,
      state,
      limits,
      rules,
      document,
      isDryRun,
    };
    return await reconcileAsset(asset, rendered, run);
  }

  #tellUnknownNames(activation: Activation): void {
    const listed = activation.state === "listed" ? activation.names : [];
    for (const name of unknownNames(this.#tools.loaded.assets, [...listed, ...this.#request.onlyAssets])) {
      const note = `${name} is listed, and there is no asset and no group of that name`;
      this.#events.push({ reason: "UnknownAllowlistEntry", target: name, note });
      this.#tools.log.warn(note);
    }
  }
}
