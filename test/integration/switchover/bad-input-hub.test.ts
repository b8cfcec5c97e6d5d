import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { kubeconfig } from "../../support/api-servers/kubeconfig.ts";
import { backupNamespace } from "../../support/hubs.ts";
import { accountFolder, accountUser, installRole } from "./support/accounts.ts";
import { type OddServer, plainServer, silentServer } from "./support/odd-servers.ts";
import { type Refusal, refusalOf } from "./support/refusal.ts";
import { ended, written } from "./support/switchover-bench.ts";
import { UntouchedHubs } from "./support/untouched-hubs.ts";

const minute = 60_000;
const canary = "canary-of-a-bearer-token";

let hubs: UntouchedHubs;

beforeAll(async () => {
  hubs = await UntouchedHubs.open();
}, 4 * minute);
afterAll(() => hubs?.close());

interface Differing {
  readonly url?: string;
  readonly authority?: string;
  readonly token?: string;
}

/** A kubeconfig of the new hub that differs from the right one. */
async function file(name: string, differing: Differing): Promise<string> {
  const { secondary, folder } = hubs.bench.pair;
  const { url = secondary.url, token = canary } = differing;
  const authority = differing.authority ?? (await readFile(secondary.caFile, "utf8"));
  const path = join(folder, `${name}.kubeconfig`);
  await writeFile(path, kubeconfig({ name: "new", url, authority, user: "u", credential: { token } }));
  return path;
}

/** A run whose new hub cannot be worked with; no trace of it is left. */
async function refused(secondary: string, args: readonly string[] = []): Promise<Refusal> {
  const run = await hubs.run(args, { secondary });
  expect(`${run.stdout}${run.stderr}`).not.toContain(canary);
  return refusalOf(run);
}

