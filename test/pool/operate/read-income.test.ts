/** Income read from a chain that answers twice, and by two processes at once. */
import { Interface } from "ethers/abi";
import { expect, it } from "vitest";
import type { ChainClient, ChainLog } from "../../../src/discovery/sources/chain/chain-client.js";
import type { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { type IncomeOptions, readIncome } from "../../../src/pool/operate/income/read-income.js";
import { NOW_MS, openBooks } from "../../support/books/books.js";

const RECIPIENT = `0x${"0c".repeat(20)}`;
const SENDER = `0x${"5e".repeat(20)}`;
const events = new Interface([
  `event WinningTicketRedeemed(address indexed sender, address indexed recipient, uint256 faceValue,
    uint256 winProb, uint256 senderNonce, uint256 recipientRand, bytes auxData)`,
  "event WinningTicketTransfer(address indexed sender, address indexed recipient, uint256 amount)",
]);
const hashOf = (block: number) => `0x${block.toString(16).padStart(64, "0")}` as const;

/** The two events of a redemption, each in a transaction of its block. */
function redemption(blockNumber: number, wei: bigint): ChainLog[] {
  const who = [SENDER, RECIPIENT];
  const forms = [
    events.encodeEventLog("WinningTicketTransfer", [...who, wei]),
    events.encodeEventLog("WinningTicketRedeemed", [...who, wei, 7n, 1n, 2n, "0x"]),
  ];
  const place = { blockNumber, blockHash: hashOf(blockNumber), txHash: hashOf(blockNumber) };
  return forms.map(({ topics, data }, logIndex) => {
    return { address: SENDER, topics, data, logIndex, ...place } as unknown as ChainLog;
  });
}

/** A chain of 100 blocks of which a node tells these events; `meanwhile` it tells the hash of the last one. */
function options(
  store: SqlitePoolStore,
  logs: readonly ChainLog[],
  meanwhile: () => Promise<unknown> = async () => {},
): IncomeOptions {
  const chain = {
    blocks: async ([which]: readonly (number | "latest")[]) => {
      const number = which === "latest" || which === undefined ? 100 : which;
      if (number === which) await meanwhile();
      return [{ number, hash: hashOf(number), parentHash: hashOf(number - 1), l1BlockNumber: 1n }];
    },
    logs: async () => logs,
  } as unknown as ChainClient;
  const receipt = async (txHash: string) => {
    return { blockHash: txHash, from: RECIPIENT, gasWei: 3n } as never;
  };
  const receipts = { receipt, blockTimeMs: async () => NOW_MS };
  const place = { chainId: 1n, broker: SENDER, recipient: RECIPIENT, fromBlock: 1 };
  return { store, chain, receipts, ...place };
}

const paid = (store: SqlitePoolStore) =>
  store.income.list({ chainId: 1n, recipient: RECIPIENT }).map(({ paidWei }) => paidWei);

it("an event that a node tells twice is one: what was paid stays what it is", async () => {
  const { store } = openBooks();
  const [transfer, redeemed] = redemption(9, 10n);
  if (transfer === undefined || redeemed === undefined) throw new Error("two");
  for (const logs of [
    [transfer, transfer, redeemed],
    [transfer, transfer, redeemed, redeemed],
    [transfer, redeemed, transfer, redeemed],
  ]) {
    await readIncome(options(store, logs));
    expect(paid(store)).toEqual([10n]);
  }
  store.close();
});

it("what another process has read meanwhile is not forgotten because this one's node lacks it", async () => {
  const { store } = openBooks();
  const all = [...redemption(9, 10n), ...redemption(20, 7n)];
  const behind = options(store, redemption(9, 10n), async () => {
    await readIncome(options(store, all));
  });
  await expect(readIncome(behind)).rejects.toMatchObject({ code: "CHAIN_CONTRADICTION" });
  expect(paid(store)).toEqual([10n, 7n]);
  await readIncome(options(store, all));
  expect(paid(store)).toEqual([10n, 7n]);
  store.close();
});
