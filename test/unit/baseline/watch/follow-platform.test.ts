import { afterEach, describe, expect, test } from "@jest/globals";
import type { LoadedAsset } from "../../../../steps/baseline/catalog/loaded-asset.ts";
import { PlatformFollower } from "../../../../steps/baseline/watch/follow-platform.ts";
import type { Touch } from "../../../../steps/baseline/watch/touch.ts";
import { isKubeError } from "../../../../steps/lib/kube/kube-error.ts";
import type { KubeClient, KubeObject, Resource, WatchEvent, WatchOptions } from "../../../../steps/lib/kube/types.ts";
import { kubeError } from "../../lib/kube/fixtures.ts";
import { ManualClock, passUntil, recordingLogger } from "../../lib/state/state-fixtures.ts";

const crd = "uiplugins.observability.openshift.io";
const asset = {
  name: "monitoring-ui-plugin",
  kind: { apiVersion: "observability.openshift.io/v1alpha1", kind: "UIPlugin" },
  requiredCrd: crd,
  entry: {},
} as unknown as LoadedAsset; // what following needs of it

const definition = (version: string): KubeObject => {
  const names = { kind: "UIPlugin", plural: "uiplugins" };
  const status = { conditions: [{ type: "Established", status: "True" }] };
  return { metadata: { name: crd }, spec: { names, scope: "Cluster", version }, status } as KubeObject;
};
const plugin = (value: string): KubeObject => ({ metadata: { name: "monitoring" }, spec: { value } }) as KubeObject; // any object of the kind

type Happening = KubeObject | Error;

/** A server as a script: what each watch tells of each collection until it is cut, and what becomes of each read of the CRD. */
class Platform {
  readonly clock = new ManualClock();
  readonly touches: Touch[] = [];
  readonly troubles: (readonly [string, string | undefined])[] = [];
  readonly stop = new AbortController();
  readonly follower: PlatformFollower;
  failed: unknown;
  readonly #watches: Readonly<Record<string, Happening[][]>>;
  readonly #reads: Happening[];

  constructor(watches: Readonly<Record<string, Happening[][]>>, reads: Happening[] = []) {
    this.#watches = watches;
    this.#reads = reads;
    const client: Partial<KubeClient> = {
      find: async (_resource, { name }) => {
        if (name !== crd) return undefined;
        const happening = this.#reads.shift() ?? definition("1");
        if (happening instanceof Error) throw happening;
        return happening as never; // the definition that is asked for
      },
      watch: this.#watch.bind(this) as unknown as KubeClient["watch"],
    };
    this.follower = new PlatformFollower({
      client: client as KubeClient, // nothing else is asked of it
      namespace: "openshift-cnv",
      assets: [asset],
      clock: this.clock,
      log: recordingLogger().log,
      signal: this.stop.signal,
      onTouch: (touches) => this.touches.push(...touches),
      onTrouble: (collection, why) => this.troubles.push([collection, why]),
    });
    this.follower.failed.catch((error: unknown) => {
      this.failed = error;
    });
  }

  async *#watch<P>(
    { plural }: Resource,
    _query: unknown,
    { signal, project }: WatchOptions & { readonly project: (object: KubeObject) => P },
  ): AsyncGenerator<WatchEvent<P>> {
    const told = this.#watches[plural]?.shift() ?? [];
    const [first, ...later] = told;
    if (first instanceof Error) throw first;
    yield { type: "replaced", items: first === undefined ? [] : [project(first)] };
    for (const happening of later) {
      await this.clock.sleep(60_000, signal);
      if (happening instanceof Error) throw happening;
      yield { type: "modified", object: project(happening) };
    }
    await this.clock.sleep(Number.MAX_SAFE_INTEGER, signal);
  }
}

describe("who follows a platform", () => {
  let platform: Platform;
  afterEach(async () => {
    platform.stop.abort(new Error("over"));
    await platform.follower.stopped();
  });

  test("looks again at what became of a kind while its API was gone", async () => {
    platform = new Platform({
      customresourcedefinitions: [[definition("1")]],
      uiplugins: [[plugin("ours"), kubeError("KindAbsent")], [plugin("of somebody else")]],
    });
    await platform.follower.start();
    expect(platform.touches).toEqual([]);
    await passUntil(platform.clock, () => platform.touches.length > 0);
    expect(platform.touches).toEqual([{ what: "crd", crd }]);
    expect(platform.failed).toBeUndefined();
  });

  test("goes on where the server starts again right after a CRD has changed", async () => {
    platform = new Platform(
      {
        customresourcedefinitions: [[definition("1"), definition("2")]],
        uiplugins: [[plugin("ours"), kubeError("KindAbsent")], [plugin("ours")]],
      },
      [definition("1"), kubeError("Unreachable"), definition("2")],
    );
    await platform.follower.start();
    await passUntil(platform.clock, () => platform.troubles.at(-1)?.[1] === undefined && platform.troubles.length > 2);
    const why = expect.stringContaining("made up: Unreachable");
    expect(platform.troubles).toEqual([
      [crd, undefined],
      [crd, why],
      [crd, undefined],
    ]);
    expect(platform.failed).toBeUndefined();
  });

  test("ends where it may not read a CRD, with the reason that the server gave", async () => {
    platform = new Platform({ customresourcedefinitions: [[definition("1")]], uiplugins: [] }, [
      kubeError("Forbidden", { message: "not yours" }, "get"),
    ]);
    await expect(platform.follower.start()).rejects.toThrow(/forbidden/);
    expect(isKubeError(platform.failed, "Forbidden")).toBe(true);
  });
});
