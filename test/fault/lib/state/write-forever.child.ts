import { systemRandom } from "../../../../steps/lib/clock/system-clock.ts";
import { openJournal } from "../../../../steps/lib/state/journal.ts";
import { writeFileAtomically } from "../../../../steps/lib/state/write-file-atomically.ts";

// Writes version after version, each announced in the journal before, until it is killed.
const [folder = "", first = "0", size = "0"] = process.argv.slice(2);
const journal = await openJournal({
  path: `${folder}/journal.jsonl`,
  mode: 0o664,
  clock: { now: () => Date.now(), monotonic: () => performance.now(), sleep: () => Promise.resolve() },
});
for (let n = Number(first); ; n += 1) {
  await journal.append({ event: "intent", n });
  const content = JSON.stringify({ n, filler: String(n % 10).repeat(Number(size)), end: n });
  await writeFileAtomically(`${folder}/state.json`, content, { mode: 0o664, random: systemRandom, backup: true });
  if (n === Number(first)) process.stdout.write("writing\n");
}
