import pLimit from "p-limit";

/** Controllers work on several objects at once, and each API call waits for the server. */
const workers = 16;

/** Does the work for each item, several at once, and throws the first failure once all have ended. */
export async function atOnce<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const limit = pLimit(workers);
  const ended = await Promise.allSettled([...items].map((item) => limit(() => work(item))));
  const failed = ended.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
