import { seededRandom } from "../state/child-process.ts";

export const everywhere = process.env["KILL_EVERYWHERE"] === "true";
const day = Math.floor(Date.now() / 86_400_000);
/** Another one each day; `KILL_SEED` repeats one. */
export const seed = Number(process.env["KILL_SEED"] ?? day);

/** Against hanging. A test that kills at every instant takes long; one that samples takes minutes on a busy machine. */
export const killTimeoutMs = everywhere ? 3_600_000 : 900_000;

/** All of them with `KILL_EVERYWHERE=true`, else as many as `count`: one from each stretch of the list, by the seed. */
export function chosen<T>(all: readonly T[], count: number): readonly T[] {
  if (everywhere || all.length <= count) return all;
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, stretch) => {
    const start = Math.floor((stretch * all.length) / count);
    const end = Math.floor(((stretch + 1) * all.length) / count);
    return all.slice(start + Math.floor(random() * (end - start)))[0];
  }).filter((point) => point !== undefined);
}
