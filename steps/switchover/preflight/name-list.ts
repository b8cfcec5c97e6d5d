/** `a, b and 3 more`: names in a message that must stay readable with 3,000 clusters. The report's data has them all. */
export function nameList(names: readonly string[], shown = 10): string {
  if (names.length <= shown) {
    return names.join(", ");
  }
  return `${names.slice(0, shown).join(", ")} and ${names.length - shown} more`;
}

/** `1 cluster`, `2 clusters`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
