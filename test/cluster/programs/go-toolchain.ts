import { execFile } from "node:child_process";
import { promisify } from "node:util";
import semver from "semver";
import { SetupError } from "./setup-error.ts";

const run = promisify(execFile);

/** What the pinned modules declare in their go.mod files. */
export const minimumGo = "1.26.5";

export interface GoToolchain {
  readonly version: string;
  /** `1.26`: compiled programs are cached by it, a patch release of Go does not rebuild everything. */
  readonly line: string;
  readonly platform: string;
}

const getGo = `install Go ${minimumGo} or newer from https://go.dev/dl/ and put its bin folder on PATH`;

/** Finds `go` on PATH. @throws SetupError PROG-01 when it is missing or too old. */
export async function findGo(environment: NodeJS.ProcessEnv): Promise<GoToolchain> {
  const [rawVersion = "", os = "", arch = ""] = (await goEnvironment(environment)).split("\n");
  const version = semver.coerce(rawVersion.replace(/^go/, ""))?.version;
  if (version === undefined || semver.lt(version, minimumGo)) {
    throw new SetupError({
      id: "PROG-01",
      what: `Go ${rawVersion.trim() || "of unknown version"} is too old to build the local cluster`,
      why: `the pinned modules need Go ${minimumGo}`,
      fix: getGo,
    });
  }
  return { version, line: `${semver.major(version)}.${semver.minor(version)}`, platform: `${os}/${arch}` };
}

async function goEnvironment(environment: NodeJS.ProcessEnv): Promise<string> {
  try {
    // GOTOOLCHAIN=local: the version found is the version that builds, nothing is downloaded behind the user's back.
    const { stdout } = await run("go", ["env", "GOVERSION", "GOOS", "GOARCH"], {
      env: { ...environment, GOTOOLCHAIN: "local" },
    });
    return stdout;
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT"; // execFile rejects with a system or exit error
    throw new SetupError(
      {
        id: "PROG-01",
        what: missing ? "Go is not on PATH" : "`go env` failed",
        why: "etcd, the API server and the other parts of the local cluster are built from Go modules",
        fix: getGo,
      },
      cause,
    );
  }
}
