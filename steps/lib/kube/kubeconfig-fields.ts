import { type KubeconfigFault, kubeconfigError } from "./kubeconfig-error.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** PEM in the kubeconfig (base64) or in a file of its own. */
export type PemSource =
  | { readonly field: string; readonly data: string }
  | { readonly field: string; readonly path: string };

/** Reads the fields of one kubeconfig, none of which is trusted to have its type. */
export class KubeconfigFields {
  private readonly label: string;

  constructor(label: string) {
    this.label = label;
  }

  fail(id: KubeconfigFault, what: string, why: string, fix: string): never {
    throw kubeconfigError(id, this.label, { what, why, fix });
  }

  /** `undefined` where absent or empty. @throws KUBE-23 for a number, for example, which somebody forgot to quote */
  text(fields: Fields, field: string): string | undefined {
    const value = fields[field];
    if (value === undefined || value === null || value === "") {
      return undefined;
    }
    return typeof value === "string"
      ? value
      : this.fail("KUBE-23", `has a malformed field ${field}`, "it is no text", "put the value in quotes");
  }

  texts(fields: Fields, field: string): readonly string[] {
    const value = fields[field] ?? [];
    return Array.isArray(value) && value.every((item) => typeof item === "string")
      ? value
      : this.fail("KUBE-23", `has a malformed field ${field}`, "it is no list of texts", "write the kubeconfig anew");
  }

  object(value: unknown, field: string): Fields {
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? // An object that is no array has members by name.
        (value as Fields)
      : this.fail("KUBE-23", `has a malformed field ${field}`, "it is no object", "write the kubeconfig anew");
  }

  /** As `kubectl` does, the data wins over the path. */
  pem(fields: Fields, field: string): PemSource | undefined {
    const data = this.text(fields, `${field}-data`);
    const path = this.text(fields, field);
    if (data !== undefined) {
      return { field: `${field}-data`, data };
    }
    return path === undefined ? undefined : { field, path };
  }
}
