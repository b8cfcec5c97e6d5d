import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import type { AuditEvent } from "../../../support/api-servers.ts";

const file = join(import.meta.dirname, "../../../../rbac/baseline/cluster-role.yaml");

/** A rule of a role. */
export interface RoleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** A call as the authorizer of an API server sees it. */
export interface Asked {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name: string | undefined;
}

/** The role that is shipped, as it is committed. */
export async function shippedRole(): Promise<{ readonly rules: readonly RoleRule[] }> {
  return parse(await readFile(file, "utf8"));
}

/**
 * What a user asked for and was given. Server-side apply of an object that was not there (201) needs `create` too, which
 * the server looks at within the call.
 */
export function grantedCalls(events: readonly AuditEvent[], user: string): readonly Asked[] {
  return events
    .filter((event) => event.user.username === user && event.responseStatus?.code !== 403)
    .flatMap(({ verb, objectRef, responseStatus }) => {
      if (objectRef?.resource === undefined) return [];
      const call = { verb, group: objectRef.apiGroup ?? "", resource: objectRef.resource, name: objectRef.name };
      return verb === "patch" && responseStatus?.code === 201 ? [call, { ...call, verb: "create" }] : [call];
    });
}

/** Whether a rule allows a call (Kubernetes RBAC): a rule with names allows none that names no object. Pure. */
export function allows({ apiGroups, resources, resourceNames, verbs }: RoleRule, asked: Asked): boolean {
  const isOfName = resourceNames === undefined || (asked.name !== undefined && resourceNames.includes(asked.name));
  return (
    apiGroups.includes(asked.group) && resources.includes(asked.resource) && verbs.includes(asked.verb) && isOfName
  );
}

/** One line for a rule, in the words of the file. Pure. */
export function describeRule({ apiGroups, resources, resourceNames, verbs }: RoleRule): string {
  const names = resourceNames === undefined ? "" : ` (${resourceNames.join(", ")})`;
  return `${verbs.join(" ")} ${apiGroups.join(", ") || "core"} ${resources.join(", ")}${names}`;
}

/** Rules without which each of the calls would still be allowed. Pure. */
export function needlessRules(rules: readonly RoleRule[], calls: readonly Asked[]): readonly string[] {
  const allowing = calls.map((call) => rules.filter((rule) => allows(rule, call)));
  return rules.filter((rule) => !allowing.some((found) => found.length === 1 && found[0] === rule)).map(describeRule);
}