function jsonWebToken(expiresAt: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part({ exp: Math.floor(expiresAt / 1000) })}.c2lnbmF0dXJl`;
}

describe("the login of a hub", () => {
  test("that the server does not know is refused before the other hub is touched", async () => {
    const refusal = await refused(await file("unknown", {}));
    expect(refusal).toMatchObject({
      code: 1,
      id: "KUBE-01",
      what: expect.stringMatching(/on "secondary" was refused: not logged in$/),
      why: `the API server ${hubs.bench.pair.secondary.url} does not accept the credential of the kubeconfig`,
      fix: 'renew the token or certificate in the kubeconfig of "secondary"',
    });
  });

  test("that has expired is told from one that is unknown, with the time", async () => {
    const token = jsonWebToken(Date.parse("2026-01-02T03:04:05Z"));
    const refusal = await refused(await file("expired", { token }));
    expect(refusal).toMatchObject({
      code: 1,
      id: "KUBE-18",
      why: expect.stringContaining("its token was valid until 2026-01-02T03:04:05.000Z"),
      fix: 'put a fresh token or certificate into the kubeconfig of "secondary"',
    });
  });

  test("of a user without rights is refused with the verb, the object and the user", async () => {
    const refusal = await refused(hubs.bench.pair.secondary.kubeconfig("nobody"));
    expect(refusal).toMatchObject({
      code: 1,
      id: "KUBE-02",
      what: expect.stringMatching(/on "secondary" is forbidden$/),
    });
    expect(refusal.why).toMatch(/User "nobody" cannot (get|list) resource/);
    expect(refusal.fix).toMatch(/^grant "nobody" on "secondary" the verb "(get|list)" on \S+ /);
  });
});

describe("the connection to a hub", () => {
  test("whose certificate is of another authority is broken off, and nothing is sent", async () => {
    const authority = await readFile(hubs.bench.pair.primary.caFile, "utf8");
    const refusal = await refused(await file("foreign", { authority }));
    expect(refusal).toMatchObject({ code: 1, id: "KUBE-15", fix: expect.stringContaining("certificate authority") });
    expect(refusal.what).toMatch(/on "secondary" was broken off: no trusted connection to the server$/);
    expect(refusal.why).toMatch(/certificate/);
  });

  test("to a port that speaks plain HTTP is told from one with a wrong certificate", async () => {
    const plain = await plainServer();
    try {
      const refusal = await refused(await file("plain", { url: plain.url }));
      expect(refusal).toMatchObject({ code: 1, id: "KUBE-15", why: "what answers at this address does not speak TLS" });
    } finally {
      plain.close();
    }
  });

  test(
    "to a name that does not exist is refused with that name",
    async () => {
      const refusal = await refused(await file("nameless", { url: "https://hub.invalid:6443" }));
      expect(refusal).toMatchObject({ code: 1, id: "KUBE-14", why: expect.stringMatching(/hub\.invalid/) });
      expect(refusal.fix).toContain("https://hub.invalid:6443");
    },
    2 * minute,
  );

  describe("that hangs", () => {
    let silent: OddServer;
    let hanging: string;

    beforeAll(async () => {
      silent = await silentServer();
      hanging = await file("hanging", { url: silent.url });
    });
    afterAll(() => silent.close());

    test(
      "is told while it lasts, and the run still stops at once when told to",
      async () => {
        const child = hubs.bench.start([], { secondary: hanging });
        const end = ended(child);
        await written(child, "no answer within 30 s");
        child.kill("SIGTERM");
        const refusal = refusalOf(await end);
        expect(refusal).toMatchObject({ code: 143, id: "STEP-06" });
        expect(await hubs.traces()).toEqual([]);
      },
      2 * minute,
    );

    test(
      "ends a Task at its deadline with the code of a timeout",
      async () => {
        const folder = await hubs.bench.folderOf(hanging, "hanging");
        const primary = await hubs.bench.folderOf(hubs.bench.pair.primary.kubeconfig(), "good");
        const run = await hubs.bench.validate({ primary, secondary: folder }, ["--deadline", "3"]);
        expect(refusalOf(run)).toMatchObject({ code: 5, id: "STEP-05", what: "stopped at its deadline of 3 s" });
        expect(await hubs.traces()).toEqual([]);
      },
      2 * minute,
    );
  });
});

describe("which hub it is", () => {
  test("A-16 the same one twice is refused with its id", async () => {
    const refusal = await refused(hubs.bench.pair.primary.kubeconfig());
    expect(refusal).toMatchObject({ code: 3, id: "SW-RUN-03", why: "its id is primary-hub-id" });
  });

  test("another than the confirmed one is refused with both ids", async () => {
    const refusal = await refused(hubs.bench.pair.secondary.kubeconfig(), ["--confirm-new-hub", "third-hub-id"]);
    expect(refusal).toMatchObject({
      code: 4,
      id: "SW-RUN-02",
      what: 'confirm-new-hub "third-hub-id" is not the id of the new hub',
      why: "the secondary kubeconfig leads to hub secondary-hub-id",
    });
  });
});

describe("the account of an operator", () => {
  test(
    "that lacks one permission blocks the run by that permission, and tries nothing",
    async () => {
      const { primary, secondary, folder } = hubs.bench.pair;
      for (const hub of [primary, secondary]) await installRole(hub, "operator", ["base", "import-tokens"]);
      await hubs.look();
      const files = {
        primary: join(await accountFolder(primary, "operator", folder), "kubeconfig"),
        secondary: join(await accountFolder(secondary, "operator", folder), "kubeconfig"),
      };
      await withoutVerb("backupschedules", "patch", async () => {
        const refusal = refusalOf(await hubs.run([], files));
        expect(refusal).toMatchObject({ code: 3, id: "SW-PRE-03", what: expect.stringContaining("rbac (primary)") });
        expect(refusal.why).toContain(
          "patch backupschedules.cluster.open-cluster-management.io in namespace open-cluster-management-backup",
        );
        expect(refusal.fix).toContain("rbac/switchover/operator");
      });
      const calls = (await primary.auditEvents()).filter(({ user }) => user.username === accountUser("operator"));
      expect(calls.length).toBeGreaterThan(5);
      // What tells the program's own writes from others in the search for traces.
      expect(calls.filter(({ userAgent }) => userAgent?.startsWith("fairlead/") !== true)).toEqual([]);
    },
    2 * minute,
  );

  async function withoutVerb(resource: string, verb: string, work: () => Promise<void>): Promise<void> {
    const { primary } = hubs.bench.pair;
    const of = ["-n", backupNamespace, "get", "role", "-o", "json"];
    const roles: { readonly items: readonly RoleObject[] } = JSON.parse(await primary.kubectl(of));
    const role = roles.items.find(({ rules }) => rules.some((rule) => rule.resources.includes(resource)));
    if (role === undefined) throw new Error(`no role is about ${resource}`);
    const less = role.rules.map((rule) =>
      rule.resources.includes(resource) ? { ...rule, verbs: rule.verbs.filter((one) => one !== verb) } : rule,
    );
    await primary.kubectl(["replace", "-f", "-"], JSON.stringify({ ...role, rules: less }));
    await hubs.look();
    await work();
  }
});

interface RoleObject {
  readonly metadata: object;
  readonly rules: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
}

// Last: what a test takes away here does not come back.
describe("a hub without a CustomResourceDefinition", () => {
  const withoutCrd = async (name: string): Promise<Refusal> => {
    await hubs.bench.pair.secondary.kubectl(["delete", "crd", name, "--wait=true", "--timeout=90s"]);
    await hubs.look();
    return refusalOf(await hubs.run());
  };

  test(
    "of the backups' storage is refused by the checks, each with what is missing",
    async () => {
      const refusal = await withoutCrd("backupstoragelocations.velero.io");
      expect(refusal).toMatchObject({ code: 3, id: "SW-PRE-03" });
      expect(refusal.what).toContain("bsl (secondary)");
      expect(refusal.why).toContain(
        "bsl (secondary): the hub does not serve BackupStorageLocation.velero.io: its CustomResourceDefinition is not installed",
      );
    },
    2 * minute,
  );

  test(
    "of the hub itself is refused as no hub",
    async () => {
      const refusal = await withoutCrd("multiclusterhubs.operator.open-cluster-management.io");
      expect(refusal).toMatchObject({
        code: 1,
        id: "KUBE-05",
        why: 'the CustomResourceDefinition of multiclusterhubs.operator.open-cluster-management.io is not installed on "secondary"',
        fix: expect.stringContaining("that the kubeconfig is that of the right cluster"),
      });
    },
    2 * minute,
  );
});
