import { declaredDown } from "../../hubs.ts";
import { formatSpan } from "../age.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, passed, skipped, warning } from "../finding.ts";
import { type HubObservation, hubTime, type Observation } from "../observation.ts";

const soonMs = 4 * 3600 * 1000;
const maxTokenLength = 64 * 1024;
const fix = "make a new token for this hub and give a kubeconfig that holds it";

/** The bearer token that is really sent outlives the run. */
export const tokenExpiry: Check = {
  id: "token-expiry",
  number: 5,
  name: "Access tokens are valid",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "make a new kubeconfig, for example with setup, whose token outlives the switchover",
  onResume: "always",
  evaluate: (observation) =>
    [observation.primary, observation.secondary].map((hub) => evaluateHub(hub, hubTimeOf(observation, hub))),
};

function hubTimeOf(observation: Observation, hub: HubObservation): number {
  return hubTime(observation, hub.hub);
}

function evaluateHub({ hub, credential }: HubObservation, now: number): Finding {
  if (credential.state === "declared-down") return skipped(hub, `not checked: ${declaredDown}`);
  if (credential.state !== "read") {
    const why = credential.state === "unread" ? `${credential.text.what}: ${credential.text.why}` : "not available";
    return warning(hub, `the credential could not be looked at: ${why}`, fix);
  }
  if (credential.value.kind !== "token") {
    return passed(hub, `no bearer token is used (${credential.value.kind})`);
  }
  const expiry = tokenExpiresAt(credential.value.token);
  if (expiry === undefined) {
    return passed(hub, "the token does not say when it expires");
  }
  const left = expiry - now;
  if (left <= 0) {
    return critical(hub, `the token expired ${formatSpan(-left)} ago`, fix);
  }
  return left < soonMs
    ? warning(hub, `the token expires soon, in ${formatSpan(left)}`, `${fix}, so that it outlives the switchover`)
    : passed(hub, `the token is valid for ${formatSpan(left)}`);
}

/** `exp` of a JSON Web Token in milliseconds since the epoch; `undefined` for anything that has none. Not verified: the API server does that. */
export function tokenExpiresAt(token: string): number | undefined {
  const parts = token.split(".");
  if (parts.length !== 3 || token.length > maxTokenLength) {
    return undefined;
  }
  try {
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? "", "base64url").toString("utf8"));
    const exp = typeof claims === "object" && claims !== null && "exp" in claims ? claims.exp : undefined;
    return typeof exp === "number" && Number.isFinite(exp) ? exp * 1000 : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}
