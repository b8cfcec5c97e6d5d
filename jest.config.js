// One project per test level, so that `--selectProjects unit` needs neither server nor root.
const swc = [
  "@swc/jest",
  { jsc: { parser: { syntax: "typescript" }, target: "es2024" }, module: { type: "es6" }, sourceMaps: "inline" },
];

export function level(displayName, extra = {}) {
  return {
    displayName,
    testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
    transform: { "\\.ts$": swc },
    extensionsToTreatAsEsm: [".ts"],
    testEnvironment: "<rootDir>/test/support/kept-servers-environment.js",
    modulePathIgnorePatterns: ["<rootDir>/dist/"],
    ...extra,
  };
}

// Tests of the local cluster make their own hubs and kill processes: elsewhere they do not exist.
const currentCluster = "<rootDir>/test/e2e/current/";
const e2e =
  process.env.CLUSTER === "current"
    ? { testMatch: [`${currentCluster}**/*.test.ts`] }
    : { testPathIgnorePatterns: ["/node_modules/", currentCluster] };

export default {
  // A limit against hanging, not a measure: a busy machine of two cores needs many times what an idle one does.
  testTimeout: 120_000,
  projects: [
    ...["unit", "contract", "conformance", "integration", "fault"].map((name) => level(name)),
    level("e2e", e2e),
  ],
};
