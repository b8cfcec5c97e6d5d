import { expect, test } from "@jest/globals";
import { source } from "../../../../steps/lib/kube/live-collection.ts";
import { LiveReader } from "../../../../steps/lib/kube/live-reader.ts";
import type { KubeClient, WatchOptions } from "../../../../steps/lib/kube/types.ts";
import { JumpingClock, kubeError, restore } from "./fixtures.ts";

/** A server that cannot be reached at first, and by its next answer does not know the kind any more. */
function serverThatForgetsAKind(): KubeClient {
  return {
    // biome-ignore lint/correctness/useYield: it fails before there is anything to tell
    watch: async function* (_resource: unknown, _query: unknown, { onTrouble }: WatchOptions) {
      onTrouble?.("no answer within 30 s");
      throw kubeError("KindAbsent");
    },
  } as unknown as KubeClient; // it is only watched
}

test("a kind that went away while the server could not be reached is an empty collection, and no trouble", async () => {
  const reader = new LiveReader(source(serverThatForgetsAKind(), restore, {}, ({ metadata }) => metadata.name));
  const stop = new AbortController();
  const seen: unknown[] = [];
  const following = reader.follow({
    clock: new JumpingClock(),
    signal: stop.signal,
    pollMs: 30_000,
    onChange: () => {
      seen.push([reader.snapshot(), reader.trouble]);
      if (seen.length === 4) stop.abort(new Error("seen enough"));
    },
    onWarning: () => undefined,
  });
  await expect(following).rejects.toThrow("seen enough");
  expect(seen).toEqual([
    [undefined, "no answer within 30 s"],
    [[], undefined],
    [[], "no answer within 30 s"],
    [[], undefined],
  ]);
});
