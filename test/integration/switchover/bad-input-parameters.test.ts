import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { switchover } from "./support/program.ts";
import { type Refusal, refusalOf } from "./support/refusal.ts";
import type { Ended } from "./support/switchover-bench.ts";

// Everything here is refused before a hub could be asked: no server runs, and the addresses lead nowhere.
let folder: string;
let results: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-parameters-"));
  results = join(folder, "results");
  const text = `clusters: [{name: h, cluster: {server: "https://127.0.0.1:9"}}]
contexts: [{name: h, context: {cluster: h, user: u}}]
users: [{name: u, user: {token: canary-of-a-token}}]
current-context: h
`;
  await mkdir(join(folder, "secret"));
  await writeFile(join(folder, "secret", "kubeconfig"), text);
});
beforeEach(() => rm(results, { recursive: true, force: true }));
afterAll(() => rm(folder, { recursive: true, force: true }));

const commands = ["run", "preflight"] as const;
type Command = (typeof commands)[number];
type Texts = Readonly<Record<string, string>>;

/** What each command needs to get past its own parameters. */
function base(command: Command): Texts {
  const file = join(folder, "secret", "kubeconfig");
  return command === "preflight"
    ? { "results-dir": results }
    : { "primary-kubeconfig": file, "secondary-kubeconfig": file, "state-folder": join(folder, "state") };
}

async function started(command: Command, flags: Texts, environment: Texts = {}): Promise<Ended> {
  const args = Object.entries({ ...base(command), ...flags }).flatMap(([name, value]) => [`--${name}`, value]);
  const workspaces = ["primary", "secondary"].map((hub) => `${hub}-kubeconfig=${join(folder, "secret")}`);
  const mounted = command === "preflight" ? workspaces.flatMap((workspace) => ["--workspace", workspace]) : [];
  const ended = await switchover([command, ...args, ...mounted], { HOME: folder, ...environment });
  expect(await readdir(folder)).not.toContain("state");
  return ended;
}

async function refused(command: Command, flags: Texts, environment: Texts = {}): Promise<Refusal> {
  return refusalOf(await started(command, flags, environment));
}

// Every parameter that takes free text, and those of them whose rule admits letters and digits only.
const named = ["operation-id", "confirm-new-hub", "acknowledge-primary-down", "primary-context", "secondary-context"];
const texts: Readonly<Record<Command, readonly string[]>> = {
  run: [...named, "primary-kubeconfig", "secondary-kubeconfig", "spoke-kubeconfigs", "state-folder", "report-folder"],
  preflight: [...named, "request-id", "issued-at"],
};
const rules: Readonly<Record<Command, readonly string[]>> = {
  run: named,
  preflight: [...named, "request-id", "issued-at"],
};

const hostile = [
  ["quotes", `a"b'c`, rules, "is not "],
  ["a line break", "two\nlines", texts, "contains the control character U+000A"],
  ["a carriage return that hides what is before it", "two\rlines", texts, "contains the control character U+000D"],
  ["a mark that turns text round", "a\u202eb", texts, "contains the control character U+202E"],
  ["a command of a shell", "a$(touch owned)b", texts, 'contains "$("'],
  ["a variable of a Pipeline", "$(context.taskRun.name)", texts, 'contains "$("'],
  ["10 kB", "x".repeat(10_001), texts, "is longer than 10000 bytes"],
  ["10 kB of two-byte letters", "ü".repeat(5_001), texts, "is longer than 10000 bytes"],
  ["letters beyond ASCII", "hüb-名", rules, "is not "],
  ["a command after a semicolon", "a; touch owned", rules, "is not "],
] as const;

const table = hostile.flatMap(([what, value, of, says]) =>
  commands.map((command) => [what, command, value, of[command], says] as const),
);

