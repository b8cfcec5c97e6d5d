import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { bundleProgram } from "./bundle-program.ts";
import { repositoryRoot } from "./repository-root.ts";
import { checkSizes, sizeTable } from "./size-budget.ts";

const entryMode = 0o755;

/** Chunks of an earlier build go; what other commands left in folders of dist stays. */
async function removeFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (!entry.isDirectory()) await rm(join(folder, entry.name));
}

/** `npm run build`: the program at dist/fairlead, its chunks beside it. */
async function build(): Promise<void> {
  const { values } = parseArgs({ options: { out: { type: "string", default: join(repositoryRoot, "dist") } } });
  const bundle = await bundleProgram();
  await mkdir(values.out, { recursive: true });
  await removeFiles(values.out);
  for (const [name, contents] of bundle.files) await writeFile(join(values.out, name), contents);
  await chmod(join(values.out, "fairlead"), entryMode);
  process.stdout.write(sizeTable(bundle.sizes));
  const faults = checkSizes(bundle.sizes);
  for (const fault of faults) process.stderr.write(`${basename(import.meta.filename)}: ${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}

await build();
