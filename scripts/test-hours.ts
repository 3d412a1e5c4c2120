/** `npm run test:hours`: 72 simulated hours of a pool's process, which dies every few minutes of them. */

import { poolHours } from "../test/support/books/pool-hours.js";
import { startAnvil } from "../test/support/chain/anvil.js";

const seed = Number(process.argv[2] ?? 1);
const anvil = await startAnvil();
try {
  const report = await poolHours({ anvil, hours: 72, seed, killEveryMs: 60_000 });
  process.stdout.write(`${JSON.stringify({ seed, ...report })}\n`);
  process.exitCode = report.wrong.length === 0 ? 0 : 1;
} finally {
  await anvil.stop();
}
