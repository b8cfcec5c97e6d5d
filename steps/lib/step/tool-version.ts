import { readFileSync } from "node:fs";

/** Set by the build; absent when run from source. */
declare const FAIRLEAD_VERSION: string | undefined;

function versionOfSource(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { readonly version: string }; // our own file
  return `${version}-source`;
}

/** Version of the program, recorded in every state file and report. */
export const toolVersion: string = typeof FAIRLEAD_VERSION === "string" ? FAIRLEAD_VERSION : versionOfSource();
