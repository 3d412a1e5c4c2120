/** The tables that `poolsim pool export` writes. */

export const EXPORTS = [
  "journal",
  "workers",
  "jobs",
  "tickets",
  "payouts",
  "statement",
  "head",
] as const;

export type ExportTable = (typeof EXPORTS)[number];
