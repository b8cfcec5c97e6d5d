import { type Source, source } from "../../lib/kube/live-collection.ts";
import type { KubeObject } from "../../lib/kube/types.ts";
import { type Wait, waitOn } from "../../lib/phase/types.ts";
import { multiClusterHubs, pods } from "../acm/resources.ts";
import { noneIfAbsent } from "../phases/none-if-absent.ts";
import { ms } from "../phases/switchover-context.ts";
import { nameList } from "../preflight/name-list.ts";
import { type DecommissionContext, decommissionStep } from "./decommission-context.ts";
import { deletion, nameOf, untilEmpty } from "./deletion.ts";

/** The operator that Operator Lifecycle Manager runs; it stays until its Subscription goes. */
const operatorPrefix = "multiclusterhub-operator";

interface Seen {
  readonly hubs: readonly KubeObject[];
  /** Names, without the operator's. */
  readonly pods: readonly string[];
}

function withoutOperator(names: readonly string[]): readonly string[] {
  return names.filter((name) => !name.startsWith(operatorPrefix));
}

function untilGone(seen: Seen, { clients: { primary }, namespaces, tuning }: DecommissionContext): Wait {
  const query = { namespace: namespaces.acm };
  const sources: Readonly<Record<string, Source<string>>> = {
    ...(seen.hubs.length === 0 ? {} : { MultiClusterHub: source(primary, multiClusterHubs, query, nameOf) }),
    pods: source(primary, pods, query, nameOf),
  };
  return waitOn({
    title: "waiting until ACM is gone",
    sources,
    decide: ({ pods: running = [], ...objects }) => untilEmpty({ ...objects, pods: withoutOperator(running) }),
    timeoutMs: ms(tuning.mchDelete),
    pollMs: ms(tuning.mchDeletePoll),
    onTimeout: (note) => ({ warning: `ACM is not gone: ${note}` }),
  });
}

/** Last, since its operator also removes the namespace of the backups, and with it the lease of this run. */
export const removeHub = decommissionStep<Seen>({
  name: "remove_hub",
  title: "Remove ACM itself",
  onResume: "observe",
  async read({ clients: { primary }, namespaces: { acm: namespace }, signal }) {
    const [hubs, running] = await Promise.all([
      noneIfAbsent(async () => (await primary.list(multiClusterHubs, { namespace }, { signal })).items),
      primary.list(pods, { namespace }, { signal, project: nameOf }),
    ]);
    return { hubs, pods: withoutOperator(running.items) };
  },
  plan(seen, context) {
    const { hubs, pods: running } = seen;
    if (hubs.length === 0 && running.length === 0) return { state: "done", note: "ACM is not installed" };
    const timeoutMs = ms(context.tuning.deleteRequest);
    return {
      state: "act",
      note:
        hubs.length === 0
          ? `wait for ${running.length} pods to stop`
          : `delete MultiClusterHub ${nameList(hubs.map(nameOf))}`,
      actions: [
        ...hubs.flatMap((hub) => deletion(multiClusterHubs, hub, timeoutMs)),
        { kind: "wait", wait: untilGone(seen, context) },
      ],
      afterwards: "done",
    };
  },
});
