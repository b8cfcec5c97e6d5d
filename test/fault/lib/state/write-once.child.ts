import { systemRandom } from "../../../../steps/lib/clock/system-clock.ts";
import { writeFileAtomically } from "../../../../steps/lib/state/write-file-atomically.ts";

// Writes one new version and tells how many file system calls that took.
const [path = "", content = ""] = process.argv.slice(2);
globalThis.startKillCount();
await writeFileAtomically(path, content, { mode: 0o664, random: systemRandom, backup: true });
process.stdout.write(`${globalThis.killCount()}\n`);
