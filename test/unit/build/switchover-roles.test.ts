import { posix } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { switchoverRoleFiles } from "../../../images/build/switchover-roles.ts";
import { defaultNamespaces } from "../../../steps/switchover/acm/namespaces.ts";
import { inspectionPermissions } from "../../../steps/switchover/inspection-permissions.ts";
import { switchoverPermissions } from "../../../steps/switchover/permissions.ts";
import { decommissionPermissions, spokePermissionsOf } from "../../../steps/switchover/rbac/extra-permissions.ts";

interface Manifest {
  readonly kind: string;
  readonly metadata?: { readonly name: string; readonly namespace?: string };
  readonly resources?: readonly string[];
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly unknown[];
}

/** As ACM defines Policy, PlacementBinding and Placement. */
interface PolicyPart extends Manifest {
  readonly spec?: {
    readonly predicates?: readonly unknown[];
    readonly "policy-templates"?: readonly {
      readonly objectDefinition: {
        readonly spec: {
          readonly "object-templates": readonly {
            readonly complianceType: string;
            readonly objectDefinition: { readonly kind: string };
          }[];
        };
      };
    }[];
  };
}

const files = switchoverRoleFiles();
const allPermissions = [...switchoverPermissions, ...inspectionPermissions];
const manifests = [...files]
  .filter(([path]) => path.endsWith(".yaml"))
  .map(([path, text]) => ({ path, text, manifest: parse(text) as Manifest })); // as Kubernetes defines these kinds

function under(folder: string): typeof manifests {
  return manifests.filter(({ path }) => path.startsWith(`rbac/switchover/${folder}/`));
}

/** Every verb on every resource that the manifests grant, where, and by which name. */
function granted(of: typeof manifests): readonly string[] {
  return of
    .flatMap(({ manifest: { metadata, rules = [] } }) =>
      rules.flatMap(({ apiGroups, resources, resourceNames = [""], verbs }) =>
        verbs.flatMap((verb) =>
          resourceNames.map(
            (name) => `${verb} ${apiGroups}/${resources} ${name} in ${metadata?.namespace ?? "cluster"}`,
          ),
        ),
      ),
    )
    .toSorted();
}

function declared(permissions: typeof switchoverPermissions): readonly string[] {
  const lines = permissions.flatMap(({ group, resource, resourceNames = [""], verbs, scope }) =>
    verbs.flatMap((verb) =>
      resourceNames.map(
        (name) =>
          `${verb} ${group}/${resource} ${name} in ${scope === "cluster" ? scope : defaultNamespaces[scope.namespace]}`,
      ),
    ),
  );
  return [...new Set(lines)].toSorted();
}

