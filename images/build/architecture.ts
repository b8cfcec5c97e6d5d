import { UsageError } from "./run-command.ts";

/** A processor architecture as OCI images and Debian name it. */
export type Architecture = "amd64" | "arm64";

/** As Node and its npm packages name them. */
export const nodeArchitectures: Readonly<Record<Architecture, string>> = { amd64: "x64", arm64: "arm64" };

export function ownArchitecture(): Architecture {
  return process.arch === "arm64" ? "arm64" : "amd64";
}

/**
 * Architectures of a list of platforms.
 *
 * @example parsePlatforms("linux/amd64,linux/arm64") // ["amd64", "arm64"]
 * @throws UsageError naming the platform that is not supported
 */
export function parsePlatforms(text: string): readonly [Architecture, ...Architecture[]] {
  const [first, ...rest] = [...new Set(text.split(",").map(parsePlatform))];
  return [first ?? parsePlatform(text), ...rest];
}

function parsePlatform(text: string): Architecture {
  const name = text.trim();
  if (name === "linux/amd64") return "amd64";
  if (name === "linux/arm64") return "arm64";
  throw new UsageError(`"${name}" is no platform of the step image; use linux/amd64, linux/arm64 or both with a comma`);
}
