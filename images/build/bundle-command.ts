import { parseArgs } from "node:util";
import { areas } from "./area-manifests.ts";
import { publishBundles } from "./bundle.ts";
import { manifestsFolder, releasedImage } from "./release-files.ts";
import { renderManifests } from "./render.ts";
import { requireRegistry, runCommand } from "./run-command.ts";

// `make bundle`: bundles as OCI layouts in dist/bundles, pushed; manifests that use the Task bundle in dist/manifests.
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      registry: { type: "string" },
      "cluster-registry": { type: "string" },
      image: { type: "string" },
      area: { type: "string", multiple: true },
      "plain-http": { type: "boolean", default: false },
    },
  });
  const registry = requireRegistry(values.registry);
  const clusterRegistry = values["cluster-registry"] ?? registry;
  const image = await releasedImage(values.image);
  for (const area of values.area ?? (await areas())) {
    const bundles = await publishBundles({ area, registry, clusterRegistry, image, plainHttp: values["plain-http"] });
    const folder = await renderManifests(area, image, manifestsFolder);
    process.stdout.write(`tasks     ${bundles.tasks}\npipelines ${bundles.pipelines}\nmanifests ${folder}\n`);
  }
});
