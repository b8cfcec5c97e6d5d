import type { ErrorText } from "../../lib/errors/fairlead-error.ts";
import type { OutputTable } from "../../lib/step/output.ts";
import { count } from "../preflight/name-list.ts";
import type { ContestedCluster } from "./contested-clusters.ts";
import { type DiscoveredHub, describeHub } from "./describe-hub.ts";
import type { KnownContext, ServerContexts } from "./known-contexts.ts";
import type { Probe } from "./probe.ts";
import { type Proposal, propose } from "./propose.ts";

/** All that was found, for programs. Field names are a contract. */
export interface Discovery {
  readonly schemaVersion: "1.0";
  readonly takenAt: string;
  readonly summary: string;
  readonly hubs: readonly DiscoveredHub[];
  /** Clusters that are no hubs. */
  readonly others: readonly (ServerContexts & { readonly used: KnownContext; readonly kubernetesVersion: string })[];
  readonly unreachable: readonly (ServerContexts & { readonly error: ErrorText })[];
  readonly contested: readonly ContestedCluster[];
  readonly proposal: Proposal;
}

/** Pure. `takenAt`: milliseconds since the epoch. */
export function discoveryOf(
  probes: readonly Probe[],
  contested: readonly ContestedCluster[],
  takenAt: number,
): Discovery {
  const hubs = probes.flatMap((probe) => (probe.state === "hub" ? [describeHub(probe)] : []));
  const others = probes.flatMap((probe) => {
    if (probe.state !== "other") return [];
    const { server, contexts, used, kubernetesVersion } = probe;
    return [{ server, contexts, used, kubernetesVersion }];
  });
  const unreachable = probes.flatMap((probe) => {
    if (probe.state !== "unreachable") return [];
    const { server, contexts, text } = probe;
    return [{ server, contexts, error: text }];
  });
  const proposal = propose(hubs);
  return {
    schemaVersion: "1.0",
    takenAt: new Date(takenAt).toISOString(),
    summary: sentence(hubs, others.length, unreachable.length, contested.length),
    hubs,
    others,
    unreachable,
    contested,
    proposal,
  };
}

function sentence(hubs: readonly DiscoveredHub[], others: number, unreachable: number, contested: number): string {
  const roles = hubs.map(({ role, used }) => `${used.context} ${role}`).join(", ");
  return [
    `${count(hubs.length, "hub")}${hubs.length === 0 ? "" : ` (${roles})`}`,
    count(others, "other cluster"),
    `${unreachable} unreachable`,
    ...(contested === 0 ? [] : [`${count(contested, "cluster")} claimed by two hubs`]),
  ].join(", ");
}

/** One line per API server. */
export function discoveryTable({ hubs, others, unreachable }: Discovery): OutputTable {
  const names = (contexts: readonly KnownContext[]): string => contexts.map(({ context }) => context).join(", ");
  return {
    columns: ["role", "context", "server", "acm", "openshift", "backups", "restore", "clusters"],
    rows: [
      ...hubs.map((hub) => [
        hub.role,
        names(hub.contexts),
        hub.server,
        hub.acmVersion,
        hub.openShiftVersion,
        hub.backup?.state ?? "unreadable",
        hub.restore?.state ?? "unreadable",
        hub.clusters.total < 0 ? "unreadable" : `${hub.clusters.available}/${hub.clusters.total}`,
      ]),
      ...others.map(({ server, contexts }) => ["no hub", names(contexts), server, "", "", "", "", ""]),
      ...unreachable.map(({ server, contexts }) => ["unreachable", names(contexts), server, "", "", "", "", ""]),
    ],
  };
}

/** What no table holds: why a server let nobody in, what somebody should look at, and what to do next. */
export function discoveryNotes({ hubs, unreachable, contested, proposal }: Discovery): readonly string[] {
  return [
    ...hubs.flatMap(({ used, warnings }) => warnings.map((text) => `warning: ${used.context}: ${text}`)),
    ...unreachable.map(
      ({ contexts, error }) => `unreachable: ${contexts[0]?.context ?? ""}: ${error.what}: ${error.why}`,
    ),
    ...contested.map(describeContested),
    proposal.operation === "none" ? `nothing to propose: ${proposal.why}` : `next: ${proposal.command}`,
  ];
}

export function describeContested({ name, hubs, obeys }: ContestedCluster): string {
  const known = obeys === "" ? "its klusterlet was not asked" : `its klusterlet obeys ${obeys}`;
  return `warning: cluster ${name} is available on ${hubs.join(" and ")}; ${known}`;
}
