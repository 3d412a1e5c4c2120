/** The commands below `poolsim pool`, loaded when a command line is about one of them. */
import type { Command } from "commander";
import { type AddCommand, addGroups, type Outcome } from "../shared/help.js";
import type { Terminal } from "../shared/terminal.js";
import { addActs } from "./acts/define.js";
import { addAdjust } from "./adjust/define.js";
import { addAssign } from "./assign/define.js";
import { addBackup } from "./backup/define.js";
import { addBind } from "./bind/define.js";
import { addCompareSchemes } from "./compare-schemes/define.js";
import { addDismiss } from "./dismiss/define.js";
import { addExport } from "./export/define.js";
import { addHold } from "./hold/define.js";
import { addImport } from "./import/define.js";
import { addPoolInit } from "./init/define.js";
import { addJobs } from "./jobs/define.js";
import { addMerge } from "./merge/define.js";
import { addMove } from "./move/define.js";
import { addName } from "./name/define.js";
import { addPayouts } from "./payouts/define.js";
import { addReconcile } from "./reconcile/define.js";
import { addRecord } from "./record/define.js";
import { addRelease } from "./release/define.js";
import { addRestore } from "./restore/define.js";
import { addRounds } from "./rounds/define.js";
import { addRunJob } from "./run-job/define.js";
import { addRuns } from "./runs/define.js";
import { addServe } from "./serve/define.js";
import { addSettings } from "./settings/define.js";
import { addStatus } from "./status/define.js";
import { addUp } from "./up/define.js";
import { addVerify } from "./verify/define.js";
import { addVoid } from "./void/define.js";
import { addWorker } from "./worker/define.js";
import { addWorkers } from "./workers/define.js";
import { addWriteOff } from "./write-off/define.js";

/** All commands about a pool, as the help groups them. */
const GROUPS: readonly (readonly [title: string, commands: readonly AddCommand[]])[] = [
  ["Keep a pool going:", [addPoolInit, addUp, addJobs, addRuns, addRunJob]],
  ["Enter events:", [addSettings, addImport, addServe, addRecord]],
  ["Look:", [addStatus, addWorkers, addWorker, addName, addExport, addCompareSchemes]],
  ["Close rounds and pay:", [addRounds, addPayouts, addHold, addRelease, addBind]],
  [
    "Check and correct:",
    [
      addVerify,
      addReconcile,
      addAdjust,
      addVoid,
      addWriteOff,
      addAssign,
      addMove,
      addMerge,
      addDismiss,
      addActs,
    ],
  ],
  ["Keep it safe:", [addBackup, addRestore]],
];

/** Adds them all. */
export function addPoolCommands(pool: Command, terminal: Terminal, outcome: Outcome): void {
  addGroups(pool, GROUPS, terminal, outcome);
}
