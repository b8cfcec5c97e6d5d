const hidden = "[hidden]";

const knownSecrets = new Set<string>();

/**
 * Hides a value from all later output of this process, wherever it appears: a token read from a kubeconfig, a webhook secret.
 * Values under 8 characters are ignored, since hiding them would garble ordinary words.
 */
export function hideSecret(value: string): void {
  if (value.length >= 8) knownSecrets.add(value);
}

const secretName =
  "(?:client-key-data|client-certificate-data|certificate-authority-data|id-token|refresh-token|access[-_]?token|bearer[-_]?token|token|passw(?:or)?d|passphrase|secret[-_]?(?:access[-_]?)?key|api[-_]?key|private[-_]?key|client[-_]?secret|authorization)";

/** Order matters: the whole block of a key before the lines in it, a header before the token in it. */
const patterns: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g, hidden],
  [/\b(Bearer|Basic|Negotiate) +[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${hidden}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g, hidden],
  [/\bsha256~[A-Za-z0-9_-]{20,}/g, hidden],
  // A name and its value in YAML, JSON, a query string or a command line, quoted once or escaped inside another string.
  [
    new RegExp(`((?<![A-Za-z0-9])${secretName}\\\\*["']?\\s*[:=]\\s*\\\\*["'])((?:(?!\\\\*["'])[^\\n]){3,})`, "gi"),
    `$1${hidden}`,
  ],
  [new RegExp(`((?<![A-Za-z0-9])${secretName}\\s*[:=]\\s*)([^\\s"',;&\\\\\\[]{6,})`, "gi"), `$1${hidden}`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi, `$1:${hidden}@`],
];

/**
 * Text without secrets: bearer tokens, JSON web tokens, private keys, the key material of kubeconfigs, passwords in
 * URLs, and all that `hideSecret` was told.
 */
export function redactText(text: string): string {
  let safe = text;
  for (const secret of knownSecrets) if (safe.includes(secret)) safe = safe.replaceAll(secret, hidden);
  for (const [pattern, replacement] of patterns) safe = safe.replace(pattern, replacement);
  return safe;
}

const secretKey = new RegExp(`^${secretName}$`, "i");

/** Whether a member of this name is hidden whole, whatever its value looks like. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key);
}
