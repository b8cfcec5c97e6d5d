import { median } from "./paired.ts";
import type { Bench, Row } from "./row.ts";
import { type ValidatedHubs, withValidatedHubs } from "./validation.ts";

const [few, many] = [1000, 5000] as const;
const rounds = 5;
const budgetMiB = 256;
const flatWithin = 1.3;

interface Peaks {
  readonly highest: number;
  readonly usual: number;
}

async function peaks(hubs: ValidatedHubs): Promise<Peaks> {
  const seen: number[] = [];
  for (let round = 0; round < rounds; round += 1) seen.push(await hubs.peakOfValidation());
  return { highest: Math.max(...seen), usual: median(seen) };
}

function mebibytes(value: number): string {
  return `${Math.round(value)} MiB`;
}

function rows(small: Peaks, large: Peaks): readonly Row[] {
  const limit = (clusters: number, { highest }: Peaks): Row => ({
    what: `resident memory of a preflight on ${clusters} clusters, highest of ${rounds} runs`,
    floor: "–",
    measured: mebibytes(highest),
    value: highest,
    budget: budgetMiB,
    unit: "MiB",
  });
  return [
    limit(few, small),
    limit(many, large),
    {
      what: `  on ${many} against on ${few}, medians`,
      floor: mebibytes(small.usual),
      measured: mebibytes(large.usual),
      value: large.usual / small.usual,
      budget: flatWithin,
      unit: "×",
    },
  ];
}

/** Whether a large fleet fits into the memory of a Task. */
export const memory: Bench = {
  name: "memory",
  summary: `resident memory of a preflight on ${few} and ${many} clusters; three minutes`,
  run: (log) =>
    withValidatedHubs(async (hubs) => {
      await hubs.grow(0, few);
      log(`${few} clusters are on each hub`);
      const small = await peaks(hubs);
      await hubs.grow(few, many);
      log(`${many} clusters are on each hub`);
      return rows(small, await peaks(hubs));
    }),
};
