import { type Source, source } from "../../lib/kube/live-collection.ts";
import type { KubeObject } from "../../lib/kube/types.ts";
import { type Wait, waitOn } from "../../lib/phase/types.ts";
import { multiClusterObservabilities, namespaces as namespaceResource, pods } from "../acm/resources.ts";
import { noneIfAbsent } from "../phases/none-if-absent.ts";
import { ms } from "../phases/switchover-context.ts";
import { nameList } from "../preflight/name-list.ts";
import { type DecommissionContext, decommissionStep } from "./decommission-context.ts";
import { deletion, nameOf, untilEmpty } from "./deletion.ts";

interface Seen {
  readonly instances: readonly KubeObject[];
  /** Names; `undefined` where observability has no namespace. */
  readonly pods: readonly string[] | undefined;
}

async function readPods({ clients, namespaces, signal }: DecommissionContext): Promise<Seen["pods"]> {
  const { observability: namespace } = namespaces;
  // Its role exists only where its namespace does: elsewhere the question itself would be forbidden.
  const installed = await clients.primary.find(namespaceResource, { name: namespace }, { signal });
  if (installed === undefined) return undefined;
  return (await clients.primary.list(pods, { namespace }, { signal, project: nameOf })).items;
}

function untilStopped(seen: Seen, { clients: { primary }, namespaces, tuning }: DecommissionContext): Wait {
  const query = { namespace: namespaces.observability };
  const sources: Readonly<Record<string, Source<string>>> = {
    // A hub that holds none may not even know the kind.
    ...(seen.instances.length === 0
      ? {}
      : { MultiClusterObservability: source(primary, multiClusterObservabilities, {}, nameOf) }),
    ...(seen.pods === undefined ? {} : { pods: source(primary, pods, query, nameOf) }),
  };
  return waitOn({
    title: "waiting until observability has stopped",
    sources,
    decide: untilEmpty,
    timeoutMs: ms(tuning.obsTerminate),
    pollMs: ms(tuning.obsPoll),
    onTimeout: (note) => ({ warning: `observability has not stopped: ${note}` }),
  });
}

/** Before the clusters, whose add-ons it owns; ACM's webhook refuses to let ACM go while it is there. */
export const removeObservability = decommissionStep<Seen>({
  name: "remove_observability",
  title: "Remove observability",
  onResume: "observe",
  async read(context) {
    const { signal } = context;
    const { primary } = context.clients;
    const [instances, running] = await Promise.all([
      noneIfAbsent(async () => (await primary.list(multiClusterObservabilities, {}, { signal })).items),
      readPods(context),
    ]);
    return { instances, pods: running };
  },
  plan(seen, context) {
    const { instances, pods: running = [] } = seen;
    if (instances.length === 0 && running.length === 0) return { state: "done", note: "there is no observability" };
    const timeoutMs = ms(context.tuning.deleteRequest);
    return {
      state: "act",
      note:
        instances.length === 0
          ? `wait for ${running.length} pods to stop`
          : `delete MultiClusterObservability ${nameList(instances.map(nameOf))}`,
      actions: [
        ...instances.flatMap((instance) => deletion(multiClusterObservabilities, instance, timeoutMs)),
        { kind: "wait", wait: untilStopped(seen, context) },
      ],
      afterwards: "done",
    };
  },
});
