import { join } from "node:path";

/** Names the program that the tests start; `test/run.ts` gives the bundled one, which starts in a quarter of the time. */
export const programVariable = "FAIRLEAD_TEST_PROGRAM";

/** The program as tests start it: by itself always that of the sources as they are. */
export const program = process.env[programVariable] ?? join(import.meta.dirname, "../../steps/cli.ts");
