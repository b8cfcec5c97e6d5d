const blockSize = 512;
const mode = "0000644";
const regularFile = "0";

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(blockSize);
  const fields: readonly (readonly [number, string])[] = [
    [0, name],
    [100, mode],
    [108, octal(0, 7)],
    [116, octal(0, 7)],
    [124, octal(size, 11)],
    [136, octal(0, 11)],
    [148, " ".repeat(8)],
    [156, regularFile],
    [257, "ustar\u000000"],
  ];
  for (const [offset, text] of fields) block.write(text, offset, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\u0000 `, 148, "latin1");
  return block;
}

/**
 * A ustar archive of one file of the owner 0, at the epoch: equal content gives equal bytes on any machine.
 *
 * @param name at most 100 ASCII characters
 */
export function tarOfOneFile(name: string, content: Buffer): Buffer {
  if (!/^[\x21-\x7e]{1,100}$/.test(name)) throw new Error(`"${name}" is no name for a file in an archive`);
  const padding = Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize);
  return Buffer.concat([header(name, content.length), content, padding, Buffer.alloc(2 * blockSize)]);
}
