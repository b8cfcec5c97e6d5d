/** Free text beyond this is no name, path, pattern or option of ours. */
const maxBytes = 10_000;

/** C0 and C1 controls, line and paragraph separators, and the marks that reorder text and so make a log line lie. */
const unsafeCharacter = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

function codePoint(text: string): string {
  const found = unsafeCharacter.exec(text)?.[0]?.codePointAt(0) ?? 0;
  return `U+${found.toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * Refuses text that is dangerous whatever param it is for. Says nothing of the text itself: it may be hostile, or secret.
 *
 * @param form `json` allows the line breaks and tabs of a formatted document.
 */
export function checkText(
  text: string,
  form: "word" | "json",
): { readonly problem: string; readonly fix: string } | undefined {
  if (Buffer.byteLength(text) > maxBytes) {
    return { problem: `is longer than ${maxBytes} bytes`, fix: "give a shorter value, or a file in a workspace" };
  }
  // Tekton substitutes $(…) in values that come from outside, and the kubelet expands $(NAME) to other variables.
  if (text.includes("$(")) {
    return { problem: `contains "$(", which Tekton or the kubelet may expand`, fix: `remove "$(" from the value` };
  }
  const checked = form === "word" ? text : text.replaceAll(/[\n\r\t]/g, "");
  if (unsafeCharacter.test(checked)) {
    return {
      problem: `contains the control character ${codePoint(checked)}`,
      fix: "remove line breaks and other control characters",
    };
  }
  return undefined;
}
