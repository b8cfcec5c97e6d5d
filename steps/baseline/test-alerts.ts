import * as Type from "typebox";
import { defineCommand } from "../lib/step/define-command.ts";
import { checkoutParameters } from "./checkout/parameters.ts";
import { places } from "./checkout/places.ts";

export const testAlertsParams = {
  ...checkoutParameters,
  tests: Type.String({
    minLength: 1,
    maxLength: 4096,
    default: places.alertTests,
    description: "Folder of the unit tests of alerts, below that of the repository",
  }),
};

/** Runs the unit tests of the alerts by promtool. Asks no cluster. */
export const testAlerts = defineCommand({
  area: "baseline",
  name: "test-alerts",
  summary: "Run the unit tests of the alerts with promtool",
  description: `Renders the PrometheusRules among the assets of a checkout, puts the groups of each into a file named
after it, beside copies of the unit tests, and runs promtool test rules there. Whether they pass is what promtool says,
and nothing else. promtool (Prometheus 2.40 or later) must be on PATH.`,
  params: testAlertsParams,
  exitCodes: [
    { code: 0, meaning: "promtool passed all tests" },
    { code: 1, meaning: "promtool could not be run to its end" },
    { code: 2, meaning: "a parameter, the catalog or an asset is invalid" },
    { code: 4, meaning: "promtool failed the tests" },
    { code: 5, meaning: "there is no promtool on PATH" },
  ],
  example: { folder: "." },
  run: async (context) => {
    const { runTestAlerts } = await import("./test-alerts/run-test-alerts.ts");
    await runTestAlerts(context);
  },
});
