import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { withScratchStore } from "../../src/cli/pool/shared/scratch-store.js";
import { Rational } from "../../src/core/rational.js";
import { EventIngest } from "../../src/pool/books/ingest/ingest.js";
import { addRates } from "../../src/pool/books/settings.js";
import { enter } from "../support/books/books.js";
import { ALICE, list, transcode } from "../support/books/events.js";

const own = `poolsim-scratch-${process.pid}-`;
const scratch = () => readdirSync(tmpdir()).filter((name) => name.startsWith(own));

it("Scratch books work as others do, and leave nothing behind even if the process is killed", () => {
  const events = withScratchStore((store) => {
    addRates(store, [{ rate: Rational.ZERO, fromMs: 0, nodeType: null, region: null }]);
    const ingest = new EventIngest(store);
    for (let batch = 0; batch < 4; batch++) {
      const jobs = Array.from({ length: 2_000 }, () => transcode(ALICE, 8n));
      enter({ store, ingest }, list(...jobs));
      // Nothing is there that a killed process could leave.
      expect(scratch()).toEqual([]);
    }
    expect(store.ledger.balance(`pending:${ALICE.toLowerCase()}:transcode:eu`)).toBe(64_000n);
    return store.events.count();
  });
  expect(events).toBe(8_000);
  expect(scratch()).toEqual([]);
});
