import type { AuditEvent } from "../../../support/api-servers.ts";
import { kubeRequest } from "../../../support/fault-proxy/kube-request.ts";
import type { KubeRequest } from "../../../support/fault-proxy/types.ts";
import type { HubName } from "./refill-hubs.ts";

/** One write as it was sent to a hub. */
export interface SeenWrite extends KubeRequest {
  readonly hub: HubName;
}

/** `secondary patch restores restore-acm-passive-sync` */
export function describeWrite({ hub, verb, resource, subresource, name }: SeenWrite): string {
  return `${hub} ${verb} ${[resource, subresource].filter((part) => part !== "").join("/")} ${name}`.trim();
}

/** The guards are taken and given back by each run, Events only inform, and asking a cluster to join depends on how soon it joins by itself. */
export function isBesideThePoint({ hub, resource }: SeenWrite): boolean {
  return resource === "leases" || resource === "events" || (hub === "secondary" && resource === "managedclusters");
}

export function isWrite({ verb, resource, path }: KubeRequest): boolean {
  const writes = ["create", "update", "patch", "delete", "deletecollection"];
  return writes.includes(verb) && !resource.startsWith("selfsubject") && !path.includes("dryRun=All");
}

const methods: Readonly<Record<string, string>> = {
  create: "POST",
  update: "PUT",
  patch: "PATCH",
  delete: "DELETE",
  deletecollection: "DELETE",
};

/** What the server's log tells of a write that ended with its client, half-way. */
type Fate =
  | "carried out"
  /** Its body broke off before the server could act. */
  | "nothing done"
  /** The answer is for nobody; etcd may have had the write by then. */
  | "unknown";

function fateOf({ responseStatus: { code = 0, message = "" } = {} }: AuditEvent): Fate {
  if (code === 400) return "nothing done";
  const isCutOff = code === 499 || code === 504 || (code === 500 && message.includes("context canceled"));
  return isCutOff ? "unknown" : "carried out";
}

/** A write that the program asked a server for, and what became of it. */
export interface LoggedWrite extends SeenWrite {
  readonly fate: Fate;
}

/** What the program had a server do, refusals included. */
export function loggedWrite(event: AuditEvent, hub: HubName): readonly LoggedWrite[] {
  const { verb, requestURI, userAgent = "" } = event;
  const method = methods[verb];
  if (method === undefined || !userAgent.startsWith("fairlead/")) return [];
  return [{ ...kubeRequest(method, requestURI), hub, fate: fateOf(event) }];
}

/**
 * Writes that were carried out, in order. One of which that is not known counts where it is missing among the expected:
 * the run that goes on does only what it finds undone. Pure.
 */
export function effectsOf(
  writes: readonly { readonly text: string; readonly fate: Fate }[],
  expected: readonly string[],
): readonly string[] {
  const known = writes.filter(({ fate }) => fate === "carried out").map(({ text }) => text);
  const missing = [...expected];
  const takes = (text: string): boolean => {
    const index = missing.indexOf(text);
    if (index >= 0) missing.splice(index, 1);
    return index >= 0;
  };
  for (const text of known) takes(text);
  const unknown = writes.filter(({ fate }) => fate === "unknown").map(({ text }) => text);
  return [...known, ...unknown.filter(takes)].toSorted();
}
