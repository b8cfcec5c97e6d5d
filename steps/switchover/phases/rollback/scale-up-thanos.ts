import { objectName } from "../../acm/constants.ts";
import { statefulSets } from "../../acm/resources.ts";
import {
  type CompactorSeen,
  compactorKey,
  compactorRef,
  findCompactor,
} from "../primary-preparation/scale-down-thanos.ts";
import { oldHubStep } from "../switchover-context.ts";

/** Gives the old hub's compactor its replicas back; one that this operation did not stop stays as it is. */
export const rbScaleUpThanos = oldHubStep<CompactorSeen>({
  name: "rb_scale_up_thanos",
  title: "Start the metrics compactor of the old hub",
  onResume: "observe",
  read: findCompactor,
  plan({ compactor }, context) {
    const wanted = context.memory().replicas_before?.[compactorKey];
    if (wanted === undefined) {
      return { state: "skipped", note: "this operation stopped no metrics compactor" };
    }
    if (compactor === undefined) {
      return { state: "done", note: "the old hub runs no metrics compactor any more" };
    }
    if ((compactor.spec?.replicas ?? 1) > 0) {
      return { state: "done", note: "it runs" };
    }
    return {
      state: "act",
      note: `scale ${objectName.thanosCompactor} to ${wanted}`,
      actions: [
        {
          kind: "write",
          change: {
            target: "primary",
            resource: statefulSets,
            ref: compactorRef(context),
            summary: `scale StatefulSet ${objectName.thanosCompactor} to ${wanted}`,
            verb: "merge-patch",
            subresource: "scale",
            patch: { spec: { replicas: wanted } },
          },
        },
      ],
      afterwards: "done",
    };
  },
});
