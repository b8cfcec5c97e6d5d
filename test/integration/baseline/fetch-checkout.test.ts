import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createAuthority, issueCertificate } from "../../support/api-servers/certificates.ts";
import { GitBackend } from "../../support/git-host/http-backend.ts";
import { program } from "../../support/program.ts";
import { type Ended, ended } from "../switchover/support/switchover-bench.ts";

const hcoFile = "baseline/hyperconverged.yaml";
const token = "canary-token-of-the-repository";
const noCommit = "0".repeat(40);

function hyperConverged(features: string): string {
  return `apiVersion: hco.kubevirt.io/v1
kind: HyperConverged
metadata:
  name: kubevirt-hyperconverged
  namespace: openshift-cnv
  annotations: {platform.kubevirt.io/autopilot: "true"${features}}
`;
}

const files = { [hcoFile]: hyperConverged(""), "assets/other/x.yaml": "a: 1\n", "README.md": "Not of the baseline.\n" };

let folder: string;
let source: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-fetch-"));
  source = join(folder, "source");
  await mkdir(source);
});
afterEach(() => rm(folder, { recursive: true }));

async function step(name: string, ...flags: readonly string[]): Promise<Ended> {
  const args = [program, "baseline", name, "--workspace", `source=${source}`, ...flags];
  return await ended(
    spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, TMPDIR: folder } }),
  );
}

const here = ["--allow-loopback", "true", "--allow-plain-http", "true"];

function fetch(repository: string, head: string, ...flags: readonly string[]): Promise<Ended> {
  return step("fetch-checkout", "--repository", repository, "--head", head, ...here, ...flags);
}

async function kept(): Promise<readonly string[]> {
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(source.length + 1))
    .toSorted();
}

/** The workspace of a Secret with these keys. */
async function secret(keys: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const path = join(folder, "secret");
  await mkdir(path);
  for (const [key, value] of Object.entries(keys)) await writeFile(join(path, key), value);
  return ["--workspace", `git-credentials=${path}`];
}

describe("two commits of a repository that everybody may read", () => {
  let git: GitBackend;
  let first: string;
  let second: string;
  let newest: string;
  beforeAll(async () => {
    git = await GitBackend.start();
    first = await git.commit(files);
    second = await git.commit({
      [hcoFile]: hyperConverged(', platform.kubevirt.io/enable-metallb: "true"'),
      "assets/baseline/catalog.yaml": "of the head\n",
      "assets/baseline/active/link.yaml": { link: "/etc/passwd" },
      "rbac/baseline/cluster-role.yaml": "kind: ClusterRole\n",
      "triggers/baseline/watcher/cluster-role.yaml": "kind: ClusterRole\n",
      "crds.lock.json": "{}\n",
    });
    // Neither is what a branch leads to: a pull request is checked when it has moved on, too.
    newest = await git.commit({ [hcoFile]: null });
  });
  afterAll(() => git.stop());

  test("are there as they were committed, without links and without what the baseline does not need", async () => {
    expect(await fetch(git.url, second, "--base", first)).toMatchObject({ exitCode: 0 });
    expect(await kept()).toEqual([
      `base/${hcoFile}`,
      "head/assets/baseline/catalog.yaml",
      `head/${hcoFile}`,
      "head/crds.lock.json",
      "head/rbac/baseline/cluster-role.yaml",
      "head/triggers/baseline/watcher/cluster-role.yaml",
    ]);
    expect(await readFile(join(source, "base", hcoFile), "utf8")).toBe(files[hcoFile]);
    // Neither objects of git nor temporary files stay.
    expect((await readdir(folder)).toSorted()).toEqual(["source"]);
  });

  test("leave nothing of what an earlier attempt fetched", async () => {
    await fetch(git.url, second, "--base", first);
    expect(await fetch(git.url, first)).toMatchObject({ exitCode: 0 });
    expect(await kept()).toEqual([`head/${hcoFile}`]);
  });

  test("are a commit of a new branch and the newest of the default branch, where a push says that there was none before", async () => {
    const { exitCode, stderr } = await fetch(git.url, first, "--base", noCommit);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining(`of ${newest}\n`) });
    expect((await kept()).filter((path) => path.startsWith("base/"))).toContain("base/crds.lock.json");
  });

  test("are compared by what they render", async () => {
    await fetch(git.url, second, "--base", first);
    // The catalog of the second is none: the program's own assets are rendered without it.
    await rm(join(source, "head/assets"), { recursive: true });
    const { exitCode, stdout } = await step("compare");
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^\+ MetalLB\/metallb-system\/metallb\n--- \/dev\/null\n/),
    });
  });

  test("are not had where the server does not know one of them", async () => {
    const { exitCode, stderr } = await fetch(git.url, "1234567890".repeat(4));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `ERROR BASE-GIT-01 baseline fetch-checkout: commit ${"1234567890".repeat(4)} of ${git.url}`,
    );
    expect(await kept()).toEqual([]);
  });

  test.each([
    ["without TLS", ["--allow-loopback", "true"], "only https: is used"],
    ["on this very host", ["--allow-plain-http", "true"], "it is a loopback address"],
  ])("are not asked for %s, unless the installer lets that", async (_what, flags, why) => {
    const before = git.requests.length;
    const { exitCode, stderr } = await step("fetch-checkout", "--repository", git.url, "--head", second, ...flags);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(why) });
    expect(git.requests).toHaveLength(before);
  });

  test("are not looked for where the server sends to another place", async () => {
    const { exitCode, stderr } = await fetch(git.url.replace("repository.git", "renamed.git"), second);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining("redirects are not followed"),
    });
  });

  test.each([
    ["folder", "../other"],
    ["hco-file", "a/../../etc/passwd"],
  ])("are not asked for a %s outside of them", async (parameter, path) => {
    const { exitCode, stderr } = await fetch(git.url, second, `--${parameter}`, path);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(/ERROR (BASE-PAR-07|STEP-03|STEP-02)/),
    });
  });
});

