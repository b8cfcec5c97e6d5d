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

// A call that ends with its client, half-way: a body that breaks off, an answer for nobody.
const cutOff: ReadonlySet<number> = new Set([400, 499, 504]);

/** What the program had a server do, refusals included. */
export function carriedOut(event: AuditEvent, hub: HubName): readonly SeenWrite[] {
  const { verb, requestURI, userAgent = "", responseStatus } = event;
  const method = methods[verb];
  const isOurs = userAgent.startsWith("fairlead/") && !cutOff.has(responseStatus?.code ?? 0);
  return method === undefined || !isOurs ? [] : [{ ...kubeRequest(method, requestURI), hub }];
}