function expectAllNamed(refusal: Refusal, names: readonly string[], says: string): void {
  expect(refusal).toMatchObject({ code: 2, id: "STEP-03" });
  const [, list = ""] = /^\d+ parameters are not valid: (.*)$/.exec(refusal.what) ?? [];
  expect(list.split(", ").toSorted()).toEqual(names.toSorted());
  expect(refusal.why).toContain(`parameter "${list.split(", ")[0]}" `);
  expect(refusal.why).toContain(says);
  expect(`${refusal.what}${refusal.why}${refusal.fix}`.length).toBeLessThan(4_000);
}

describe("every text parameter with", () => {
  test.each(table)("%s is refused by %s as a flag, all at once", async (_what, command, value, names, says) => {
    const flags = Object.fromEntries(names.map((name) => [name, value]));
    expectAllNamed(await refused(command, flags), names, says);
    expect(await readdir(folder)).not.toContain("owned");
  });

  test.each(table)("%s is refused by %s from PARAM_*, all at once", async (_what, command, value, names, says) => {
    // Flags win over the environment: those that a variable is to set are left out.
    const variables = names.filter((name) => !(name in base(command)));
    const environment = Object.fromEntries(
      variables.map((name) => [`PARAM_${name.toUpperCase().replaceAll("-", "_")}`, value]),
    );
    expectAllNamed(await refused(command, {}, environment), variables, says);
  });
});

describe("a Task", () => {
  const inTask = { TASKRUN_NAME: "preflight-1" };

  test("that refuses a parameter leaves every result, and the reason among them", async () => {
    const { id } = await refused("preflight", { method: "partial" }, inTask);
    expect(id).toBe("STEP-03");
    expect((await readdir(results)).length).toBeGreaterThan(5);
    expect(await readFile(join(results, "preflight-passed"), "utf8")).toBe("false");
  });

  test.each([
    ["PARAM_METHODE", "did you mean PARAM_METHOD?"],
    ["PARAM_ROLLBACK_ALLOW_PARTIAL", "remove it from the Task"],
  ])("with the variable %s, which belongs to nothing, is refused", async (name, fix) => {
    const refusal = await refused("preflight", {}, { ...inTask, [name]: "full" });
    expect(refusal).toMatchObject({ code: 2, id: "STEP-02", fix });
    expect(refusal.what).toBe(`environment variable ${name} belongs to no parameter`);
  });

  test("that writes results where it may not is refused before it looks at anything", async () => {
    await writeFile(results, "a file");
    const refusal = await refused("preflight", {});
    expect(refusal).toMatchObject({ code: 1, id: "STEP-08", fix: expect.stringContaining("--results-dir") });
    expect(refusal.what).toContain(results);
  });
});

