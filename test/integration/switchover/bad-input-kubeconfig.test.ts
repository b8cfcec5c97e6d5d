import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { switchover } from "./support/program.ts";
import { type Refusal, refusalOf } from "./support/refusal.ts";
import type { Ended } from "./support/switchover-bench.ts";

// Everything here is refused before a hub could be asked: no server runs, and the addresses lead nowhere.
const canary = "canary-of-a-token";
const token = `user: {token: ${canary}}`;
const cluster = 'cluster: {server: "https://127.0.0.1:9"}';

function kubeconfig(of: { readonly cluster?: string; readonly user?: string; readonly context?: string }): string {
  return `apiVersion: v1
kind: Config
current-context: hub
contexts: [{name: hub, ${of.context ?? "context: {cluster: hub, user: admin}"}}]
clusters: [{name: hub, ${of.cluster ?? cluster}}]
users: [{name: admin, ${of.user ?? token}}]
`;
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-kubeconfigs-"));
  await writeFile(join(folder, "good"), kubeconfig({}));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(name: string, text: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** A run whose new hub has this kubeconfig. It leaves nothing, and says nothing of the token. */
async function refused(file: string, environment: Readonly<Record<string, string>> = {}): Promise<Refusal> {
  const flags = ["--primary-kubeconfig", join(folder, "good"), "--secondary-kubeconfig", file];
  const ended = await switchover(["run", ...flags, "--state-folder", join(folder, "state")], {
    HOME: folder,
    ...environment,
  });
  await expectNothingLeft(ended);
  return refusalOf(ended);
}

async function expectNothingLeft({ stdout, stderr }: Ended): Promise<void> {
  expect(`${stdout}${stderr}`).not.toContain(canary);
  expect(await readdir(folder)).not.toContain("state");
}

const half = "user: {client-certificate-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t}";
const malformed = [
  ["no bytes", "", "KUBE-21", "is no kubeconfig", "it holds no list of clusters"],
  ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00, 0x01]), "KUBE-21", "is no kubeconfig", "list of clusters"],
  ["YAML that ends early", `clusters: [{name: "${canary}`, "KUBE-20", "cannot be read", "it is no YAML (line 1"],
  ["JSON that ends early", `{"clusters": ["${canary}"`, "KUBE-20", "cannot be read", "it is no YAML"],
  ["a context of no cluster", kubeconfig({ context: "context: {user: admin}" }), "KUBE-23", "nowhere", "no cluster"],
  [
    "a context of an unknown user",
    kubeconfig({ context: "context: {cluster: hub, user: other}" }),
    "KUBE-23",
    'has a context "hub" that points nowhere',
    'there is no user "other"',
  ],
  ["a user without a login", kubeconfig({ user: "user: {}" }), "KUBE-23", "without a login", "no token and no"],
  [
    "a user with name and password",
    kubeconfig({ user: `user: {username: admin, password: ${canary}}` }),
    "KUBE-23",
    "without a login",
    "removed logins by name and password",
  ],
  ["half a certificate", kubeconfig({ user: half }), "KUBE-23", "half a client certificate", "client-key is missing"],
  ["a token that is a list", kubeconfig({ user: "user: {token: [1]}" }), "KUBE-23", "malformed field token", "no text"],
  [
    "an authority that is no certificate",
    kubeconfig({ cluster: 'cluster: {server: "https://127.0.0.1:9", certificate-authority-data: bm9uZQ==}' }),
    "KUBE-23",
    "certificate-authority-data",
    "PEM",
  ],
  [
    "verification turned off",
    kubeconfig({ cluster: 'cluster: {server: "https://127.0.0.1:9", insecure-skip-tls-verify: true}' }),
    "KUBE-24",
    "turns the verification of certificates off",
    "to anyone who answers",
  ],
  [
    "a login in the address",
    kubeconfig({ cluster: `cluster: {server: "https://admin:${canary}@127.0.0.1:9"}` }),
    "KUBE-24",
    "on 127.0.0.1:9 with more than host, port and path",
    "is no part of the Kubernetes API",
  ],
] as const;

