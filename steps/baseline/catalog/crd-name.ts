/** Kinds that every cluster serves without a CRD. */
const builtIn: ReadonlySet<string> = new Set(["", "apps", "batch", "policy", "autoscaling"]);

/** The plural that controller tools make of a kind. Pure. */
export function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name === "securitycontextconstraints") return name;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(s|x|ch)$/.test(name) ? `${name}es` : `${name}s`;
}

/**
 * The CRD that a kind needs, `undefined` for one that every cluster serves. Its plural is what controller tools make of
 * a kind, unless a CRD that is known says another. Pure.
 *
 * @param known plurals by `<kind>.<group>`, of CRDs that were looked at
 * @example requiredCrd("operator.openshift.io/v1", "KubeDescheduler") // "kubedeschedulers.operator.openshift.io"
 */
export function requiredCrd(
  apiVersion: string,
  kind: string,
  known: Readonly<Record<string, string>> = {},
): string | undefined {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  if (builtIn.has(group) || group.endsWith(".k8s.io")) return undefined;
  const plural = Object.hasOwn(known, `${kind}.${group}`) ? known[`${kind}.${group}`] : pluralOf(kind);
  return `${plural}.${group}`;
}
