import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { findGo } from "./go-toolchain.ts";
import { modulesFolder } from "./program-cache.ts";
import { SetupError } from "./setup-error.ts";

const run = promisify(execFile);

/**
 * Folder with the sources of a pinned Go module, downloaded where missing: manifests and CRDs that projects ship
 * beside their code. Read-only, shared by every checkout: copy what must be changed.
 *
 * @param module folder below `test/cluster/binaries` that pins it
 * @param path module path as the go.mod names it
 * @example await moduleFolder("kubernetes-tekton", "github.com/tektoncd/pipeline")
 * @throws SetupError PROG-01 (Go), PROG-04 (not to be had)
 */
export async function moduleFolder(module: string, path: string): Promise<string> {
  await findGo(process.env);
  try {
    const { stdout } = await run("go", ["mod", "download", "-json", path], {
      cwd: join(modulesFolder, module),
      env: { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly", GOWORK: "off" },
    });
    const answer: unknown = JSON.parse(stdout);
    if (hasFolder(answer)) return answer.Dir;
    throw new Error(`go mod download named no folder: ${stdout}`);
  } catch (cause) {
    const said = (cause as { stderr?: string; stdout?: string }).stderr?.trim(); // execFile adds what the program wrote
    throw new SetupError(
      {
        id: "PROG-04",
        what: `the sources of ${path} could not be had`,
        why: said === undefined || said === "" ? String(cause) : said,
        fix: `check network and disk space; the version is pinned in test/cluster/binaries/${module}/go.mod`,
      },
      cause,
    );
  }
}

function hasFolder(value: unknown): value is { readonly Dir: string } {
  return typeof value === "object" && value !== null && "Dir" in value && typeof value.Dir === "string";
}