describe("a kubeconfig", () => {
  test.each(malformed)("with %s is refused in words of its own", async (what, content, id, says, why) => {
    const file = await written(what.replaceAll(" ", "-"), content);
    const refusal = await refused(file);
    expect(refusal).toMatchObject({ code: 2, id, what: expect.stringContaining(says) });
    expect(refusal.what).toContain(file);
    expect(refusal.why).toContain(why);
    expect(refusal.fix).toMatch(/^(write|give|use|check|put) /);
  });

  test("that is a link to nothing is refused as an absent one", async () => {
    const link = join(folder, "dangling");
    await symlink(join(folder, "nothing"), link);
    expect(await refused(link)).toMatchObject({ code: 2, id: "KUBE-20", why: expect.stringContaining("ENOENT") });
  });

  test("that is a device is refused without reading from it", async () => {
    expect(await refused("/dev/zero")).toMatchObject({ code: 2, id: "KUBE-20", why: "it is no regular file" });
  });

  test("of more than 10 MiB is refused with both sizes", async () => {
    const file = await written("large", `# ${"x".repeat(10 * 1024 * 1024)}\n${kubeconfig({})}`);
    const { code, id, why } = await refused(file);
    expect({ code, id }).toEqual({ code: 2, id: "KUBE-20" });
    expect(why).toMatch(/^it is 1048\d{4} bytes large, more than the 10485760 that are read$/);
  });

  test("that is larger than the environment permits is refused with that limit", async () => {
    const refusal = await refused(join(folder, "good"), { ACM_KUBECONFIG_MAX_SIZE: "100" });
    expect(refusal).toMatchObject({ code: 2, id: "KUBE-20", why: expect.stringContaining("more than the 100 that") });
  });

  test("has a limit of its own in the environment, which must be a number", async () => {
    expect(await refused(join(folder, "good"), { ACM_KUBECONFIG_MAX_SIZE: "10MiB" })).toEqual({
      code: 2,
      id: "SW-PAR-06",
      what: "ACM_KUBECONFIG_MAX_SIZE is no number of bytes",
      why: 'it is "10MiB"',
      fix: "give whole bytes, for example 10485760, or 0 for no limit; or leave it out",
    });
  });
});

describe("a preflight", () => {
  const inPod = { TASKRUN_NAME: "preflight-1", PIPELINERUN_NAME: "run-1" };

  async function mount(hub: string, key: string, text = kubeconfig({})): Promise<string> {
    const path = join(folder, `${hub}-mount`);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, key), text);
    return path;
  }

  test("in a pod without the Secret of the new hub is refused with the workspace's name", async () => {
    const primary = await mount("primary", "kubeconfig");
    const ended = await switchover(["preflight", "--workspace", `primary-kubeconfig=${primary}`], {
      HOME: folder,
      ...inPod,
    });
    expect(refusalOf(ended)).toEqual({
      code: 2,
      id: "SW-PAR-03",
      what: "workspace secondary-kubeconfig is not bound",
      why: "inside a pod there is no other way to the hub",
      fix: "bind secondary-kubeconfig to a Secret with the key kubeconfig",
    });
  });

  test("with a Secret of another key is refused with the key that is expected", async () => {
    const primary = await mount("wrong-key", "config");
    const ended = await switchover(["preflight", "--workspace", `primary-kubeconfig=${primary}`], { HOME: folder });
    const { code, id, fix } = refusalOf(ended);
    expect({ code, id }).toEqual({ code: 2, id: "KUBE-20" });
    expect(fix).toContain("has the key kubeconfig");
  });

  test("with a workspace that is a file is refused with its path", async () => {
    const ended = await switchover(["preflight", "--workspace", `primary-kubeconfig=${join(folder, "good")}`]);
    expect(refusalOf(ended)).toMatchObject({
      code: 2,
      id: "STEP-04",
      why: `${join(folder, "good")} is not a directory`,
    });
  });

  test("in a pod starts no program that a kubeconfig names", async () => {
    const marker = join(folder, "started");
    const plugin = `user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: /usr/bin/touch, args: ["${marker}"]}}`;
    const primary = await mount("primary", "kubeconfig", kubeconfig({ user: plugin }));
    const secondary = await mount("secondary", "kubeconfig");
    const workspaces = [`primary-kubeconfig=${primary}`, `secondary-kubeconfig=${secondary}`];
    const ended = await switchover(["preflight", ...workspaces.flatMap((one) => ["--workspace", one])], {
      HOME: folder,
      ...inPod,
    });
    expect(refusalOf(ended)).toMatchObject({ code: 2, id: "KUBE-25" });
    expect(await readdir(folder)).not.toContain("started");
  });
});

