import { describe, expect, test } from "@jest/globals";
import { importNotes, importRefusals, notesByReason } from "../../../../steps/switchover/acm/import-messages.ts";

describe("W-08 what an activation Restore says of imports", () => {
  const messages = [
    "managed cluster c1 already available",
    "No suitable MSA secret found for cluster (c2)",
    "Skip creating auto-import-secret for cluster (c3), its MSA secret has expired",
    "Cannot reimport cluster c4, no serverUrl property",
    "No suitable MSA secret found for cluster (h1)",
    "No suitable MSA secret found for cluster (c5): token: abcdefgh <b>",
    "anything else",
  ];

  test("is why a cluster was not asked for; nothing of one that is there, or that Hive made", () => {
    expect(importRefusals(importNotes(messages, (name) => name === "h1"))).toEqual([
      { cluster: "c2", reason: "no-token" },
      { cluster: "c3", reason: "expired-token" },
      { cluster: "c4", reason: "no-url" },
      { cluster: "c5", reason: "no-token" },
    ]);
  });

  test("is kept for each cluster by name: those that were there already, too, a Hive cluster among them", () => {
    const all = [...messages, "managed cluster h1 already available"];
    expect(notesByReason(importNotes(all, (name) => name === "h1"))).toEqual({
      available: ["c1", "h1"],
      "no-token": ["c2", "c5"],
      "expired-token": ["c3"],
      "no-url": ["c4"],
    });
  });
});
