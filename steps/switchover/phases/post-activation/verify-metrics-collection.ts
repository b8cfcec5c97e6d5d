import { objectName, podSelector } from "../../acm/constants.ts";
import { pods, routes } from "../../acm/resources.ts";
import { observabilitySkipped } from "../observability/stop-writers.ts";
import { hasObservability } from "../observability/writers.ts";
import { switchoverStep } from "../switchover-context.ts";

interface Seen {
  readonly installed: boolean;
  readonly dashboards: string | undefined;
  readonly collectors: number;
}

/** Says where the metrics are to be seen, and when. */
export const verifyMetricsCollection = switchoverStep<Seen>({
  name: "verify_metrics_collection",
  title: "Say where the metrics of the fleet are to be seen",
  onResume: "trust-record",
  skip: observabilitySkipped,
  async read(context) {
    if (!(await hasObservability(context, "secondary")))
      return { installed: false, dashboards: undefined, collectors: 0 };
    const { clients, namespaces, signal } = context;
    const { observability: namespace } = namespaces;
    const [route, collectors] = await Promise.all([
      clients.secondary.find(routes, { namespace, name: objectName.grafanaRoute }, { signal }),
      clients.secondary.list(pods, { namespace, labelSelector: podSelector.metricsCollector }, { signal }),
    ]);
    return { installed: true, dashboards: route?.spec?.host, collectors: collectors.items.length };
  },
  plan({ installed, dashboards, collectors }) {
    if (!installed) return { state: "done", note: "the new hub has no observability" };
    const where =
      dashboards === undefined ? "there is no Route to the dashboards" : `dashboards: https://${dashboards}`;
    return {
      state: "done",
      note: `${where}; ${collectors} metrics collectors run on the hub; the metrics of the clusters arrive 5 to 10 minutes after they connected`,
    };
  },
});
