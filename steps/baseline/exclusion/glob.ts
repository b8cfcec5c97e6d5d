/** What one place of a pattern stands for. */
type Token = { readonly kind: "any-run" } | { readonly kind: "one"; readonly accepts: (character: string) => boolean };

/** A pattern for names; `malformed` matches nothing. */
export type Glob = { readonly state: "pattern"; readonly tokens: readonly Token[] } | { readonly state: "malformed" };

interface Read {
  readonly token: Token;
  /** Where the next token begins. */
  readonly next: number;
}

interface Range {
  readonly low: string;
  readonly high: string;
  readonly next: number;
}

type Characters = readonly string[];

const isNoSlash = (character: string): boolean => character !== "/";

function one(accepts: (character: string) => boolean): Token {
  return { kind: "one", accepts };
}

/** A character of a class, perhaps behind a backslash. */
function classCharacter(
  text: Characters,
  at: number,
): { readonly character: string; readonly next: number } | undefined {
  const character = text[at];
  if (character === undefined || character === "]" || character === "-") return undefined;
  if (character !== "\\") return { character, next: at + 1 };
  const escaped = text[at + 1];
  return escaped === undefined ? undefined : { character: escaped, next: at + 2 };
}

function classRange(text: Characters, at: number): Range | undefined {
  const low = classCharacter(text, at);
  if (low === undefined) return undefined;
  if (text[low.next] !== "-") return { low: low.character, high: low.character, next: low.next };
  const high = classCharacter(text, low.next + 1);
  return high === undefined ? undefined : { low: low.character, high: high.character, next: high.next };
}

function readClass(text: Characters, start: number): Read | undefined {
  const isNegated = text[start] === "^";
  const ranges: Range[] = [];
  let at = isNegated ? start + 1 : start;
  while (ranges.length === 0 || text[at] !== "]") {
    const range = classRange(text, at);
    if (range === undefined) return undefined;
    ranges.push(range);
    at = range.next;
  }
  const isIn = (character: string): boolean => ranges.some(({ low, high }) => low <= character && character <= high);
  return { token: one((character) => isNoSlash(character) && isIn(character) !== isNegated), next: at + 1 };
}

function readToken(text: Characters, at: number): Read | undefined {
  const character = text[at];
  switch (character) {
    case "*":
      return { token: { kind: "any-run" }, next: at + 1 };
    case "?":
      return { token: one(isNoSlash), next: at + 1 };
    case "[":
      return readClass(text, at + 1);
    case "\\": {
      const escaped = text[at + 1];
      return escaped === undefined ? undefined : { token: one((given) => given === escaped), next: at + 2 };
    }
    default:
      return { token: one((given) => given === character), next: at + 1 };
  }
}

/**
 * Reads a shell pattern for a whole name, case-sensitive: `*` for any characters but `/`, `?` for one of these, `[abc]`,
 * `[a-z]`, `[^x]`, and `\` before a character that stands for itself. Pure.
 *
 * @example readGlob("90-*")
 */
export function readGlob(pattern: string): Glob {
  const text = [...pattern];
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const read = readToken(text, at);
    if (read === undefined) return { state: "malformed" };
    tokens.push(read.token);
    at = read.next;
  }
  return { state: "pattern", tokens };
}

/** Where a name may stand after one more token; a run may end anywhere. */
function advance(places: ReadonlySet<number>, token: Token, name: Characters): ReadonlySet<number> {
  const next = new Set<number>();
  for (const place of places) {
    if (token.kind === "one") {
      const character = name[place];
      if (character !== undefined && token.accepts(character)) next.add(place + 1);
      continue;
    }
    for (let at = place; !next.has(at); at++) {
      next.add(at);
      const character = name[at];
      if (character === undefined || !isNoSlash(character)) break;
    }
  }
  return next;
}

/** All ways are followed side by side: no pattern makes it take long. Pure. */
export function matches(glob: Glob, name: string): boolean {
  if (glob.state === "malformed") return false;
  const characters = [...name];
  let places: ReadonlySet<number> = new Set([0]);
  for (const token of glob.tokens) places = advance(places, token, characters);
  return places.has(characters.length);
}
