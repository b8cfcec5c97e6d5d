import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { errorWords } from "../../lib/kube/error-words.ts";
import { fileExists, readTextFile } from "../../lib/kube/read-text-file.ts";
import { hideSecret } from "../../lib/log/redact-text.ts";
import { baselineError } from "../baseline-error.ts";
import { baselineExit } from "../failure/exit-code.ts";

/** How a git server is spoken to. */
export interface GitCredentials {
  readonly authorization?: string;
  readonly certificateAuthority?: string;
}

const maximumBytes = 256 * 1024;
// GitHub, GitLab and Gitea look at the token alone, and want some user beside it.
const anyUser = "git";

function invalid(key: string, why: string) {
  return baselineError(
    "BASE-GIT-02",
    {
      what: `the key ${key} of the workspace git-credentials cannot be used`,
      why,
      fix: "correct the Secret; each of token, username and ca.crt may be absent",
    },
    baselineExit.invalidInput,
  );
}

async function secretValue(folder: string, key: string): Promise<string | undefined> {
  const path = join(folder, key);
  if (!(await fileExists(path))) return undefined;
  try {
    const text = (await readTextFile(path, maximumBytes)).trim();
    return text === "" ? undefined : text;
  } catch (error) {
    throw invalid(key, errorWords(error));
  }
}

function checkCertificate(text: string): void {
  try {
    new X509Certificate(text);
  } catch (error) {
    throw invalid("ca.crt", `it is no certificate in PEM: ${errorWords(error)}`);
  }
}

/**
 * @param folder of the Secret; absent for a repository that everybody may read
 * @throws FairleadError BASE-GIT-02 (exit 2)
 */
export async function readGitCredentials(folder: string | undefined): Promise<GitCredentials> {
  if (folder === undefined) return {};
  const token = await secretValue(folder, "token");
  const user = (await secretValue(folder, "username")) ?? anyUser;
  const authority = await secretValue(folder, "ca.crt");
  if (token !== undefined) hideSecret(token);
  if (authority !== undefined) checkCertificate(authority);
  if (user.includes(":")) throw invalid("username", "a user of HTTP has no colon");
  const basic = token === undefined ? undefined : Buffer.from(`${user}:${token}`).toString("base64");
  if (basic !== undefined) hideSecret(basic);
  return {
    ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }),
    ...(authority === undefined ? {} : { certificateAuthority: authority }),
  };
}
