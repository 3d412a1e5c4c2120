/** What contract suites and laws have in common: named cases that any test runner can run. */

/** One thing that an implementation must do. */
export interface ContractCase {
  /** A sentence that says what it is, for the test's title. */
  readonly name: string;
  /**
   * Tries whether it holds.
   *
   * @throws AssertionError (of `node:assert`) where the implementation does something else
   */
  readonly run: () => void | Promise<void>;
}
