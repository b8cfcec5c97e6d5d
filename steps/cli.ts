#!/usr/bin/env node
import { commands } from "./commands.ts";
import { dispatch } from "./lib/step/dispatch.ts";

await dispatch(commands, process.argv.slice(2));
