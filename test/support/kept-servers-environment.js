import { TestEnvironment } from "jest-environment-node";

// Jest gives each test file a world of its own, and this module once to the process that runs one file after another.
const kept = [];

/** What test files leave to the next ones: texts and processes, nothing of their world. */
export default class KeptServersEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.keptServers = {
      put: (kind, text, processes) => kept.push({ kind, text, processes: [...processes] }),
      take: (kind) => {
        const index = kept.findIndex((one) => one.kind === kind);
        return index < 0 ? undefined : kept.splice(index, 1)[0];
      },
      /** The one that was put first, where there are more than that. */
      takeBeyond: (count) => (kept.length > count ? kept.shift() : undefined),
    };
  }
}
