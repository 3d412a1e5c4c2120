/** `poolsim pool name`: what the page calls a worker. */
import { getAddress } from "ethers/address";
import { InputError } from "../../../core/errors.js";
import { addressAt } from "../../../pool/books/events/fields.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import { assertText } from "../shared/assert-text.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { print } from "../shared/output.js";

export interface NameFlags extends BooksFlags {
  readonly remove: boolean;
}

const CHARACTERS_MAX = 60;

/** @throws InputError (`ADDRESS`, `USAGE`, `NAME`) */
export function poolName(
  { address: given, text }: { readonly address: string; readonly text: string | undefined },
  flags: NameFlags,
  terminal: Terminal,
): number {
  const address = addressAt({ address: given }, "address");
  if ((text === undefined) !== flags.remove) {
    throw new InputError("expected a name, or --remove instead", { code: "USAGE" });
  }
  const name = text?.trim().normalize("NFC") ?? null;
  if (name !== null) assertText("name", name, CHARACTERS_MAX);
  return withBooks(flags.db, "write", (store) => {
    const { names, workers } = store;
    if (name !== null && workers.list(address).length === 0) {
      throw new InputError(`${getAddress(address)}: it is not in these books`, { code: "NAME" });
    }
    store.transaction(() => {
      const other = names.list().find((row) => row.name === name && row.address !== address);
      if (other !== undefined) {
        const whose = getAddress(other.address);
        throw new InputError(`${whose} has that name already`, { code: "NAME" });
      }
      if (name === null) names.forget(address);
      else names.set({ address, name, atMs: Date.now() });
    });
    print(terminal, flags, { address, name }, () => [
      name === null
        ? `${getAddress(address)} has no name.`
        : `${getAddress(address)} is ${name} on the page.`,
    ]);
    return EXIT.ok;
  });
}
