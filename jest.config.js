// One project per test level, so that `--selectProjects unit` needs neither server nor root.
const swc = [
  "@swc/jest",
  { jsc: { parser: { syntax: "typescript" }, target: "es2024" }, module: { type: "es6" }, sourceMaps: "inline" },
];

function level(displayName, extra = {}) {
  return {
    displayName,
    testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
    transform: { "\\.ts$": swc },
    extensionsToTreatAsEsm: [".ts"],
    testEnvironment: "node",
    modulePathIgnorePatterns: ["<rootDir>/dist/"],
    ...extra,
  };
}

export default {
  // A limit against hanging, not a measure: a busy machine of two cores needs many times what an idle one does.
  testTimeout: 120_000,
  projects: ["unit", "contract", "integration", "fault", "e2e"].map((name) => level(name)),
};