describe("the roles of a switchover", () => {
  test("grant the operator what either hub needs, no more and no less", () => {
    expect(granted(under("operator"))).toEqual(declared(allPermissions));
  });

  test("grant the validator what runs that change nothing need, no more and no less", () => {
    expect(granted(under("validator"))).toEqual(declared(allPermissions.filter(({ readOnly }) => readOnly)));
  });

  test("extend the operator's by what removes a hub, no more and no less", () => {
    expect(granted(under("decommission"))).toEqual(declared(decommissionPermissions));
  });

  test.each(["operator", "validator"] as const)(
    "grant the %s on a managed cluster what its klusterlet needs",
    (role) => {
      const lines = spokePermissionsOf(role).flatMap(({ group, resource, resourceNames = [""], verbs }) =>
        verbs.flatMap((verb) =>
          resourceNames.map((name) => `${verb} ${group}/${resource} ${name} in open-cluster-management-agent`),
        ),
      );
      expect(granted(under(`managed-cluster/${role}`))).toEqual(lines.toSorted());
    },
  );

  describe.each(["operator", "validator"] as const)("put on every managed cluster by a Policy, of the %s", (role) => {
    const own = under(`managed-cluster-policy/${role}`).map(({ manifest }) => manifest as PolicyPart);
    const find = (kind: string): PolicyPart | undefined => own.find((one) => one.kind === kind);
    const templates = find("Policy")?.spec?.["policy-templates"]?.[0]?.objectDefinition.spec["object-templates"] ?? [];

    test("hold what the folder for one cluster holds, and no rule beside it", () => {
      const direct = under(`managed-cluster/${role}`).filter(({ manifest }) => manifest.kind !== "Kustomization");
      const inPolicy = templates.map(({ objectDefinition }) => JSON.stringify(objectDefinition)).toSorted();
      expect(inPolicy).toEqual(direct.map(({ manifest }) => JSON.stringify(manifest)).toSorted());
      const exact = templates.filter(({ complianceType }) => complianceType === "mustonlyhave");
      expect(exact.map(({ objectDefinition }) => objectDefinition.kind).toSorted()).toEqual(["Role", "RoleBinding"]);
    });

    test("make the namespace before what lies in it", () => {
      expect(templates[0]?.objectDefinition.kind).toBe("Namespace");
    });

    test("bind the Policy to a Placement that leaves the hub's own cluster out", () => {
      const name = find("Policy")?.metadata?.name;
      expect(find("PlacementBinding")).toMatchObject({
        placementRef: { kind: "Placement", name: find("Placement")?.metadata?.name },
        subjects: [{ kind: "Policy", name }],
      });
      expect(find("Placement")?.spec?.predicates).toEqual([
        {
          requiredClusterSelector: {
            labelSelector: { matchExpressions: [{ key: "local-cluster", operator: "NotIn", values: ["true"] }] },
          },
        },
      ]);
      expect(find("ManagedClusterSetBinding")?.metadata?.name).toBe("global");
    });

    test("have a name that ACM accepts: with its namespace 62 characters at most", () => {
      const { name = "", namespace = "" } = find("Policy")?.metadata ?? {};
      expect(`${namespace}${name}`.length).toBeLessThanOrEqual(62);
    });
  });

  test("let the operator read any Secret only by a part of its own", () => {
    const reads = under("operator").filter((one) => granted([one]).includes("get /secrets  in cluster"));
    expect(reads.map(({ path }) => path)).toEqual(["rbac/switchover/operator/klusterlets/cluster-role.yaml"]);
  });

  test("let the validator change nothing", () => {
    const writes = granted(under("validator")).filter((line) => !/^(get|list|watch) /.test(line));
    expect(writes).toEqual(["create authorization.k8s.io/selfsubjectaccessreviews  in cluster"]);
  });

  test("have no wildcard", () => {
    expect(manifests.filter(({ text }) => text.includes("*")).map(({ path }) => path)).toEqual([]);
  });

  test.each(["operator", "validator"])("need no namespace in the base of the %s that a hub may lack", (role) => {
    const base = under(role).filter(({ path }) => posix.dirname(path) === `rbac/switchover/${role}`);
    const namespaces = new Set(base.flatMap(({ manifest }) => manifest.metadata?.namespace ?? []));
    const { acm, backup, engine } = defaultNamespaces;
    expect([...namespaces].toSorted()).toEqual(["acm-switchover", acm, backup, engine].toSorted());
  });

  test.each(["operator", "validator"])("let the %s list Secrets only by a part of their own", (role) => {
    const lists = under(role).filter((one) => granted([one]).some((line) => line.startsWith("list /secrets")));
    expect(lists.map(({ path }) => path)).toEqual([`rbac/switchover/${role}/import-tokens/cluster-role.yaml`]);
  });

  test("are each bound, in the same place and by the same name, to the account of the area", () => {
    const place = ({ manifest: { kind, metadata } }: (typeof manifests)[number]): string =>
      `${kind} ${metadata?.name} ${metadata?.namespace}`;
    const roles = manifests.filter(({ manifest }) => manifest.rules !== undefined);
    const bindings = manifests.filter(({ manifest }) => manifest.roleRef !== undefined);
    expect(bindings.map((one) => place(one).replace("Binding", "")).toSorted()).toEqual(roles.map(place).toSorted());
    for (const { path, manifest } of bindings) {
      const [folder, inner] = path.split("/").slice(2);
      const role = folder === "decommission" ? "operator" : folder === "managed-cluster" ? inner : folder;
      expect(manifest.roleRef).toMatchObject({
        kind: manifest.kind.replace("Binding", ""),
        name: manifest.metadata?.name,
      });
      expect(manifest.subjects).toEqual([
        { kind: "ServiceAccount", name: `acm-switchover-${role}`, namespace: "acm-switchover" },
      ]);
    }
  });

  test("are applied whole: each kustomization lists every manifest beside it", () => {
    const lists = manifests.filter(({ manifest }) => manifest.kind === "Kustomization");
    expect(lists).toHaveLength(16);
    for (const { path, manifest } of lists) {
      const folder = posix.dirname(path);
      const beside = manifests.filter((one) => posix.dirname(one.path) === folder && one.path !== path);
      expect(manifest.resources).toEqual(beside.map((one) => posix.basename(one.path)).toSorted());
    }
  });

  test("are explained: the README names every resource with its reason", () => {
    const readme = files.get("rbac/switchover/README.md") ?? "";
    for (const { resource, reason } of allPermissions) {
      expect(readme).toContain(resource.split("/")[0]);
      expect(readme).toContain(reason);
    }
  });
});
