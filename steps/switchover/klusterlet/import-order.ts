import { parseAllDocuments } from "yaml";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { parseKubeconfig } from "../../lib/kube/load-kubeconfig.ts";
import { isFields } from "../../lib/schema/is-fields.ts";
import { objectName } from "../acm/constants.ts";
import type { Secret } from "../acm/hub-objects.ts";
import { hostOf } from "./spoke-contexts.ts";

/** What a hub wants its import manifest to leave on a cluster: how the klusterlet registers with this hub. */
export interface ImportOrder {
  /** Data of the bootstrap Secret, base64. */
  readonly data: Readonly<Record<string, string>>;
  /** Host of the hub that it leads to. */
  readonly host: string;
}

export type ReadOrder =
  | { readonly state: "read"; readonly order: ImportOrder }
  | { readonly state: "unusable"; readonly why: string };

const key = "import.yaml";

function decode(text: string | undefined): string {
  return Buffer.from(text ?? "", "base64").toString("utf8");
}

/** The host that a kubeconfig in a Secret leads to; empty where it is none. */
export function hostInSecret(secret: Pick<Secret, "data"> | undefined): string {
  const text = decode(secret?.data?.["kubeconfig"]);
  if (text === "") return "";
  try {
    const server = parseKubeconfig(objectName.bootstrapKubeconfigSecret, text).clusters[0]?.content["server"];
    return typeof server === "string" ? hostOf(server) : "";
  } catch (error) {
    if (!(error instanceof FairleadError)) throw error;
    return "";
  }
}

/** Strings of `data`, and of `stringData`, which wins as on the API server. */
function dataOf(document: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const strings = (field: string): readonly (readonly [string, string])[] => {
    const values = document[field];
    return isFields(values)
      ? Object.entries(values).flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as const] : []))
      : [];
  };
  const plain = strings("stringData").map(([name, value]) => [name, Buffer.from(value).toString("base64")] as const);
  return Object.fromEntries([...strings("data"), ...plain]);
}

/** The parser's words quote the lines around a fault, which may hold a token: none of them is told. */
function documentsOf(text: string): readonly unknown[] | undefined {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return undefined;
  return documents.map((document): unknown => document.toJS({ maxAliasCount: 100 }));
}

/**
 * Looks for the bootstrap Secret, and for it only, among the documents of a cluster's import manifest. Pure.
 *
 * @param secret `<cluster>-import` of the cluster's namespace on the hub
 * @param namespace of the klusterlet
 */
export function readImportOrder(secret: Secret | undefined, namespace: string): ReadOrder {
  if (secret === undefined) return { state: "unusable", why: "the hub has no import Secret for it" };
  const documents = documentsOf(decode(secret.data?.[key]));
  if (documents === undefined) return { state: "unusable", why: `${key} of its import Secret is no YAML` };
  const bootstrap = documents.filter(isFields).find(({ kind, metadata }) => {
    return kind === "Secret" && isFields(metadata) && metadata["name"] === objectName.bootstrapKubeconfigSecret;
  });
  if (bootstrap === undefined) {
    return {
      state: "unusable",
      why: `${key} of its import Secret holds no Secret ${objectName.bootstrapKubeconfigSecret}`,
    };
  }
  const { metadata } = bootstrap;
  const where = isFields(metadata) ? metadata["namespace"] : undefined;
  if (where !== namespace) {
    return { state: "unusable", why: `its klusterlet is not in the namespace ${namespace} but in ${String(where)}` };
  }
  const data = dataOf(bootstrap);
  const host = hostInSecret({ data });
  return host === ""
    ? { state: "unusable", why: `the kubeconfig in ${key} of its import Secret names no hub` }
    : { state: "read", order: { data, host } };
}
