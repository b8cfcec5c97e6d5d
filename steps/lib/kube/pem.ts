import { createPrivateKey, X509Certificate } from "node:crypto";
import { isAbsolute, join } from "node:path";
import { errorWords } from "./error-words.ts";
import { kubeconfigError } from "./kubeconfig-error.ts";
import type { PemSource } from "./kubeconfig-fields.ts";
import { readTextFile } from "./read-text-file.ts";

/** Certificates and keys are a few kB; a bundle of all public authorities is 250 kB. */
export const maximumPemBytes = 4 * 1024 * 1024;

/** Where a kubeconfig's PEM comes from, for reading and for messages. */
export interface PemPlace {
  readonly label: string;
  readonly folder: string;
}

/** @throws FairleadError KUBE-20 when the file that a kubeconfig names cannot be read */
export async function readNamedFile(path: string, { label, folder }: PemPlace, field: string): Promise<string> {
  const file = isAbsolute(path) ? path : join(folder, path);
  try {
    return await readTextFile(file, maximumPemBytes);
  } catch (error) {
    const why = errorWords(error);
    const text = { what: `names a file that cannot be read: ${field} ${file}`, why, fix: "check the path" };
    throw kubeconfigError("KUBE-20", label, text, error);
  }
}

async function readPem(source: PemSource, place: PemPlace): Promise<string> {
  return "data" in source
    ? Buffer.from(source.data, "base64").toString("utf8")
    : await readNamedFile(source.path, place, source.field);
}

/** Node (24) takes any text for an authority, and then trusts nobody: the place to say so is here. */
function checked(pem: string, field: string, label: string, parse: (pem: string) => unknown): string {
  try {
    parse(pem);
    return pem;
  } catch {
    const text = {
      what: `has a malformed field ${field}`,
      why: "it is no PEM that can be read",
      fix: "write the kubeconfig anew",
    };
    // The cause stays out: it may quote a key.
    throw kubeconfigError("KUBE-23", label, text);
  }
}

/** @throws FairleadError KUBE-20, KUBE-23 */
export async function readCertificate(source: PemSource, place: PemPlace): Promise<string> {
  return checked(await readPem(source, place), source.field, place.label, (pem) => new X509Certificate(pem));
}

/** A certificate and the key that belongs to it. @throws FairleadError KUBE-20, KUBE-23 */
export async function readClientCertificate(
  certificateSource: PemSource,
  keySource: PemSource,
  place: PemPlace,
): Promise<{ readonly certificate: string; readonly key: string }> {
  const certificate = await readCertificate(certificateSource, place);
  const key = checked(await readPem(keySource, place), keySource.field, place.label, createPrivateKey);
  if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
    throw kubeconfigError("KUBE-23", place.label, {
      what: "has a client certificate and a client key that do not belong together",
      why: "the key is that of another certificate",
      fix: "write the kubeconfig anew",
    });
  }
  return { certificate, key };
}
