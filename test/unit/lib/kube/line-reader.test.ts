import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readLines } from "../../../../steps/lib/kube/line-reader.ts";

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (let turn = 0; start < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

async function linesOf(text: string, sizes: readonly number[], limit?: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(chunksOf(Buffer.from(text), sizes), limit)) lines.push(line);
  return lines;
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
const line = fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => text.replaceAll("\n", " "));

describe("reading lines from a stream", () => {
  test("gives the same lines whatever the borders of the chunks, also inside a character", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line), sizes, async (lines, pieces) => {
        const text = lines.map((item) => `${item}\n`).join("");
        expect(await linesOf(text, pieces)).toEqual(lines);
      }),
    );
  });

  test("gives a last line without an end too", async () => {
    expect(await linesOf("one\ntwo", [2])).toEqual(["one", "two"]);
  });

  test("gives empty lines as they are", async () => {
    expect(await linesOf("\n\na\n", [1])).toEqual(["", "", "a"]);
  });

  test("refuses a line that grows beyond the limit, before it is whole", async () => {
    await expect(linesOf("x".repeat(100), [7], 50)).rejects.toThrow("a line is longer than 50 bytes");
    await expect(linesOf(`${"x".repeat(51)}\n`, [1000], 50)).rejects.toThrow("longer than 50 bytes");
    expect(await linesOf(`${"x".repeat(50)}\n`, [7], 50)).toHaveLength(1);
  });

  test("takes time with the bytes only: a line of 8 MiB in tiny chunks", async () => {
    // Of the processor: what others do on this machine does not count.
    const before = process.cpuUsage();
    const [long] = await linesOf("x".repeat(8 * 1024 * 1024), [64]);
    expect(long).toHaveLength(8 * 1024 * 1024);
    // A reader that joins text anew for each chunk takes minutes.
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(5000);
  });
});
