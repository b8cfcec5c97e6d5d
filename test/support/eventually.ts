import { setTimeout as pause } from "node:timers/promises";

/** Tries again until it does not throw; in the end throws what it threw last. The limit is against hanging. */
export async function eventually(check: () => Promise<void>, withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await pause(25);
  }
}
