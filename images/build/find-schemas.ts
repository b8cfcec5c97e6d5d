import { glob } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { commands } from "../../steps/commands.ts";
import { allParams } from "../../steps/lib/step/common-params.ts";
import { paramsSchema } from "../../steps/lib/step/parse-params.ts";
import { validatorId } from "../../steps/lib/step/read-input.ts";
import { repositoryRoot } from "./repository-root.ts";

function schemaId(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("$id" in value)) return undefined;
  return typeof value.$id === "string" ? value.$id : undefined;
}

async function ofParams(): Promise<readonly (readonly [string, object])[]> {
  const declarations = await Promise.all(commands.commands.map((entry) => entry.load()));
  return declarations.map((declaration) => [validatorId(declaration), paramsSchema(allParams(declaration))]);
}

/** What modules named `*.schema.ts` export with an `$id`. */
async function ofModules(): Promise<readonly (readonly [string, object])[]> {
  const found: [string, object][] = [];
  for await (const path of glob("steps/**/*.schema.ts", { cwd: repositoryRoot })) {
    const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(resolve(repositoryRoot, path)).href);
    for (const value of Object.values(module)) {
      const id = schemaId(value);
      if (id !== undefined && typeof value === "object" && value !== null) found.push([id, value]);
    }
  }
  return found;
}

/** Every schema that the program validates with, by the id that `loadValidator` asks for, in a stable order. */
export async function findSchemas(): Promise<ReadonlyMap<string, object>> {
  const all = [...(await ofParams()), ...(await ofModules())].sort(([a], [b]) => (a < b ? -1 : 1));
  const ids = all.map(([id]) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`two schemas have the id ${twice}`);
  return new Map(all);
}
