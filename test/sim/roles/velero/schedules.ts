import { Cron } from "croner";
import type { SimObject } from "../../kube/sim-client.ts";
import { iso, type Stage, stamp, text } from "../../player.ts";

function isDue(schedule: SimObject): boolean {
  const times = [
    text(schedule.status, "lastBackup") || (schedule.metadata.creationTimestamp ?? ""),
    text(schedule.status, "lastSkipped"),
  ];
  const last = Math.max(...times.filter((time) => time !== "").map((time) => Date.parse(time)));
  const next = new Cron(text(schedule.spec, "schedule"), { timezone: "UTC" }).nextRun(new Date(last));
  return next !== null && next.getTime() < Date.now();
}

async function backUp(stage: Stage, schedule: SimObject): Promise<void> {
  const { name, namespace = "", labels } = schedule.metadata;
  const template = schedule.spec?.["template"] as Readonly<Record<string, unknown>> | undefined;
  await stage.world.create("veleroBackups", {
    metadata: {
      name: `${name}-${stamp(Date.now())}`,
      namespace,
      labels: { ...labels, "velero.io/schedule-name": name },
    },
    spec: template ?? {},
  });
  await stage.world.setStatus("veleroSchedules", schedule, { lastBackup: iso() });
}

/** Accepts schedules; where the played hub has a clock, makes their backups by it. */
export async function playSchedules(stage: Stage): Promise<void> {
  const { world } = stage;
  for (const schedule of world.all("veleroSchedules")) {
    if (schedule.spec?.["skipImmediately"] === true) {
      await world.patch("veleroSchedules", schedule, { spec: { skipImmediately: false } });
      await world.setStatus("veleroSchedules", schedule, { lastSkipped: iso() });
    }
    await world.setStatus("veleroSchedules", schedule, { phase: "Enabled" });
    if (stage.clock && schedule.spec?.["paused"] !== true && isDue(schedule)) await backUp(stage, schedule);
  }
  if (stage.clock) stage.later(1);
}
