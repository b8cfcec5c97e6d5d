import { level } from "./jest.config.js";

// Line coverage of the modules that decide what the baseline writes, by the tests that are about them. A level of its
// own: to count lines makes every test file slower.
const folders = ["user-patch", "ignored-fields", "throttle", "exclusion", "rbac"].map((name) => `baseline/${name}/`);
const files = [
  "baseline/catalog/select-assets.ts",
  "baseline/context/select-in-context.ts",
  "lib/json/json-pointer.ts",
];

const unit = level("unit");

export default {
  ...unit,
  displayName: "coverage",
  testMatch: [
    "<rootDir>/test/unit/baseline/{exclusion,mask-fields,patch-object,select-assets,throttle}.test.ts",
    "<rootDir>/test/unit/baseline/{collect-identities,rbac,run-summary}.test.ts",
    "<rootDir>/test/unit/baseline/render/render-catalog.test.ts",
    "<rootDir>/test/unit/lib/json/json-pointer.test.ts",
  ],
  testTimeout: 120_000,
  collectCoverage: true,
  coverageProvider: "v8",
  coverageDirectory: "<rootDir>/coverage",
  coverageReporters: ["text"],
  collectCoverageFrom: [...folders.map((folder) => `steps/${folder}**/*.ts`), ...files.map((file) => `steps/${file}`)],
  coverageThreshold: Object.fromEntries([...folders, ...files].map((path) => [`./steps/${path}`, { lines: 90 }])),
};
