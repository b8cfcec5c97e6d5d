import { describe, expect, test } from "@jest/globals";
import { collectionReadme } from "../../../../steps/baseline/crds/collection-readme.ts";
import {
  type FetchedCrd,
  type FetchUpstream,
  fetchCollection,
} from "../../../../steps/baseline/crds/fetch-collection.ts";
import { type CrdLock, sha256Of } from "../../../../steps/baseline/crds/lock.ts";
import { type FileUpdate, planUpdate } from "../../../../steps/baseline/crds/plan-update.ts";
import { commitUrl, fileUrl, gitHub } from "../../../../steps/baseline/crds/upstream-addresses.ts";
import { bytes, crdText, failed, fetched, sourceOf } from "../support/crd-files.ts";

const [thing, node] = [sourceOf("Thing"), sourceOf("Node")];
const commit = "a".repeat(40);
const [text, newer] = [crdText("Thing"), crdText("Thing", { scope: "Cluster" })];
const present = new Map([[thing.file, bytes(text)]]);
const locked = (content: string, of = thing, at?: string) => ({
  ...of,
  ...(at === undefined ? {} : { commit: at }),
  sha256: sha256Of(bytes(content)),
});
const lock = (...files: CrdLock["files"]): CrdLock => ({ version: 1, files });

describe("an update of the CRD collection", () => {
  const updates = (found: readonly FetchedCrd[], files = present): readonly FileUpdate[] =>
    planUpdate(found, files, undefined).updates;

  test("replaces what has changed, adds what is new, and leaves what is the same", () => {
    const same = crdText("Node");
    expect(updates([fetched(thing, newer), fetched(node, same)], new Map(present).set(node.file, bytes(same)))).toEqual(
      [
        { file: thing.file, action: "replaced", content: bytes(newer) },
        { file: node.file, action: "unchanged" },
      ],
    );
    expect(updates([fetched(thing, text)], new Map())).toEqual([
      { file: thing.file, action: "added", content: bytes(text) },
    ]);
  });

  test("locks the bytes it takes, and the commit they are of", () => {
    expect(planUpdate([fetched(thing, newer, commit)], present, lock(locked(text))).lock).toEqual(
      lock(locked(newer, thing, commit)),
    );
  });

  test("keeps the old file, and what is locked of it, where the new one cannot be had", () => {
    const old = lock(locked(text, thing, commit));
    expect(planUpdate([failed(thing)], present, old)).toEqual({
      updates: [{ file: thing.file, action: "kept", reason: "its source answered 404" }],
      lock: old,
    });
  });

  test("keeps the old file where the answer is no CRD", () => {
    expect(updates([fetched(thing, "<html>not found</html>")])).toEqual([
      {
        file: thing.file,
        action: "kept",
        reason: expect.stringContaining("what its source has is no CRD: it is no map"),
      },
    ]);
  });

  test("locks a kept file as it is, when it is not what was locked, and claims no commit for it", () => {
    expect(planUpdate([failed(thing)], present, lock(locked(newer, thing, commit))).lock).toEqual(lock(locked(text)));
  });

  test("tells a file that is not there and cannot be had, and locks nothing of it", () => {
    const plan = planUpdate([failed(node)], new Map(), undefined);
    expect(plan.updates).toEqual([{ file: node.file, action: "missing", reason: "its source answered 404" }]);
    expect(plan.lock.files).toEqual([]);
  });

  test("removes what has no source any more, from the lock too", () => {
    const plan = planUpdate([], present, lock(locked(text)));
    expect(plan).toEqual({ updates: [{ file: thing.file, action: "removed" }], lock: lock() });
  });
});

describe("the sources of the collection", () => {
  const answers =
    (of: Readonly<Record<string, string | number | Error>>, asked: string[] = []): FetchUpstream =>
    async (url) => {
      asked.push(url);
      const answer = of[url] ?? 404;
      if (answer instanceof Error) throw answer;
      return typeof answer === "number" ? { status: answer, body: bytes("no") } : { status: 200, body: bytes(answer) };
    };
  const signal = new AbortController().signal;

  test("are read at one commit of each branch, which is asked for once", async () => {
    const asked: string[] = [];
    const port = answers(
      {
        [commitUrl(thing, gitHub)]: `${commit}\n`,
        [fileUrl(thing, commit, gitHub)]: text,
        [fileUrl(node, commit, gitHub)]: "n",
      },
      asked,
    );
    expect(await fetchCollection([thing, node], { addresses: gitHub, fetch: port }, signal)).toEqual([
      fetched(thing, text, commit),
      fetched(node, "n", commit),
    ]);
    expect(asked.filter((url) => url === commitUrl(thing, gitHub)).length).toBe(1);
  });

  test.each<[string, string | number | Error]>([
    ["is refused", 403],
    ["is no commit", "<html>"],
    ["cannot be reached", new Error("ECONNRESET")],
  ])("are read at the branch when the question for its commit %s", async (_given, answer) => {
    const port = answers({ [commitUrl(thing, gitHub)]: answer, [fileUrl(thing, undefined, gitHub)]: text });
    expect(await fetchCollection([thing], { addresses: gitHub, fetch: port }, signal)).toEqual([fetched(thing, text)]);
  });

  test("that fail stop no other", async () => {
    const lost = sourceOf("Lost");
    const port = answers({
      [fileUrl(thing, undefined, gitHub)]: text,
      [fileUrl(lost, undefined, gitHub)]: new Error("ECONNREFUSED"),
    });
    expect(await fetchCollection([lost, node, thing], { addresses: gitHub, fetch: port }, signal)).toEqual([
      { state: "failed", source: lost, reason: "its source gave no whole answer: ECONNREFUSED" },
      failed(node),
      fetched(thing, text),
    ]);
  });

  test("are read no further once the run is stopped", async () => {
    const port: FetchUpstream = async () => {
      throw new Error("aborted");
    };
    const stopped = AbortSignal.abort(new Error("the run was cancelled"));
    await expect(fetchCollection([thing], { addresses: gitHub, fetch: port }, stopped)).rejects.toThrow(
      "the run was cancelled",
    );
  });
});

describe("the README of the collection", () => {
  test("counts the files of each category and says where each comes from", () => {
    const other = { ...sourceOf("Node"), file: "oadp/nodes.yaml" };
    const readme = collectionReadme(lock(locked(text, other), locked(text, thing, commit)));
    expect(readme).toContain("| kubevirt | 1 |\n| oadp | 1 |\n| all | 2 |");
    expect(readme).toContain(
      [
        "| `kubevirt/things.yaml` | example/operator @ main | `crds/things.yaml` | `aaaaaaaaaaaa` |",
        "| `oadp/nodes.yaml` | example/operator @ main | `crds/nodes.yaml` |  |",
      ].join("\n"),
    );
    expect(readme.endsWith("|\n")).toBe(true);
  });
});
