import { exitCode } from "../lib/errors/exit-code.ts";
import { FairleadError } from "../lib/errors/fairlead-error.ts";
import { loadValidator } from "../lib/schema/load-validator.ts";
import { type Tuning, type TuningKey, tuningDefaults, tuningSchema } from "./tuning.schema.ts";

/** Every wait time of this run, in seconds. */
export type ResolvedTuning = Readonly<Record<TuningKey, number>>;

/** Name of the environment's setting with the same JSON as the param `tuning`. */
export const tuningSetting = "SWITCHOVER_TUNING";

const maxCharacters = 10_000;

/**
 * Defaults, under the environment's setting, under the param: the nearest wins key by key.
 *
 * @param fromEnvironment text of `SWITCHOVER_TUNING`
 * @throws FairleadError SW-PAR-01 when that text is no such JSON
 */
export async function resolveTuning(
  param: Tuning | undefined,
  fromEnvironment: string | undefined,
): Promise<ResolvedTuning> {
  return { ...tuningDefaults, ...(await parseSetting(fromEnvironment ?? "")), ...param };
}

async function parseSetting(text: string): Promise<Tuning> {
  if (text.trim() === "") {
    return {};
  }
  const document = text.length > maxCharacters ? undefined : parseJson(text);
  const validate = await loadValidator("switchover-tuning", () => tuningSchema);
  const violations = validate(document);
  if (violations.length > 0) {
    throw new FairleadError(
      {
        id: "SW-PAR-01",
        what: `${tuningSetting} is not a JSON object of known wait times`,
        why:
          document === undefined ? "it is not JSON, or too long" : violations.map(({ message }) => message).join("; "),
        fix: `give an object such as {"clusterWait":900}; keys: ${Object.keys(tuningDefaults).join(", ")}`,
      },
      { exitCode: exitCode.invalidInput },
    );
  }
  // The validator has just checked it against the schema of Tuning.
  return document as Tuning;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
