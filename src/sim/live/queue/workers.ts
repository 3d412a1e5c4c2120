/** Who computes at a queue. */
export interface Workers {
  /** Workers that are there. */
  readonly workers: number;
  /** Their threads together. */
  readonly threads: number;
}
