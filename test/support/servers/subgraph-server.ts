/**
 * A subgraph on loopback: a real GraphQL server with the schema that the source's queries are
 * generated from, which keeps every block, limits pages and fails like The Graph's nodes do.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buildSchema, graphql } from "graphql";
import { onTestFinished } from "vitest";

export interface Transcoder {
  readonly id: string;
  readonly active: boolean;
  readonly activationRound: string;
  readonly deactivationRound: string;
  readonly totalStake: string;
  readonly serviceURI: string | null;
}

export interface Block {
  readonly number: number;
  /** null = not told, as for some blocks that are asked for by number. */
  readonly hash: string | null;
  readonly round: bigint;
  readonly transcoders: readonly Transcoder[];
}

/** What happens to a request instead of an answer; undefined = it is answered. */
export type Mishap = (request: IncomingMessage, response: ServerResponse) => void;

export interface Question {
  readonly operation: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface SubgraphServer {
  readonly url: string;
  /** Every question so far, in order. */
  readonly questions: readonly Question[];
  readonly requests: readonly IncomingMessage[];
  /** Oldest first; the last one is the head. */
  chain: Block[];
  /** Called before the request with this index (from 0) is answered. */
  onRequest: (index: number) => Mishap | undefined;
  /** Connections open now. */
  connections(): Promise<number>;
}

const NEVER = String(2n ** 256n - 1n);
const schema = buildSchema(
  readFileSync("src/discovery/sources/subgraph/schema.graphql", "utf8").replace(/^#.*$/gm, ""),
);

export function address(index: number): string {
  // Multiplied, so that the order of addresses is not that of their making.
  const scattered = (BigInt(index + 1) * 0x9e3779b97f4a7c15f39cc0605cedc834n) % 2n ** 160n;
  return `0x${scattered.toString(16).padStart(40, "0")}`;
}

export function transcoder(index: number, facts: Partial<Transcoder> = {}): Transcoder {
  return {
    id: address(index),
    active: true,
    activationRound: "2466",
    deactivationRound: NEVER,
    totalStake: `${1_000 + index}.000000000000000001`,
    serviceURI: `https://orchestrator-${index}.invalid:8935`,
    ...facts,
  };
}

export function transcoders(count: number): Transcoder[] {
  return Array.from({ length: count }, (_, index) => transcoder(index));
}

export function block(
  number: number,
  rows: readonly Transcoder[],
  facts: Partial<Block> = {},
): Block {
  const hash = `0x${number.toString(16).padStart(64, "a")}`;
  return { number, hash, round: 3_000n, transcoders: rows, ...facts };
}

interface BlockHeight {
  readonly hash?: string | null;
  readonly number?: number | null;
}

interface TranscodersArguments {
  readonly first: number;
  readonly orderBy?: "id";
  readonly orderDirection?: "asc" | "desc";
  readonly where?: { readonly id_gt?: string; readonly active?: boolean };
  readonly block?: BlockHeight | null;
}

function blockAt(chain: readonly Block[], height: BlockHeight | null | undefined): Block {
  const head = chain.at(-1);
  if (head === undefined) throw new Error("Store error: no block");
  if (height?.hash) {
    const found = chain.find(({ hash }) => hash === height.hash);
    if (found === undefined) {
      throw new Error("Failed to decode `block.hash` value: `no block with that hash found`");
    }
    return found;
  }
  if (typeof height?.number === "number") {
    const found = chain.find(({ number }) => number === height.number);
    if (found === undefined) {
      throw new Error(
        `Failed to decode \`block.number\` value: \`subgraph Qm has only indexed up to block number ${head.number} and data for block number ${height.number} is therefore not yet available\``,
      );
    }
    return found;
  }
  return head;
}

function rootOf(chain: readonly Block[]) {
  return {
    _meta: ({ block: height }: { block?: BlockHeight | null }) => {
      const { number, hash } = blockAt(chain, height);
      return { block: { number, hash } };
    },
    protocols: ({ block: height }: { block?: BlockHeight | null }) => {
      const { round } = blockAt(chain, height);
      const lastInitializedRound = { id: String(round) };
      return [{ id: "0", currentRound: lastInitializedRound, lastInitializedRound }];
    },
    transcoders: ({ first, where = {}, orderDirection, block: height }: TranscodersArguments) => {
      if (first < 0 || first > 1_000) {
        throw new Error(
          `The value of the \`first\` argument must be between 0 and 1000, but is ${first}`,
        );
      }
      const { id_gt: after = "", active } = where;
      const rows = blockAt(chain, height)
        .transcoders.filter((row) => row.id > after && (active ?? row.active) === row.active)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      return (orderDirection === "desc" ? rows.reverse() : rows).slice(0, first);
    },
  };
}

/** Starts one; it ends with the test. */
export async function startSubgraphServer(...chain: Block[]): Promise<SubgraphServer> {
  const questions: Question[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer(async (request, response) => {
    const index = requests.push(request) - 1;
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    questions.push({ operation: /query (\w+)/.exec(query)?.[1] ?? "", variables });
    const mishap = running.onRequest(index);
    if (mishap !== undefined) return mishap(request, response);
    const result = await graphql({
      schema,
      source: query,
      rootValue: rootOf(running.chain),
      variableValues: variables,
    });
    // The Graph's nodes leave data out when there are errors.
    const body = result.errors === undefined ? result : { errors: result.errors };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const at = server.address();
  const port = typeof at === "object" && at !== null ? at.port : 0;
  const running: SubgraphServer = {
    url: `http://127.0.0.1:${port}/api/5ec2e7c0ffee5ec2e7c0ffee5ec2e7c0/subgraphs/id/FE63Ygk`,
    questions,
    requests,
    chain,
    onRequest: () => undefined,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
  };
  return running;
}

/** Answers with a body and a status. */
export function reply(
  body: string,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Mishap {
  return (_, response) => {
    response.writeHead(status, headers).end(body);
  };
}
