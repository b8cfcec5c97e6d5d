/** A part of a Markdown file that a program writes; what is around it belongs to people. */
export type MarkedSection =
  | { readonly state: "found"; readonly before: string; readonly body: string; readonly after: string }
  | { readonly state: "unusable"; readonly reason: string };

interface Marks {
  readonly begin: string;
  readonly end: string;
}

/** The comments between which the section of that name lies. Pure. */
export function marksOf(name: string): Marks {
  return { begin: `<!-- ${name}:begin -->`, end: `<!-- ${name}:end -->` };
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}

function faultOf(text: string, { begin, end }: Marks): string | undefined {
  for (const mark of [begin, end]) {
    const count = countOf(text, mark);
    if (count !== 1)
      return `it has the comment ${mark} ${count === 0 ? "nowhere" : `${count} times`}, and must have it once`;
  }
  return text.indexOf(end) < text.indexOf(begin) ? `its comment ${end} comes before ${begin}` : undefined;
}

/** Finds a section by its two comments, each of which must be there once. Pure. */
export function findSection(text: string, name: string): MarkedSection {
  const marks = marksOf(name);
  const reason = faultOf(text, marks);
  if (reason !== undefined) return { state: "unusable", reason };
  const begin = text.indexOf(marks.begin) + marks.begin.length;
  const end = text.indexOf(marks.end);
  return { state: "found", before: text.slice(0, begin), body: text.slice(begin, end).trim(), after: text.slice(end) };
}

/** The text with another body in its section, and nothing else changed. Pure. */
export function fillSection(section: MarkedSection & { readonly state: "found" }, body: string): string {
  return `${section.before}\n\n${body.trim()}\n\n${section.after}`;
}
