import { writeSync } from "node:fs";
import { errorCode } from "../errors/error-code.ts";

/** Where text for people and log lines go. Synchronous, so that the order of lines is the order of events. */
export interface TextSink {
  write(text: string): void;
  /** Why earlier text was lost, for example `ENOSPC`. A reader that went away (`EPIPE`) is no failure. */
  readonly failure: string | undefined;
}

const retryMs = 5;
const maxRetries = 2_000;

/** Waits without giving up the thread: a log line is written before the work that it announces begins. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
}

class DescriptorSink implements TextSink {
  readonly #descriptor: number;
  #failure: string | undefined;
  #closed = false;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  write(text: string): void {
    let rest = Buffer.from(text);
    for (let retries = 0; rest.length > 0 && !this.#closed; ) {
      const written = this.#writeSome(rest);
      if (written === 0 && ++retries > maxRetries) this.#close("EAGAIN");
      rest = rest.subarray(written);
    }
  }

  /** Bytes written; 0 when a pipe set to non-blocking by its other end is full. */
  #writeSome(bytes: Buffer): number {
    try {
      return writeSync(this.#descriptor, bytes);
    } catch (error) {
      const code = errorCode(error) ?? String(error);
      if (code === "EAGAIN") pause();
      else this.#close(code);
      return 0;
    }
  }

  #close(code: string): void {
    this.#closed = true;
    if (code !== "EPIPE") this.#failure = code;
  }
}

/** @param descriptor 1 for standard output, 2 for standard error */
export function descriptorSink(descriptor: number): TextSink {
  return new DescriptorSink(descriptor);
}
