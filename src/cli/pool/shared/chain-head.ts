/** The head of the books' chain of hashes, as commands write and read it: `<links>:<hash>`. */
import { InvalidArgumentError } from "commander";
import type { ChainHead } from "../../../pool/books/store/store.js";

/** As it is kept elsewhere. */
export function headText({ links, hash }: ChainHead): string {
  return `${links}:${hash}`;
}

/** Reads what {@link headText} wrote. */
export function chainHead(text: string): ChainHead {
  const [, links, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  if (links === undefined || hash === undefined) {
    throw new InvalidArgumentError("expected what pool export --what head wrote, <links>:<hash>");
  }
  return { links: Number(links), hash };
}
