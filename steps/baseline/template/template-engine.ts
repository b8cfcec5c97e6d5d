import { Liquid } from "liquidjs";
import { freeze } from "../../lib/json/freeze.ts";
import { type Json, valueAt } from "../../lib/json/json.ts";
import { type ReadYaml, readYamlObject } from "./read-yaml-object.ts";
import { remembered } from "./remembered.ts";
import { storedGzip } from "./stored-gzip.ts";
import { cpuset, wholeNumber } from "./value-filters.ts";

// Templates come by git push: what they may cost is bounded.
const maxTemplateCharacters = 1024 * 1024;
const maxRenderMs = 2_000;
const maxMemory = 50 * 1024 * 1024;
// A catalog of a hundred assets in a few forms each.
const maxRemembered = 512;

/** Renders templates and reads what they give. What equal texts come to is worked out once and shared. */
export interface TemplateEngine {
  /**
   * Pure.
   *
   * @throws Error where the template, or what it asks of the context, is wrong
   */
  readonly renderText: (template: string, context: object) => string;
  /** `readYamlObject`; its object cannot be changed. Pure. */
  readonly read: (text: string) => ReadYaml;
}

function textFrom(value: unknown, filter: string): string {
  if (typeof value === "string") return value;
  throw new Error(`${filter} takes a text, and got ${value === undefined ? "nothing" : typeof value}`);
}

/** The value at a dotted path; another where it leads nowhere, or to `null`. */
function dig(value: unknown, path: unknown, otherwise: unknown): unknown {
  return valueAt(value, textFrom(path, "dig").split(".")) ?? otherwise;
}

function parseJson(value: unknown): Json {
  return JSON.parse(textFrom(value, "from_json")) as Json; // JSON.parse yields nothing else
}

function liquidOfAssets(): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    outputEscape: "json",
    relativeReference: false,
    templates: {},
    parseLimit: maxTemplateCharacters,
    renderLimit: maxRenderMs,
    memoryLimit: maxMemory,
  });
  engine.registerFilter("dig", dig);
  engine.registerFilter("from_json", parseJson);
  engine.registerFilter("text", (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value)));
  engine.registerFilter("base64", (value: unknown) =>
    Buffer.from(textFrom(value, "base64"), "utf8").toString("base64"),
  );
  engine.registerFilter("gzip_base64", (value: unknown) =>
    storedGzip(textFrom(value, "gzip_base64")).toString("base64"),
  );
  engine.registerFilter("cpuset", cpuset);
  engine.registerFilter("whole_number", wholeNumber);
  return engine;
}

function readFrozen(text: string): ReadYaml {
  const read = readYamlObject(text);
  return read.state === "read" ? { ...read, object: freeze(read.object) } : read;
}

/**
 * The template language of assets: Liquid, without files and includes. A name that does not exist is an error, outside
 * of a condition and `default`. Whatever is put out is written as JSON, which is YAML too: no value, wherever it comes
 * from, breaks out of its place. `raw` is for text of the template itself.
 */
export function templateEngine(): TemplateEngine {
  const liquid = liquidOfAssets();
  const parse = remembered((template) => liquid.parse(template), maxRemembered);
  return {
    renderText(template, context) {
      const text: unknown = liquid.renderSync(parse(template), context);
      if (typeof text !== "string") throw new Error("the template gave no text");
      return text;
    },
    read: remembered(readFrozen, maxRemembered),
  };
}
