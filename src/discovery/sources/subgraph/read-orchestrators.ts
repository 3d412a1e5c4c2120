/**
 * Reads all active orchestrators, page by page. Everything after the first page is asked about the
 * first page's block, and by identifiers beyond the last one seen instead of by position: so pages
 * agree with each other whatever happens on the chain meanwhile, and no row is lost or doubled.
 */
import { RemoteError } from "../../../core/errors.js";
import { decodeFirst, decodeNext } from "./decode.js";
import {
  type Block_height,
  FirstOrchestratorsDocument,
  type FirstOrchestratorsQueryVariables,
  NextOrchestratorsDocument,
  type NextOrchestratorsQuery,
  type NextOrchestratorsQueryVariables,
} from "./generated/orchestrators.js";
import type { PatientAsker } from "./patient-asker.js";

type TranscoderRow = NextOrchestratorsQuery["transcoders"][number];
type Block = NonNullable<NextOrchestratorsQuery["_meta"]>["block"];

/** All rows, as of one block. */
export interface OrchestratorRows {
  readonly rows: readonly TranscoderRow[];
  /** The last initialised round; null = the subgraph knows no protocol. */
  readonly round: bigint | null;
}

export interface ReadLimits {
  /** Rows asked for at once. */
  readonly pageSize: number;
  /** More rows are a failure. */
  readonly maxEntries: number;
}

/**
 * Reads until a page is not full. When the chain was reorganised meanwhile it begins anew.
 *
 * @throws RemoteError `SUBGRAPH_INVALID`, `SUBGRAPH_TOO_MANY`, `SUBGRAPH_BLOCK` (the block changed
 *   too often), or as {@link PatientAsker.ask}
 */
export async function readOrchestrators(
  asker: PatientAsker,
  limits: ReadLimits,
): Promise<OrchestratorRows> {
  while (true) {
    const read = await readAtOneBlock(asker, limits);
    if (read !== null) return read;
  }
}

async function readAtOneBlock(
  asker: PatientAsker,
  { pageSize, maxEntries }: ReadLimits,
): Promise<OrchestratorRows | null> {
  const variables: FirstOrchestratorsQueryVariables = { first: pageSize };
  const answer = await asker.ask({ query: FirstOrchestratorsDocument, variables });
  if (answer === null) return null;
  const first = decodeFirst(answer.data, pageSize);
  const round = first.protocols[0]?.lastInitializedRound.id;
  const rows: TranscoderRow[] = [];
  let page = first.transcoders;
  let last = addPage(rows, page, { after: "", pageSize });
  while (page.length === pageSize) {
    refuseTooMany(rows.length, maxEntries);
    const next = await readNext(asker, { first: pageSize, after: last, block: pin(first) });
    if (next === null) return null;
    if (next._meta && !isSame(next._meta.block, first._meta?.block)) {
      await asker.pause(
        new RemoteError("the subgraph's pages are of different blocks", { code: "SUBGRAPH_BLOCK" }),
      );
      return null;
    }
    page = next.transcoders;
    last = addPage(rows, page, { after: last, pageSize });
  }
  refuseTooMany(rows.length, maxEntries);
  return { rows, round: round === undefined ? null : BigInt(round) };
}

async function readNext(
  asker: PatientAsker,
  variables: NextOrchestratorsQueryVariables,
): Promise<NextOrchestratorsQuery | null> {
  const answer = await asker.ask({ query: NextOrchestratorsDocument, variables });
  return answer === null ? null : decodeNext(answer.data, variables.first);
}

/** By hash where it is known: a number can mean another block after a reorganisation. */
function pin({ _meta: meta }: NextOrchestratorsQuery): Block_height {
  if (!meta) {
    throw new RemoteError("the subgraph does not say which block its first page is of", {
      code: "SUBGRAPH_INVALID",
    });
  }
  const { hash, number } = meta.block;
  return typeof hash === "string" ? { hash } : { number };
}

/** Asked by number, The Graph may leave the hash out. */
function isSame(block: Block, pinned: Block | undefined): boolean {
  if (block.number !== pinned?.number) return false;
  return !block.hash || !pinned.hash || block.hash === pinned.hash;
}

/**
 * Adds a page to the rows, and returns the identifier to go on after.
 *
 * @throws RemoteError (`SUBGRAPH_INVALID`) when the page is not what comes after `after`, in order
 */
function addPage(
  rows: TranscoderRow[],
  page: readonly TranscoderRow[],
  { after, pageSize }: { readonly after: string; readonly pageSize: number },
): string {
  const ids = page.map(({ id }) => id).sort();
  // The order matters only where it decides what the next page is.
  const ordered = page.length < pageSize || ids.every((id, index) => id === page[index]?.id);
  const beyond = ids.every((id, index) => id > (ids[index - 1] ?? after));
  if (!ordered || !beyond) {
    throw new RemoteError("the subgraph's rows are not in the order that was asked for", {
      code: "SUBGRAPH_INVALID",
    });
  }
  rows.push(...page);
  return ids.at(-1) ?? after;
}

function refuseTooMany(count: number, maxEntries: number): void {
  if (count <= maxEntries) return;
  throw new RemoteError(`the subgraph lists more than ${maxEntries} orchestrators`, {
    code: "SUBGRAPH_TOO_MANY",
  });
}
