import type { BaselineState } from "../../../../steps/baseline/state/baseline-state.ts";
import type { JsonObject } from "../../../../steps/lib/json/json.ts";
import type { BaselineBench } from "./baseline-bench.ts";

/** What the last run left to the next one. @throws Error where there is nothing */
export async function storedState(bench: BaselineBench): Promise<BaselineState> {
  const map = await bench.get({
    resource: "configmaps",
    name: "virt-platform-autopilot-state",
    namespace: "openshift-cnv",
  });
  const { data } = map as { readonly data?: JsonObject }; // the API declares it so
  return JSON.parse(String(data?.["state.json"]));
}
