import { preparationSkipped } from "../../state/lost-hub.ts";
import { switchoverStep } from "../switchover-context.ts";

const danger =
  "the old hub was not prepared, or not to the end: its backup schedule may still run and its imports may go on. Before it comes back, keep it from the backup storage and the clusters; the report says what to do";

/** Stands for the whole preparation where nobody answers that could be prepared. */
export const primaryPrepSkipped = switchoverStep({
  name: preparationSkipped,
  title: "Leave the old hub unprepared",
  onResume: "trust-record",
  skip: ({ oldHub }) => (oldHub === "down" ? undefined : "the old hub answers and is prepared"),
  read: () => Promise.resolve(undefined),
  plan: () => ({ state: "done", note: "the old hub is declared down", warnings: [danger] }),
});
