import type { Action, Chain, ChainOutcome, Change } from "../../lib/phase/types.ts";
import { objectName } from "../acm/constants.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { Secret } from "../acm/hub-objects.ts";
import { deployments, secrets } from "../acm/resources.ts";
import { klusterletNamespace } from "../inspection-permissions.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import type { Klusterlet } from "./look-at-klusterlets.ts";

type WrongHub = Extract<Klusterlet, { state: "wrong_hub" }>;

const namespace = klusterletNamespace;
const namesShown = 10;

function sameData(
  left: Readonly<Record<string, string>> | undefined,
  right: Readonly<Record<string, string>>,
): boolean {
  const keys = new Set([...Object.keys(left ?? {}), ...Object.keys(right)]);
  return [...keys].every((key) => left?.[key] === right[key]);
}

/**
 * One request replaces the Secret, under the version that was read: at no moment is the cluster without a way to a hub,
 * and a refusal leaves it as it was, so that there is nothing to give back.
 */
function replacement({ cluster, spoke, bootstrap, order }: WrongHub): readonly Change[] {
  if (bootstrap !== undefined && sameData(bootstrap.data, order.data)) return [];
  const name = objectName.bootstrapKubeconfigSecret;
  const common = { target: spoke.target, resource: secrets, ref: { name, namespace } };
  if (bootstrap === undefined) {
    const body: Secret = { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, data: order.data };
    return [{ ...common, summary: `create Secret ${name} on ${cluster}, to ${order.host}`, verb: "create", body }];
  }
  const { managedFields: _fields, ...metadata } = bootstrap.metadata;
  const body: Secret = { ...bootstrap, metadata, data: order.data };
  return [{ ...common, summary: `replace Secret ${name} on ${cluster}, to ${order.host}`, verb: "replace", body }];
}

/** What leads a cluster to the hub: the way to register there, then a new start, at which the klusterlet takes it. Pure. */
export function repairOf(klusterlet: WrongHub, now: string): Chain {
  const { cluster, spoke } = klusterlet;
  const restart: Change = {
    target: spoke.target,
    resource: deployments,
    ref: { name: objectName.klusterlet, namespace },
    summary: `restart Deployment ${objectName.klusterlet} on ${cluster}`,
    verb: "merge-patch",
    patch: { spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": now } } } } },
  };
  return { name: cluster, changes: [...replacement(klusterlet), restart] };
}

function names(all: readonly Klusterlet[]): string {
  const shown = all.slice(0, namesShown).map((one) => ("why" in one ? `${one.cluster} (${one.why})` : one.cluster));
  return `${shown.join(", ")}${all.length > namesShown ? ` and ${all.length - namesShown} more` : ""}`;
}

const words: Readonly<Record<Klusterlet["state"], string>> = {
  verified: "obey this hub",
  wrong_hub: "obey another",
  stranded: "obey another and cannot be led here",
  unreachable: "do not answer",
  not_asked: "were not asked in time",
  no_kubeconfig: "have no kubeconfig here",
};

/** `2 obey this hub, 1 obey another`. Pure. */
export function describeKlusterlets(all: readonly Klusterlet[]): string {
  const groups = Map.groupBy(all, ({ state }) => state);
  const parts = Object.entries(words).flatMap(([state, text]) => {
    const count = groups.get(state as Klusterlet["state"])?.length ?? 0; // keys of that very record
    return count === 0 ? [] : [`${count} ${text}`];
  });
  return parts.length === 0 ? "there is no cluster" : `of ${all.length} clusters ${parts.join(", ")}`;
}

/** What is to be told of clusters that nothing can be done about. Pure. */
export function klusterletWarnings(all: readonly Klusterlet[]): readonly string[] {
  return (["stranded", "unreachable", "not_asked"] as const).flatMap((state) => {
    const some = all.filter((one) => one.state === state);
    return some.length === 0 ? [] : [`klusterlets that ${words[state]}: ${names(some)}`];
  });
}

/** What became of each cluster's klusterlet, for the report. Pure. */
export function klusterletStates(
  all: readonly Klusterlet[],
  outcomes: readonly ChainOutcome[],
): NonNullable<OperationMemory["klusterlets"]> {
  const repaired = new Map(
    outcomes.map(({ name, error }) => [name, error === undefined ? "repaired" : "not repaired"]),
  );
  return Object.fromEntries(
    all
      .toSorted((one, other) => (one.cluster < other.cluster ? -1 : 1))
      .map(({ cluster, state }) => [cluster, repaired.get(cluster) ?? state.replaceAll("_", " ")]),
  );
}

/** Leads the clusters that obey another hub to this one; each failure is its own warning. Pure. */
export function repairActions(
  all: readonly Klusterlet[],
  { hub, now, parallel }: { readonly hub: HubName; readonly now: string; readonly parallel: number },
): readonly Action<OperationMemory>[] {
  const wrong = all.filter((one): one is WrongHub => one.state === "wrong_hub");
  return [
    ...klusterletWarnings(all).map((message): Action<OperationMemory> => ({ kind: "warn", message })),
    {
      kind: "attempt",
      title: "lead klusterlets to the hub",
      chains: wrong.map((one) => repairOf(one, now)),
      concurrency: Math.max(1, parallel),
      clusters: { hub, state: "klusterlet-repaired" },
      remember: (memory, outcomes) => ({ ...memory, klusterlets: klusterletStates(all, outcomes) }),
    },
  ];
}
