import { source } from "../../../lib/kube/live-collection.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import type { MultiClusterHub, Pod } from "../../acm/hub-objects.ts";
import { multiClusterHubs, pods } from "../../acm/resources.ts";
import { switchoverError } from "../../switchover-error.ts";
import { ms, switchoverStep } from "../switchover-context.ts";

interface PodState {
  readonly name: string;
  readonly phase: string;
}

function stateOf(pod: Pod): PodState {
  return { name: pod.metadata.name, phase: pod.status?.phase ?? "" };
}

const wellPhases: ReadonlySet<string> = new Set(["Running", "Succeeded"]);

/** What keeps the hub from being healthy; empty when nothing does. Pure. */
export function unhealthyParts(phases: readonly string[], all: readonly PodState[]): readonly string[] {
  const hub =
    phases.length === 0
      ? ["there is no MultiClusterHub"]
      : phases
          .filter((phase) => phase !== "Running")
          .map((phase) => `MultiClusterHub is ${phase || "without a phase"}`);
  return [...hub, ...all.filter((pod) => !wellPhases.has(pod.phase)).map((pod) => `pod ${pod.name} is ${pod.phase}`)];
}

/** The new hub must be well before the old one is changed for good. */
export const verifyMchHealth = switchoverStep<readonly string[]>({
  name: "verify_mch_health",
  title: "Check that the new hub is healthy",
  onResume: "observe",
  async read({ clients, namespaces, signal }) {
    const query = { namespace: namespaces.acm };
    const [hubs, all] = await Promise.all([
      clients.secondary.list(multiClusterHubs, query, { signal }),
      clients.secondary.list(pods, query, { signal, project: stateOf }),
    ]);
    return unhealthyParts(
      hubs.items.map((hub) => hub.status?.phase ?? ""),
      all.items,
    );
  },
  plan(problems, context) {
    if (problems.length === 0) {
      return { state: "done", note: "MultiClusterHub is Running" };
    }
    const query = { namespace: context.namespaces.acm };
    const client = context.clients.secondary;
    const wait = waitOn({
      title: "waiting until the new hub is healthy",
      sources: {
        hubs: source<MultiClusterHub, string>(client, multiClusterHubs, query, (hub) => hub.status?.phase ?? ""),
        pods: source<Pod, PodState>(client, pods, query, stateOf),
      },
      decide: (live) => {
        const left = unhealthyParts(live.hubs, live.pods);
        return left.length === 0
          ? { state: "done", note: "healthy" }
          : { state: "pending", note: left.slice(0, 5).join(", ") };
      },
      timeoutMs: ms(context.tuning.mchWait),
      pollMs: ms(context.tuning.mchPoll),
      onTimeout: (note) =>
        switchoverError(
          "SW-FIN-10",
          {
            what: "the new hub is not healthy",
            why: note,
            fix: "mend it, then resume; the fleet is already on the new hub",
          },
          "timeout",
        ),
    });
    return {
      state: "act",
      note: problems.slice(0, 3).join(", "),
      actions: [{ kind: "wait", wait }],
      afterwards: "plan-again",
    };
  },
});
