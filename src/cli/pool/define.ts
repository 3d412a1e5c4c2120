/** The commands of a pool's operator: `poolsim pool …`. */
import type { Command } from "commander";
import { examples, type Outcome } from "../shared/help.js";
import { addLate } from "../shared/late-options.js";
import type { Terminal } from "../shared/terminal.js";

export function addPool(program: Command, terminal: Terminal, outcome: Outcome): void {
  const pool = program.command("pool").description("keep the books of a pool, and pay its workers");
  addLate(pool, async () => {
    const { addPoolCommands } = await import("./commands.js");
    addPoolCommands(pool, terminal, outcome);
  });
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
