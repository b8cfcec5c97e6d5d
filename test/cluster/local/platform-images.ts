import type { PlatformImage } from "./push-image.ts";

const plain = [
  "tekton-controller",
  "tekton-webhook",
  "tekton-events",
  "entrypoint",
  "nop",
  "workingdirinit",
  "triggers-controller",
  "triggers-webhook",
  "triggers-interceptors",
  "triggers-eventlistenersink",
] as const;

function file(programs: Readonly<Record<string, string>>, name: string): string {
  const path = programs[name];
  if (path === undefined) throw new Error(`the program ${name} was not built`);
  return path;
}

function image(name: string, entrypoint: readonly string[], files: Readonly<Record<string, string>>): PlatformImage {
  return { name: `platform/${name}`, tag: "1", config: { Entrypoint: entrypoint }, layers: [files] };
}

/** An image of one program below /ko-app, where the manifests of Tekton and its add-ons expect it. */
export function koImage(programs: Readonly<Record<string, string>>, name: string): PlatformImage {
  return image(name, [`/ko-app/${name}`], { [`/ko-app/${name}`]: file(programs, name) });
}

/** What the platform itself runs, made of the programs that were built here and two of Debian's static ones. */
export function platformImages(programs: Readonly<Record<string, string>>): readonly PlatformImage[] {
  return [
    // The sandbox of every pod: must not end.
    image("pause", ["/busybox", "sleep", "2147483647"], { "/busybox": "/bin/busybox" }),
    image("shell", ["/bin/sh"], { "/bin/sh": "/bin/busybox" }),
    image("coredns", ["/coredns"], { "/coredns": file(programs, "coredns") }),
    // Tekton's manifests name programs below /ko-app, and tini for the resolvers.
    image("tekton-resolvers", ["/ko-app/resolvers"], {
      "/ko-app/resolvers": file(programs, "tekton-resolvers"),
      "/sbin/tini": "/usr/bin/tini-static",
    }),
    ...plain.map((name) => koImage(programs, name)),
  ];
}
