import * as Type from "typebox";

export const noticeKinds = ["started", "failed", "ended", "awaiting-approval", "long-wait"] as const;
export type NoticeKind = (typeof noticeKinds)[number];

const name = Type.String({ pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$" });
/** A file beside the configuration: a key of the same Secret. */
const fileName = Type.String({ pattern: "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$" });
const address = Type.String({ pattern: '^[^\\s<>,;"@]{1,64}@[A-Za-z0-9.-]{1,253}$' });
const common = { name, kinds: Type.Optional(Type.Array(Type.Enum([...noticeKinds]), { minItems: 1 })) };

const webhook = Type.Object(
  {
    ...common,
    type: Type.Literal("webhook"),
    url: Type.Optional(Type.String({ maxLength: 2000 })),
    urlFile: Type.Optional(fileName),
    signingKeyFile: fileName,
  },
  { additionalProperties: false },
);

const slack = Type.Object(
  { ...common, type: Type.Literal("slack"), urlFile: fileName },
  { additionalProperties: false },
);

const email = Type.Object(
  {
    ...common,
    type: Type.Literal("email"),
    host: Type.String({ pattern: "^[A-Za-z0-9.:-]{1,253}$" }),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    security: Type.Enum(["tls", "starttls", "none"]),
    from: address,
    to: Type.Array(address, { minItems: 1, maxItems: 50 }),
    userFile: Type.Optional(fileName),
    passwordFile: Type.Optional(fileName),
  },
  { additionalProperties: false },
);

/** The file `notifications.yaml` of a workspace of notifications. */
export const notifySchema = Type.Object(
  {
    targets: Type.Array(Type.Union([webhook, slack, email]), { minItems: 1, maxItems: 20 }),
    allowPlainHttp: Type.Optional(Type.Boolean()),
    allowLoopback: Type.Optional(Type.Boolean()),
    certificateAuthorityFile: Type.Optional(fileName),
    longWaitSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
  },
  { $id: "notifications", additionalProperties: false },
);
