import { createHash } from "node:crypto";
import { Enums, Models, Serialize, SPDX, Spec } from "@cyclonedx/cyclonedx-library";

export type SbomHash = readonly ["SHA-256" | "SHA-512", string];

/** Something that is shipped: a package, a program, a base image. */
export interface SbomPart {
  readonly kind: "library" | "application" | "platform" | "container";
  readonly name: string;
  readonly version: string;
  /** SPDX expression; absent where it cannot be known here. */
  readonly licence?: string;
  /** Package URL, unique in a document. */
  readonly purl: string;
  /** Where a public list of weaknesses knows it by another name than the package URL. */
  readonly cpe?: string;
  readonly hashes: readonly SbomHash[];
  /** Package URLs of parts in the same document. */
  readonly dependsOn: readonly string[];
}

const componentTypes = {
  library: Enums.ComponentType.Library,
  application: Enums.ComponentType.Application,
  platform: Enums.ComponentType.Platform,
  container: Enums.ComponentType.Container,
} as const;

const hashNames = {
  "SHA-256": Enums.HashAlgorithm["SHA-256"],
  "SHA-512": Enums.HashAlgorithm["SHA-512"],
} as const;

function licence(text: string): Models.License {
  return SPDX.isSupportedSpdxId(text) ? new Models.SpdxLicense(text) : new Models.LicenseExpression(text);
}

function component(part: SbomPart): Models.Component {
  const made = new Models.Component(componentTypes[part.kind], part.name, {
    bomRef: part.purl,
    version: part.version,
    purl: part.purl,
    hashes: new Models.HashDictionary(part.hashes.map(([name, hash]) => [hashNames[name], hash])),
  });
  if (part.licence !== undefined) made.licenses.add(licence(part.licence));
  if (part.cpe !== undefined) made.cpe = part.cpe;
  return made;
}

/** A document's number must be its own: it follows from the content, so that equal content has an equal document. */
function serialNumber(content: string): string {
  const hex = createHash("sha256").update(content).digest("hex");
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${groups.join("-")}`;
}

/**
 * A CycloneDX 1.6 document in JSON: what is described, and each part it ships. Pure: neither time nor machine enters,
 * the parts may come in any order.
 */
export function sbomDocument(subject: SbomPart, parts: readonly SbomPart[]): string {
  const byPurl = new Map([...parts, subject].map((part) => [part.purl, component(part)]));
  for (const part of [...parts, subject])
    for (const purl of part.dependsOn) {
      const needed = byPurl.get(purl);
      if (needed === undefined) throw new Error(`${part.name} depends on ${purl}, which is not in the document`);
      byPurl.get(part.purl)?.dependencies.add(needed.bomRef);
    }
  const described = byPurl.get(subject.purl);
  byPurl.delete(subject.purl);
  const bom = new Models.Bom({ components: new Models.ComponentRepository(byPurl.values()) });
  if (described !== undefined) bom.metadata.component = described;
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  const write = (): string => `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
  bom.serialNumber = serialNumber(write());
  return write();
}
