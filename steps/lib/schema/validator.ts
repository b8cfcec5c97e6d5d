/** What a JSON schema found wrong, in ajv's terms. */
export interface SchemaViolation {
  /** JSON pointer of the value: `/tuning/restoreWait`. Empty for the document itself. */
  readonly instancePath: string;
  /** The rule: `pattern`, `required`, `minimum`, … */
  readonly keyword: string;
  /** Where in the schema the rule stands: `#/properties/tuning/minimum`. */
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The value concerned. */
  readonly data?: unknown;
  /** ajv's sentence: `must be >= 0`. */
  readonly message?: string;
}

/** All violations of one document, none when it is valid. */
export type SchemaValidator = (document: unknown) => readonly SchemaViolation[];
