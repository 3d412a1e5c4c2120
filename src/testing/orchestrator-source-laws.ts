/** What every source of orchestrators obeys. */
import assert from "node:assert/strict";
import type { OrchestratorSource, SourceListing } from "../discovery/index.js";
import type { ContractCase } from "./contract.js";

/** Makes a source of something that knows at least one orchestrator and does not change. */
export type OpenOrchestratorSource = () => OrchestratorSource | Promise<OrchestratorSource>;

function assertListing({ endpoints, dropped, confirmedAtMs, staleBecause }: SourceListing): void {
  for (const { uri, scheme, host, score, recipient, stake, price } of endpoints) {
    assert.equal(typeof uri, "string");
    assert.equal(scheme, scheme.toLowerCase(), `${uri}: the scheme is in lower case`);
    assert.ok(host === "" || uri.includes(host), `${uri}: ${host} is its host`);
    assert.equal(score, Math.fround(score), `${uri}: the score is a 32-bit float (V-10)`);
    assert.ok(
      recipient === null || /^0x[0-9a-f]{40}$/.test(recipient),
      `${uri}: the recipient is an address in lower case, or null`,
    );
    assert.ok(stake === null || stake >= 0n, `${uri}: a stake is at least 0`);
    assert.ok(price === null || price.sign() >= 0, `${uri}: a price is at least 0`);
  }
  for (const { uri, rule, detail } of dropped) {
    assert.match(rule, /^[A-Z]+-\w+$/, `${uri}: the rule that drops it`);
    assert.notEqual(detail, "", `${uri}: what is wrong with it`);
  }
  assert.ok(Number.isFinite(confirmedAtMs) && confirmedAtMs > 0, "when the list was confirmed");
  assert.equal(staleBecause, null, "a list that was just read is current");
}

/** What a list says, without when. */
function said({ endpoints, dropped }: SourceListing) {
  return { endpoints, dropped };
}

/**
 * The laws of orchestrator sources: lists of the shape that discovery relies on, the same each time
 * while nothing changes, waits that end with their signal, and an end that is one.
 *
 * @param open makes a source whose list does not change meanwhile; called once for each law
 */
export function orchestratorSourceLaws(open: OpenOrchestratorSource): readonly ContractCase[] {
  const law = (
    name: string,
    hold: (source: OrchestratorSource) => Promise<void>,
  ): ContractCase => ({
    name,
    run: async () => {
      const source = await open();
      try {
        await hold(source);
      } finally {
        await source.close();
      }
    },
  });
  return [
    law(
      "lists endpoints: addresses in lower case, unknown is null and never below 0",
      async (source) => {
        const listing = await source.list();
        assert.ok(listing.endpoints.length > 0, "the source that is tried has an orchestrator");
        assertListing(listing);
      },
    ),
    law("lists the same, in the same order, while nothing changes", async (source) => {
      const first = said(await source.list());
      assert.deepEqual(said(await source.list()), first);
    }),
    law("answers everybody who asks at the same time", async (source) => {
      const [first, second] = await Promise.all([source.list(), source.list()]);
      assert.deepEqual(said(second), said(first));
    }),
    law("ends a wait whose signal is aborted, with the signal's reason", async (source) => {
      const reason = new Error("not wanted any more");
      await assert.rejects(source.list({ signal: AbortSignal.abort(reason) }), (error) => {
        return error === reason;
      });
    }),
    law("goes on for others when one gives up", async (source) => {
      const giving = new AbortController();
      const givenUp = source.list({ signal: giving.signal }).catch(() => null);
      const waiting = source.list();
      giving.abort(new Error("given up"));
      assertListing(await waiting);
      await givenUp;
      assertListing(await source.list());
    }),
    law("is closed by close, which may be called twice", async (source) => {
      await source.close();
      await source.close();
      await assert.rejects(source.list(), { code: "SOURCE_CLOSED" });
    }),
  ];
}
