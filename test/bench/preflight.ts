import { compare, takeTurns } from "./paired.ts";
import { type Bench, ratioRow } from "./row.ts";
import { pagesOf, withValidatedHubs } from "./validation.ts";

const clusters = 1000;
const rounds = 15;
const budget = 2;

/** What a look at a large fleet costs before anything is changed. */
export const preflight: Bench = {
  name: "preflight",
  summary: `time and requests of a preflight on ${clusters} clusters against listing the same; a minute`,
  run: (log) =>
    withValidatedHubs(async (hubs) => {
      const constant = (await hubs.countCalls()) - pagesOf(0);
      await hubs.grow(0, clusters);
      log(`${clusters} clusters are on each hub`);
      const times = await takeTurns(
        {
          floor: () => hubs.timeList(),
          ours: () => hubs.timeValidation(),
        },
        rounds,
      );
      const requests = await hubs.countCalls();
      const pages = pagesOf(clusters);
      if (requests < pages) throw new Error(`${requests} requests cannot have read ${pages} pages`);
      return [
        ratioRow(`preflight on ${clusters} clusters`, compare(times.ours, times.floor), budget),
        {
          what: `  its requests: ${constant} on hubs without a fleet, and its pages`,
          floor: `${pages} pages`,
          measured: `${requests} requests`,
          value: requests,
          budget: constant + pages,
          unit: "requests",
        },
      ];
    }),
};
