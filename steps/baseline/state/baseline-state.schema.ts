import * as Type from "typebox";
import { mostCorrections, mostPaths } from "../throttle/edit-war.ts";

// What the stored state must look like before it is believed. Lenient about keys that later writers add.

const time = Type.Integer({ minimum: 0 });

// A token of seven in a minute comes back after 8571.43 ms.
const bucket = Type.Object({
  tokens: Type.Number({ minimum: 0 }),
  lastFill: Type.Number({ minimum: 0 }),
  lastAccessed: time,
});

// Fields have names of any length, and so have runs outside of Tekton: a run must be able to read what it stored.
const correction = Type.Object({
  at: time,
  runId: Type.String(),
  paths: Type.Array(Type.String(), { maxItems: mostPaths }),
  intendedOn: Type.Optional(Type.String({ maxLength: 253 })),
});

const war = Type.Object({
  consecutiveThrottles: Type.Integer({ minimum: 0 }),
  episodeReported: Type.Boolean(),
  isUntold: Type.Optional(Type.Boolean()),
  pauseMarked: Type.Boolean(),
  pausedAbsent: Type.Boolean(),
  corrections: Type.Array(correction, { maxItems: mostCorrections }),
});

const durations = Type.Object({
  count: Type.Integer({ minimum: 0 }),
  sum: Type.Number({ minimum: 0 }),
  buckets: Type.Array(Type.Integer({ minimum: 0 }), { maxItems: 100 }),
});

const identity = Type.Object({
  apiVersion: Type.String(),
  kind: Type.String(),
  name: Type.String(),
  namespace: Type.String(),
});

const customization = Type.Enum(["patch", "ignore", "unmanaged"]);

export const baselineStateSchema = Type.Object(
  {
    schemaVersion: Type.Literal(1),
    lastRun: Type.Optional(
      Type.Object({ id: Type.String(), startedAt: time, finishedAt: time, outcome: Type.String() }),
    ),
    lastSuccessAt: Type.Optional(time),
    buckets: Type.Record(Type.String(), bucket),
    wars: Type.Record(Type.String(), war),
    thrashings: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
    durations: Type.Record(Type.String(), durations),
    identities: Type.Record(Type.String(), identity),
    customizations: Type.Record(Type.String(), Type.Array(customization, { maxItems: 3 })),
    missingCrds: Type.Array(Type.String({ maxLength: 253 }), { maxItems: 1000 }),
    tombstones: Type.Record(Type.String(), Type.Object({ status: Type.Integer(), since: time })),
  },
  { $id: "baseline-state", additionalProperties: true },
);
