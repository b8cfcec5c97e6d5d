import { isJsonObject, type Json, type JsonObject, member } from "../../lib/json/json.ts";
import type { RenderContext, Rendered } from "../template/render-asset.ts";
import { failed, hcoAnnotation, readObject } from "./render-input.ts";

// FenceAgentsRemediationTemplate of fence-agents-remediation.medik8s.io/v1alpha1 (Fence Agents Remediation 0.4 and later).

const annotation = "platform.kubevirt.io/fence-agents-config";

const defaults: JsonObject = {
  retrycount: 5,
  retryinterval: "5s",
  timeout: "60s",
  // A drained node whose workload is told to be out of service frees its volumes faster than deleted Pods do.
  remediationStrategy: "OutOfServiceTaint",
};

const duration = /^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$/;
const credential = /pass|secret|token|credential|identity/i;

function isTextMap(value: Json): boolean {
  return isJsonObject(value) && Object.values(value).every((text) => typeof text === "string");
}

interface Rule {
  readonly holds: (value: Json) => boolean;
  readonly wanted: string;
}

const isDuration: Rule = {
  holds: (value) => typeof value === "string" && duration.test(value),
  wanted: "a duration such as 5s",
};

const rules: Readonly<Record<string, Rule>> = {
  agent: {
    holds: (value) => typeof value === "string" && /^fence_[a-z0-9_]+$/.test(value),
    wanted: "the name of a fence agent such as fence_ipmilan",
  },
  retrycount: {
    holds: (value) => typeof value === "number" && Number.isInteger(value) && value > 0,
    wanted: "a whole number above 0",
  },
  retryinterval: isDuration,
  timeout: isDuration,
  remediationStrategy: {
    holds: (value) => value === "ResourceDeletion" || value === "OutOfServiceTaint",
    wanted: "ResourceDeletion or OutOfServiceTaint",
  },
  sharedSecretName: { holds: (value) => typeof value === "string" && value !== "", wanted: "the name of a Secret" },
  sharedparameters: { holds: isTextMap, wanted: "a map of texts" },
  nodeparameters: {
    holds: (value) => isJsonObject(value) && Object.values(value).every(isTextMap),
    wanted: "a map of parameters, each of them a map from node to text",
  },
};

function faultOfKey(given: JsonObject, name: string): string | undefined {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (rule === undefined) return `${name} is unknown; known are ${Object.keys(rules).join(", ")}`;
  const value = member(given, name);
  return value === undefined || rule.holds(value) ? undefined : `${name} must be ${rule.wanted}`;
}

/** An annotation is readable to everybody who may look at the HyperConverged. */
function faultOfCredential(given: JsonObject): string | undefined {
  const names = ["sharedparameters", "nodeparameters"].flatMap((map) => {
    const parameters = member(given, map);
    return isJsonObject(parameters) ? Object.keys(parameters) : [];
  });
  const found = names.find((name) => credential.test(name));
  return found === undefined
    ? undefined
    : `parameter ${found} looks like a credential: put it into a Secret, and name that in sharedSecretName`;
}

function faultOf(given: JsonObject): string | undefined {
  if (member(given, "agent") === undefined) return "agent is missing, such as fence_ipmilan";
  const wrong = Object.keys(given).flatMap((name) => faultOfKey(given, name) ?? [])[0];
  return wrong ?? faultOfCredential(given);
}

/** How nodes are fenced through their management controllers, as an annotation of the HyperConverged says. Pure. */
export function renderFenceAgents(context: RenderContext): Rendered {
  const text = hcoAnnotation(context, annotation);
  if (text === "") return { state: "not-applicable" };
  const read = readObject(text, annotation);
  if ("fault" in read) return failed(read.fault);
  const fault = faultOf(read.object);
  if (fault !== undefined) return failed(`${annotation}: ${fault}`);
  const object = {
    apiVersion: "fence-agents-remediation.medik8s.io/v1alpha1",
    kind: "FenceAgentsRemediationTemplate",
    metadata: { name: "fenceagentsremediationtemplate-default", namespace: "openshift-workload-availability" },
    spec: { template: { spec: { ...defaults, ...read.object } } },
  };
  return { state: "rendered", object };
}
