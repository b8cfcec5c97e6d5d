import type { Registry } from "./lib/step/types.ts";

/**
 * Everything the program can do. Only names and summaries are here, so that help and completion load no module;
 * a test holds each summary to its declaration.
 */
export const commands: Registry = {
  areas: [{ name: "switchover", summary: "Move a fleet of managed clusters from one ACM hub to another" }],
  commands: [
    {
      name: "version",
      summary: "Print the version of the program and its runtime",
      load: async () => (await import("./version/version.ts")).version,
    },
    {
      name: "completion",
      summary: "Print a shell's completion script",
      load: async () => (await import("./completion/completion.ts")).completion,
    },
    {
      name: "trigger",
      summary: "Start a Pipeline, follow it live and end with its outcome",
      load: async () => (await import("./trigger/trigger.ts")).trigger,
    },
    {
      area: "switchover",
      name: "preflight",
      summary: "Check both hubs before a switchover",
      load: async () => (await import("./switchover/preflight.ts")).preflight,
    },
  ],
};
