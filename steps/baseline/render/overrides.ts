import { baselineError } from "../baseline-error.ts";
import type { DetectedFacts } from "../context/collect-context.ts";
import { emptyTopology } from "../context/empty-context.ts";
import { type Hardware, type HardwareFlag, hardwareFlags } from "../context/hardware.ts";
import { platformFacts, type Topology } from "../context/topology.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { listItems } from "../list-items.ts";
import { imagesOf } from "../reconcile/related-images.ts";

type Fact = boolean | number | string;

function invalid(part: string, why: string) {
  return baselineError(
    "BASE-PAR-04",
    {
      what: `topology has ${JSON.stringify(part.slice(0, 100))}, which is no fact of a topology`,
      why,
      fix: `give key=value between commas; the keys are ${Object.keys(emptyTopology).join(", ")}`,
    },
    baselineExit.invalidInput,
  );
}

function factOf(part: string, known: Fact, text: string): Fact {
  switch (typeof known) {
    case "boolean":
      if (text === "true" || text === "false") return text === "true";
      throw invalid(part, "it takes true or false");
    case "number":
      if (/^\d{1,6}$/.test(text)) return Number(text);
      throw invalid(part, "it takes a whole number");
    default:
      return text;
  }
}

/**
 * Facts of a topology, of a text `isHCP=true,workerCount=3`. Pure.
 *
 * @throws FairleadError BASE-PAR-04 (exit 2) for a key that there is not, or a value of another type
 */
export function topologyOf(list: string): Partial<Topology> {
  const known: Readonly<Record<string, Fact>> = { ...emptyTopology };
  const given = listItems(list).map((part) => {
    const [key = "", ...rest] = part.split("=");
    const sample = Object.hasOwn(known, key) ? known[key] : undefined;
    if (rest.length === 0) throw invalid(part, "it is not of the form key=value");
    if (sample === undefined) throw invalid(part, `there is no key ${key}`);
    return [key, factOf(part, sample, rest.join("="))] as const;
  });
  return Object.fromEntries(given); // each key has the type of its sample
}

/** Images by key, of `KEY=reference` between commas; the key as variables have it, or as assets do. Pure. */
export function imagesOfList(list: string): Readonly<Record<string, string>> {
  const lines = listItems(list).map((part) => {
    const [key = "", ...reference] = part.split("=");
    const variable = key.toUpperCase().replaceAll("-", "_");
    return reference.length === 0 ? part : `${variable}=${reference.join("=")}`;
  });
  return imagesOf(lines.join("\n"), "image");
}

/** What is to be taken for true in place of what is detected; absent flags stay as they are. */
export interface Overrides {
  readonly hardware: Partial<Hardware>;
  readonly topology: Partial<Topology>;
}

/** Flags of the parameters `force-<…>`. Pure. */
export function forcedHardware(given: Readonly<Record<HardwareFlag, boolean | undefined>>): Partial<Hardware> {
  const set = hardwareFlags.flatMap((flag) => {
    const value = given[flag];
    return value === undefined ? [] : [[flag, value] as const];
  });
  return Object.fromEntries(set);
}

/** What follows from an overridden platform is overridden with it, unless it is given itself. Pure. */
export function withOverrides(detected: DetectedFacts, { hardware, topology }: Overrides): DetectedFacts {
  const { controlPlaneTopology, cloudProvider } = topology;
  const control = controlPlaneTopology ?? detected.topology.controlPlaneTopology;
  const platform = cloudProvider ?? detected.topology.cloudProvider;
  const isMoved = controlPlaneTopology !== undefined || cloudProvider !== undefined;
  return {
    hardware: { ...detected.hardware, ...hardware },
    topology: { ...detected.topology, ...(isMoved ? platformFacts(control, platform) : {}), ...topology },
  };
}
