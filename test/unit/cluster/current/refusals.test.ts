import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ToolError } from "../../../../images/build/run-tool.ts";
import type { Kubectl } from "../../../cluster/current/kubectl.ts";
import { operationOptions, registryOptions } from "../../../cluster/current/options.ts";
import { requireTekton } from "../../../cluster/current/require-tekton.ts";
import { installOnCurrent, verifyOnCurrent } from "../../../cluster/current/verify.ts";

let folder: string;
let hubs: Readonly<Record<"PRIMARY_KUBECONFIG" | "SECONDARY_KUBECONFIG", string>>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fairlead-current-"));
  hubs = { PRIMARY_KUBECONFIG: join(folder, "old"), SECONDARY_KUBECONFIG: join(folder, "new") };
  for (const file of Object.values(hubs)) writeFileSync(file, "kind: Config\n");
});

afterAll(() => rmSync(folder, { recursive: true }));

interface Answers {
  readonly [path: string]: string | undefined;
}

/** An API server that answers reads of paths, and remembers everything that it was asked. */
function server(answers: Answers): { readonly kubectl: Kubectl; readonly asked: readonly string[] } {
  const asked: string[] = [];
  const kubectl: Kubectl = async (args) => {
    asked.push(args.join(" "));
    const answer = answers[args.at(-1) ?? ""];
    if (answer === undefined) throw new ToolError("kubectl ended with 1:\nError from server (NotFound)");
    return answer;
  };
  return { kubectl, asked };
}

const withTekton: Answers = {
  "/version": "{}",
  "/apis/tekton.dev/v1": '{"resources":[{"name":"tasks"},{"name":"pipelineruns"}]}',
  "/apis/triggers.tekton.dev/v1beta1": '{"resources":[{"name":"eventlisteners"}]}',
};

describe("the registry", () => {
  test("is REGISTRY, for the cluster too where no other name is given", () => {
    expect(registryOptions({ REGISTRY: "r.example.com/f" })).toEqual({
      registry: "r.example.com/f",
      clusterRegistry: "r.example.com/f",
      plainHttp: false,
    });
  });

  test("may have another name inside the cluster, and no TLS", () => {
    const environment = { REGISTRY: "localhost:5001/f", CLUSTER_REGISTRY: "kind-registry:5000/f", PLAIN_HTTP: "1" };
    expect(registryOptions(environment)).toEqual({
      registry: "localhost:5001/f",
      clusterRegistry: "kind-registry:5000/f",
      plainHttp: true,
    });
  });

  test.each([[{}], [{ REGISTRY: "" }], [{ REGISTRY: "https://r.example.com/f" }]])("%j is refused", (environment) => {
    expect(() => registryOptions(environment)).toThrow(
      /^CURRENT-01: the registry of the image and the bundles is not known\n {2}why: REGISTRY .*\n {2}fix: make image bundle REGISTRY=/,
    );
  });
});

describe("the operation", () => {
  test("is a validation where nothing is said, since that changes nothing", async () => {
    expect(await operationOptions(hubs)).toEqual({
      operation: "validate",
      targets: { primary: hubs.PRIMARY_KUBECONFIG, secondary: hubs.SECONDARY_KUBECONFIG },
    });
  });

  test.each([
    ["PRIMARY_KUBECONFIG", "primary"],
    ["SECONDARY_KUBECONFIG", "secondary"],
  ])("without %s is refused: the targets are the user's to name", async (name, hub) => {
    await expect(operationOptions({ ...hubs, [name]: undefined })).rejects.toThrow(
      `CURRENT-02: the ${hub} hub is not named\n  why: ${name} is not set`,
    );
  });

  test("with a kubeconfig that cannot be read is refused, with its path", async () => {
    const environment = { ...hubs, SECONDARY_KUBECONFIG: join(folder, "gone") };
    await expect(operationOptions(environment)).rejects.toThrow(
      `CURRENT-03: the kubeconfig of the secondary hub, ${join(folder, "gone")}, cannot be read`,
    );
  });

  test("that is not known is refused, with those that are", async () => {
    await expect(operationOptions({ ...hubs, OPERATION: "decommission" })).rejects.toThrow(
      'CURRENT-04: OPERATION "decommission" is not known\n  why: operations are validate, dry-run, switchover',
    );
  });

  test("that moves a fleet is refused without the id of the new hub, and carries it otherwise", async () => {
    const environment = { ...hubs, OPERATION: "switchover" };
    await expect(operationOptions(environment)).rejects.toThrow("CURRENT-05: a switchover is not confirmed");
    expect(await operationOptions({ ...environment, CONFIRM_NEW_HUB: "id-1" })).toMatchObject({
      operation: "switchover",
      confirmNewHub: "id-1",
    });
  });
});

describe("the current cluster", () => {
  test("that has Tekton is accepted, and only read", async () => {
    const { kubectl, asked } = server(withTekton);
    await requireTekton(kubectl);
    expect(asked.filter((call) => !call.startsWith("get --raw "))).toEqual([]);
  });

  test("that does not answer is refused with what kubectl said", async () => {
    await expect(requireTekton(server({}).kubectl)).rejects.toThrow(
      /^CURRENT-06: the cluster of the current context does not answer\n {2}why: kubectl ended with 1:\nError from server/,
    );
  });

  test.each([
    ["Tekton Pipelines", "/apis/tekton.dev/v1", "pipelineruns in tekton.dev/v1"],
    ["Tekton Triggers", "/apis/triggers.tekton.dev/v1beta1", "eventlisteners in triggers.tekton.dev/v1beta1"],
  ])("without %s is refused with what to install", async (part, path, missing) => {
    for (const answer of [undefined, '{"resources":[{"name":"other"}]}']) {
      await expect(requireTekton(server({ ...withTekton, [path]: answer }).kubectl)).rejects.toThrow(
        `CURRENT-07: the cluster of the current context has no ${part}\n  why: its API server serves no ${missing}\n  fix: install OpenShift Pipelines 1.15`,
      );
    }
  });
});

describe("a refused installation or verification", () => {
  const nowhere = { REGISTRY: "127.0.0.1:1/fairlead", PLAIN_HTTP: "1" };

  test.each([
    ["CURRENT-01", () => ({ ...hubs })],
    ["CURRENT-02", () => ({ ...nowhere })],
    ["CURRENT-08", () => ({ ...hubs, ...nowhere })],
  ])("with %s has changed nothing on the cluster", async (id, environment) => {
    const { kubectl, asked } = server(withTekton);
    const cluster = { environment: environment(), kubectl, log: () => {} };
    await expect(verifyOnCurrent(cluster)).rejects.toThrow(id);
    expect(asked.filter((call) => !call.startsWith("get --raw "))).toEqual([]);
  });

  test("names the image that the registry does not give, and how to push it", async () => {
    const cluster = { environment: nowhere, kubectl: server(withTekton).kubectl, log: () => {} };
    await expect(installOnCurrent(cluster)).rejects.toThrow(
      /^CURRENT-08: 127\.0\.0\.1:1\/fairlead\/step:\d+\.\d+\.\d+ cannot be read\n[\s\S]*fix: make image bundle REGISTRY=127\.0\.0\.1:1\/fairlead;/,
    );
  });
});