const faults = [
  ["a namespace of no known kind", { namespaces: '{"backups":"x"}' }, {}, "STEP-03", 'did you mean "backup"?'],
  ["a namespace that is no name", { namespaces: '{"backup":"Über"}' }, {}, "STEP-03", "a namespace name of at most"],
  ["a hidden command in JSON", { namespaces: '{"backup":"\\u0024(x)"}' }, {}, "STEP-03", 'remove "$("'],
  ["namespaces that are a list", { namespaces: "[]" }, {}, "STEP-03", "give"],
  ["a wait time in words", { tuning: '{"clusterWait":"long"}' }, {}, "STEP-03", "give"],
  ["an unknown wait time in the environment", {}, { SWITCHOVER_TUNING: '{"wait":1}' }, "SW-PAR-01", "keys: "],
  ["wait times in the environment that are no JSON", {}, { SWITCHOVER_TUNING: "{" }, "SW-PAR-01", "give an object"],
  [
    "observability to remove from a hub that is left as it is (A-76)",
    { "disable-observability-on-secondary": "true", "old-hub-action": "none" },
    {},
    "SW-OBS-01",
    "leave disable-observability-on-secondary out",
  ],
  [
    "observability to remove from a hub that is removed itself (A-76)",
    { "disable-observability-on-secondary": "true", "old-hub-action": "decommission" },
    {},
    "SW-OBS-01",
    "leave disable-observability-on-secondary out",
  ],
  [
    "observability to remove and to leave alone",
    { "disable-observability-on-secondary": "true", "skip-observability-checks": "true" },
    {},
    "SW-OBS-01",
    "correct the other parameter",
  ],
  [
    "kubeconfigs of managed clusters that are not there",
    { "spoke-kubeconfigs": "/nowhere/spokes" },
    {},
    "SW-KLU-01",
    "give a kubeconfig, or a folder of kubeconfigs",
  ],
  ["a removal without its confirmation", { "old-hub-action": "decommission" }, {}, "SW-DEC-01", "give the cluster id"],
  ["a count below zero", { "min-managed-clusters": "-1" }, {}, "STEP-03", "give a number of at least 0"],
  ["a count with a fraction", { "min-managed-clusters": "1.5" }, {}, "STEP-03", "give digits only"],
  ["a count beyond any fleet", { "min-managed-clusters": "9".repeat(40) }, {}, "STEP-03", "give digits only"],
  ["a switch in another case", { force: "True" }, {}, "STEP-03", 'give "true" or "false"'],
  ["a level that does not exist", { "log-level": "trace" }, {}, "STEP-03", 'give one of "debug"'],
] as const;

describe("a run with", () => {
  test.each(faults)("%s is refused with the way out", async (_what, flags, environment, id, fix) => {
    const refusal = await refused("run", flags, environment);
    expect(refusal).toMatchObject({ code: 2, id });
    expect(refusal.fix).toContain(fix);
  });

  test("two faults names both, each with its fix", async () => {
    const { what, why, fix } = await refused("run", { method: "ful", force: "yes" });
    expect(what).toBe("2 parameters are not valid: force, method");
    expect(why).toContain('parameter "force" = "yes" is neither "true" nor "false"');
    expect(fix).toBe('force: give "true" or "false"; method: did you mean "full"?');
  });
});

const lost = { "primary-unreachable": "true" } as const;
const west = { "acknowledge-primary-down": "west" } as const;
const combinations = [
  [
    "A-76 full with restore",
    { method: "full", "activation-method": "restore" },
    "SW-PAR-02",
    ["activation-method", "method"],
  ],
  [
    "W-11 clusters that move first without a Restore of their own",
    { "cluster-selector": "stage=canary" },
    "SW-SEL-02",
    ["cluster-selector", "activation-method"],
  ],
  [
    "A-76 resume of Argo CD without its pause",
    { "argocd-resume-after-switchover": "true" },
    "SW-ARGO-04",
    ["argocd-resume-after-switchover", "argocd-manage"],
  ],
  [
    "A-76 resume of Argo CD on a hub that is removed",
    { "argocd-manage": "true", "argocd-resume-after-switchover": "true", "old-hub-action": "decommission" },
    "SW-ARGO-04",
    ["argocd-resume-after-switchover", "old-hub-action"],
  ],
  [
    "A-76 W-13 resume of Flux without its pause",
    { "flux-resume-after-switchover": "true" },
    "SW-FLUX-06",
    ["flux-resume-after-switchover", "flux-manage"],
  ],
  [
    "A-73 A-76 a lost hub that nobody vouches for",
    { ...lost, "old-hub-action": "none" },
    "SW-DOWN-01",
    ["primary-unreachable", "acknowledge-primary-down"],
  ],
  ["A-73 A-76 a part for a lost hub", { ...lost, ...west }, "SW-DOWN-02", ["old-hub-action", "primary-unreachable"]],
  [
    "A-73 A-76 the removal of a lost hub",
    { ...lost, ...west, "old-hub-action": "decommission" },
    "SW-DOWN-02",
    ["old-hub-action", "primary-unreachable"],
  ],
  [
    "A-76 a removal without its confirmation",
    { "old-hub-action": "decommission" },
    "SW-DEC-01",
    ["confirm-decommission"],
  ],
] as const;

