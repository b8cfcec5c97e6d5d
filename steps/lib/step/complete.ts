import { allParams, isStep } from "./common-params.ts";
import { enumValues, paramKind, viewSchema } from "./param-kind.ts";
import type { AnyDeclaration, Registry } from "./types.ts";

interface Candidate {
  readonly word: string;
  readonly summary: string;
}

function flagCandidates(declaration: AnyDeclaration): readonly Candidate[] {
  const params = Object.entries(allParams(declaration)).map(([name, schema]) => ({
    word: `--${name}`,
    summary: viewSchema(schema).description ?? "",
  }));
  const ofSteps = [
    { word: "--workspace", summary: "Directory of a workspace, name=path" },
    { word: "--results-dir", summary: "Directory for one file per result" },
  ];
  return [...params, ...(isStep(declaration) ? ofSteps : []), { word: "--help", summary: "Explain this command" }];
}

/** Values of the flag before the cursor, or of the first positional param when there is no flag. */
function valueCandidates(declaration: AnyDeclaration, before: string | undefined): readonly Candidate[] | undefined {
  const positional = "positional" in declaration ? declaration.positional?.[0] : undefined;
  const name = before?.startsWith("--") === true ? before.slice(2) : before === undefined ? positional : undefined;
  const schema = name === undefined ? undefined : allParams(declaration)[name];
  if (schema === undefined) return undefined;
  const view = viewSchema(schema);
  const kind = paramKind(view);
  const values = kind === "boolean" ? ["true", "false"] : enumValues(view);
  if (values !== undefined) return values.map((word) => ({ word, summary: "" }));
  // Nothing of ours: the shell completes file names.
  return kind === "list" ? undefined : [];
}

async function candidates(registry: Registry, words: readonly string[]): Promise<readonly Candidate[]> {
  const done = words.slice(0, -1);
  const [first, second] = done;
  const inArea = registry.areas.some((area) => area.name === first);
  if (first === undefined) {
    const top = registry.commands.filter((entry) => entry.area === undefined);
    return [...registry.areas, ...top].map(({ name, summary }) => ({ word: name, summary }));
  }
  if (inArea && second === undefined) {
    return registry.commands
      .filter((entry) => entry.area === first)
      .map(({ name, summary }) => ({ word: name, summary }));
  }
  const entry = registry.commands.find((known) =>
    inArea ? known.area === first && known.name === second : known.area === undefined && known.name === first,
  );
  if (entry === undefined) return [];
  const declaration = await entry.load();
  const before = done.slice(inArea ? 2 : 1).at(-1);
  return valueCandidates(declaration, before) ?? flagCandidates(declaration);
}

/**
 * Completion candidates, one per line as `word<TAB>summary`.
 *
 * @param words after `fairlead`, the last being the one under the cursor (it may be empty)
 */
export async function complete(registry: Registry, words: readonly string[]): Promise<string> {
  const typed = words.at(-1) ?? "";
  const fitting = (await candidates(registry, words)).filter(({ word }) => word.startsWith(typed));
  return fitting.map(({ word, summary }) => `${word}\t${summary}\n`).join("");
}
