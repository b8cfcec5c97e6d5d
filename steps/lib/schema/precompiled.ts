import type { SchemaValidator } from "./validator.ts";

/**
 * Validators that the build compiled, by schema id. The build replaces this module; run from source it holds none,
 * and `loadValidator` compiles on the spot.
 */
export const precompiled: Readonly<Record<string, () => Promise<SchemaValidator>>> = {};
