import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import { podSelector } from "../../acm/constants.ts";
import type { Pod } from "../../acm/hub-objects.ts";
import { pods } from "../../acm/resources.ts";
import { switchoverError } from "../../switchover-error.ts";
import { isPodReady } from "../hub-reads.ts";
import { observabilitySkipped } from "../observability/stop-writers.ts";
import { hasObservability } from "../observability/writers.ts";
import { switchoverStep } from "../switchover-context.ts";

interface PodHealth {
  readonly name: string;
  readonly ready: boolean;
  /** Why it does not work; empty when nothing is wrong with it. */
  readonly problem: string;
}

const waitingForGood: ReadonlySet<string> = new Set(["CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull"]);
const badPhases: ReadonlySet<string> = new Set(["Failed", "Unknown"]);
const enoughReady = 0.8;
const namesShown = 10;

type ContainerState = NonNullable<NonNullable<NonNullable<Pod["status"]>["containerStatuses"]>[number]["state"]>;

function containerProblem({ waiting, terminated }: ContainerState): string {
  if (waiting?.reason !== undefined && waitingForGood.has(waiting.reason)) return waiting.reason;
  if (terminated === undefined) return "";
  const code = terminated.exitCode ?? 0;
  if (terminated.reason === "Error" || terminated.reason === "OOMKilled") return terminated.reason;
  return code === 0 ? "" : `exit code ${code}`;
}

export function healthOf(pod: Pod): PodHealth {
  const phase = pod.status?.phase ?? "";
  const containers = (pod.status?.containerStatuses ?? []).flatMap(({ name, state }) => {
    const problem = state === undefined ? "" : containerProblem(state);
    return problem === "" ? [] : [`container ${name}: ${problem}`];
  });
  const problems = [...(badPhases.has(phase) ? [`phase ${phase}`] : []), ...containers];
  return { name: pod.metadata.name, ready: isPodReady(pod), problem: problems.join(", ") };
}

/** What is worth a look about observability's pods. Pure. */
export function podWarnings(all: readonly PodHealth[]): readonly string[] {
  const broken = all.filter(({ problem }) => problem !== "");
  const ready = all.filter((pod) => pod.ready).length;
  const shown = broken.slice(0, namesShown).map(({ name, problem }) => `${name} (${problem})`);
  const more = broken.length > namesShown ? ` and ${broken.length - namesShown} more` : "";
  return [
    ...(broken.length === 0 ? [] : [`observability pods of the new hub do not work: ${shown.join(", ")}${more}`]),
    ...(ready < all.length * enoughReady
      ? [`${ready} of ${all.length} observability pods of the new hub are Ready`]
      : []),
  ];
}

function notWorking(warnings: readonly string[]): FairleadError {
  return switchoverError("SW-OBS-02", {
    what: "observability of the new hub does not work",
    why: `${warnings.join("; ")}; strict-observability is set`,
    fix: "look at these pods, their logs and events, and resume once they are Ready, or resume without strict-observability",
  });
}

/** Metrics are no part of the fleet: whatever is wrong with their pods, the switchover goes on, unless asked to be strict. */
export const verifyObservabilityPods = switchoverStep<readonly PodHealth[] | undefined>({
  name: "verify_observability_pods",
  title: "Look at the observability pods of the new hub",
  onResume: "trust-record",
  skip: observabilitySkipped,
  async read(context) {
    if (!(await hasObservability(context, "secondary"))) return undefined;
    const { clients, namespaces, signal } = context;
    const query = { namespace: namespaces.observability, labelSelector: podSelector.observability };
    return (await clients.secondary.list(pods, query, { signal, project: healthOf })).items;
  },
  plan(all, { settings }) {
    if (all === undefined) return { state: "done", note: "the new hub has no observability" };
    const ready = all.filter((pod) => pod.ready).length;
    const warnings = podWarnings(all);
    return settings.strictObservability && warnings.length > 0
      ? { state: "refused", error: notWorking(warnings) }
      : { state: "done", note: `${ready} of ${all.length} are Ready`, warnings };
  },
});
