import type { Ended } from "./switchover-bench.ts";

/** How a run that refused ended: its last lines, taken apart. */
export interface Refusal {
  readonly code: number | null;
  readonly id: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly more?: string;
}

const form =
  /(?:^|\n)ERROR (?<id>[A-Z]+(?:-[A-Z]+)*-\d\d) (?<command>[a-z -]+): (?<what>[^\n]+)\nwhy: {2}(?<why>[^\n]+)\nfix: {2}(?<fix>[^\n]+)\n(?:more: (?<more>[^\n]+)\n)?exit: (?<code>\d+)\n$/;

/** @throws where the last lines have another form than a console shows, the exit code is another, or a stack is shown */
export function refusalOf({ exitCode, stdout, stderr }: Ended): Refusal {
  const found = form.exec(stderr)?.groups ?? form.exec(stdout)?.groups;
  if (found === undefined) throw new Error(`exit ${exitCode}, and this is no refusal:\n${stderr.slice(-1_500)}`);
  if (found["code"] !== String(exitCode)) throw new Error(`exit ${exitCode}, but the last line says ${found["code"]}`);
  if (/\n\s+at .+:\d+:\d+/.test(`${stdout}${stderr}`)) throw new Error(`a stack is shown:\n${stderr}`);
  const { id = "", what = "", why = "", fix = "", more } = found;
  return { code: exitCode, id, what, why, fix, ...(more === undefined ? {} : { more }) };
}
