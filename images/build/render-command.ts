import { parseArgs } from "node:util";
import { areas } from "./area-manifests.ts";
import { writeTaskBundle } from "./bundle.ts";
import { manifestsFolder, releasedImage } from "./release-files.ts";
import { renderManifests } from "./render.ts";
import { requireRegistry, runCommand } from "./run-command.ts";

// `make render`: manifests with the image pinned. With --bundles no Task is installed: Pipelines take them from the
// bundle, whose digest is known here, pushed or not.
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      registry: { type: "string" },
      image: { type: "string" },
      bundles: { type: "boolean", default: false },
      out: { type: "string", default: manifestsFolder },
    },
  });
  const image = await releasedImage(values.image);
  for (const area of await areas()) {
    const folder = await renderManifests(area, image, values.out, values.bundles ? await bundleOf(area) : {});
    process.stdout.write(`manifests ${folder}\n`);
  }

  async function bundleOf(area: string): Promise<{ readonly tasksBundle: string }> {
    const { name, digest } = await writeTaskBundle({ area, image });
    return { tasksBundle: `${requireRegistry(values.registry)}/${name}@${digest}` };
  }
});
