/** What stands between the commas of a text, without blanks and without what is empty. Pure. */
export function listItems(text: string): readonly string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
