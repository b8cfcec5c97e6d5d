import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundleProgram } from "./bundle-program.ts";
import { sbomFolder } from "./release-files.ts";
import { programParts, programSbom, programSbomName, writeSbom } from "./sbom.ts";

// `make sbom`: the program alone. The image's SBOM also names what its base holds, so `make image` writes it.
const { values } = parseArgs({ options: { out: { type: "string", default: sbomFolder } } });
const { packages } = await bundleProgram();
await writeSbom(join(values.out, programSbomName), programSbom(await programParts(packages)));
