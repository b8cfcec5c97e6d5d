// Lines of a watch hold one object each; etcd refuses objects of more than a few MiB.
const maximumLineLength = 16 * 1024 * 1024;

/**
 * Splits a byte stream into lines, whatever the borders of its chunks. A last line without an end is given too.
 *
 * @throws Error when a line grows beyond 16 Mi characters
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > maximumLineLength) {
      throw new Error(`a line is longer than ${maximumLineLength} characters`);
    }
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== "") {
    yield rest;
  }
}
