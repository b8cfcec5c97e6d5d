import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Program } from "../../../cluster/programs/catalogue.ts";
import { ensurePrograms } from "../../../cluster/programs/ensure-programs.ts";

// Stands for the Go toolchain, so that what is tested is our handling of it: it notes what it is asked to build,
// waits while a file `hold` exists, and fails for packages that a file `fail-<name>` names.
const script = `#!/bin/sh
here="$(dirname "$0")"
if [ "$1" = env ]; then printf '%s\\nlinux\\namd64\\n' "\${FAKE_GO_VERSION:-go1.26.8}"; exit 0; fi
while [ $# -gt 1 ]; do [ "$1" = -o ] && out="$2"; shift; done
name="\${1##*/}"
echo "$name" >> "$here/built"
while [ -e "$here/hold" ]; do sleep 0.02; done
if [ -e "$here/fail-$name" ]; then
  echo "half a program" > "$out"
  echo "compiling $name"; echo "$name.go:7: undefined: anchor" >&2; exit 1
fi
printf '#!/bin/sh\\necho %s\\n' "$name" > "$out"
chmod +x "$out"
`;

/** A module with three programs, a cache and a toolchain, all in one temporary folder. */
export class BuildFixture {
  readonly folder: string;
  readonly lines: string[] = [];
  readonly catalogue: readonly Program[] = ["alpha", "beta", "gamma"].map((name) => ({
    name,
    module: "m",
    package: `example.org/${name}`,
    linkerFlags: [],
    groups: ["api-server"],
  }));

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<BuildFixture> {
    const fixture = new BuildFixture(await mkdtemp(join(tmpdir(), "fairlead-build-")));
    await mkdir(join(fixture.folder, "modules/m"), { recursive: true });
    await writeFile(join(fixture.folder, "modules/m/go.mod"), "module m\n");
    await writeFile(join(fixture.folder, "modules/m/go.sum"), "");
    await writeFile(join(fixture.folder, "go"), script);
    await chmod(join(fixture.folder, "go"), 0o755);
    return fixture;
  }

  ensure(names: readonly string[] = ["api-server"], more: { signal?: AbortSignal; goVersion?: string } = {}) {
    const environment = {
      PATH: `${this.folder}:/usr/bin:/bin`,
      FAIRLEAD_CACHE: join(this.folder, "cache"),
      ...(more.goVersion === undefined ? {} : { FAKE_GO_VERSION: more.goVersion }),
    };
    return ensurePrograms(names, {
      log: (line) => this.onLine(line),
      environment,
      catalogue: this.catalogue,
      modulesFolder: join(this.folder, "modules"),
      ...(more.signal === undefined ? {} : { signal: more.signal }),
    });
  }

  onLine(line: string): void {
    this.lines.push(line);
  }

  /** Names of the programs that the toolchain was asked for, in order. */
  async built(): Promise<readonly string[]> {
    const file = join(this.folder, "built");
    return (await exists(file)) ? (await readFile(file, "utf8")).trim().split("\n") : [];
  }

  touch(name: string): Promise<void> {
    return writeFile(join(this.folder, name), "");
  }

  remove(name: string): Promise<void> {
    return rm(join(this.folder, name), { recursive: true, force: true });
  }
}

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
