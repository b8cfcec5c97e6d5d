import type { Logger } from "../../steps/lib/log/logger.ts";

const nothing = (): void => undefined;

/** A bench measures the work, not the terminal. */
export const quietLog: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => quietLog,
};
