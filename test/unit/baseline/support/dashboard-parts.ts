import { isJsonArray, isJsonObject, type Json, type JsonObject, valueAt } from "../../../../steps/lib/json/json.ts";

/** What a test looks at of a Perses dashboard. */
export interface DashboardParts {
  readonly panels: Readonly<Record<string, JsonObject>>;
  readonly grids: readonly (readonly GridItem[])[];
  readonly variables: readonly JsonObject[];
  /** PromQL of panels, and selectors of variables. */
  readonly queries: readonly string[];
}

export interface GridItem {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly panel: string;
}

function listAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = valueAt(value, path);
  return isJsonArray(found) ? found : [];
}

function gridItem(item: Json): GridItem {
  const numberAt = (name: string): number => Number(valueAt(item, [name]));
  const [x, y, width, height] = [numberAt("x"), numberAt("y"), numberAt("width"), numberAt("height")];
  return { x, y, width, height, panel: String(valueAt(item, ["content", "$ref"])).replace("#/spec/panels/", "") };
}

/** Reads the parts of a rendered PersesDashboard (perses.dev/v1alpha2). */
export function dashboardParts(object: JsonObject): DashboardParts {
  const config = valueAt(object, ["spec", "config"]);
  const panels = valueAt(config, ["panels"]);
  if (!isJsonObject(panels)) throw new Error("the dashboard has no panels");
  const known = Object.entries(panels).filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1]));
  const variables = listAt(config, "variables").filter(isJsonObject);
  const ofPanels = known.flatMap(([, panel]) =>
    listAt(panel, "spec", "queries").map((query) => String(valueAt(query, ["spec", "plugin", "spec", "query"]))),
  );
  const ofVariables = variables.flatMap((one) => listAt(one, "spec", "plugin", "spec", "matchers").map(String));
  return {
    panels: Object.fromEntries(known),
    grids: listAt(config, "layouts").map((layout) => listAt(layout, "spec", "items").map(gridItem)),
    variables,
    queries: [...ofPanels, ...ofVariables],
  };
}
