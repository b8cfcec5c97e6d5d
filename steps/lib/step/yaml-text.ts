import { stringify } from "yaml";

/**
 * The document as YAML. A module of its own, to be imported only when it is needed: what a bundler makes of a package in
 * CommonJS has, imported dynamically, none of its names.
 */
export function yamlText(document: unknown): string {
  return stringify(document).trimEnd();
}
