import { crc32 } from "node:zlib";

// RFC 1952: deflate, no flags, no time, and an operating system that is not told.
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const maxBlock = 0xffff;

/** A block of deflate that is stored as it is (RFC 1951, section 3.2.4). */
function storedBlock(data: Buffer, isLast: boolean): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(isLast ? 1 : 0, 0);
  head.writeUInt16LE(data.length, 1);
  head.writeUInt16LE(data.length ^ maxBlock, 3);
  return Buffer.concat([head, data]);
}

/**
 * Gzip without compression. What a compressor writes differs by the version of zlib, and with Node's own even by the
 * processor, and a byte that differs in a MachineConfig reboots its nodes: these bytes are the same everywhere. Pure.
 */
export function storedGzip(text: string): Buffer {
  const data = Buffer.from(text, "utf8");
  const count = Math.max(1, Math.ceil(data.length / maxBlock));
  const blocks = Array.from({ length: count }, (_, index) =>
    storedBlock(data.subarray(index * maxBlock, (index + 1) * maxBlock), index === count - 1),
  );
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(data), 0);
  trailer.writeUInt32LE(data.length, 4);
  return Buffer.concat([header, ...blocks, trailer]);
}
