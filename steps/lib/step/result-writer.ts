import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resultVariable } from "./environment-names.ts";
import { defect, resultNotWritten } from "./step-errors.ts";
import type { ResultDeclaration, ResultDeclarations } from "./types.ts";

/** Tekton carries all results of a Task in a termination message of 4,096 bytes that other data shares. */
export const maxResultBytes = 256;
export const maxTotalBytes = 1_024;

export interface ResultTargets {
  readonly variable: (name: string) => string | undefined;
  /** Outside Tekton: one file per result. */
  readonly directory?: string;
}

/** The longest start of `text` that fits into `bytes` together with the ellipsis, never a half character. */
function cutToBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let kept = "";
  let size = Buffer.byteLength("…");
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > bytes) break;
    kept += character;
  }
  return `${kept}…`;
}

function fitting(name: string, declaration: ResultDeclaration, value: string): string {
  // Tekton keeps every byte of a result, newlines included, and `when` compares them.
  const text = declaration.human === true ? value.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim() : value;
  if (/\p{Cc}/u.test(text)) throw defect(`result "${name}" contains a control character`, "results are single lines");
  if (declaration.values !== undefined && !declaration.values.includes(text)) {
    throw defect(
      `result "${name}" has the undeclared value ${JSON.stringify(text.slice(0, 80))}`,
      `declared: ${declaration.values.join(", ")}`,
    );
  }
  if (declaration.human === true) return cutToBytes(text, maxResultBytes);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxResultBytes)
    throw defect(`result "${name}" has ${bytes} bytes`, `a result holds at most ${maxResultBytes}`);
  return text;
}

/** The results of one run. Every declared one exists from the start, since Tekton fails the consumer of a missing one. */
export class ResultWriter {
  readonly #declarations: ResultDeclarations;
  readonly #targets: ResultTargets;
  readonly #values = new Map<string, string>();

  constructor(declarations: ResultDeclarations, targets: ResultTargets) {
    this.#declarations = declarations;
    this.#targets = targets;
  }

  /** Writes the neutral value of each result, before any work that may throw. */
  writeNeutral(): void {
    if (this.#targets.directory !== undefined) this.#createDirectory(this.#targets.directory);
    for (const [name, declaration] of Object.entries(this.#declarations)) this.#write(name, declaration.neutral);
  }

  /** @throws a defect for an undeclared name or a value that breaks the declaration or the byte budget */
  set(name: string, value: string): void {
    const declaration = this.#declarations[name];
    if (declaration === undefined)
      throw defect(`result "${name}" is not declared`, "the step sets a result that its Task does not have");
    const fitted = fitting(name, declaration, value);
    let total = Buffer.byteLength(fitted);
    for (const [other, text] of this.#values) if (other !== name) total += Buffer.byteLength(text);
    if (total > maxTotalBytes)
      throw defect(`results have ${total} bytes with "${name}"`, `all together hold at most ${maxTotalBytes}`);
    this.#write(name, fitted);
  }

  get values(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#values);
  }

  #createDirectory(directory: string): void {
    try {
      mkdirSync(directory, { recursive: true });
    } catch (error) {
      throw resultNotWritten("*", directory, error);
    }
  }

  #path(name: string): string | undefined {
    if (this.#targets.directory !== undefined) return join(this.#targets.directory, name);
    const path = this.#targets.variable(resultVariable(name));
    return path === "" ? undefined : path;
  }

  #write(name: string, text: string): void {
    this.#values.set(name, text);
    const path = this.#path(name);
    if (path === undefined) return;
    try {
      writeFileSync(path, text);
    } catch (error) {
      throw resultNotWritten(name, path, error);
    }
  }
}
