import { baselineError } from "../baseline-error.ts";
import { relatedImages } from "../context/images.ts";
import { baselineExit } from "../failure/exit-code.ts";

/**
 * Images by key, of lines `KEY=reference`; the key with or without `RELATED_IMAGE_`.
 *
 * @param parameter that gives the lines
 * @throws FairleadError BASE-PAR-01 (exit 2) for a line that is none
 */
export function imagesOf(lines: string, parameter = "related-images"): Readonly<Record<string, string>> {
  const settings = lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const found = /^(?:RELATED_IMAGE_)?([A-Z][A-Z0-9_]*)=(\S*)$/.exec(line);
      if (found === null) throw invalid(parameter, line);
      return [`RELATED_IMAGE_${found[1]}`, found[2] ?? ""] as const;
    });
  return relatedImages(Object.fromEntries(settings));
}

function invalid(parameter: string, line: string) {
  return baselineError(
    "BASE-PAR-01",
    {
      what: `${parameter} has an entry that names no image`,
      why: `${JSON.stringify(line.slice(0, 100))} is not of the form KEY=reference`,
      fix: "write one image an entry, for example KUBEVIRT_METRICS_EXPORTER=quay.io/example/exporter@sha256:…",
    },
    baselineExit.invalidInput,
  );
}
