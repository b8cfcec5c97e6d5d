import { exitCode } from "../lib/errors/exit-code.ts";
import { FairleadError } from "../lib/errors/fairlead-error.ts";
import { loadValidator } from "../lib/schema/load-validator.ts";
import { type Tuning, type TuningKey, tuningDefaults, tuningSchema } from "./tuning.schema.ts";

/** Every wait time of this run, in seconds. */
export type ResolvedTuning = Readonly<Record<TuningKey, number>>;

/** Name of the environment's setting with the same JSON as the param `tuning`. */
export const tuningSetting = "SWITCHOVER_TUNING";

/** Name of the environment's setting of `staleHours` alone. */
export const staleHoursSetting = "ACM_SWITCHOVER_STALE_HOURS";

const maxCharacters = 10_000;
const maxStaleHours = 8_760;

/**
 * The hours after which a completed operation is stale, as the environment says; nothing where it says nothing usable.
 *
 * @param warn told of a value that is not used
 */
export function staleHoursOf(text: string | undefined, warn: (message: string) => void): Tuning {
  if (text === undefined || text === "") return {};
  const hours = /^\d{1,4}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (hours > 0 && hours <= maxStaleHours) return { staleHours: hours };
  const shown = JSON.stringify(text.slice(0, 80));
  warn(
    `${staleHoursSetting} ${shown} is no number of hours above 0 and up to ${maxStaleHours}: ${tuningDefaults.staleHours} is used`,
  );
  return {};
}

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
