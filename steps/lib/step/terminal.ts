/**
 * Whether text may carry colour. `NO_COLOR` (any value but empty) forbids, `FORCE_COLOR` (any but empty, 0, false) demands,
 * else a terminal that is not `dumb` decides.
 */
export function useColor(variable: (name: string) => string | undefined, isTty: boolean): boolean {
  if ((variable("NO_COLOR") ?? "") !== "") return false;
  const force = variable("FORCE_COLOR") ?? "";
  if (force !== "") return force !== "0" && force !== "false";
  return isTty && variable("TERM") !== "dumb";
}
