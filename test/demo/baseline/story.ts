import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunSummary } from "../../../steps/baseline/report/run-summary.ts";
import type { DemoPlatform, Ran } from "./platform.ts";

/** One run of the story, for the table at its end. */
export interface Scene {
  readonly title: string;
  readonly summary: RunSummary;
}

export interface Told {
  readonly scenes: readonly Scene[];
  /** The report of the run in which most was to be seen. */
  readonly report: string;
}

/** How the story speaks. */
export interface Voice {
  readonly chapter: (title: string) => void;
  readonly log: (line: string) => void;
}

const descheduler = ["kubedeschedulers.operator.openshift.io", "cluster", "-n", "openshift-kube-descheduler-operator"];
const plugin = ["uiplugins.observability.openshift.io", "monitoring"];
const pluginKey = "UIPlugin/monitoring";
const interval = "{.spec.deschedulingIntervalSeconds}";
const perses = "{.spec.monitoring.perses.enabled}";
const pause = "{.metadata.annotations.platform\\.kubevirt\\.io/reconcile-paused}";
const mostFights = 6;
/** An edit war is told after two corrections, so that nobody waits for five. */
const soon = { "repeat-threshold": "2" } as const;

class Story {
  readonly #platform: DemoPlatform;
  readonly #voice: Voice;
  readonly scenes: Scene[] = [];

  constructor(platform: DemoPlatform, voice: Voice) {
    this.#platform = platform;
    this.#voice = voice;
  }

  async #valueOf(object: readonly string[], path: string): Promise<string> {
    return await this.#platform.kubectl(["get", ...object, "-o", `jsonpath=${path}`]);
  }

  async #expect(object: readonly string[], path: string, wanted: string, what: string): Promise<void> {
    const found = await this.#valueOf(object, path);
    if (found !== wanted) throw new Error(`${what}: ${path} is ${found || "absent"}, and should be ${wanted}`);
    this.#voice.log(`${what}: ${path.slice(2, -1).replaceAll("\\", "")} is ${found}`);
  }

  async #write(object: readonly string[], patch: object): Promise<void> {
    const text = JSON.stringify(patch);
    this.#voice.log(`kubectl patch ${object.join(" ")} --type=merge -p '${text}'`);
    await this.#platform.kubectl(["patch", ...object, "--type=merge", "-p", text]);
  }

  async #reconcile(title: string, params: Readonly<Record<string, string>> = {}, exitCodes = [0]): Promise<Ran> {
    const ran = await this.#platform.run("reconcile", params);
    if (!exitCodes.includes(ran.exitCode)) throw new Error(`"${title}" ended with exit ${ran.exitCode}`);
    const summary: RunSummary = JSON.parse(await readFile(join(ran.folder, "report.json"), "utf8"));
    this.scenes.push({ title, summary });
    return ran;
  }

  async firstRun(): Promise<void> {
    this.#voice.chapter("The platform is brought to its baseline");
    await this.#reconcile("first run");
    await this.#expect(descheduler, interval, "60", "the descheduler is as the baseline wants it");
  }

  async drift(): Promise<void> {
    this.#voice.chapter("Somebody changes a field by hand: the next run puts it back");
    await this.#write(descheduler, { spec: { deschedulingIntervalSeconds: 300 } });
    await this.#reconcile("drift corrected");
    await this.#expect(descheduler, interval, "60", "corrected");
  }

  async userPatch(): Promise<void> {
    this.#voice.chapter("A user wants another value, and says so on the object: it stays, whoever changes it");
    const operations = [{ op: "replace", path: "/spec/deschedulingIntervalSeconds", value: 120 }];
    const annotations = { "platform.kubevirt.io/patch": JSON.stringify(operations) };
    await this.#write(descheduler, { metadata: { annotations } });
    await this.#reconcile("user's patch applied");
    await this.#expect(descheduler, interval, "120", "as its user patched it");
    await this.#write(descheduler, { spec: { deschedulingIntervalSeconds: 300 } });
    await this.#reconcile("user's patch restored");
    await this.#expect(descheduler, interval, "120", "the patch survived");
  }

  async editWar(): Promise<void> {
    this.#voice.chapter("Somebody does not give up: after two corrections of one field the object is paused");
    for (let fight = 1; (await this.#valueOf(plugin, pause)) !== "true"; fight += 1) {
      if (fight > mostFights) throw new Error(`${pluginKey} is not paused after ${mostFights} runs`);
      await this.#write(plugin, { spec: { monitoring: { perses: { enabled: false } } } });
      await this.#reconcile(`edit war, run ${fight}`, { ...soon, assets: "monitoring-ui-plugin" }, [0, 3]);
    }
    await this.#expect(plugin, pause, "true", "the baseline gives way");
    await this.#tellEvents();
  }

  async #tellEvents(): Promise<void> {
    const args = ["get", "events.events.k8s.io", "-n", "openshift-cnv", "-o", "json"];
    const { items }: { readonly items: readonly { readonly reason: string; readonly note: string }[] } = JSON.parse(
      await this.#platform.kubectl(args),
    );
    const told = items.filter(({ reason }) => reason === "ThrashingDetected");
    if (told.length !== 1) throw new Error(`${told.length} Events tell of the edit war, and it should be one`);
    this.#voice.log(`one Event: ThrashingDetected, ${told[0]?.note ?? ""}`);
  }

  async whilePaused(): Promise<string> {
    this.#voice.chapter("While it is paused, runs leave it alone and keep all the rest");
    await this.#write(descheduler, { spec: { mode: "Predictive" } });
    const { folder } = await this.#reconcile("paused, the rest is kept");
    await this.#expect(plugin, perses, "false", "left alone");
    await this.#tellEvents();
    return join(folder, "report.html");
  }

  async resume(): Promise<void> {
    this.#voice.chapter("The other writer has stopped: the object is resumed");
    const { exitCode } = await this.#platform.run("resume", { resource: pluginKey });
    if (exitCode !== 0) throw new Error(`the resumption ended with exit ${exitCode}`);
    await this.#reconcile("resumed");
    await this.#expect(plugin, perses, "true", "kept at the baseline again");
    await this.#reconcile("nothing to do");
    const last = this.scenes.at(-1)?.summary.counts;
    if (last?.applied !== 0 || last.failed !== 0) throw new Error("the last run still found something to do");
  }
}

/**
 * A platform reaches its baseline, drifts, is patched by a user, fought over, paused and resumed.
 *
 * @throws Error as soon as the platform is not as the story has it
 */
export async function tellStory(platform: DemoPlatform, voice: Voice): Promise<Told> {
  const story = new Story(platform, voice);
  await story.firstRun();
  await story.drift();
  await story.userPatch();
  await story.editWar();
  const report = await story.whilePaused();
  await story.resume();
  return { scenes: story.scenes, report };
}

/** The runs of a story as a short table. Pure. */
export function sceneTable(scenes: readonly Scene[]): string {
  const head = ["run", "applied", "in place", "paused", "failed", "seconds", "exit"];
  const rows = scenes.map(({ title, summary }) => {
    const { counts, startedAt, finishedAt, exitCode } = summary;
    const seconds = ((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1);
    return [title, ...[counts.applied, counts.unchanged, counts.paused, counts.failed, seconds, exitCode].map(String)];
  });
  const width = Math.max(...[head, ...rows].map(([first = ""]) => first.length));
  return [head, ...rows]
    .map(([first = "", ...cells]) => `  ${first.padEnd(width)}${cells.map((cell) => cell.padStart(10)).join("")}`)
    .join("\n");
}
