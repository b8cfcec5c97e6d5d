import { eventually } from "../../../support/eventually.ts";
import type { BaselineBench } from "./baseline-bench.ts";

export interface Refused {
  readonly group: string;
  /** Plural; all of the group without one. */
  readonly resource: string;
  readonly operations: readonly ("CREATE" | "UPDATE" | "DELETE")[];
  readonly message: string;
  /** A manifest that is refused, to see when the server has heard of it. */
  readonly example: string;
}

/** Has the server refuse these writes by whomever, as an admission webhook does; returns when it does so. */
export async function refuse({ server }: BaselineBench, refused: Refused): Promise<void> {
  const name = `refuse-${refused.resource}`;
  const api = "admissionregistration.k8s.io/v1";
  const policy = {
    apiVersion: api,
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [refused.group],
            apiVersions: ["*"],
            operations: refused.operations,
            resources: [refused.resource],
          },
        ],
      },
      validations: [{ expression: "false", message: refused.message }],
    },
  };
  const spec = { policyName: name, validationActions: ["Deny"] };
  const binding = { apiVersion: api, kind: "ValidatingAdmissionPolicyBinding", metadata: { name }, spec };
  const items = [policy, binding];
  await server.kubectl(["create", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  await eventually(async () => {
    const args = ["apply", "--server-side", "--force-conflicts", "--dry-run=server", "-f", "-"];
    const said = await server.kubectl(args, refused.example).catch(String);
    if (!said.includes(refused.message)) throw new Error(`the server does not refuse ${name} yet: ${said}`);
  });
}
