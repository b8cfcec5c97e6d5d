import * as Type from "typebox";

// What a saved context must look like before it is rendered from. Lenient about members that later writers add.

const flag = Type.Boolean();
const count = Type.Integer({ minimum: 0 });
const word = Type.String({ maxLength: 253 });

const hardware = Type.Object({
  pciDevicesPresent: flag,
  numaNodesPresent: flag,
  vfioCapable: flag,
  usbDevicesPresent: flag,
  gpuPresent: flag,
});

const topology = Type.Object({
  totalNodeCount: count,
  masterCount: count,
  workerCount: count,
  isCompact: flag,
  controlPlaneTopology: word,
  isHCP: flag,
  cloudProvider: word,
  isAWS: flag,
  isAzure: flag,
  isGCP: flag,
  isBareMetal: flag,
  isVSphere: flag,
  isOpenStack: flag,
  hasSchedulableMasters: flag,
});

const object = Type.Record(Type.String(), Type.Any());

const hco = Type.Object({
  apiVersion: Type.String({ pattern: "^hco\\.kubevirt\\.io/v[0-9a-z]+$" }),
  kind: Type.Literal("HyperConverged"),
  metadata: Type.Object({ name: Type.String({ minLength: 1, maxLength: 253 }) }),
});

export const contextDocumentSchema = Type.Object(
  {
    schemaVersion: Type.Literal(1),
    hco,
    hardware,
    topology,
    images: Type.Record(Type.String(), Type.String()),
    crds: Type.Record(
      Type.String(),
      Type.Union([Type.Enum(["installed", "missing"]), Type.Object({ unreadable: Type.String() })]),
    ),
    lookups: Type.Record(Type.String(), object),
    unreadable: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  { $id: "baseline-context", additionalProperties: true },
);
