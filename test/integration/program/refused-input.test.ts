import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { program } from "../../support/program.ts";
import { runProgram } from "./start-program.ts";

// Everything here is refused before a hub could be asked: no server runs.
const secret = "canary-of-a-token";

let folder: string;

function kubeconfig(cluster: string): string {
  return `apiVersion: v1
kind: Config
current-context: hub
contexts: [{name: hub, context: {cluster: hub, user: admin}}]
clusters: [{name: hub, cluster: {${cluster}}}]
users: [{name: admin, user: {token: ${secret}}}]
`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-refused-"));
  const files = {
    good: kubeconfig('server: "https://127.0.0.1:9"'),
    broken: "clusters: [unclosed",
    text: "just text",
    "no-server": kubeconfig("nothing: 1"),
    plain: kubeconfig('server: "http://127.0.0.1:9"'),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await mkdir(join(folder, "directory"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Refusal {
  readonly code: number | null;
  /** The lines that end the output. */
  readonly lines: readonly string[];
  readonly all: string;
}

async function refused(flags: Readonly<Record<string, string>>, environment = {}): Promise<Refusal> {
  const files = { "primary-kubeconfig": join(folder, "good"), "secondary-kubeconfig": join(folder, "good") };
  const merged = { "state-folder": join(folder, "state"), ...files, ...flags };
  const args = Object.entries(merged).flatMap(([name, value]) => [`--${name}`, value]);
  const { code, stdout, stderr } = await runProgram(["switchover", "run", ...args], {
    program,
    environment: { HOME: folder, ...environment },
  });
  const all = `${stdout}${stderr}`;
  const lines = all.trimEnd().split("\n");
  return { code, all, lines: lines.slice(lines.findIndex((line) => line.startsWith("ERROR "))) };
}

describe("a kubeconfig", () => {
  test.each([
    ["that is absent", "absent", "KUBE-20", "cannot be read", /ENOENT/],
    ["that is a directory", "directory", "KUBE-20", "cannot be read", /it is no regular file/],
    ["that is no YAML", "broken", "KUBE-20", "cannot be read", /it is no YAML/],
    ["that is some other text", "text", "KUBE-21", "is no kubeconfig", /it holds no list of clusters/],
    ["without a server", "no-server", "KUBE-24", "names no server", /only https addresses are used/],
    ["with an address without TLS", "plain", "KUBE-24", "http://127.0.0.1:9", /only https addresses are used/],
  ])("%s is refused with its own id, and nothing is written", async (_what, name, id, what, why) => {
    const { code, lines, all } = await refused({ "primary-kubeconfig": join(folder, name) });
    expect({ code, first: lines[0] }).toMatchObject({ code: 2, first: expect.stringContaining(`ERROR ${id} `) });
    expect(lines[0]).toContain(what);
    expect(lines[1]).toMatch(why);
    expect(lines[2]).toMatch(/^fix: {2}\S/);
    expect(all).not.toContain(secret);
    expect(await readdir(folder)).not.toContain("state");
  });

  test("without the context that is asked for is refused with the contexts that it has", async () => {
    const { code, lines } = await refused({ "primary-context": "other" });
    expect(code).toBe(2);
    expect(lines[0]).toContain("KUBE-22 switchover run: kubeconfig");
    expect(lines[0]).toContain('has no context "other"');
    expect(lines[1]).toBe("why:  it holds: hub");
  });

  test("of a hub that is down ends with its address and the way to check it", async () => {
    const { code, lines, all } = await refused({});
    expect(code).toBe(1);
    expect(lines.slice(0, 4)).toEqual([
      expect.stringMatching(/^ERROR KUBE-14 switchover run: .* on "(primary|secondary)" could not reach the server$/),
      "why:  connect ECONNREFUSED 127.0.0.1:9",
      expect.stringContaining("fix:  check that https://127.0.0.1:9 is up and reachable from here"),
      "exit: 1",
    ]);
    expect(all).not.toContain(secret);
    expect(await readdir(folder)).not.toContain("state");
  });
});

const hostile = [
  ["a quote", 'a"b', /is not lower-case letters, digits and hyphens/],
  ["a variable that Tekton expands", "$(params.secret)", /contains "\$\(", which Tekton or the kubelet may expand/],
  ["a line break", "two\nlines", /contains the control character U\+000A/],
  ["other than ASCII", "bücher", /is not lower-case letters/],
  ["more than 10 kB", "x".repeat(10_240), /is longer than 10000 bytes/],
] as const;

describe("a parameter with", () => {
  test.each(hostile)("%s is refused as a flag before anything is contacted", async (_what, value, text) => {
    const { code, lines, all } = await refused({ "operation-id": value });
    expect({ code, first: lines[0] }).toMatchObject({ code: 2, first: expect.stringMatching(text) });
    expect(lines[0]).toContain('ERROR STEP-03 switchover run: parameter "operation-id"');
    expect(lines[1]).toBe("why:  the value was refused before anything was read or changed");
    expect(all.length).toBeLessThan(4_000);
  });

  test.each(hostile)("%s is refused from a Task's environment in the same words", async (_what, value, text) => {
    const { code, lines } = await refused({}, { PARAM_OPERATION_ID: value });
    expect({ code, first: lines[0] }).toMatchObject({ code: 2, first: expect.stringMatching(text) });
  });
});

describe("a command line with", () => {
  test.each([
    ["a method that is misspelt", { method: "ful" }, "STEP-03", 'did you mean "full"?'],
    ["a flag that is misspelt", { mehtod: "full" }, "STEP-02", "did you mean --method?"],
    ["a switch that is neither true nor false", { "dry-run": "yes" }, "STEP-03", 'give "true" or "false"'],
    ["a wait time that does not exist", { tuning: '{"clusterWiat":1}' }, "STEP-03", 'did you mean "clusterWait"?'],
    ["a wait time below zero", { tuning: '{"clusterWait":-1}' }, "STEP-03", "give a number of at least 0"],
    ["text instead of JSON", { tuning: "not json" }, "STEP-03", "give one JSON document, quoted for the shell"],
    [
      "parameters that do not go together",
      { method: "full", "activation-method": "restore" },
      "SW-PAR-02",
      "leave activation-method out, or give method passive",
    ],
    [
      "a resume of Argo CD at the end without its pause at the start",
      { "argocd-resume-after-switchover": "true" },
      "SW-ARGO-04",
      "leave argocd-resume-after-switchover out and use argocd-resume later, or correct the other parameter",
    ],
    [
      "a resume of Argo CD on a hub that is to be removed",
      { "argocd-manage": "true", "argocd-resume-after-switchover": "true", "old-hub-action": "decommission" },
      "SW-ARGO-04",
      "leave argocd-resume-after-switchover out and use argocd-resume later, or correct the other parameter",
    ],
  ])("%s is refused with the way out", async (_what, flags, id, fix) => {
    const { code, lines } = await refused(flags);
    expect({ code, id: lines[0]?.split(" ")[1], fix: lines[2] }).toEqual({ code: 2, id, fix: `fix:  ${fix}` });
  });
});
