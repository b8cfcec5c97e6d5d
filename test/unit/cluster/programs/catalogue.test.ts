import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import semver from "semver";
import { programGroups, programs } from "../../../cluster/programs/catalogue.ts";
import { minimumGo } from "../../../cluster/programs/go-toolchain.ts";
import { linkerFlags, modulesFolder } from "../../../cluster/programs/program-cache.ts";

const modules = [...new Set(programs.map((program) => program.module))];

function goMod(module: string): string {
  return readFileSync(join(modulesFolder, module, "go.mod"), "utf8");
}

/** The tools that a go.mod declares, in either notation. */
function tools(module: string): readonly string[] {
  const text = goMod(module);
  const block = /^tool \(\n([^)]*)\)/m.exec(text)?.[1] ?? "";
  const single = [...text.matchAll(/^tool ([^(\s]+)$/gm)].map((match) => match[1] ?? "");
  return [...single, ...block.split("\n").map((line) => line.trim())].filter((line) => line !== "");
}

function pinned(module: string, path: string): string | undefined {
  return new RegExp(`^\\s*(?:require )?${path} v(\\S+)`, "m").exec(goMod(module))?.[1];
}

describe("the catalogue of programs", () => {
  test("names each program once", () => {
    const names = programs.map((program) => program.name);
    expect(names).toEqual([...new Set(names)]);
  });

  test.each(modules)("declares every tool of module %s, and nothing else", (module) => {
    const declared = programs.filter((program) => program.module === module).map((program) => program.package);
    expect([...declared].sort()).toEqual([...tools(module)].sort());
  });

  test.each(programGroups)("has programs in group %s", (group) => {
    expect(programs.filter((program) => program.groups.includes(group))).not.toEqual([]);
  });

  test.each(modules)("asks for a Go that is new enough for module %s", (module) => {
    const needed = /^go (\S+)$/m.exec(goMod(module))?.[1] ?? "";
    expect(semver.gte(minimumGo, needed)).toBe(true);
  });

  test.each([
    ["kube-apiserver", "k8s.io/kubernetes"],
    ["velero", "github.com/vmware-tanzu/velero"],
    ["gitea", "code.gitea.io/gitea"],
  ])("lets %s call itself by the version of %s that is pinned", (name, path) => {
    const program = programs.find((candidate) => candidate.name === name);
    const version = pinned(program?.module ?? "", path);
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(program === undefined ? "" : linkerFlags(program)).toContain(version);
  });

  test("takes all of Kubernetes from one release", () => {
    const staging = [...goMod("kubernetes-tekton").matchAll(/^replace (\S+) => \1 (\S+)$/gm)].map((match) => match[2]);
    expect(staging.length).toBeGreaterThan(25);
    expect([...new Set(staging)]).toEqual([`v0.${(pinned("kubernetes-tekton", "k8s.io/kubernetes") ?? "").slice(2)}`]);
  });
});
