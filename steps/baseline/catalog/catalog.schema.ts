import * as Type from "typebox";
import { lookupSchema } from "../lookups/lookup.schema.ts";

// The shape of the catalog file. What several entries say together is checked by `validateCatalog`.

const text = Type.String({ minLength: 1, maxLength: 253 });
const closed = { additionalProperties: false } as const;

const condition = Type.Union([
  Type.Object({ type: Type.Literal("hardware-detection"), detector: text }, closed),
  Type.Object({ type: Type.Literal("feature-gate"), value: text }, closed),
  Type.Object({ type: Type.Literal("annotation"), key: text, value: Type.Optional(Type.String()) }, closed),
  Type.Object({ type: Type.Literal("image"), key: text }, closed),
  Type.Object({ type: Type.Literal("hco-field-unconfigured"), path: text }, closed),
  Type.Object(
    { type: Type.Literal("topology"), field: text, value: Type.Optional(Type.Enum(["true", "false"])) },
    closed,
  ),
]);

const asset = Type.Object(
  {
    name: Type.String({ pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$" }),
    group: Type.Optional(text),
    /** A file below the active assets, or, of an asset that a function renders, the place that it would have there. */
    path: Type.String({
      pattern: "^[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*(\\.yaml(\\.liquid)?)?$",
      maxLength: 253,
    }),
    /** The function of the program that renders it, where merging what is live is more than a template can say. */
    render: Type.Optional(Type.String({ pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$" })),
    /** Of what the function renders; a file says it itself. */
    api_version: Type.Optional(text),
    phase: Type.Integer({ minimum: 0, maximum: 9 }),
    install: Type.Enum(["always", "opt-in"]),
    component: text,
    reconcile_order: Type.Integer({ minimum: 0, maximum: 1000 }),
    conditions: Type.Optional(Type.Array(condition, { maxItems: 20 })),
    gate_crd: Type.Optional(Type.String({ pattern: "^[a-z0-9]+\\.[a-z0-9.-]+$" })),
    template_params: Type.Optional(Type.Record(Type.String(), Type.String())),
    lookups: Type.Optional(Type.Array(lookupSchema, { maxItems: 20 })),
  },
  closed,
);

const feature = Type.Object(
  {
    name: text,
    description: Type.String({ maxLength: 2000 }),
    maturity: Type.Optional(Type.Enum(["dp", "tp"])),
    assets: Type.Optional(Type.Array(text)),
    groups: Type.Optional(Type.Array(text)),
    requires: Type.Optional(Type.Array(Type.String())),
    recommended: Type.Optional(Type.Array(Type.String())),
  },
  closed,
);

export const catalogSchema = Type.Object(
  {
    framework: Type.Object({ maturity: Type.Optional(Type.Enum(["", "dp", "tp"])), opt_in: text }, closed),
    assets: Type.Array(asset, { minItems: 1, maxItems: 1000 }),
    excluded_assets: Type.Array(text),
    features: Type.Array(feature),
  },
  { $id: "baseline-catalog", additionalProperties: false },
);
