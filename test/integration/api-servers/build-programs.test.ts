import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ensurePrograms } from "../../cluster/programs/ensure-programs.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-go-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("the real toolchain builds a static program with our flags, without a trace of the checkout's path", async () => {
  await mkdir(join(folder, "modules/hello"), { recursive: true });
  await writeFile(join(folder, "modules/hello/go.mod"), "module example.org/hello\n\ngo 1.26\n");
  await writeFile(join(folder, "modules/hello/go.sum"), "");
  const source =
    'package main\n\nimport "os"\n\nvar version string\n\nfunc main() { os.Stdout.WriteString(version) }\n';
  await writeFile(join(folder, "modules/hello/main.go"), source);
  const paths = await ensurePrograms(["hello"], {
    environment: { ...process.env, FAIRLEAD_CACHE: join(folder, "cache") },
    modulesFolder: join(folder, "modules"),
    catalogue: [
      {
        name: "hello",
        module: "hello",
        package: "example.org/hello",
        linkerFlags: ["-X main.version=v7"],
        groups: ["tkn"],
      },
    ],
  });
  const path = paths["hello"] ?? "";
  expect(execFileSync(path, { encoding: "utf8" })).toBe("v7");
  expect((await readFile(path)).includes(folder)).toBe(false);
  expect(execFileSync("go", ["version", "-m", path], { encoding: "utf8" })).toContain("CGO_ENABLED=0");
}, 240_000);
