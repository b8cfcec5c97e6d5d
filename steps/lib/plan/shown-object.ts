import type { KubeObject, Resource } from "../kube/types.ts";
import { isSecretKey, redactText } from "../log/redact-text.ts";
import { isFields } from "../schema/is-fields.ts";

const hidden = "[hidden]";

function withoutSecrets(value: unknown): unknown {
  if (typeof value === "string") return redactText(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      isSecretKey(key) && typeof member === "string" ? hidden : withoutSecrets(member),
    ]),
  );
}

function hideValues(value: unknown): unknown {
  return isFields(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, hidden])) : value;
}

/** A plan is read by more people than the object is: the values of a Secret and all that looks like one are hidden. Pure. */
export function shownValue(resource: Resource, value: unknown): unknown {
  const safe = withoutSecrets(value);
  if (resource.group !== "" || resource.plural !== "secrets" || !isFields(safe)) return safe;
  return Object.fromEntries(
    Object.entries(safe).map(([key, member]) => [
      key,
      key === "data" || key === "stringData" ? hideValues(member) : member,
    ]),
  );
}

/** What people mean by the object: without its status and the bookkeeping of the server. Pure. */
export function essence(object: KubeObject): KubeObject {
  const { status: _status, ...rest } = object as KubeObject & { readonly status?: unknown };
  const { managedFields: _managed, ...metadata } = rest.metadata;
  return { ...rest, metadata };
}
