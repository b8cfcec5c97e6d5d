/**
 * What a log line tells of. Closed: who reads lines by program may rely on these six, and takes a line without one, or
 * with another, as `log`.
 */
export const lineTypes = ["log", "phase", "step", "check", "cluster", "result"] as const;

export type LineType = (typeof lineTypes)[number];

/**
 * Version of the line format, on the first line of each run of a step. Further fields, states and messages may come
 * within a version; a field that goes or changes its meaning, or a seventh type, makes the next.
 */
export const logFormatVersion = 1;
