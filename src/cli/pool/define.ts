/** The commands of a pool's operator: `poolsim pool …`. */
import type { Command } from "commander";
import { type AddCommand, addGroups, examples, type Outcome } from "../shared/help.js";
import type { Terminal } from "../shared/terminal.js";
import { addAdjust } from "./adjust/define.js";
import { addAssign } from "./assign/define.js";
import { addCompareSchemes } from "./compare-schemes/define.js";
import { addExport } from "./export/define.js";
import { addImport } from "./import/define.js";
import { addPayouts } from "./payouts/define.js";
import { addRecord } from "./record/define.js";
import { addRounds } from "./rounds/define.js";
import { addServe } from "./serve/define.js";
import { addSettings } from "./settings/define.js";
import { addStatus } from "./status/define.js";
import { addVerify } from "./verify/define.js";
import { addVoid } from "./void/define.js";
import { addWorker } from "./worker/define.js";
import { addWorkers } from "./workers/define.js";

/** All commands about a pool, as the help groups them. */
const GROUPS: readonly (readonly [title: string, commands: readonly AddCommand[]])[] = [
  ["Enter events:", [addSettings, addImport, addServe, addRecord]],
  ["Look:", [addStatus, addWorkers, addWorker, addExport, addCompareSchemes]],
  ["Close rounds and pay:", [addRounds, addPayouts]],
  ["Check and correct:", [addVerify, addAdjust, addVoid, addAssign]],
];

export function addPool(program: Command, terminal: Terminal, outcome: Outcome): void {
  const pool = program.command("pool").description("keep the books of a pool, and pay its workers");
  addGroups(pool, GROUPS, terminal, outcome);
  pool.addHelpText(
    "after",
    examples(
      ["poolsim pool import events/ --db pool.db --commission 0.25", "the first events"],
      ["poolsim pool status --db pool.db", "how the books stand"],
      ["poolsim pool verify --db pool.db", "whether they are right"],
      ["poolsim pool payouts --db pool.db", "who would be paid"],
      ["poolsim pool help import", "options of a command"],
    ),
  );
}
