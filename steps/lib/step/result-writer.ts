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
  if (bytes < Buffer.byteLength("…")) return "";
  let kept = "";
  let size = Buffer.byteLength("…");
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > bytes) break;
    kept += character;
  }
  return `${kept}…`;
}

function withoutControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

function oneLine(text: string): string {
  return withoutControls(text).trim();
}

/** Each line by itself: what a server put into a text ends no line and draws no colour. */
function plainLines(text: string): string {
  const lines = text.split("\n").map((line) => withoutControls(line).trimEnd());
  return lines.join("\n").trimEnd();
}

function textForPeople({ linesBytes }: ResultDeclaration, value: string): string {
  return linesBytes === undefined ? oneLine(value) : plainLines(value);
}

function undeclared(name: string): Error {
  return defect(`result "${name}" is not declared`, "the step sets a result that its Task does not have");
}

function checkValue(name: string, declaration: ResultDeclaration, text: string): void {
  // Tekton keeps every byte of a result, newlines included, and `when` compares them.
  const lines = declaration.linesBytes === undefined ? text : text.replaceAll("\n", "");
  if (/\p{Cc}/u.test(lines)) throw defect(`result "${name}" contains a control character`, "results are single lines");
  if (declaration.values !== undefined && !declaration.values.includes(text)) {
    const shown = JSON.stringify(text.slice(0, 80));
    throw defect(`result "${name}" has the undeclared value ${shown}`, `declared: ${declaration.values.join(", ")}`);
  }
  const bytes = Buffer.byteLength(text);
  if (declaration.human !== true && bytes > maxResultBytes) {
    throw defect(`result "${name}" has ${bytes} bytes`, `a result holds at most ${maxResultBytes}`);
  }
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

  /**
   * A text for people is cut to the room that the others leave.
   *
   * @throws a defect for an undeclared name or a value that breaks the declaration or the byte budget
   */
  set(name: string, value: string): void {
    const declaration = Object.hasOwn(this.#declarations, name) ? this.#declarations[name] : undefined;
    if (declaration === undefined) throw undeclared(name);
    const text = declaration.human === true ? textForPeople(declaration, value) : value;
    checkValue(name, declaration, text);
    const room = maxTotalBytes - this.#bytesOfOthers(name);
    if (declaration.human === true)
      this.#write(name, cutToBytes(text, Math.min(declaration.linesBytes ?? maxResultBytes, room)));
    else if (Buffer.byteLength(text) <= room) this.#write(name, text);
    else throw defect(`results exceed ${maxTotalBytes} bytes with "${name}"`, "all results of a Task share this room");
  }

  #bytesOfOthers(name: string): number {
    let bytes = 0;
    for (const [other, text] of this.#values) if (other !== name) bytes += Buffer.byteLength(text);
    return bytes;
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
