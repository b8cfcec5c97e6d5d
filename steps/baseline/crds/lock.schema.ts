import * as Type from "typebox";

const closed = { additionalProperties: false } as const;

const lockedFile = Type.Object(
  {
    file: Type.String({ pattern: "^[a-z]+/[a-zA-Z0-9._-]+\\.yaml$", maxLength: 253 }),
    repo: Type.String({ pattern: "^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", maxLength: 140 }),
    ref: Type.String({ minLength: 1, maxLength: 253 }),
    path: Type.String({ minLength: 1, maxLength: 1000 }),
    commit: Type.Optional(Type.String({ pattern: "^[0-9a-f]{40}$" })),
    sha256: Type.String({ pattern: "^[0-9a-f]{64}$" }),
  },
  closed,
);

/** The file `crds.lock.json`: what each file of the CRD collection is, so that no branch that moves breaks a build. */
export const lockSchema = Type.Object(
  { version: Type.Literal(1), files: Type.Array(lockedFile, { maxItems: 1000 }) },
  { $id: "baseline-crds-lock", additionalProperties: false },
);