describe("parameters that do not go together", () => {
  test.each(combinations)("%s: exit 2 names them, and no hub is asked", async (_what, flags, id, names) => {
    for (const [command, more] of [
      ["run", {}],
      ["preflight", { mode: "switchover" }],
    ] as const) {
      const refusal = await refused(command, { ...flags, ...more });
      expect(refusal).toMatchObject({ code: 2, id });
      for (const name of names) expect(`${refusal.what} ${refusal.fix}`).toContain(name);
    }
  });

  test("A-73 A-76 a validation without a hub that nobody vouches for is refused, too", async () => {
    expect(await refused("preflight", lost)).toMatchObject({ code: 2, id: "SW-DOWN-01" });
  });
});

const alone = [
  ["fewer than no clusters", { "min-managed-clusters": "-1" }, "STEP-03"],
  ["a state that climbs out of its folder", { "state-folder": "../x" }, "SW-PAR-05"],
  ["an operation whose state would climb out of its folder", { "operation-id": "../x" }, "STEP-03"],
  ["a wait time that nobody knows", { tuning: '{"clusterWaits":1}' }, "STEP-03"],
  ["a parameter that nobody knows", { "disable-observability": "true" }, "STEP-02"],
] as const;

describe("A-76 before any hub is asked", () => {
  test.each(alone)("%s is refused with exit 2", async (_what, flags, id) => {
    expect(await refused("run", flags)).toMatchObject({ code: 2, id });
  });
});

describe("a folder to write to", () => {
  const folders = ["state-folder", "report-folder"] as const;
  const unsafe = [
    ["that climbs", "/tmp/a/../../etc", 'it contains the component ".."'],
    ["with a home sign", "~/state", "it contains the character ~"],
    ["with a variable", "/tmp/$HOME", "it contains the character $"],
    ["with a pipe", "/tmp/a|b", "it contains the character |"],
    ["of the system", "/etc/fairlead", "it leads to /etc"],
    ["of the kernel", "/proc/self", "it leads to /proc/"],
  ] as const;

  test.each(folders.flatMap((name) => unsafe.map(([what, path, why]) => [name, what, path, why] as const)))(
    "%s %s is refused with the reason",
    async (name, _what, path, why) => {
      const refusal = await refused("run", { [name]: path });
      expect(refusal).toMatchObject({ code: 2, id: "SW-PAR-05", what: `${name} "${path}" cannot be used` });
      expect(refusal.why).toContain(why);
      expect(refusal.fix).toMatch(/^give /);
    },
  );

  test.each(folders)("%s that a link leads out of its place is refused", async (name) => {
    const link = join(folder, `link-of-${name}`);
    await symlink("/etc", link);
    expect(await refused("run", { [name]: join(link, "x") })).toMatchObject({
      id: "SW-PAR-05",
      why: "it leads to /etc",
    });
  });

  test.each(folders)("%s that is a file, or below one, is refused", async (name) => {
    const file = join(folder, "secret", "kubeconfig");
    const why = `${file} is no folder`;
    expect(await refused("run", { [name]: file })).toMatchObject({ code: 2, id: "SW-PAR-05", why });
    expect(await refused("run", { [name]: join(file, "below") })).toMatchObject({ code: 2, id: "SW-PAR-05", why });
  });

  test("from the environment is held to the same rules", async () => {
    const args = ["run", "--primary-kubeconfig", join(folder, "secret", "kubeconfig")];
    const ended = await switchover(args, { HOME: folder, ACM_SWITCHOVER_STATE_DIR: "/etc/fairlead" });
    expect(refusalOf(ended)).toMatchObject({
      code: 2,
      id: "SW-PAR-05",
      what: 'ACM_SWITCHOVER_STATE_DIR "/etc/fairlead" cannot be used',
    });
  });
});
