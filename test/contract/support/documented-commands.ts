import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./manifests.ts";

/** One command line of this program as a document shows it. */
export interface DocumentedCommand {
  /** Relative to the checkout, with the line. */
  readonly place: string;
  /** What follows the program's name. */
  readonly words: readonly string[];
  /** Shown to be run as it stands: nothing is left out of it. */
  readonly isWhole: boolean;
}

/** Stands in the words for what a reader fills in: `<cluster id of the new hub>`. */
export const anyValue = "some-value";

const placeholder = /<[^<>]+>/g;
/** Says that there may be more. */
const ellipsis = "…";
const block = /^[ \t]*```(\w*)[^\n]*\n([\s\S]*?)^[ \t]*```/gm;
const shells: ReadonlySet<string> = new Set(["sh", "bash", "shell", "console"]);

/** As a shell splits it: quoted parts are one word, a comment ends it. */
function wordsOf(line: string): readonly string[] {
  const words = line.replaceAll(placeholder, anyValue).match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith("#"));
  return words.slice(0, comment < 0 ? words.length : comment).map((word) => word.replaceAll(/['"]/g, ""));
}

function command(place: string, line: string, isShown: boolean): readonly DocumentedCommand[] {
  const [program, ...words] = wordsOf(line);
  if (program !== "fairlead") return [];
  return [{ place, words: words.filter((word) => word !== ellipsis), isWhole: isShown && !words.includes(ellipsis) }];
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** Of a block of shell that begins after this line; a backslash at its end continues a line. */
function shownIn(path: string, code: string, before: number): readonly DocumentedCommand[] {
  return [...code.matchAll(/(?:[^\n]*\\\n)*[^\n]+/g)].flatMap((found) => {
    const place = `${path}:${before + lineAt(code, found.index)}`;
    return command(place, found[0].replaceAll(/\\\n/g, " ").trim(), true);
  });
}

/** Every command line of this program in a document: in blocks of shell, and between backticks in running text. */
export function commandsIn(path: string, text: string): readonly DocumentedCommand[] {
  const shown = [...text.matchAll(block)].flatMap(({ index, 1: language = "", 2: code = "" }) =>
    shells.has(language) ? shownIn(path, code, lineAt(text, index)) : [],
  );
  // The lines stay where they are.
  const running = text.replaceAll(block, (whole) => whole.replaceAll(/[^\n]/g, ""));
  const mentioned = [...running.matchAll(/`(fairlead\s[^`]+)`/g)].flatMap(({ index, 1: code = "" }) =>
    command(`${path}:${lineAt(running, index)}`, code.replaceAll(/\s+/g, " "), false),
  );
  return [...shown, ...mentioned];
}

/** Of the README, the contributors' guide, the change log and everything below `docs`. */
export function documentedCommands(): readonly DocumentedCommand[] {
  const below = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => join("docs", path));
  return ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...below.toSorted()].flatMap((path) =>
    commandsIn(path, readFileSync(join(root, path), "utf8")),
  );
}
