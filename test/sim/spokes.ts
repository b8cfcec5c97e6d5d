import { appendFile, mkdir, open } from "node:fs/promises";
import { join } from "node:path";

// Which hub each spoke listens to, in the folder that the simulators of both hubs share: a line per change, the last one
// of a spoke counts. A hub with thousands of spokes reads only what is new each time that it looks.

function fileIn(bucket: string): string {
  return join(bucket, "spokes.jsonl");
}

type Line = readonly [spoke: string, hub: string];

/** Lets the spokes listen to `hub`, the id of its ClusterVersion; any other text is a hub that nobody plays. */
export async function claimSpokes(bucket: string, spokes: readonly string[], hub: string): Promise<void> {
  const lines = spokes.map((spoke) => `${JSON.stringify([spoke, hub] satisfies Line)}\n`);
  await mkdir(bucket, { recursive: true });
  // One write that appends is whole, whoever else appends.
  await appendFile(fileIn(bucket), lines.join(""));
}

/** What one hub knows of the spokes. */
export class Spokes {
  private readonly hubs = new Map<string, string>();
  private readonly bucket: string;
  private bytesRead = 0;

  constructor(bucket: string) {
    this.bucket = bucket;
  }

  /** The hub of a spoke as of the last `look`; `""` for one that listens to none. */
  hubOf(spoke: string): string {
    return this.hubs.get(spoke) ?? "";
  }

  async look(): Promise<void> {
    for (const [spoke, hub] of await this.news()) this.hubs.set(spoke, hub);
  }

  private async news(): Promise<readonly Line[]> {
    const file = await open(fileIn(this.bucket)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (file === undefined) return [];
    try {
      const { size } = await file.stat();
      if (size <= this.bytesRead) return [];
      const { buffer } = await file.read(Buffer.alloc(size - this.bytesRead), 0, size - this.bytesRead, this.bytesRead);
      const whole = buffer.subarray(0, buffer.lastIndexOf("\n") + 1);
      this.bytesRead += whole.length;
      // Written by `claimSpokes`.
      return whole
        .toString("utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Line);
    } finally {
      await file.close();
    }
  }
}
