import * as Type from "typebox";

// What an asset asks of the cluster, as its catalog entry says it. Names of the API stand in the catalog's own spelling.

const text = Type.String({ minLength: 1, maxLength: 253 });
const closed = { additionalProperties: false } as const;
const name = Type.String({ pattern: "^[a-z][a-zA-Z0-9]{0,62}$" });
const crd = Type.String({ pattern: "^[a-z0-9]+\\.[a-z0-9.-]+$" });
const fieldPath = Type.String({ pattern: "^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$", maxLength: 253 });

export const lookupSchema = Type.Union([
  Type.Object({ name, kind: Type.Literal("crd-enum"), crd, path: fieldPath }, closed),
  Type.Object({ name, kind: Type.Literal("crd-has-field"), crd, path: fieldPath }, closed),
  Type.Object(
    {
      name,
      kind: Type.Literal("object-exists"),
      api_version: text,
      object_kind: text,
      namespace: Type.Optional(text),
      object_name: text,
    },
    closed,
  ),
  Type.Object(
    { name, kind: Type.Literal("recording-rule"), namespace: text, prometheus_rule: text, record: text },
    closed,
  ),
  Type.Object({ name, kind: Type.Literal("config-map-value"), namespace: text, config_map: text, key: text }, closed),
  Type.Object({ name, kind: Type.Literal("storage-profile-rwx-class") }, closed),
]);
