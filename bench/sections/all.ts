/** All sections, in the order in which they run. */
import type { Section } from "../shared/figures.js";
import { ai } from "./ai.js";
import { discoveryRound } from "./discovery-round.js";
import { engine } from "./engine.js";
import { importing } from "./import.js";
import { ledger } from "./ledger.js";
import { model } from "./model.js";
import { pools } from "./pools.js";
import { replications } from "./replications.js";
import { selection } from "./selection.js";
import { sessionPool } from "./session-pool.js";
import { startUp } from "./start-up.js";
import { suspension } from "./suspension.js";
import { verifying } from "./verify.js";
import { workers } from "./workers.js";

export const SECTIONS: readonly Section[] = [
  engine,
  selection,
  suspension,
  sessionPool,
  workers,
  discoveryRound,
  model,
  ai,
  pools,
  replications,
  ledger,
  importing,
  verifying,
  startUp,
];
