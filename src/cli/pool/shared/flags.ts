/** What the options of all commands about a pool's books hold. */

export interface BooksFlags {
  readonly db: string;
  readonly json: boolean;
}
