import { spawn } from "node:child_process";
import { chmod, chown, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type Refusal, refusalOf } from "../../integration/switchover/support/refusal.ts";
import { type Ended, ended, quickTuning } from "../../integration/switchover/support/switchover-bench.ts";
import { type HealthyPair, healthyPair } from "../../support/hubs.ts";
import { program } from "../../support/program.ts";

const minute = 60_000;

// What is refused here is refused before a hub could be asked: these addresses lead nowhere.
const kubeconfig = `clusters: [{name: h, cluster: {server: "https://127.0.0.1:9"}}]
contexts: [{name: h, context: {cluster: h, user: u}}]
users: [{name: u, user: {token: canary-of-a-token}}]
current-context: h
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-unwritable-"));
  await mkdir(join(folder, "volume"));
  await mkdir(join(folder, "secret"));
  await writeFile(join(folder, "secret", "kubeconfig"), kubeconfig);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** `fairlead switchover …` under another program. */
async function under(wrapper: readonly string[], args: readonly string[]): Promise<Ended> {
  const [command = "", ...rest] = [...wrapper, process.execPath, program, "switchover", ...args];
  return await ended(
    spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, HOME: folder } }),
  );
}

/** A mount namespace of its own with a volume at `volume`: nothing is left mounted when the program ends. */
function onVolume(options: string, prepare = "true"): readonly string[] {
  const script = `mount -t tmpfs -o size=64k tmpfs "$0" && ${prepare} && mount -o remount,${options} "$0" && exec "$@"`;
  return ["unshare", "--mount", "sh", "-c", script, join(folder, "volume")];
}

// Root without the capabilities that overrule file modes: still the owner of its own programs, a stranger elsewhere.
const asStranger = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--"];

function runArgs(more: Readonly<Record<string, string>> = {}): readonly string[] {
  const file = join(folder, "secret", "kubeconfig");
  const flags = {
    "primary-kubeconfig": file,
    "secondary-kubeconfig": file,
    "state-folder": join(folder, "state"),
    ...more,
  };
  return ["run", ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])];
}

function preflightArgs(...more: readonly string[]): readonly string[] {
  const hubs = ["primary", "secondary"].map((hub) => `${hub}-kubeconfig=${join(folder, "secret")}`);
  return ["preflight", ...hubs.flatMap((hub) => ["--workspace", hub]), ...more];
}

async function refused(wrapper: readonly string[], args: readonly string[]): Promise<Refusal> {
  const refusal = refusalOf(await under(wrapper, args));
  expect((await readdir(folder)).toSorted()).toEqual(["secret", "volume"]);
  return refusal;
}

describe("a folder that a run cannot write to", () => {
  const folders = ["state-folder", "report-folder"] as const;
  const fix = "give the path of a folder that this user may write to";

  test.each(folders)("%s on a read-only volume is refused before a hub is asked", async (name) => {
    const volume = join(folder, "volume");
    expect(await refused(onVolume("ro"), runArgs({ [name]: join(volume, "new") }))).toEqual({
      code: 2,
      id: "SW-PAR-05",
      what: `${name} "${join(volume, "new")}" cannot be used`,
      why: `${volume} is mounted read-only`,
      fix,
    });
  });

  test.each(folders)("%s of another user is refused before a hub is asked", async (name) => {
    const volume = join(folder, "volume");
    await chown(volume, 65_534, 65_534);
    const refusal = await refused(asStranger, runArgs({ [name]: volume }));
    expect(refusal).toMatchObject({ code: 2, id: "SW-PAR-05", why: `${volume} answers EACCES`, fix });
  });

  test(
    "does not stop a dry run, which writes nothing: that one goes on to the hubs",
    async () => {
      const refusal = await refused(
        onVolume("ro"),
        runArgs({ "state-folder": join(folder, "volume"), "dry-run": "true" }),
      );
      expect(refusal).toMatchObject({ code: 1, id: "KUBE-14" });
    },
    2 * minute,
  );
});

describe("a Task", () => {
  test.each(["state", "output"])("whose workspace %s is read-only is refused with the workspace", async (name) => {
    const volume = join(folder, "volume");
    expect(await refused(onVolume("ro"), preflightArgs("--workspace", `${name}=${volume}`))).toEqual({
      code: 2,
      id: "STEP-04",
      what: `workspace "${name}" is not available`,
      why: `${volume}: EROFS`,
      fix: "give the path of a directory that is readable and writable for the step's user",
    });
  });

  test("whose results do not fit on their volume is refused with the result", async () => {
    const full = onVolume("size=64k", 'cat /dev/zero 2>/dev/null >"$0/filler"; true');
    const refusal = await refused(full, preflightArgs("--results-dir", join(folder, "volume")));
    expect(refusal).toMatchObject({ code: 1, id: "STEP-08", why: expect.stringContaining("ENOSPC") });
    expect(refusal.what).toMatch(/^result "[a-z-]+" could not be written to /);
  });
});

describe("a kubeconfig of another user", () => {
  test("is refused with the path and what the volume answered", async () => {
    const secret = join(folder, "secret");
    await chown(secret, 65_534, 65_534);
    await chmod(secret, 0o700);
    const refusal = await refused(asStranger, runArgs());
    expect(refusal).toMatchObject({ code: 2, id: "KUBE-20", why: expect.stringContaining("EACCES") });
  });
});

describe("a limit on the size of one file that a state reaches", () => {
  let pair: HealthyPair | undefined;
  afterEach(() => pair?.stop());

  test(
    "stops the run before it changes the hubs, leaves whole files only, and frees its locks",
    async () => {
      // The lock fits, the state with the fleet in it does not.
      pair = await healthyPair({ clusters: 20 });
      const { primary, secondary, seeds, simulators } = pair;
      await Promise.all([simulators.primary.stop(), simulators.secondary.stop()]);
      const hubs = async (): Promise<readonly string[]> =>
        (await Promise.all([seeds.primary.snapshot(), seeds.secondary.snapshot()])).flat();
      const before = await hubs();
      const state = join(folder, "volume");
      for (const [name, hub] of Object.entries({ primary, secondary })) {
        await copyFile(hub.kubeconfig(), join(folder, "secret", name));
      }
      const args = runArgs({
        "primary-kubeconfig": join(folder, "secret", "primary"),
        "secondary-kubeconfig": join(folder, "secret", "secondary"),
        "state-folder": state,
        "operation-id": "limited",
        tuning: JSON.stringify(quickTuning),
      });

      const refusal = await refused(["prlimit", "--fsize=2100"], args);

      expect(refusal).toMatchObject({ code: 1, id: "STATE-01", what: `could not write ${state}/limited.json` });
      expect(refusal.why).toMatch(
        /^no space is left for it on the volume \(EFBIG\); limited\.json is as it was before/,
      );
      expect(await hubs()).toEqual(before);
      expect((await readdir(state)).toSorted()).toEqual(["limited.audit.jsonl", "limited.journal.jsonl"]);
      const journal = await readFile(join(state, "limited.journal.jsonl"), "utf8");
      expect(() =>
        journal
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line)),
      ).not.toThrow();
      const of = ["-n", "open-cluster-management-backup", "get", "leases", "-o", "name"];
      expect([await primary.kubectl(of), await secondary.kubectl(of)].join()).not.toContain("acm-switchover");
    },
    4 * minute,
  );
});
