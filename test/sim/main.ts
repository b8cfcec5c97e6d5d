// The simulator of one hub as a process: node test/sim/main.ts --kubeconfig FILE --acm-version 2.16.1 --play operator,clusters --bucket DIR
import { parseArgs } from "node:util";
import { type RoleName, roleNames, startSimulator } from "./simulator.ts";

const { values } = parseArgs({
  options: {
    kubeconfig: { type: "string" },
    "acm-version": { type: "string", default: "2.16.1" },
    play: { type: "string", default: "operator,clusters" },
    bucket: { type: "string" },
    "time-scale": { type: "string", default: "1" },
  },
});

function roles(list: string): readonly RoleName[] {
  return list.split(",").map((name) => {
    const role = roleNames.find((known) => known === name);
    if (role === undefined) throw new Error(`there is no role "${name}"; roles are ${roleNames.join(", ")}`);
    return role;
  });
}

if (values.kubeconfig === undefined || values.bucket === undefined)
  throw new Error("--kubeconfig and --bucket are needed");
const simulator = await startSimulator({
  kubeconfig: values.kubeconfig,
  acmVersion: values["acm-version"],
  play: roles(values.play),
  bucket: values.bucket,
  timeScale: Number(values["time-scale"]),
});
console.log(JSON.stringify({ event: "ready" }));
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    void simulator.stop().then(() => process.exit(0));
  });
}
