import { type ChildProcess, spawn } from "node:child_process";
import { access, chmod, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ensurePrograms } from "../../cluster/programs/ensure-programs.ts";
import { identifyProcess } from "../../cluster/programs/process-identity.ts";
import { adoptApiServers, startApiServers } from "../../support/api-servers.ts";

const slow = 240_000;

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "fairlead-lifecycle-"));
});
afterAll(() => rm(scratch, { recursive: true }));

async function gone(path: string): Promise<boolean> {
  try {
    await access(path);
    return false;
  } catch {
    return true;
  }
}

/** Resolves when the condition holds; jest's own time limit ends a wait that never does. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((again) => setTimeout(again, 20));
}

async function pidsOf(folder: string): Promise<readonly number[]> {
  return (await readdir(join(folder, "pids"))).map(Number);
}

async function allEnded(pids: readonly number[]): Promise<boolean> {
  return (await Promise.all(pids.map(identifyProcess))).every((identity) => identity === undefined);
}

describe("starting and stopping test API servers", () => {
  test(
    "two starts at the same time do not clash",
    async () => {
      const both = await Promise.all([startApiServers(["primary"]), startApiServers(["primary"])]);
      try {
        const [first, second] = both.map((servers) => servers.server("primary"));
        expect(first?.url).not.toBe(second?.url);
        await first?.kubectl(["create", "namespace", "only-here"]);
        expect(await second?.kubectl(["get", "namespaces", "-o", "name"])).not.toContain("only-here");
      } finally {
        await Promise.all(both.map((servers) => servers.stop()));
      }
    },
    slow,
  );

  test(
    "stop leaves neither process nor file, ends a suspended server too, and may be called twice",
    async () => {
      const servers = await startApiServers(["primary", "secondary"]);
      const folder = resolve(servers.server("primary").folder, "..");
      const pids = await pidsOf(folder);
      expect(pids).toHaveLength(3);
      await servers.server("primary").restart();
      expect(await pidsOf(folder)).toHaveLength(3);
      servers.server("secondary").suspend();
      await servers.stop();
      await servers.stop();
      expect([await allEnded(pids), await gone(folder)]).toEqual([true, true]);
    },
    slow,
  );

  test(
    "servers that are left go on with what they hold and have logged, for whoever adopts and then stops them",
    async () => {
      const first = await startApiServers(["primary"]);
      const folder = resolve(first.server("primary").folder, "..");
      const pids = await pidsOf(folder);
      const [content] = await first.keepContent();
      await first.server("primary").kubectl(["create", "namespace", "before"]);
      await first.server("primary").forgetAuditEvents();
      await first.server("primary").kubectl(["create", "namespace", "later"]);

      const { description, processes } = first.leave();
      const next = adoptApiServers({ description, processes });
      const server = next.server("primary");
      expect(await pidsOf(folder)).toEqual(pids);
      expect(await server.isReady()).toBe(true);
      const created = (await server.auditEvents()).filter(({ verb }) => verb === "create");
      expect(created.map(({ objectRef }) => objectRef?.name)).toEqual(["later"]);
      const left = JSON.parse(JSON.stringify([content?.leave()]));
      expect(await Promise.all(next.adoptContent(left).map((one) => one.restore()))).toEqual(["restored"]);
      expect(await server.kubectl(["get", "namespaces", "-o", "name"])).not.toMatch(/before|later/);
      await server.restart();
      await next.stop();
      expect([await allEnded(pids), await gone(folder)]).toEqual([true, true]);
    },
    slow,
  );

  test(
    "a test process killed with SIGKILL leaves neither process nor file",
    async () => {
      const program = `
      import { startApiServers } from ${JSON.stringify(resolve(import.meta.dirname, "../../support/api-servers.ts"))};
      const servers = await startApiServers(["primary"]);
      process.stdout.write(servers.server("primary").folder + "\\n");
      setInterval(() => {}, 1000);`;
      const file = join(scratch, "killed.ts");
      await writeFile(file, program);
      const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"] });
      const folder = resolve(await firstLine(child), "..");
      const pids = await pidsOf(folder);
      expect(await allEnded(pids)).toBe(false);
      child.kill("SIGKILL");
      await until(() => allEnded(pids));
      await until(() => gone(folder));
    },
    slow,
  );

  test(
    "KUBEBUILDER_ASSETS names the programs to use",
    async () => {
      const paths = await ensurePrograms(["api-server"]);
      const assets = await mkdtemp(join(scratch, "assets-"));
      for (const [name, path] of Object.entries(paths)) await symlink(await realpath(path), join(assets, name));
      await withAssets(assets, async () => {
        const servers = await startApiServers(["primary"]);
        try {
          const pids = await pidsOf(resolve(servers.server("primary").folder, ".."));
          const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8")));
          // In no order: the files are sorted by name, and a later process may have a number of more digits.
          expect(commands.map((command) => command.split("\0")[0]).toSorted()).toEqual([
            join(assets, "etcd"),
            join(assets, "kube-apiserver"),
          ]);
        } finally {
          await servers.stop();
        }
      });
    },
    slow,
  );

  test(
    "API-02: an etcd that ends at once is reported with its last words, and nothing is left",
    async () => {
      const assets = await mkdtemp(join(scratch, "assets-"));
      await writeFile(join(assets, "etcd"), "#!/bin/sh\necho no space left on device\nexit 3\n");
      await chmod(join(assets, "etcd"), 0o755);
      const own = await mkdtemp(join(scratch, "tmp-"));
      await withEnvironment({ KUBEBUILDER_ASSETS: assets, TMPDIR: own }, async () => {
        await expect(startApiServers(["primary"])).rejects.toThrow(
          /^API-02: etcd ended at start \(exit code 3\)\n {2}why: last lines of \S+etcd.log:\n {4}no space left on device/,
        );
      });
      expect(await readdir(own)).toEqual([]);
    },
    slow,
  );

  test(
    "API-03: a server that refuses its flags is reported with its last words",
    async () => {
      await expect(startApiServers(["primary"], { extraArguments: ["--no-such-flag"] })).rejects.toThrow(
        /^API-03: API server "primary" did not become ready \(exit code 1\)\n {2}why: last lines of [\s\S]*unknown flag: --no-such-flag/,
      );
    },
    slow,
  );

  test.each(["", "Primary", "../x", "a b"])("API-04: refuses the name %j", async (name) => {
    await expect(startApiServers([name])).rejects.toThrow(/^API-04: /);
  });

  test("API-04: refuses a name given twice", async () => {
    await expect(startApiServers(["hub", "hub"])).rejects.toThrow('API-04: "hub" cannot name');
  });
});

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolveLine, reject) => {
    child.stdout?.once("data", (data: Buffer) => resolveLine(data.toString().trim()));
    child.once("exit", (code) => reject(new Error(`ended with ${code} before it said its folder`)));
  });
}

function withAssets(folder: string, run: () => Promise<void>): Promise<void> {
  return withEnvironment({ KUBEBUILDER_ASSETS: folder }, run);
}

async function withEnvironment(changes: Readonly<Record<string, string>>, run: () => Promise<void>): Promise<void> {
  const before = { ...process.env };
  Object.assign(process.env, changes);
  try {
    await run();
  } finally {
    for (const name of Object.keys(changes)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