describe("a commit with more than a platform has", () => {
  test("is refused for the number of its files, and leaves none of them", async () => {
    const git = await GitBackend.start();
    try {
      const many = Array.from(
        { length: 2_001 },
        (_, index) => [`assets/baseline/active/${index}.yaml`, "a: 1\n"] as const,
      );
      const { exitCode, stderr } = await fetch(git.url, await git.commit(Object.fromEntries(many)));
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringContaining("it has more than 2000 files"),
      });
      const large = await git.commit({
        "assets/baseline/large": "x".repeat(33 * 1024 * 1024),
        ...Object.fromEntries(many.map(([path]) => [path, null])),
      });
      const second = await fetch(git.url, large);
      expect(second).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining("its files have more than 33554432 bytes"),
      });
      expect(await kept()).toEqual([]);
    } finally {
      await git.stop();
    }
  });
});

describe("a private repository with a certificate of its own authority", () => {
  let git: GitBackend;
  let head: string;
  let authority: string;
  let certificates: string;
  beforeAll(async () => {
    certificates = await mkdtemp(join(tmpdir(), "fairlead-fetch-tls-"));
    const own = await createAuthority(certificates, "git of the tests");
    const subject = { commonName: "git", alternativeNames: ["IP:127.0.0.1"], use: "serverAuth" } as const;
    const pair = await issueCertificate(certificates, "git", subject, own);
    authority = await readFile(own.certFile, "utf8");
    git = await GitBackend.start({
      authorization: `Basic ${Buffer.from(`platform:${token}`).toString("base64")}`,
      tls: { cert: await readFile(pair.certFile, "utf8"), key: await readFile(pair.keyFile, "utf8") },
    });
    head = await git.commit(files);
  });
  afterAll(async () => {
    await git.stop();
    await rm(certificates, { recursive: true });
  });

  test("is fetched with the Secret's token and authority, and the token is in nothing that the step leaves", async () => {
    const workspace = await secret({ token: `${token}\n`, username: "platform", "ca.crt": authority });
    const { exitCode, stdout, stderr } = await fetch(git.url, head, "--log-level", "debug", ...workspace);
    expect(exitCode).toBe(0);
    expect(await kept()).toEqual([`head/${hcoFile}`]);
    const left = `${stdout}${stderr}`;
    expect(left).not.toContain(token);
    expect(left).not.toContain(Buffer.from(`platform:${token}`).toString("base64"));
  });

  test("is refused with a wrong token, in words that do not repeat it", async () => {
    const workspace = await secret({ token: "canary-wrong-token", username: "platform", "ca.crt": authority });
    const { exitCode, stderr } = await fetch(git.url, head, ...workspace);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining("it answered HTTP 401: the credentials are missing, or not accepted"),
    });
    expect(stderr).not.toContain("canary");
  });

  test("is not spoken to without the authority of its certificate", async () => {
    const { exitCode, stderr } = await fetch(git.url, head, ...(await secret({ token })));
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/self-signed|unable to verify|issuer/),
    });
  });

  test("is not fetched with an authority that is no certificate", async () => {
    const { exitCode, stderr } = await fetch(git.url, head, ...(await secret({ "ca.crt": "no certificate" })));
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining("ERROR BASE-GIT-02") });
  });
});
