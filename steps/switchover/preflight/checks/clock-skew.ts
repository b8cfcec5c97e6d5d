import type { Check } from "../check.ts";
import { judge, passed, warning } from "../finding.ts";
import { allOf } from "../reading.ts";

const toleratedMs = 60_000;

/** The hubs agree on the time: backup order, token expiry and collision checks compare their clocks. */
export const clockSkew: Check = {
  id: "clock-skew",
  number: 34,
  name: "Clocks agree",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "synchronise the clocks of both hubs",
  onResume: "never",
  evaluate: ({ primary, secondary }) =>
    judge(allOf(primary.connection, secondary.connection), {
      hub: "both",
      unreadable: "warning",
      decide: ([first, second]) => {
        const skewMs = Math.abs(first.clockOffsetMs - second.clockOffsetMs);
        const message = `the clocks of the hubs are ${Math.round(skewMs / 1000)} s apart`;
        return [
          skewMs > toleratedMs
            ? warning("both", message, "let both hubs follow the same time servers")
            : passed("both", message),
        ];
      },
    }),
};
