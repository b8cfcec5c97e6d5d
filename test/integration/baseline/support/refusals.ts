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

const kinds = "validatingadmissionpolicybinding,validatingadmissionpolicy";

/**
 * Has the server refuse these writes by whomever, as an admission webhook does, until the bench is closed; returns when it
 * does so.
 */
export async function refuse(bench: BaselineBench, refused: Refused): Promise<void> {
  const { server } = bench;
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
  const answer = async (): Promise<string> => {
    const args = ["apply", "--server-side", "--force-conflicts", "--dry-run=server", "-f", "-"];
    return await server.kubectl(args, refused.example).catch(String);
  };
  // The server looks at its policies once a second (Kubernetes 1.35), and goes by one that is gone until then.
  bench.atClose(async () => {
    await server.kubectl(["delete", kinds, name]);
    await eventually(async () => {
      if ((await answer()).includes(refused.message)) throw new Error(`the server still refuses ${name}`);
    });
  });
  await eventually(async () => {
    const said = await answer();
    if (!said.includes(refused.message)) throw new Error(`the server does not refuse ${name} yet: ${said}`);
  });
}
