import * as Type from "typebox";

const texts = Type.Record(Type.String(), Type.String({ maxLength: 4096 }));

/** The file of `fairlead trigger --each`. */
export const eachSchema = Type.Array(
  Type.Object(
    {
      name: Type.String({ pattern: "^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$" }),
      params: Type.Optional(texts),
      workspaces: Type.Optional(texts),
    },
    { additionalProperties: false },
  ),
  { $id: "trigger-each", minItems: 1, maxItems: 100 },
);
