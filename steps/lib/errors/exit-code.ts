/**
 * Process exit codes that every area shares. An area adds its own within 3–99; 125–127 and 128+n belong to
 * container runtimes and shells.
 */
export const exitCode = {
  done: 0,
  failed: 1,
  invalidInput: 2,
  /** A defect of this program, never of its input: a result over budget, an undeclared result. */
  defect: 70,
  interrupted: 130,
  terminated: 143,
} as const;
