import { describe, expect, test } from "@jest/globals";
import { readAndPlan } from "../../../../steps/lib/phase/read-and-plan.ts";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import type { ImportToken } from "../../../../steps/switchover/acm/import-token.ts";
import { summariseManagedCluster } from "../../../../steps/switchover/acm/managed-cluster.ts";
import { managedClusters, secrets } from "../../../../steps/switchover/acm/resources.ts";
import { tokenNote } from "../../../../steps/switchover/phases/post-activation/token-note.ts";
import { verifyClustersConnected } from "../../../../steps/switchover/phases/post-activation/verify-clusters-connected.ts";
import type { SwitchoverContext } from "../../../../steps/switchover/phases/switchover-context.ts";
import { waitingContext } from "../finalization/waiting-context.ts";
import { HubInMemory } from "../phases/hub-in-memory.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const hour = 3_600_000;
const valid = (cluster: string): ImportToken => ({ cluster, expiresAt: now + hour });
const expired = (cluster: string): ImportToken => ({ cluster, expiresAt: now - hour });
const known = (name: string, hive = false) => ({ name, hive, available: true, joined: true, hasUrl: true });

describe("what is said of the import tokens of clusters that do not connect", () => {
  const baseline = [known("c1"), known("c2"), known("c3"), known("h1", true)];

  test("tells apart those without one, with an expired one and with a valid one", () => {
    const tokens = [expired("c2"), expired("c3"), valid("c3")];
    expect(tokenNote(["c1", "c2", "c3", "h1"], tokens, baseline, now)).toBe(
      "import tokens on the new hub: none for c1; expired for c2; valid for 1 more",
    );
  });

  test("says where the tokens are not to blame", () => {
    expect(tokenNote(["c1", "c2"], [valid("c1"), valid("c2")], baseline, now)).toBe(
      "import tokens on the new hub: valid for all of them",
    );
    expect(tokenNote(["h1"], [], baseline, now)).toBe("all of them were provisioned by Hive and need no import token");
  });

  test("says where they may not be read, and where it is not known which clusters Hive provisioned", () => {
    expect(tokenNote(["c1"], undefined, baseline, now)).toContain("could not be read");
    expect(tokenNote(["h1"], [], undefined, now)).toBe(
      "import tokens on the new hub: none for h1 (one that Hive provisioned needs none)",
    );
  });
});

describe("the wait for the clusters", () => {
  test("that runs out of time tells whether those that are late have tokens", async () => {
    const hub = new HubInMemory("secondary", now);
    const late = (name: string) => ({ metadata: { name } });
    hub.put(managedClusters, [late("c1"), late("c2")]);
    const labels = { "authentication.open-cluster-management.io/is-managed-serviceaccount": "true" };
    const annotations = { expirationTimestamp: "2026-03-01T11:00:00Z" };
    hub.put(secrets, [{ metadata: { name: "auto-import-account", namespace: "c2", labels, annotations } }]);
    const context = {
      ...waitingContext,
      clients: { secondary: hub.client() },
      hubs: { secondary: { id: "hub-a", version: acmVersion("2.16.0") } },
      settings: { allowMissingClusters: false },
      memory: () => ({ cluster_baseline: [known("c1"), known("c2")] }),
      clock: { now: () => now },
      signal: new AbortController().signal,
      // This step asks for nothing else.
    } as unknown as SwitchoverContext;

    const plan = await readAndPlan(verifyClustersConnected, context);

    const [waiting] = plan.state === "act" ? plan.actions : [];
    if (waiting?.kind !== "wait") throw new Error("the clusters are not waited for");
    const clusters = [late("c1"), late("c2")].map(summariseManagedCluster);
    const look = waiting.wait.decide({ clusters }, { elapsedMs: 0, now });
    expect(waiting.wait.onTimeout?.(look.state === "pending" ? look.note : "")).toMatchObject({
      text: {
        id: "SW-POST-01",
        why: expect.stringMatching(
          /^0 of 2 clusters connected; waiting for c1 .+; import tokens on the new hub: none for c1; expired for c2$/,
        ),
      },
    });
  });
});
