import { join } from "node:path";
import type { Static } from "typebox";
import { parse as parseYaml } from "yaml";
import type { Clock } from "../clock/clock.ts";
import { FairleadError } from "../errors/fairlead-error.ts";
import { fileExists, readTextFile } from "../kube/read-text-file.ts";
import { hideSecret } from "../log/redact-text.ts";
import { OutboundRefused, outboundUrl } from "../net/outbound-policy.ts";
import { loadValidator } from "../schema/load-validator.ts";
import type { SchemaViolation } from "../schema/validator.ts";
import { noticeKinds, notifySchema } from "./notify.schema.ts";
import type { Target } from "./types.ts";

type Config = Static<typeof notifySchema>;
type TargetConfig = Config["targets"][number];

export interface LoadedTargets {
  readonly targets: readonly Target[];
  /** How long a wait lasts until it is worth a notice. */
  readonly longWaitSeconds: number;
}

const fileName = "notifications.yaml";
const maxConfigBytes = 256 * 1024;
const maxSecretBytes = 16 * 1024;
const minKeyCharacters = 16;
const defaultLongWaitSeconds = 900;

function unusable(why: string, fix: string, cause?: unknown): FairleadError {
  return new FairleadError(
    { id: "NOTIFY-01", what: `notifications are off: ${fileName} cannot be used`, why, fix },
    cause === undefined ? {} : { cause },
  );
}

async function readBeside(folder: string, name: string, limit: number): Promise<string> {
  try {
    return await readTextFile(join(folder, name), limit);
  } catch (error) {
    const why = `${name}: ${error instanceof Error ? error.message : String(error)}`;
    throw unusable(why, `put the key ${name} into the Secret or folder of the workspace notifications`, error);
  }
}

/** One line without its end; hidden from all output of this process from here on. */
async function readSecret(folder: string, name: string): Promise<string> {
  const value = (await readBeside(folder, name, maxSecretBytes)).trim();
  if (value === "") throw unusable(`${name} is empty`, `put a value into ${name}`);
  hideSecret(value);
  return value;
}

/** Of the kinds of targets only what the named kind lacks: the others do not fit anyway. */
function firstViolation(violations: readonly SchemaViolation[]): SchemaViolation | undefined {
  const branch = ({ schemaPath }: SchemaViolation): string => /^.*?anyOf\/\d+/.exec(schemaPath)?.[0] ?? "";
  const others = violations.filter(({ keyword }) => keyword === "const").map(branch);
  return (
    violations.find((violation) => branch(violation) !== "" && !others.includes(branch(violation))) ?? violations[0]
  );
}

async function parse(text: string): Promise<Config> {
  let document: unknown;
  try {
    document = parseYaml(text, { maxAliasCount: 10 });
  } catch (error) {
    // The parser's text quotes the line, and somebody may have put a secret there.
    throw unusable("it is neither YAML nor JSON", `correct ${fileName}`, error);
  }
  const validate = await loadValidator("notifications", () => notifySchema);
  const first = firstViolation(validate(document));
  if (first !== undefined) {
    throw unusable(
      `${first.instancePath || "/"} ${first.message ?? "is wrong"}`,
      `correct ${fileName}; the README shows one`,
    );
  }
  return document as Config; // the schema was checked above
}

function checked(name: string, url: string, policy: Parameters<typeof outboundUrl>[1]): string {
  try {
    outboundUrl(url, policy);
    return url;
  } catch (error) {
    if (!(error instanceof OutboundRefused)) throw error;
    throw unusable(
      `the URL of target ${name} is refused: ${error.message}`,
      "give the https URL of the receiver",
      error,
    );
  }
}

/** Loads a target with its secrets, and only then the module that can talk to it. */
async function openTarget(folder: string, config: Config, target: TargetConfig, clock: Clock): Promise<Target> {
  const policy = { plainHttp: config.allowPlainHttp === true, loopback: config.allowLoopback === true };
  const authorityFile = config.certificateAuthorityFile;
  const authority =
    authorityFile === undefined
      ? {}
      : { certificateAuthority: await readBeside(folder, authorityFile, maxConfigBytes) };
  const common = { name: target.name, kinds: target.kinds ?? noticeKinds, policy, ...authority };
  if (target.type === "email") {
    const { mailTarget } = await import("./mail-target.ts");
    return mailTarget({ ...target, ...common, ...(await loginOf(folder, target)) });
  }
  const { slackTarget, webhookTarget } = await import("./http-targets.ts");
  if (target.type === "slack") {
    return slackTarget({ ...common, url: checked(target.name, await readSecret(folder, target.urlFile), policy) });
  }
  if ((target.url === undefined) === (target.urlFile === undefined)) {
    throw unusable(`target ${target.name} has not exactly one of url and urlFile`, "give one of them");
  }
  const url = target.urlFile === undefined ? (target.url ?? "") : await readSecret(folder, target.urlFile);
  const signingKey = await readSecret(folder, target.signingKeyFile);
  if (signingKey.length < minKeyCharacters) {
    throw unusable(`${target.signingKeyFile} is too short to sign with`, "make one with: openssl rand -hex 32");
  }
  return webhookTarget({ ...common, url: checked(target.name, url, policy), signingKey, clock });
}

async function loginOf(folder: string, target: Extract<TargetConfig, { readonly type: "email" }>) {
  const { userFile, passwordFile, security, name } = target;
  if (userFile === undefined && passwordFile === undefined) return {};
  if (userFile === undefined || passwordFile === undefined) {
    throw unusable(`target ${name} has only one of userFile and passwordFile`, "give both or none");
  }
  if (security === "none") {
    throw unusable(`target ${name} would send a password unencrypted`, "set security to starttls or tls");
  }
  return { login: { user: await readSecret(folder, userFile), password: await readSecret(folder, passwordFile) } };
}

/**
 * Reads `notifications.yaml` of a folder and the files that it names beside it. `undefined` where there is none: an
 * optional Secret that does not exist is mounted as an empty folder.
 *
 * @throws FairleadError NOTIFY-01
 */
export async function loadTargets(folder: string, clock: Clock): Promise<LoadedTargets | undefined> {
  if (!(await fileExists(join(folder, fileName)))) return undefined;
  const config = await parse(await readBeside(folder, fileName, maxConfigBytes));
  const names = config.targets.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw unusable(`two targets are named ${twice}`, "give each target a name of its own");
  const targets: Target[] = [];
  for (const target of config.targets) targets.push(await openTarget(folder, config, target, clock));
  return { targets, longWaitSeconds: config.longWaitSeconds ?? defaultLongWaitSeconds };
}
