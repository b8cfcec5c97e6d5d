// A program of one area whose steps do on demand what real steps do by accident. Only the declarations are made up:
// everything around them is the real wrapper, in a real process.
import { writeFileSync } from "node:fs";
import * as Type from "typebox";
import { FairleadError } from "../../../steps/lib/errors/fairlead-error.ts";
import { hideSecret } from "../../../steps/lib/log/redact-text.ts";
import { defineCommand } from "../../../steps/lib/step/define-command.ts";
import { defineStep } from "../../../steps/lib/step/define-step.ts";
import { dispatch } from "../../../steps/lib/step/dispatch.ts";
import type { StepContext } from "../../../steps/lib/step/types.ts";

const params = {
  deed: Type.String({ description: "What the step does" }),
  marker: Type.Optional(Type.String({ description: "File that a cleanup writes" })),
  count: Type.Integer({ minimum: 0, maximum: 10, default: 1, description: "A number" }),
  "dry-run": Type.Boolean({ default: false, description: "A boolean" }),
  names: Type.Array(Type.String({ pattern: "^[^!]*$" }), { default: [], description: "A list" }),
};

const results = {
  outcome: { description: "What came out", neutral: "failed", values: ["failed", "done"] },
  count: { description: "A number", neutral: "0" },
};

const workspaces = {
  state: { description: "Durable files" },
  extra: { description: "More", optional: true },
} as const;

type Context = StepContext<typeof params, typeof results, typeof workspaces>;

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

/** Keeps the event loop alive, as an open connection would. */
function busy(): void {
  setInterval(() => undefined, 1_000);
}

const deeds: Readonly<Record<string, (context: Context) => Promise<void>>> = {
  succeed: async ({ results: write, summarize, log, params: given, workspace }) => {
    log.info("working", { hub: "new" });
    write.set("outcome", "done");
    write.set("count", String(given.count));
    summarize({
      what: `counted ${given.names.length} names; extra is ${workspace("extra") ?? "absent"}`,
      more: "output/report.json",
    });
  },
  show: async ({ params: given, print }) => print(JSON.stringify(given)),
  fail: async ({ summarize, log }) => {
    summarize({ what: "half done", more: "output/report.json" });
    log.warn("trouble ahead");
    throw new FairleadError(
      { id: "FX-07", what: 'hub "new" is not there', why: "Bearer abcdefghijklmnop was refused", fix: "log in again" },
      { exitCode: 4 },
    );
  },
  crash: async () => {
    throw new TypeError("cannot read that");
  },
  stray: async () => {
    setTimeout(() => {
      throw new Error("thrown in a timer");
    }, 1);
    await new Promise(() => undefined);
  },
  verdict: async ({ setExitCode, summarize }) => {
    setExitCode(3);
    summarize({ id: "FX-09", what: "2 checks failed", why: "PF-03, PF-09", fix: "read the report" });
  },
  overflow: async ({ results: write }) => write.set("count", "x".repeat(300)),
  secret: async ({ log, print, summarize }) => {
    hideSecret("canary-0123456789");
    log.info("canary-0123456789", { canary: "canary-0123456789" });
    print("canary-0123456789");
    summarize({ what: "canary-0123456789" });
  },
  wait: async ({ signal, log, onExit, params: given }) => {
    onExit(async () => {
      if (given.marker !== undefined) writeFileSync(given.marker, "cleaned up");
    });
    busy();
    log.info("waiting");
    await untilAborted(signal);
  },
  ignore: async ({ log }) => {
    busy();
    log.info("waiting");
    await new Promise(() => undefined);
  },
  identity: async ({ run, print }) => print(JSON.stringify(run)),
  colors: async ({ terminal, print }) => print(JSON.stringify(terminal)),
};

const act = defineStep({
  area: "fixture",
  name: "act",
  summary: "Do a deed",
  description: "Does what a test asks for.",
  params,
  results,
  workspaces,
  exitCodes: [
    { code: 0, meaning: "done" },
    { code: 2, meaning: "a parameter is invalid" },
    { code: 5, meaning: "the deadline passed" },
  ],
  permissions: [],
  example: { deed: "succeed" },
  tekton: { displayName: "Act", categories: ["Testing"], tags: [] },
  run: async (context) => {
    const deed = deeds[context.params.deed];
    if (deed === undefined) throw new Error(`no deed ${context.params.deed}`);
    await deed(context);
  },
});

const hang = defineCommand({
  name: "hang",
  summary: "Never end",
  description: "Waits for nothing.",
  params: {},
  exitCodes: [{ code: 0, meaning: "never" }],
  example: {},
  run: () => new Promise(() => undefined),
});

await dispatch(
  {
    areas: [{ name: "fixture", summary: "Deeds of tests" }],
    commands: [
      { area: "fixture", name: "act", summary: "Do a deed", load: async () => act },
      { name: "hang", summary: "Never end", load: async () => hang },
    ],
  },
  process.argv.slice(2),
);
