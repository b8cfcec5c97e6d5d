import { describe, expect, test } from "@jest/globals";
import {
  compareStorage,
  describeStorage,
  isUsable,
  locationInUse,
  type StorageLocation,
  summariseStorageLocation,
} from "../../../../steps/switchover/acm/backup-storage.ts";

const location: StorageLocation = {
  name: "dpa-1",
  phase: "Available",
  message: "",
  owned: true,
  isDefault: false,
  provider: "aws",
  bucket: "fleet",
  prefix: "acm",
  config: { s3Url: "https://s3.example.com", region: "eu-1" },
};

describe("a usable location", () => {
  test("is Available and made by a DataProtectionApplication", () => {
    expect(isUsable(location)).toBe(true);
    expect(isUsable({ ...location, phase: "Unavailable" })).toBe(false);
    expect(isUsable({ ...location, owned: false })).toBe(false);
  });

  test("is recognised by its owner reference", () => {
    const owner = { apiVersion: "oadp.openshift.io/v1alpha1", kind: "DataProtectionApplication", name: "d", uid: "1" };
    expect(summariseStorageLocation({ metadata: { name: "x", ownerReferences: [owner] } }).owned).toBe(true);
    expect(summariseStorageLocation({ metadata: { name: "x" } })).toMatchObject({
      owned: false,
      phase: "",
      bucket: "",
    });
  });
});

describe("comparing two locations", () => {
  test("finds none different that differ only in case, slashes and Velero's provider prefix", () => {
    const other = {
      ...location,
      provider: "velero.io/aws",
      prefix: "/ACM/",
      config: { s3Url: "https://S3.example.com/", region: "eu-1" },
    };
    expect(compareStorage(location, other)).toEqual({ place: [], settings: [] });
  });

  test("names a different bucket, prefix or provider with both values", () => {
    expect(compareStorage(location, { ...location, bucket: "b", prefix: "c", provider: "gcp" }).place).toEqual([
      'provider "aws" and "gcp"',
      'bucket "fleet" and "b"',
      'prefix "acm" and "c"',
    ]);
  });

  test("names a different endpoint apart, as it may lead to the same place", () => {
    const other = { ...location, config: { s3Url: "https://elsewhere", profile: "ignored" } };
    expect(compareStorage(location, other)).toEqual({
      place: [],
      settings: ['s3Url "https://s3.example.com" and "https://elsewhere"', 'region "eu-1" and ""'],
    });
  });
});

describe("the location in use", () => {
  const other = { ...location, name: "other", isDefault: true };
  const broken = { ...location, name: "a-broken", phase: "Unavailable" };

  test("is the one that the newest backup names", () => {
    expect(locationInUse([other, location], "dpa-1")).toBe(location);
  });

  test("is else the default, else a usable one, else the first by name", () => {
    expect(locationInUse([location, other], "gone")).toBe(other);
    expect(locationInUse([broken, location], undefined)).toBe(location);
    expect(locationInUse([{ ...broken, name: "z" }, broken], undefined)).toBe(broken);
    expect(locationInUse([], undefined)).toBeUndefined();
  });
});

test("a description has name, phase and the location's own message", () => {
  expect(describeStorage({ ...location, phase: "Unavailable", message: "access denied" })).toBe(
    "dpa-1 is Unavailable: access denied",
  );
  expect(describeStorage({ ...location, phase: "" })).toBe("dpa-1 is without a phase");
});
