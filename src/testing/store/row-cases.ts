/** What ingestion keeps, row by row: events, workers, quarantine, tickets, rounds, decisions. */
import { deepStrictEqual, strictEqual } from "node:assert";
import type { NewEvent } from "../../pool/books/store/store.js";
import { ALICE, BIG, BOB, type StoreCase } from "./case.js";

function event(sequence: number, over: Partial<NewEvent> = {}): NewEvent {
  return {
    sequence,
    identity: `uuid:${sequence}`,
    source: "o1",
    atMs: sequence * 10,
    content: '{"type":"node-reset"}',
    worker: null,
    ...over,
  };
}

const place = { address: ALICE, nodeType: "transcode", region: "eu" };

export const rowCases: readonly StoreCase[] = [
  {
    name: "finds events by place, by identity and by page",
    check: ({ events }) => {
      strictEqual(events.count(), 0);
      strictEqual(events.lastMs(), null);
      events.add([event(0, { atMs: 99 }), event(1), event(2, { source: "o2" })]);
      const { worker: _worker, ...first } = event(0, { atMs: 99 });
      deepStrictEqual(events.get(0), first);
      strictEqual(events.get(3), null);
      deepStrictEqual(events.byIdentity("uuid:0"), first);
      strictEqual(events.byIdentity("uuid:9"), null);
      deepStrictEqual(
        [...events.known(["uuid:1", "uuid:9"])],
        [["uuid:1", { atMs: 10, content: first.content }]],
      );
      deepStrictEqual([...events.misplaced(events.list(0, 9))], []);
      deepStrictEqual(
        events.list(1, 1).map(({ sequence }) => sequence),
        [1],
      );
      strictEqual(events.count(), 3);
      strictEqual(events.lastMs(), 99);
      strictEqual(events.hasOtherSources("o1"), true);
    },
  },
  {
    name: "finds what other sources told by ID or by callers at an instant",
    check: ({ events }) => {
      events.add([
        event(0, { identity: "api:o1:0:1", atMs: 5 }),
        event(1, { identity: "api:o2:0:1", source: "o2", atMs: 5 }),
        event(2, { identity: "uuid:x", source: "o2", atMs: 5 }),
        event(3, { identity: "caller:o3:1", source: "o3", atMs: 6 }),
      ]);
      const found = events.elsewhere("o1", [5, 5]).map(({ identity }) => identity);
      deepStrictEqual(found, ["api:o2:0:1"]);
    },
  },
  {
    name: "finds wins and redemptions of tickets of a face value, in order",
    check: ({ events }) => {
      const ticket = (type: string, faceValueWei: bigint) => ({
        content: JSON.stringify({ faceValueWei: `${faceValueWei}`, type }),
      });
      events.add([
        event(0, ticket("ticket-redeemed", BIG)),
        event(1, ticket("winning-ticket", 7n)),
        event(2, ticket("winning-ticket", BIG)),
        event(3),
      ]);
      deepStrictEqual(
        events.ticketsOf(BIG).map(({ sequence }) => sequence),
        [0, 2],
      );
    },
  },
  {
    name: "keeps what each source brought on a day",
    check: ({ events }) => {
      strictEqual(events.keyDayWei("o1", 3), 0n);
      events.setKeyDayWei("o1", 3, 5n);
      events.setKeyDayWei("o1", 3, BIG);
      strictEqual(events.keyDayWei("o1", 3), BIG);
      strictEqual(events.keyDayWei("o1", 4), 0n);
    },
  },
  {
    name: "adds up workers, and widens the span in which they were seen",
    check: ({ workers }) => {
      const seen = { ...place, firstSeenMs: 10, lastSeenMs: 20, jobs: 1n, feesWei: BIG };
      workers.add([seen]);
      workers.add([{ ...seen, firstSeenMs: 5, lastSeenMs: 15, jobs: 2n, feesWei: 1n }]);
      const [row, ...others] = workers.list(ALICE.toUpperCase().replace("0X", "0x"));
      deepStrictEqual(others, []);
      deepStrictEqual(row, {
        ...place,
        connections: 0,
        firstSeenMs: 5,
        lastSeenMs: 20,
        jobs: 3n,
        feesWei: BIG + 1n,
      });
      deepStrictEqual(workers.list(BOB), []);
    },
  },
  {
    name: "counts connections that are open, whatever order they are told in; a node's start ends them",
    check: ({ workers }) => {
      workers.add([{ ...place, firstSeenMs: 0, lastSeenMs: 0, jobs: 0n, feesWei: 0n }]);
      const connection = { ...place, connection: "c", node: "n" };
      const open = () => workers.list()[0]?.connections;
      workers.addConnections([{ ...connection, connectedMs: null, disconnectedMs: 20 }]);
      workers.addConnections([{ ...connection, connectedMs: 10, disconnectedMs: null }]);
      strictEqual(open(), 0);
      workers.addConnections([{ ...connection, connectedMs: 30, disconnectedMs: null }]);
      strictEqual(open(), 1);
      workers.addReset({ node: "n", nodeType: "transcode", region: "eu", atMs: 40 });
      strictEqual(open(), 0);
    },
  },
  {
    name: "tells who is online since when, and who left last when",
    check: ({ workers }) => {
      const at = (connection: string, connectedMs: number | null, disconnectedMs: number | null) =>
        ({ ...place, node: "n", connection, connectedMs, disconnectedMs }) as const;
      deepStrictEqual(workers.presence(), []);
      workers.addConnections([at("a", 10, 20), at("b", 30, null), at("c", 40, 5)]);
      const both = { address: ALICE, connections: 2, onlineSinceMs: 30, lastClosedMs: 20 };
      deepStrictEqual(workers.presence(), [both]);
      workers.addReset({ node: "n", nodeType: "transcode", region: "eu", atMs: 35 });
      const one = { address: ALICE, connections: 1, onlineSinceMs: 40, lastClosedMs: 35 };
      deepStrictEqual(workers.presence(), [one]);
      workers.addReset({ node: "n", nodeType: "transcode", region: "eu", atMs: 50 });
      const none = { address: ALICE, connections: 0, onlineSinceMs: null, lastClosedMs: 50 };
      deepStrictEqual(workers.presence(), [none]);
    },
  },
  {
    name: "finds the first to arrive of the events from an instant on",
    check: ({ events }) => {
      strictEqual(events.firstFrom(0), null);
      events.add([event(0, { atMs: 10 }), event(1, { atMs: 30 }), event(2, { atMs: 20 })]);
      strictEqual(events.firstFrom(0), 0);
      strictEqual(events.firstFrom(15), 1);
      strictEqual(events.firstFrom(31), null);
    },
  },
  {
    name: "keeps one name for a worker, until it is forgotten",
    check: ({ names }) => {
      deepStrictEqual(names.list(), []);
      names.set({ address: BOB.toUpperCase().replace("0X", "0x"), name: "Bob", atMs: 1 });
      names.set({ address: ALICE, name: "Alice <b>", atMs: 2 });
      names.set({ address: BOB, name: "Bobby", atMs: 3 });
      const kept = names.list().map(({ name, atMs }) => [name, atMs]);
      deepStrictEqual(
        kept,
        ALICE < BOB
          ? [
              ["Alice <b>", 2],
              ["Bobby", 3],
            ]
          : [
              ["Bobby", 3],
              ["Alice <b>", 2],
            ],
      );
      names.forget(ALICE);
      names.forget(ALICE);
      deepStrictEqual(names.list(), [{ address: BOB, name: "Bobby", atMs: 3 }]);
    },
  },
  {
    name: "keeps the same bytes of a source in quarantine once, until they are resolved",
    check: ({ quarantine }) => {
      const piece = {
        source: "o1",
        origin: "file",
        position: 3,
        code: "EVENT_JSON",
        reason: "why",
        raw: new TextEncoder().encode("{"),
        atMs: 5,
      };
      strictEqual(quarantine.add([piece, piece]), 1);
      strictEqual(quarantine.add([piece, { ...piece, source: "o2" }]), 1);
      strictEqual(quarantine.count(), 2);
      const [first, second] = quarantine.list();
      strictEqual(first?.resolvedAtMs, null);
      deepStrictEqual(Uint8Array.from(first?.raw ?? []), piece.raw);
      quarantine.resolve(first?.id ?? 0, 9);
      strictEqual(quarantine.count(), 1);
      deepStrictEqual(
        quarantine.list().map(({ id }) => id),
        [second?.id],
      );
      strictEqual(quarantine.list({ all: true })[0]?.resolvedAtMs, 9);
      strictEqual(quarantine.dismiss(first?.id ?? 0, 10), false);
      strictEqual(quarantine.dismiss(second?.id ?? 0, 10), true);
      strictEqual(quarantine.dismiss(second?.id ?? 0, 11), false);
      strictEqual(quarantine.count(), 0);
      strictEqual(quarantine.list({ all: true })[1]?.dismissedAtMs, 10);
      strictEqual(quarantine.dismiss(second?.id ?? 0, null), true);
      strictEqual(quarantine.count(), 1);
      strictEqual(quarantine.list({ all: true, afterId: first?.id ?? 0, limit: 5 }).length, 1);
    },
  },
  {
    name: "keeps tickets that look alike apart, and what redemptions were told",
    check: ({ tickets }) => {
      const ticket = {
        ticket: "t",
        sender: ALICE,
        recipient: BOB,
        faceValueWei: BIG,
        creationRound: 7n,
        state: "won",
        wonAtMs: 10,
        txHash: null,
        gasFeesWei: null,
      } as const;
      tickets.add(ticket);
      tickets.add({ ...ticket, wonAtMs: 20 });
      const [first, second] = tickets.like("t");
      strictEqual(first?.faceValueWei, BIG);
      if (first === undefined || second === undefined) throw new Error("two tickets are kept");
      tickets.change({ ...first, state: "redeemed", txHash: "0x1", gasFeesWei: 3n });
      deepStrictEqual(tickets.byHash("0x1"), {
        ...first,
        state: "redeemed",
        txHash: "0x1",
        gasFeesWei: 3n,
      });
      strictEqual(tickets.byHash("0x2"), null);
      // Newest first.
      deepStrictEqual(
        tickets.list().map(({ id }) => id),
        [second.id, first.id],
      );
      deepStrictEqual(
        tickets.list({ sinceMs: 15 }).map(({ id }) => id),
        [second.id],
      );
      tickets.remove(second.id);
      strictEqual(tickets.like("t").length, 1);
      tickets.putRedemption({ txHash: "0x1", ticket: "t", isToldWon: false });
      tickets.putRedemption({ txHash: "0x1", ticket: "t", isToldWon: true });
      deepStrictEqual(tickets.redemptions("t"), [{ txHash: "0x1", ticket: "t", isToldWon: true }]);
      tickets.dropRedemption({ txHash: "0x1", ticket: "u", isToldWon: true });
      strictEqual(tickets.redemptions("t").length, 1);
      tickets.dropRedemption({ txHash: "0x1", ticket: "t", isToldWon: false });
      deepStrictEqual(tickets.redemptions("t"), []);
    },
  },
  {
    name: "keeps closed rounds in order",
    check: ({ rounds }) => {
      strictEqual(rounds.last(), null);
      const round = (number: number) => ({
        round: number,
        scheme: "by-weights",
        incomeWei: BIG,
        sharedWei: BIG - 2n,
        commissionWei: 2n,
        unattributedWei: 0n,
        closedAtMs: 5,
        entrySequence: null,
        lastEvent: -1,
      });
      rounds.add(round(10));
      rounds.add(round(9));
      deepStrictEqual(rounds.list(), [round(9), round(10)]);
      deepStrictEqual(rounds.last(), round(10));
    },
  },
  {
    name: "keeps every decision; the last one about an event counts",
    check: ({ decisions, events }) => {
      events.add([event(0)]);
      const decision = {
        event: 0,
        address: null,
        reason: "twice",
        atMs: 5,
        lastEvent: 0,
        roundsBefore: 0,
      };
      strictEqual(decisions.of(0), null);
      decisions.add({ ...decision, kind: "release" });
      decisions.add({ ...decision, kind: "assign", address: ALICE });
      deepStrictEqual(
        decisions.list().map(({ kind }) => kind),
        ["release", "assign"],
      );
      strictEqual(decisions.of(0)?.address, ALICE);
    },
  },
];
