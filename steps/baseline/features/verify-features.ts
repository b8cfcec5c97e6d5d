import { isJsonArray, isJsonObject, type Json, type JsonObject, member } from "../../lib/json/json.ts";
import { fillSection, findSection } from "../../lib/markdown/marked-section.ts";
import { canonicalJson } from "../../lib/schema/canonical-json.ts";
import { type FeatureDocument, formatFeatureDocument } from "./feature-document.ts";
import { featureTable } from "./feature-table.ts";

/** The section of a README that the table of features is written into. */
export const featureSection = "baseline-features";

export type FilledReadme =
  | { readonly state: "filled"; readonly text: string }
  | { readonly state: "unusable"; readonly reason: string };

/** The README with the table in its place, and nothing else changed. Pure. */
export function fillReadme(readme: string, document: FeatureDocument): FilledReadme {
  const section = findSection(readme, featureSection);
  if (section.state === "unusable") return section;
  return { state: "filled", text: fillSection(section, featureTable(document)) };
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // JSON.parse yields nothing else
  } catch {
    return undefined;
  }
}

function shown(value: Json | undefined): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}

function differingFields(where: string, found: JsonObject, wanted: JsonObject): readonly string[] {
  const fields = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  return fields
    .filter((field) => canonicalJson(member(found, field)) !== canonicalJson(member(wanted, field)))
    .map(
      (field) =>
        `${where}: ${field} is ${shown(member(found, field))}, and by the catalog ${shown(member(wanted, field))}`,
    );
}

function entriesByName(value: Json | undefined): ReadonlyMap<string, JsonObject> {
  const entries = isJsonArray(value) ? value.filter(isJsonObject) : [];
  return new Map(entries.map((entry) => [String(member(entry, "name")), entry]));
}

function differingFeatures(found: JsonObject, wanted: JsonObject): readonly string[] {
  const [there, here] = [entriesByName(member(found, "features")), entriesByName(member(wanted, "features"))];
  return [
    ...[...here].flatMap(([name, entry]) => {
      const other = there.get(name);
      return other === undefined ? [`feature ${name} is missing`] : differingFields(`feature ${name}`, other, entry);
    }),
    ...[...there.keys()].filter((name) => !here.has(name)).map((name) => `feature ${name} is not in the catalog`),
  ];
}

function asObject(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

/**
 * What of a committed features document differs from what the catalog says: nothing, or every difference. Pure.
 *
 * @param text the file, byte for byte
 */
export function verifyFeatureDocument(text: string, document: FeatureDocument): readonly string[] {
  const expected = formatFeatureDocument(document);
  if (text === expected) return [];
  const found = parse(text);
  if (!isJsonObject(found)) return ["the features document is no JSON object"];
  const wanted = asObject(parse(expected));
  const differences = [
    ...differingFields("framework", asObject(member(found, "framework")), asObject(member(wanted, "framework"))),
    ...differingFeatures(found, wanted),
  ];
  return differences.length > 0 ? differences : ["the features document says the same in another form or order"];
}

function linesOf(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** What of the table in a README differs from what the catalog says: nothing, or every line. Pure. */
export function verifyReadme(readme: string, document: FeatureDocument): readonly string[] {
  const section = findSection(readme, featureSection);
  if (section.state === "unusable") return [`the README cannot be compared: ${section.reason}`];
  const wanted = featureTable(document);
  if (readme === fillSection(section, wanted)) return [];
  const [found, expected] = [linesOf(section.body), linesOf(wanted)];
  const differences = [
    ...expected.filter((line) => !found.includes(line)).map((line) => `the README lacks the line ${line}`),
    ...found
      .filter((line) => !expected.includes(line))
      .map((line) => `the README has the line ${line}, which is not by the catalog`),
  ];
  return differences.length > 0 ? differences : ["the README has the lines of the table in another form or order"];
}
