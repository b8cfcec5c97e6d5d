import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { createTwoFilesPatch } from "diff";
import { compareFiles, type Difference } from "./compare-files.ts";
import { generatedFiles } from "./generated-files.ts";
import { repositoryRoot } from "./repository-root.ts";

function show(difference: Difference): string {
  if (difference.kind === "missing") return `${difference.path}: missing\n`;
  if (difference.kind === "stale") return `${difference.path}: belongs to no step\n`;
  return createTwoFilesPatch(`a/${difference.path}`, `b/${difference.path}`, difference.found, difference.wanted);
}

async function write(difference: Difference): Promise<void> {
  const path = join(repositoryRoot, difference.path);
  if (difference.kind === "stale") {
    await rm(path);
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, difference.wanted);
}

/** `npm run generate`: Tasks, READMEs and permission lists from the declarations; `--check` only compares. */
async function generate(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const files = await generatedFiles();
  const differences = await compareFiles(repositoryRoot, files);
  if (!values.check) {
    for (const difference of differences) await write(difference);
    process.stdout.write(`${files.size} generated files, ${differences.length} changed\n`);
    return;
  }
  for (const difference of differences) process.stdout.write(show(difference));
  if (differences.length === 0) return;
  process.stderr.write(`${differences.length} generated files differ from the declarations: run npm run generate\n`);
  process.exitCode = 1;
}

await generate();
