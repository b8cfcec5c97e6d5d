import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { checkSizes } from "../../../images/build/size-budget.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

let directory: string;

/** The build in a process of its own, as `npm run build` starts it. */
function build(name: string): string {
  const out = join(directory, name);
  execFileSync(process.execPath, ["images/build/build.ts", "--out", out], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return out;
}

function contents(path: string): ReadonlyMap<string, string> {
  return new Map(readdirSync(path).map((name) => [name, readFileSync(join(path, name), "base64")]));
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "fairlead-build-"));
  build("first");
});

afterAll(() => rmSync(directory, { recursive: true }));

describe("the build", () => {
  test("gives equal bytes for equal sources", () => {
    expect(contents(build("second"))).toEqual(contents(join(directory, "first")));
  });

  test("leaves a program that runs without the sources and without node_modules", () => {
    const program = join(directory, "first/fairlead");
    const { stdout, status } = spawnSync(program, ["--version"], {
      cwd: "/",
      encoding: "utf8",
      env: { PATH: process.env["PATH"] },
    });
    expect([stdout, status]).toEqual([expect.stringMatching(/^fairlead \d+\.\d+\.\d+\n$/), 0]);
  });

  test("makes the entry executable and readable for any user", () => {
    expect(statSync(join(directory, "first/fairlead")).mode & 0o777).toBe(0o755);
  });

  test("validates params without compiling a schema at start", () => {
    const program = join(directory, "first/fairlead");
    const { stderr, status } = spawnSync(program, ["completion", "--shell", "tcsh"], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"] },
    });
    expect([stderr.split("\n").find((line) => line.startsWith("ERROR")), status]).toEqual([
      'ERROR STEP-03 completion: parameter "shell" = "tcsh" is not one of "bash", "zsh", "fish"',
      2,
    ]);
    const entry = readFileSync(program, "utf8");
    expect(entry).not.toContain("ajv");
  });

  test.each(["table", "json", "yaml"])("shows its answers as %s", (format) => {
    const kubeconfig = join(directory, "kubeconfig");
    const gone = { clusters: [{ name: "gone", cluster: { server: "https://127.0.0.1:1" } }], users: [] };
    const contexts = [{ name: "gone", context: { cluster: "gone", user: "nobody" } }];
    writeFileSync(kubeconfig, JSON.stringify({ ...gone, contexts }));
    const { stdout, status } = spawnSync(
      join(directory, "first/fairlead"),
      ["switchover", "discover", "--output", format],
      { encoding: "utf8", env: { PATH: process.env["PATH"], KUBECONFIG: kubeconfig } },
    );
    expect([stdout, status]).toEqual([expect.stringMatching(/no context leads to a hub/), 0]);
  });

  test("contains no path of the machine that built it", () => {
    const text = [...contents(join(directory, "first")).values()]
      .map((base64) => Buffer.from(base64, "base64").toString())
      .join("");
    expect(text).not.toContain(root);
  });
});

describe("the size budget", () => {
  const within = { entry: 1_000, total: 100_000, dependencies: 50_000, packages: new Map() };

  test("is silent within", () => {
    expect(checkSizes(within)).toEqual([]);
  });

  test("names what is over it and by how much", () => {
    expect(checkSizes({ ...within, entry: 100 * 1_024 })).toEqual(["entry has 100.0 KiB, the budget is 64.0 KiB"]);
  });
});
