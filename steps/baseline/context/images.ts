const prefix = "RELATED_IMAGE_";

/**
 * Images by their keys, of the settings of a step: `RELATED_IMAGE_KUBEVIRT_METRICS_EXPORTER` is known as
 * `kubevirt-metrics-exporter`. An empty one is none. Pure.
 */
export function relatedImages(settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([name, image]) => name.startsWith(prefix) && name !== prefix && image !== "")
      .map(([name, image]) => [name.slice(prefix.length).toLowerCase().replaceAll("_", "-"), image]),
  );
}
