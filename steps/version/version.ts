import { defineCommand } from "../lib/step/define-command.ts";

export const version = defineCommand({
  name: "version",
  summary: "Print the version of the program and its runtime",
  description: "The first line is what state files and reports record as their writer.",
  params: {},
  exitCodes: [{ code: 0, meaning: "printed" }],
  example: {},
  run: async ({ print, run }) => {
    print(`fairlead ${run.toolVersion}`);
    print(`node     ${process.version} ${process.platform}-${process.arch}`);
  },
});
