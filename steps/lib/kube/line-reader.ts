// Lines of a watch hold one object each; etcd refuses objects of more than a few MiB.
const defaultMaximumBytes = 16 * 1024 * 1024;
const newline = 0x0a;

/** A line that is longer than any that a server writes in earnest. */
export class LineTooLong extends Error {
  override readonly name = "LineTooLong";
}

/**
 * Splits a byte stream into lines, whatever the borders of its chunks, also inside a character. A last line without an
 * end is given too. Work grows with the bytes only, however many chunks a line comes in.
 *
 * @throws LineTooLong
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maximumBytes = defaultMaximumBytes,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: Uint8Array[] = [];
  let size = 0;
  const keep = (part: Uint8Array): void => {
    size += part.length;
    if (size > maximumBytes) {
      throw new LineTooLong(`a line is longer than ${maximumBytes} bytes`);
    }
    parts.push(part);
  };
  const take = (): string => {
    const line = decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts));
    parts = [];
    size = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      keep(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) {
      keep(chunk.subarray(start));
    }
  }
  if (size > 0) {
    yield take();
  }
}
