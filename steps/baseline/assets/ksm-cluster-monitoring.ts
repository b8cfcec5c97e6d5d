import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isScalar, parseAllDocuments, parseDocument, YAMLMap } from "yaml";
import { isJsonObject, valueAt } from "../../lib/json/json.ts";
import { firstLine } from "../failure/reason-of.ts";
import type { RenderContext, Rendered } from "../template/render-asset.ts";
import { failed } from "./render-input.ts";

// OpenShift's monitoring stack takes all its settings from one text in a ConfigMap that belongs to the cluster's
// administrators (openshift-monitoring/cluster-monitoring-config, OpenShift; the collector ksmd is known since 4.14).

const name = "cluster-monitoring-config";
const namespace = "openshift-monitoring";
const key = "config.yaml";
const where = `${key} of ConfigMap ${namespace}/${name}`;
const collector = ["nodeExporter", "collectors", "ksmd"] as const;
const path = [...collector, "enabled"];

type Merged = { readonly text: string } | { readonly fault: string };

function unusable(why: string): Merged {
  const fix = "correct it, or set no platform.kubevirt.io/enable-ksm-zero-only";
  return { fault: `${where} cannot be merged with, and is left as it is: ${why}; ${fix}` };
}

/** Makes the maps on the way to the collector; tells the place where something else stands. */
function obstacle(document: Document): string | undefined {
  for (let depth = 0; depth <= collector.length; depth += 1) {
    const way = collector.slice(0, depth);
    const found = document.getIn(way, true);
    if (isMap(found)) continue;
    const isEmpty = found === undefined || found === null || (isScalar(found) && found.value === null);
    if (!isEmpty) return depth === 0 ? "it" : way.join(".");
    if (depth === 0) document.contents = new YAMLMap();
    else document.setIn(way, new YAMLMap());
  }
  return undefined;
}

/** What a text says, merge keys followed as the monitoring stack follows them. @throws Error where an alias leads nowhere */
function settingsOf(text: string): unknown {
  return parseDocument(text, { schema: "core", merge: true, logLevel: "error" }).toJS();
}

function withValue(settings: unknown, [name, ...further]: readonly string[]): unknown {
  if (name === undefined) return true;
  const members = isJsonObject(settings) ? settings : {};
  return { ...members, [name]: withValue(members[name], further) };
}

/** Maps that are shared by an alias, or merged into others, make more than the collector of one change. */
function changesOthers(before: string, after: string): boolean {
  return !isDeepStrictEqual(settingsOf(after), withValue(settingsOf(before), path));
}

/**
 * Turns the collector for ksmd on in a text that is somebody else's: comments, order and other settings stay, and a text
 * in which it is on already stays byte for byte.
 *
 * @throws Error of the YAML library, which reads some texts that it cannot write
 */
function withCollector(text: string): Merged {
  const documents = parseAllDocuments(text, { schema: "core", uniqueKeys: true });
  const document = Array.isArray(documents) ? documents[0] : undefined;
  if (document === undefined) return { text: "nodeExporter:\n  collectors:\n    ksmd:\n      enabled: true\n" };
  if (documents.length > 1) return unusable(`it has ${documents.length} documents`);
  const [problem] = document.errors;
  if (problem !== undefined) return unusable(firstLine(problem));
  if (document.getIn(path) === true) return { text };
  const place = obstacle(document);
  if (place !== undefined) return unusable(`${place} is no map`);
  document.setIn(path, true);
  const merged = document.toString({ lineWidth: 0 });
  return changesOthers(text, merged)
    ? unusable("ksmd cannot be turned on without a change of other settings, which share its place by an alias")
    : { text: merged };
}

function merge(text: string): Merged {
  try {
    return withCollector(text);
  } catch (error) {
    return unusable(firstLine(error));
  }
}

/** The settings of the cluster's monitoring, with metrics of KSM. Pure. */
export function renderClusterMonitoring({ Lookups }: RenderContext): Rendered {
  const live = valueAt(Lookups, ["config"]);
  if (typeof live !== "string") return failed(`the look-up "config" gave no text of ${where}`);
  const merged = merge(live);
  if ("fault" in merged) return failed(merged.fault);
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { [key]: merged.text } };
  return { state: "rendered", object };
}
