import { type Wait, waitOn } from "../../../lib/phase/types.ts";
import { observabilitySkipped } from "../observability/stop-writers.ts";
import {
  findWriters,
  livePodsOf,
  observatoriumApi,
  podsOf,
  refOf,
  type SeenWriter,
  type WriterPod,
} from "../observability/writers.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";

interface Seen {
  readonly installed: boolean;
  readonly api: SeenWriter | undefined;
  readonly pods: readonly WriterPod[];
  /** RFC 3339. */
  readonly now: string;
}

/** New by their identity, not by their time: the clocks of hub and run may differ. */
function untilRestarted(context: SwitchoverContext, replicas: number, replaced: ReadonlySet<string>): Wait {
  return waitOn({
    title: "waiting until the new hub's observatorium API has restarted",
    sources: { pods: livePodsOf(context, "secondary", observatoriumApi) },
    decide: ({ pods }) => {
      const ready = pods.filter((pod) => !replaced.has(pod.uid) && pod.ready && !pod.ending).length;
      const old = pods.filter((pod) => replaced.has(pod.uid));
      const left = old.length === 0 ? "" : `; still there: ${old.map(({ name }) => name).join(", ")}`;
      const note = `${ready} of ${replicas} new pods are Ready${left}`;
      if (ready >= replicas && old.length === 0) return { state: "done", note };
      return { state: "pending", note, count: { done: ready, total: replicas } };
    },
    timeoutMs: ms(context.tuning.obsPodReady),
    pollMs: ms(context.tuning.obsPodPoll),
    onTimeout: (note) => ({ warning: `the observatorium API of the new hub: ${note}` }),
  });
}

/** Its gateway keeps the tenants that it found when it started: those of the restored fleet it learns by a restart. */
export const restartObservatoriumApi = switchoverStep<Seen>({
  name: "restart_observatorium_api",
  title: "Restart the new hub's observatorium API",
  onResume: "trust-record",
  skip: observabilitySkipped,
  async read(context) {
    const { installed, found } = await findWriters(context, "secondary", [observatoriumApi]);
    const [api] = found;
    const now = new Date(context.clock.now()).toISOString();
    return { installed, api, pods: api === undefined ? [] : await podsOf(context, "secondary", observatoriumApi), now };
  },
  plan({ installed, api, pods, now }, context) {
    if (!installed) return { state: "done", note: "the new hub has no observability" };
    const { name } = observatoriumApi;
    if (api === undefined) {
      const note = `there is no Deployment ${name} to restart`;
      return { state: "done", note, warnings: [`${note} on the new hub`] };
    }
    if (api.replicas === 0) return { state: "done", note: `${name} runs no pod` };
    const begun = context.memory().observatorium_api_restart;
    if (begun !== undefined) {
      const wait = untilRestarted(context, api.replicas, new Set(begun.replaced));
      return { state: "act", note: "wait for the new pods", actions: [{ kind: "wait", wait }], afterwards: "done" };
    }
    return {
      state: "act",
      note: `restart ${name}`,
      actions: [
        {
          kind: "write",
          change: {
            target: "secondary",
            resource: observatoriumApi.resource,
            ref: refOf(context, observatoriumApi),
            summary: `restart Deployment ${name}`,
            verb: "merge-patch",
            patch: { spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": now } } } } },
          },
        },
        {
          kind: "remember",
          note: "the API was restarted",
          update: (memory) => ({
            ...memory,
            observatorium_api_restart: { at: now, replaced: pods.map(({ uid }) => uid) },
          }),
        },
      ],
      afterwards: "plan-again",
    };
  },
});
