import type { Static } from "typebox";
import { parse } from "yaml";
import { exitCode } from "../lib/errors/exit-code.ts";
import { FairleadError } from "../lib/errors/fairlead-error.ts";
import { loadValidator } from "../lib/schema/load-validator.ts";
import { readLimited } from "../lib/state/read-limited.ts";
import { eachSchema } from "./each.schema.ts";

const maxBytes = 256 * 1024;
/** One of several runs: what it has beside what all of them have. Values as `--param` and `--workspace` take them. */
export interface EachEntry {
  readonly name: string;
  readonly params: readonly string[];
  readonly workspaces: readonly string[];
}

function invalid(path: string, why: string): FairleadError {
  return new FairleadError(
    {
      id: "TRIG-07",
      what: `--each ${path} does not say which runs to start`,
      why,
      fix: 'write a YAML list such as [{name: emea, params: {run-id: wave-1-emea}, workspaces: {"new": "secret:emea-new"}}]',
    },
    { exitCode: exitCode.invalidInput },
  );
}

function pairs(given: Readonly<Record<string, string>> | undefined): readonly string[] {
  return Object.entries(given ?? {}).map(([name, value]) => `${name}=${value}`);
}

/** What of the text is wrong, or nothing. YAML 1.2 is a superset of JSON, so one reader serves both. */
function parsed(text: string): { readonly value: unknown } | { readonly why: string } {
  try {
    // Aliases could grow a small file into a huge value.
    return { value: parse(text, { maxAliasCount: 0 }) };
  } catch (error) {
    return { why: `it is not YAML: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}` };
  }
}

/**
 * The runs that a file names, for `trigger --each`. At most 256 KiB and 100 runs; each name once.
 *
 * @throws FairleadError TRIG-07 with the entry that is wrong
 */
export async function readEach(path: string): Promise<readonly EachEntry[]> {
  const content = await readLimited(path, maxBytes);
  if (content.state !== "read") throw invalid(path, `the file is ${content.state.replaceAll("-", " ")}`);
  const read = parsed(content.bytes.toString("utf8"));
  if ("why" in read) throw invalid(path, read.why);
  const validate = await loadValidator("trigger-each", () => eachSchema);
  const [finding] = validate(read.value);
  if (finding !== undefined)
    throw invalid(path, `${finding.instancePath || "the whole"} ${finding.message ?? "is wrong"}`);
  const entries = read.value as Static<typeof eachSchema>; // the schema was checked above
  const twice = entries.find(({ name }, index) => entries.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) throw invalid(path, `"${twice.name}" is there twice`);
  return entries.map(({ name, params, workspaces }) => ({
    name,
    params: pairs(params),
    workspaces: pairs(workspaces),
  }));
}
