import { describe, expect, test } from "@jest/globals";
import { readTombstones } from "../../../steps/baseline/tombstones/read-tombstones.ts";

const label = "platform.kubevirt.io/managed-by: virt-platform-autopilot";
const map = (name: string, labels = `{ ${label} }`) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: x\n  labels: ${labels}\n`;
const namesIn = (files: Readonly<Record<string, string>>) => {
  const { tombstones, faults } = readTombstones(new Map(Object.entries(files)));
  return { names: tombstones.map(({ identity }) => identity.name), faults };
};

describe("tombstones", () => {
  test("are read in the order of their files, and in these of their documents", () => {
    const files = {
      "tombstones/b.yaml": map("third"),
      "tombstones/a/x.yaml": `${map("first")}---\n# nothing\n---\n${map("second")}`,
      "active/c.yaml": map("no tombstone"),
      "tombstones/readme.md": "no tombstone",
    };
    expect(namesIn(files)).toEqual({ names: ["first", "second", "third"], faults: [] });
  });

  test("D27 of a file with one that is wrong are left out, and those of no other file", () => {
    const files = {
      "tombstones/a.yaml": `${map("kept")}---\n${map("bare", "{}")}`,
      "tombstones/b.yaml": map("good"),
    };
    expect(namesIn(files)).toEqual({
      names: ["good"],
      faults: [{ path: "tombstones/a.yaml", reason: `ConfigMap bare lacks the label ${label}` }],
    });
  });

  test("without a kind or a name are wrong", () => {
    const { faults } = namesIn({ "tombstones/a.yaml": "apiVersion: v1\nmetadata: { name: x }\n" });
    expect(faults).toEqual([{ path: "tombstones/a.yaml", reason: "a document has no kind" }]);
  });
});
