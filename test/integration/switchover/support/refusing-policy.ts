import { setTimeout as pause } from "node:timers/promises";
import type { TestApiServer } from "../../../support/api-servers.ts";

type Server = Pick<TestApiServer, "kubectl">;

/** A rule of a hub that answers some writes with 403, as an admission webhook of its owner would. */
export interface RefusingPolicy {
  readonly name: string;
  readonly resource: { readonly group: string; readonly plural: string };
  readonly operation: "CREATE" | "UPDATE";
  /** What must hold for a write to pass, in CEL. */
  readonly unless: string;
  readonly message: string;
}

const api = "admissionregistration.k8s.io/v1";
const kinds = "validatingadmissionpolicybinding,validatingadmissionpolicy";

/** Writes the policy, which is in force some time later: see {@link untilAnswered}. */
export async function installPolicy(server: Server, policy: RefusingPolicy): Promise<void> {
  const { name, resource, operation, unless, message } = policy;
  const rule = {
    apiGroups: [resource.group],
    apiVersions: ["*"],
    operations: [operation],
    resources: [resource.plural],
  };
  const items = [
    {
      apiVersion: api,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: unless, message, reason: "Forbidden" }],
      },
    },
    {
      apiVersion: api,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: { policyName: name, validationActions: ["Deny"] },
    },
  ];
  await server.kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
}

/** Takes the policy away; it stays in force for a moment. */
export async function removePolicy(server: Server, name: string): Promise<void> {
  await server.kubectl(["delete", kinds, name]);
}

/** Asks again and again, at most for a minute, until the server answers with this text. */
export async function untilAnswered(ask: () => Promise<string>, answer: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const said = await ask().catch(String);
    if (said.includes(answer)) return;
    if (performance.now() > deadline) throw new Error(`the API server does not say "${answer}": ${said}`);
    await pause(50);
  }
}