test("without any kubeconfig the path that was tried is named", async () => {
  const hubs = ["--primary-context", "east", "--secondary-context", "west"];
  const ended = await switchover(["run", ...hubs, "--state-folder", join(folder, "state")], {
    HOME: join(folder, "empty-home"),
  });
  const { code, id, what } = refusalOf(ended);
  expect({ code, id }).toEqual({ code: 2, id: "KUBE-20" });
  expect(what).toContain(join(folder, "empty-home", ".kube", "config"));
  await expectNothingLeft(ended);
});

describe("a hub that nothing names is refused, whatever the current context is,", () => {
  const good = () => join(folder, "good");
  const decommission = ["decommission", "--confirm-decommission", "east"];
  const commands: readonly (readonly [string, () => readonly string[], string, string])[] = [
    ["in a run without either", () => ["run"], "primary-kubeconfig", "primary-context"],
    [
      "in a run with the old one alone",
      () => ["run", "--primary-kubeconfig", good()],
      "secondary-kubeconfig",
      "secondary-context",
    ],
    ["in a preflight", () => ["preflight"], "primary-kubeconfig", "primary-context"],
    [
      "in a preflight with a context of the old one alone",
      () => ["preflight", "--primary-context", "hub"],
      "secondary-kubeconfig",
      "secondary-context",
    ],
    ["in a decommission", () => decommission, "primary-kubeconfig", "primary-context"],
    ["in a rollback", () => ["rollback"], "primary-kubeconfig", "primary-context"],
    ["in a setup", () => ["setup"], "admin-kubeconfig", "context"],
    [
      "as the new one in a postflight of an old one",
      () => ["postflight", "--primary-context", "hub"],
      "secondary-kubeconfig",
      "secondary-context",
    ],
  ];

  test.each(commands)("%s", async (_where, args, workspace, parameter) => {
    const ended = await switchover(args(), { HOME: folder, KUBECONFIG: good(), ACM_SWITCHOVER_STATE_DIR: "/tmp" });
    expect(refusalOf(ended)).toEqual({
      code: 2,
      id: "SW-PAR-07",
      what: `nothing names the hub of ${workspace}`,
      why: `neither ${workspace} nor ${parameter} is given, and the current context of a kubeconfig is no choice of a hub`,
      fix: `give ${workspace}, or ${parameter} for a context of KUBECONFIG or ~/.kube/config`,
    });
    await expectNothingLeft(ended);
  });
});

test("a context is looked for in each file of KUBECONFIG", async () => {
  await copyFile(join(folder, "good"), join(folder, "second"));
  const ended = await switchover(["run", "--primary-context", "absent", "--state-folder", join(folder, "state")], {
    HOME: folder,
    KUBECONFIG: `${join(folder, "good")}:${join(folder, "second")}`,
  });
  expect(refusalOf(ended)).toMatchObject({ code: 2, id: "KUBE-22", why: "it holds: hub" });
});
