import { describe, expect, test } from "@jest/globals";
import { durationMs } from "../../../steps/baseline/duration.ts";
import { imagesOf } from "../../../steps/baseline/reconcile/related-images.ts";

describe("the parameters of a run", () => {
  test.each([
    ["0s", 0],
    ["90s", 90_000],
    ["1m", 60_000],
    ["1h30m", 5_400_000],
    ["1m500ms", 60_500],
  ])("%s is %d ms", (text, expected) => {
    expect(durationMs(text)).toBe(expected);
  });

  test("name images by key, with or without the usual prefix, and an empty one not at all", () => {
    expect(imagesOf("KUBEVIRT_METRICS_EXPORTER=quay.io/x/y@sha256:1\n\n RELATED_IMAGE_OTHER=z:1 \nNONE=\n")).toEqual({
      "kubevirt-metrics-exporter": "quay.io/x/y@sha256:1",
      other: "z:1",
    });
  });

  test("are refused where an entry names no image", () => {
    expect(() => imagesOf("quay.io/x/y")).toThrow(
      expect.objectContaining({
        exitCode: 2,
        text: {
          id: "BASE-PAR-01",
          what: "related-images has an entry that names no image",
          why: '"quay.io/x/y" is not of the form KEY=reference',
          fix: "write one image an entry, for example KUBEVIRT_METRICS_EXPORTER=quay.io/example/exporter@sha256:…",
        },
      }),
    );
  });
});
