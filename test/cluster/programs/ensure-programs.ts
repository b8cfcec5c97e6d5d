import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { buildProgram } from "./build-program.ts";
import { type Program, programGroups, programs } from "./catalogue.ts";
import { findGo } from "./go-toolchain.ts";
import { cacheFolder, isExecutable, modulesFolder, programKey } from "./program-cache.ts";
import { takeLock } from "./program-lock.ts";
import { SetupError } from "./setup-error.ts";

export interface EnsureOptions {
  /** Receives one line per event of a build; silent when everything is cached. */
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly environment?: NodeJS.ProcessEnv;
  /** Other programs than the project's own, and the folder of their modules: for tests. */
  readonly catalogue?: readonly Program[];
  readonly modulesFolder?: string;
}

/**
 * Paths of the named programs, built first where the cache lacks them. Each finished program is kept at once, so an
 * interrupted build goes on at the program it was at; processes that build at the same time wait for each other.
 *
 * @param names groups (`api-server`) and names of programs (`tkn`)
 * @example const paths = await ensurePrograms(["api-server"]); paths["kubectl"] // ~/.cache/fairlead/programs/<key>/kubectl
 * @throws SetupError PROG-01 (Go), PROG-02 (a build failed), PROG-03 (no such program)
 */
export async function ensurePrograms(
  names: readonly string[],
  options: EnsureOptions = {},
): Promise<Readonly<Record<string, string>>> {
  const wanted = selectPrograms(names, options.catalogue ?? programs);
  const places = await locate(wanted, options);
  const missing: Place[] = [];
  for (const place of places) {
    if (!(await isExecutable(place.path))) missing.push(place);
  }
  for (const [index, place] of missing.entries()) {
    await build(place, `${index + 1} of ${missing.length}`, options);
  }
  return Object.fromEntries(places.map((place) => [place.program.name, place.path]));
}

interface Place {
  readonly program: Program;
  readonly folder: string;
  readonly path: string;
}

/** Where the programs are or would be, without building any. */
export async function locate(wanted: readonly Program[], options: EnsureOptions = {}): Promise<readonly Place[]> {
  const environment = options.environment ?? process.env;
  const go = await findGo(environment);
  const inputs = {
    goLine: go.line,
    platform: go.platform,
    modulesFolder: options.modulesFolder ?? modulesFolder,
  };
  const root = join(cacheFolder(environment), "programs");
  return await Promise.all(
    wanted.map(async (program) => {
      const folder = join(root, await programKey(program, inputs));
      return { program, folder, path: join(folder, program.name) };
    }),
  );
}

/** Programs of the given groups and names, in the catalogue's order. @throws SetupError PROG-03 */
export function selectPrograms(names: readonly string[], catalogue: readonly Program[]): readonly Program[] {
  const groups: readonly string[] = programGroups;
  for (const name of names) {
    if (groups.includes(name) || catalogue.some((program) => program.name === name)) continue;
    throw new SetupError({
      id: "PROG-03",
      what: `there is no program or group "${name}"`,
      why: `groups: ${groups.join(", ")}; programs: ${catalogue.map((program) => program.name).join(", ")}`,
      fix: "use one of these names",
    });
  }
  return catalogue.filter(
    (program) => names.includes(program.name) || program.groups.some((group) => names.includes(group)),
  );
}

async function build(place: Place, count: string, options: EnsureOptions): Promise<void> {
  const log = options.log ?? (() => {});
  const signal = options.signal ?? new AbortController().signal;
  const { name } = place.program;
  await mkdir(place.folder, { recursive: true });
  const free = await takeLock(`${place.path}.lock`, {
    signal,
    onWait: (owner) => log(`[${count}] ${name}: process ${owner.pid} is building it, waiting`),
  });
  try {
    if (await isExecutable(place.path)) return;
    log(`[${count}] ${name}: building`);
    const seconds = stopwatch();
    const tick = setInterval(() => log(`[${count}] ${name}: still building, ${seconds()} s`), 30_000);
    try {
      await buildProgram({
        program: place.program,
        modulesFolder: options.modulesFolder ?? modulesFolder,
        target: place.path,
        logFile: `${place.path}.log`,
        environment: options.environment ?? process.env,
        signal,
      });
    } finally {
      clearInterval(tick);
    }
    log(`[${count}] ${name}: built in ${seconds()} s`);
  } finally {
    await free();
  }
}

function stopwatch(): () => number {
  const start = performance.now();
  return () => Math.round((performance.now() - start) / 1000);
}
