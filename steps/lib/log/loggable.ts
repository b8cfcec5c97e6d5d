import { types } from "node:util";
import { isSecretKey, redactText } from "./redact-text.ts";

const maxDepth = 6;
const maxMembers = 200;

/** A line may show no more of a text than this; `fitLine` lowers it until the line fits. */
const maxCharacters = 4_000;

interface Limits {
  readonly depth: number;
  readonly characters: number;
  readonly seen: ReadonlySet<object>;
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters)}…`;
}

function ofError(error: Error, limits: Limits): unknown {
  const cause = error.cause === undefined ? {} : { cause: copy(error.cause, limits) };
  return { name: error.name, message: cut(redactText(error.message), limits.characters), ...cause };
}

function ofMembers(value: object, limits: Limits): unknown {
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, maxMembers)
    .map(([key, member]) => [
      redactText(key),
      isSecretKey(key) && member !== undefined ? "[hidden]" : copy(member, limits),
    ]);
  return Object.fromEntries(
    entries.length > maxMembers ? [...shown, ["…", `${entries.length - maxMembers} more`]] : shown,
  );
}

function ofObject(value: object, outer: Limits): unknown {
  if (outer.seen.has(value)) return "[circular]";
  if (outer.depth === 0) return "[too deep]";
  const limits = { ...outer, depth: outer.depth - 1, seen: new Set([...outer.seen, value]) };
  if (types.isNativeError(value)) return ofError(value, limits);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Map)
    return ofMembers(Object.fromEntries([...value].map(([key, member]) => [String(key), member])), limits);
  if (value instanceof Set) return copy([...value], outer);
  if (Array.isArray(value)) {
    const shown = value.slice(0, maxMembers).map((member) => copy(member, limits));
    return value.length > maxMembers ? [...shown, `… ${value.length - maxMembers} more`] : shown;
  }
  return ofMembers(value, limits);
}

function copy(value: unknown, limits: Limits): unknown {
  switch (typeof value) {
    case "string":
      return cut(redactText(value), limits.characters);
    case "bigint":
    case "symbol":
      return String(value);
    case "function":
      return "[function]";
    case "object":
      return value === null ? null : ofObject(value, limits);
    default:
      return value;
  }
}

/**
 * A copy of a value that is safe to write: no secrets, no cycles, bounded depth, width and text length.
 *
 * @param characters longest text shown, 4,000 unless told
 */
export function loggable(value: unknown, characters: number = maxCharacters): unknown {
  return copy(value, { depth: maxDepth, characters, seen: new Set() });
}
